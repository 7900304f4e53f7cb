"""A proxy that removes a path prefix, as nginx does with proxy_pass and a trailing slash."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx2


@contextmanager
def start_stripping_proxy(base: str, prefix: str = "/bri") -> Iterator[str]:
    """Pass requests on without their prefix."""
    with httpx2.Client(timeout=60, limits=httpx2.Limits(max_keepalive_connections=0)) as client:

        class Proxy(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                headers = {"Host": self.headers["Host"]}
                response = client.get(base + self.path.removeprefix(prefix), headers=headers)
                self.send_response(response.status_code)
                self.send_header("Content-Type", response.headers["content-type"])
                self.send_header("Content-Length", str(len(response.content)))
                self.end_headers()
                self.wfile.write(response.content)

            def log_message(self, *_: object) -> None:
                """Log nothing."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as proxy:
            thread = Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
            thread.start()
            yield f"http://127.0.0.1:{proxy.server_port}"
            proxy.shutdown()
            thread.join()
