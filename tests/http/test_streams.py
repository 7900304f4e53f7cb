"""Streams: how many there may be, who reads and compresses them, and HTTP/1.0."""

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import ExitStack

import anyio
import pytest
from sqlalchemy import event

from app import request
from app.http import cache, cached_response, limits
from app.negotiation import Coding
from app.problems.problem import NotReady
from tests.http.test_cache import fetch
from tests.http.test_concurrency_limits import CLIENT, create_caller
from tests.support.client import AppClient
from tests.support.targets import Target, open_app

pytestmark = pytest.mark.resources


@pytest.mark.sqlite
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_client_with_many_streams_gets_no_more(
    database: Target, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    monkeypatch.setattr(request, "MAX_BUFFERED", 1000)
    with open_app(database) as app, AppClient(app) as client:
        paths = "/v1/observations.csv", "/v1/dataset.sqlite"
        assert [client.request(method, path).status_code for path in paths] == [200, 200]
        counts = Counter({CLIENT: limits.MAX_CLIENT_STREAMS})
        monkeypatch.setattr(limits.STREAMS, "counts", counts)
        assert [client.request(method, path).status_code for path in paths] == [503, 503]
        part = client.get("/v1/dataset.sqlite", headers={"Range": "bytes=0-9"})
        assert part.status_code == 206


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_a_stream_over_http_1_0_has_a_length(
    database: Target, monkeypatch: pytest.MonkeyPatch, coding: str
) -> None:
    """It has no chunks (RFC 9112, 6.1), and no other sign that a response has been cut off."""
    monkeypatch.setattr(request, "MAX_BUFFERED", 1000)
    headers = {"accept-encoding": coding}
    with open_app(database) as app:
        for path in ("/v1/observations.csv", "/v1/dataset.zip"):
            (_, old, body), (_, new, same) = (
                asyncio.run(fetch(app, path, "", headers, http_version=version))
                for version in ("1.0", "1.1")
            )
            assert body == same
            assert old["content-length"] == str(len(body))
            assert "content-length" not in new


def test_a_stream_that_cannot_be_stored_for_http_1_0_is_refused(
    database: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request, "MAX_BUFFERED", 1000)
    with open_app(database) as app:

        def send(method: str = "GET") -> tuple[int, bytes]:
            path = "/v1/observations.csv"
            status, _, body = asyncio.run(fetch(app, path, http_version="1.0", method=method))
            return status, body

        assert send()[0] == 200
        monkeypatch.setattr(cache, "MAX_STORED", 1000)
        status, body = send()
        assert status == 422
        assert b"use HTTP/1.1" in body
        # HEAD stores nothing (RFC 9110, 9.3.2).
        assert send("HEAD") == (200, b"")
        monkeypatch.undo()
        monkeypatch.setattr(request, "MAX_BUFFERED", 1000)
        monkeypatch.setattr(limits, "MAX_STREAMS", 0)
        assert send()[0] == 503


@pytest.mark.database
@pytest.mark.parametrize("coding", ["identity", "gzip"])
@pytest.mark.parametrize("reason", ["left", "refused", "head"])
def test_a_stream_that_nobody_reads_to_its_end_is_closed_in_a_thread(
    database: Target, monkeypatch: pytest.MonkeyPatch, reason: str, coding: str
) -> None:
    """The event loop would wait for a server of which a cursor is closed."""
    monkeypatch.setattr(request, "MAX_BUFFERED", 1000)
    if reason == "refused":
        monkeypatch.setattr(limits, "MAX_STREAMS", 0)
    threads: list[threading.Thread] = []
    method, headers = "HEAD" if reason == "head" else "GET", {"accept-encoding": coding}
    with open_app(database) as app:
        engine = app.state.releases.release.database.streaming_engine
        event.listen(engine, "checkin", lambda *_: threads.append(threading.current_thread()))
        path, leaves = "/v1/observations.jsonl", reason == "left"
        status, _, _ = asyncio.run(fetch(app, path, "", headers, method=method, leaves=leaves))
        assert status == (503 if reason == "refused" else 200)
        assert len(threads) == 1
        assert threads[0] is not threading.main_thread()


def test_streams_are_compressed_in_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """The event loop would have no time for other requests."""
    used: set[threading.Thread] = set()

    def add(piece: bytes) -> bytes:
        used.add(threading.current_thread())
        return piece

    async def compress() -> bytes:
        pieces = cache.compress_pieces(stream(), Coding.BROTLI)
        return b"".join([piece async for piece in pieces])

    async def stream() -> AsyncIterator[bytes]:
        yield b"a"
        yield b"b"

    compressor = cached_response.Compressor(add, lambda: b"")
    monkeypatch.setattr(cache, "create_compressor", lambda _: compressor)
    assert anyio.run(compress) == b"ab"
    assert used.isdisjoint({threading.main_thread()})
    assert used


def test_a_client_has_few_streams_and_all_have_not_many() -> None:
    streams = limits.StreamLimit()
    with ExitStack() as stack:
        for number in range(limits.MAX_STREAMS):
            context = create_caller()
            context.client = f"192.0.2.{number // limits.MAX_CLIENT_STREAMS}"
            stack.enter_context(streams.acquire(context))
        context.client = "192.0.2.99"
        with pytest.raises(NotReady), streams.acquire(context):
            """Refused."""
    with ExitStack() as stack:
        for _ in range(limits.MAX_CLIENT_STREAMS):
            stack.enter_context(streams.acquire(context))
        with pytest.raises(NotReady), streams.acquire(context):
            """Refused."""
    assert not streams.counts
