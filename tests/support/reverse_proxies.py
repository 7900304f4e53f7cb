"""Reverse proxies in front of a service: nginx and Caddy, configured as the guide prints it."""

import os
import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPResponse
from pathlib import Path

from tests.support.load import wait_for
from tests.support.processes import find_free_port
from tests.support.seeds import ROOT

PROGRAMS = f"{os.environ['PATH']}:/usr/sbin"
NGINX, CADDY = shutil.which("nginx", path=PROGRAMS), shutil.which("caddy", path=PROGRAMS)
HOST = "data.example"
"""The host name in the guide."""
CERTIFICATE, KEY = "fullchain.pem", "privkey.pem"
AROUND_NGINX = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/log; {user}
events {{ worker_connections 64; }}
http {{
access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
{inner}
}}
"""
"""What surrounds the lines of the guide in the configuration of a test server."""
AROUND_CADDY = """
{{
    admin off
    local_certs
    skip_install_trust
    storage file_system {folder}/storage
    http_port {plain}
    https_port {secure}
}}
{inner}
"""
"""Instead of certificates from the internet, Caddy signs its own."""


@dataclass(frozen=True)
class Answer:
    """A response as it was received."""

    status: int
    headers: Message
    body: bytes

    @property
    def comparable(self) -> tuple[int, dict[str, str], bytes]:
        """Return the response without what differs between two equal requests."""
        passing = {"age", "connection", "date", "keep-alive", "x-cache", "x-request-id"}
        headers = {name.lower(): value for name, value in self.headers.items()}
        return self.status, {name: headers[name] for name in headers.keys() - passing}, self.body


@dataclass(frozen=True)
class Proxy:
    """A proxy that listens on loopback for HTTP (plain) and HTTPS (secure)."""

    plain: int
    secure: int
    context: ssl.SSLContext

    def get(self, path: str, client: str = "127.0.0.1", **headers: str) -> Answer:
        """Ask as a browser would; underscores in header names stand for hyphens."""
        lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        return self.send(f"GET {path} HTTP/1.1", [f"Host: {HOST}", *lines], client)

    def send(self, request: str, headers: Sequence[str], client: str = "127.0.0.1") -> Answer:
        """Send a request as it is over TLS, from an address of loopback."""
        method, _, _ = request.partition(" ")
        head = "".join(f"{line}\r\n" for line in [request, *headers, "Connection: close"])
        with (
            socket.create_connection(("127.0.0.1", self.secure), 30, (client, 0)) as plain,
            self.context.wrap_socket(plain, server_hostname=HOST) as connection,
        ):
            connection.sendall(f"{head}\r\n".encode("latin-1"))
            response = HTTPResponse(connection, method=method)
            response.begin()
            return Answer(response.status, response.headers, response.read())

    def is_up(self) -> bool:
        """Return whether the service answers through the proxy."""
        try:
            return self.get("/health/live").status == 200
        except OSError:
            return False


def read_block(page: str, language: str) -> str:
    """Take the only block in a language from an English page of the guide."""
    text = (ROOT / "app" / "guide" / "en" / f"{page}.md").read_text("utf-8")
    (block,) = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
    return str(block)


def replace_all(text: str, replacements: Mapping[str, str]) -> str:
    """Replace what a test cannot have, such as the port 443; each must be there."""
    for printed, meant in replacements.items():
        assert printed in text, printed
        text = text.replace(printed, meant)
    return text


def create_certificate(folder: Path) -> None:
    """Create the certificate that the guide expects, signed by itself."""
    command = (
        f"openssl req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -days 2"
        f" -subj /CN={HOST} -addext subjectAltName=DNS:{HOST}"
        f" -keyout {folder / KEY} -out {folder / CERTIFICATE}"
    )
    subprocess.run(command.split(), check=True, capture_output=True)


def write_nginx(folder: Path, replacements: Mapping[str, str], page: str = "scaling") -> list[str]:
    """Write the configuration of the guide for a test; return the command that starts nginx."""
    inner = read_block(page, "nginx")
    changes = dict(replacements)
    if page == "scaling":
        changes = {"/var/cache/bri": str(folder / "kept"), **changes}
    user = "user root;" if os.geteuid() == 0 else ""
    around = AROUND_NGINX.format(folder=folder, user=user, inner=replace_all(inner, changes))
    (folder / "nginx.conf").write_text(around)
    return [str(NGINX), "-p", str(folder), "-c", str(folder / "nginx.conf")]


@contextmanager
def run_server(command: Sequence[str], **environment: str) -> Iterator[None]:
    """Run a server, and stop it afterwards."""
    with subprocess.Popen(
        command, env={**os.environ, **environment}, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield
        finally:
            process.terminate()
            process.wait(20)


@contextmanager
def start_nginx(folder: Path, origin: str) -> Iterator[Proxy]:
    """Start nginx in front of a service."""
    plain, secure = find_free_port(), find_free_port()
    create_certificate(folder)
    command = write_nginx(
        folder,
        {
            "listen 80;": f"listen 127.0.0.1:{plain};",
            "listen 443 ssl": f"listen 127.0.0.1:{secure} ssl",
            "/etc/letsencrypt/live/data.example": str(folder),
            "http://127.0.0.1:8000": origin,
        },
    )
    context = ssl.create_default_context(cafile=folder / CERTIFICATE)
    proxy = Proxy(plain, secure, context)
    with run_server(command):
        wait_for(proxy.is_up)
        yield proxy


@contextmanager
def start_plain_nginx(folder: Path, origin: str) -> Iterator[str]:
    """Start nginx without TLS for a benchmark; return its address."""
    port = find_free_port()
    inner = read_block("scaling", "nginx")
    # The other servers of the configuration refuse or redirect, and listen on other ports.
    replacements = {
        "listen 80;": f"listen 127.0.0.1:{find_free_port()};",
        "listen 443 ssl default_server;": f"listen 127.0.0.1:{find_free_port()};",
        "listen 443 ssl;": f"listen 127.0.0.1:{port};",
        "http://127.0.0.1:8000": origin,
        HOST: "127.0.0.1",
    }
    for line in re.findall(r"^ *ssl_.*\n", inner, re.MULTILINE):
        replacements = {line: "", **replacements}
    with run_server(write_nginx(folder, replacements)):
        base = f"http://127.0.0.1:{port}"
        wait_for(lambda: not socket.socket().connect_ex(("127.0.0.1", port)))
        yield base


@contextmanager
def start_caddy(folder: Path, origin: str) -> Iterator[Proxy]:
    """Start Caddy in front of a service."""
    plain, secure = find_free_port(), find_free_port()
    inner = replace_all(
        read_block("deployment", "caddy"), {"127.0.0.1:8000": origin.removeprefix("http://")}
    )
    text = AROUND_CADDY.format(folder=folder, plain=plain, secure=secure, inner=inner)
    (folder / "Caddyfile").write_text(text)
    command = [str(CADDY), "run", "--config", str(folder / "Caddyfile")]
    root = folder / "storage" / "pki" / "authorities" / "local" / "root.crt"
    with run_server(command, HOME=str(folder)):
        wait_for(lambda: root.exists() and bool(root.read_text()))
        proxy = Proxy(plain, secure, ssl.create_default_context(cafile=root))
        wait_for(proxy.is_up)
        yield proxy
