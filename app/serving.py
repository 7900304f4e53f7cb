"""The start of the server with the settings of the command line."""

import gc
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from socket import socket
from tempfile import TemporaryDirectory

import typer

from app.doctor import quote_commands
from app.settings import Settings


@contextmanager
def share_metrics(settings: Settings, workers: int) -> Iterator[None]:
    if not settings.metrics or workers == 1:
        yield
        return
    with TemporaryDirectory(prefix="bri-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        yield


def run_server(
    host: str, port: int, workers: int, settings: Settings, sockets: Sequence[socket] = ()
) -> None:
    is_secure = settings.public_url is not None and settings.public_url.scheme == "https"
    if workers == 1:
        # Imports create no garbage; the application enables collection again when it is ready.
        gc.disable()
    from app.server import FAST_PATH_WARNING, has_fast_path, run

    if not has_fast_path():
        typer.echo(quote_commands(f"bri: {FAST_PATH_WARNING}"), err=True)
    root_path = settings.root_path
    run(
        host,
        port,
        sockets,
        workers=workers,
        root_path=root_path,
        is_secure=is_secure,
        shutdown_timeout=settings.shutdown_timeout,
    )
