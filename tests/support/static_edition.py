"""Static editions: a server for one, and its links, found without the code that wrote them."""

import json
import re
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urldefrag, urljoin, urlsplit
from zipfile import ZipFile

from tests.support.load import wait_for
from tests.support.processes import find_free_port
from tests.support.reverse_proxies import run_server

BASE = "https://data.example/bri"
"""The address for which the edition of the tests is written."""
MAX_RECORDS = 30
"""More records than most collections of the seed have, and fewer than the longest have."""
LEFT_OUT = re.compile(
    r"/overview\.|/(commitments|series|indicators(?!/goods-trade))/[^/]+/chart\."
    r"|^/docs/(?!(list_observations|list_changes|get_indicator|get_service)$)"
)
"""Charts that the edition of the tests does not draw, and most of the pages of operations.

Those take half of the time, and all are made from one template."""
ATTRIBUTES = {"href", "src", "srcset", "action", "content", "data-document"}
PACKED = {".xlsx", ".zip"}
OPAQUE = {".woff2", ".png", ".sqlite", ".arrow", ".br", ".gz", ".zst"}


def list_files(edition: Path) -> list[dict[str, Any]]:
    """Read the manifest of an edition."""
    files: list[dict[str, Any]] = json.loads((edition / "manifest.json").read_text())["files"]
    return files


class Link(NamedTuple):
    """A link from a file to another."""

    file: str
    target: str
    fragment: str


class PageParser(HTMLParser):
    """Collects the links and the anchors of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the attributes that browsers follow."""
        del tag
        is_index = ("name", "search-index") in attrs
        for name, value in attrs:
            if name == "id" and value:
                self.anchors.add(value)
            is_address = name != "content" or is_index or (value or "").startswith("https://")
            if name in ATTRIBUTES and value and is_address:
                self.links.append(value)

    def handle_data(self, data: str) -> None:
        """Take the texts, in which absolute addresses may be."""
        self.texts.append(data)


@cache
def parse_page(path: Path) -> PageParser:
    """Parse a page once."""
    parser = PageParser()
    parser.feed(path.read_text("utf-8"))
    return parser


def find_addresses(text: str) -> Iterator[str]:
    """Find the absolute addresses of the edition in a text."""
    for match in re.finditer(rf"{re.escape(BASE)}[^\s\"'<>(){{}}\\\[\]|，。；、）]*", text):
        yield match[0].rstrip(".,;:")


def list_addresses(path: Path) -> Iterator[str]:
    """List the addresses in a file, absolute or relative to it."""
    if path.suffix in OPAQUE:
        return
    if path.suffix in PACKED:
        with ZipFile(BytesIO(path.read_bytes())) as packed:
            for name in packed.namelist():
                # The footers of workbooks use the mark & for their layout.
                text = packed.read(name).decode("utf-8", "replace").replace("&", " ")
                yield from find_addresses(text)
    elif path.suffix == ".html":
        parser = parse_page(path)
        yield from parser.links
        # Identifiers in structured data have fragments, but nobody follows them.
        yield from (urldefrag(address)[0] for address in find_addresses(" ".join(parser.texts)))
    elif path.suffix in {".jsonld", ".ttl"} or path.name.startswith("openapi"):
        yield from (urldefrag(address)[0] for address in find_addresses(path.read_text("utf-8")))
    else:
        yield from find_addresses(path.read_bytes().decode("utf-8", "replace"))


def list_links(folder: Path) -> Iterator[Link]:
    """List all links between the files of an edition; those to other hosts are left out."""
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        file = path.relative_to(folder).as_posix()
        for address in list_addresses(path):
            whole, fragment = urldefrag(urljoin(f"{BASE}/{file}", address))
            parts = urlsplit(whole)
            base = urlsplit(BASE)
            if (parts.scheme, parts.netloc) == (base.scheme, base.netloc):
                target = unquote(parts.path).removeprefix(base.path).removeprefix("/")
                yield Link(file, target, unquote(fragment))


def find_broken(folder: Path) -> list[Link]:
    """Find links to files or anchors that do not exist; a folder stands for its first page."""
    broken = []
    for link in set(list_links(folder)):
        path = folder / link.target
        if path.is_dir():
            path /= "index.html"
        is_anchor = link.fragment and path.suffix == ".html" and link.fragment[0] != "?"
        if not path.is_file() or (is_anchor and link.fragment not in parse_page(path).anchors):
            broken.append(link)
    return sorted(broken)


@contextmanager
def run_listening_server(command: list[str], port: int) -> Iterator[str]:
    """Run a server until the end of a test, from when it listens."""

    def is_listening() -> bool:
        with socket.socket() as probe:
            return not probe.connect_ex(("127.0.0.1", port))

    with run_server(command):
        wait_for(is_listening)
        yield f"http://127.0.0.1:{port}"


@contextmanager
def serve_folder(folder: Path) -> Iterator[str]:
    """Serve a folder with the server of the standard library."""
    port = find_free_port()
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    with run_listening_server([*command, "--directory", str(folder)], port) as base:
        yield base
