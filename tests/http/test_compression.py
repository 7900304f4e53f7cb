"""Content codings: the choice by Accept-Encoding, and lossless bodies."""

import gzip
import sys
from collections.abc import Callable, Iterator

import brotli  # type: ignore[import-untyped]
import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from hypothesis import given
from hypothesis import strategies as st

from app.http.cached_response import compress, create_compressor, is_compressible
from app.http.routing import RouteDeclaration
from app.negotiation import Coding, negotiate_coding
from tests.support.client import AppClient
from tests.support.targets import Target, open_app

pytestmark = pytest.mark.quick

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

CODINGS = ["br", "zstd", "gzip"]
DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "br": brotli.decompress,
    "zstd": zstd.decompress,
    "gzip": gzip.decompress,
    "identity": bytes,
}


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("", "identity"),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, zstd", "zstd"),
        ("br;q=0.5, gzip", "gzip"),
        ("br;q=0.5, gzip;q=0.501", "gzip"),
        ("br;q=0, *", "zstd"),
        ("br ; q=0.2 , zstd;Q=0.1", "br"),
        ("*", "br"),
        ("*;q=0", "identity"),
        ("*;q=0, gzip;q=0.001", "gzip"),
        ("identity", "identity"),
        ("identity;q=1, br;q=0.9", "identity"),
        ("identity;q=0.5, br;q=0.5", "br"),
        ("identity;q=0", "identity"),
        ("identity;q=0, gzip", "gzip"),
        ("compress, deflate, sdch", "identity"),
        ("br;q=2, gzip;q=0.0001", "identity"),
        ("br;q=, ;;;, gzip;level=9", "identity"),
        ("brotli", "identity"),
    ],
)
def test_coding_is_chosen(header: str, coding: str) -> None:
    assert negotiate_coding(header.encode()) == coding


@given(st.binary(max_size=300))
def test_any_header_gets_a_coding(header: bytes) -> None:
    assert negotiate_coding(header) in Coding


@pytest.mark.parametrize("coding", CODINGS)
@given(pieces=st.lists(st.binary(max_size=2000), max_size=5))
def test_decompressed_bytes_are_those_compressed(coding: str, pieces: list[bytes]) -> None:
    whole = b"".join(pieces)
    packed = compress(whole, Coding(coding))
    assert DECODERS[coding](packed) == whole
    assert compress(whole, Coding(coding)) == packed
    add, finish = create_compressor(Coding(coding))
    assert DECODERS[coding](b"".join(map(add, pieces)) + finish()) == whole


@pytest.mark.parametrize(
    ("media_type", "compressible"),
    [
        ("application/json", True),
        ("application/problem+json", True),
        ("text/html; charset=utf-8", True),
        ("text/javascript", True),
        ("image/svg+xml", True),
        ("image/png", False),
        ("application/zip", False),
        ("application/vnd.apache.parquet", False),
        ("text/event-stream", False),
        ("", False),
    ],
)
def test_only_text_is_compressed(media_type: str, compressible: bool) -> None:  # noqa: FBT001
    assert is_compressible(media_type) is compressible


@pytest.mark.parametrize("path", ["/v1/overview", "/openapi.json", "/docs", "/static/site.css"])
def test_each_coding_has_an_etag_of_its_own(app: FastAPI, path: str) -> None:
    client = AppClient(app)
    etags, bodies = set(), set()
    for coding in ["identity", *CODINGS]:
        with client.stream("GET", path, headers={"Accept-Encoding": coding}) as response:
            raw = b"".join(response.iter_raw())
        assert response.headers.get("content-encoding", "identity") == coding
        assert "Accept-Encoding" in response.headers["vary"]
        assert int(response.headers["content-length"]) == len(raw)
        etags.add(response.headers["etag"])
        bodies.add(DECODERS[coding](raw))
    assert len(etags) == 4
    assert len(bodies) == 1


def test_small_responses_and_problems_are_not_compressed(client: AppClient) -> None:
    for path in ("/v1/units/percent", "/health/live", "/v1/nothing"):
        response = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert len(response.content) < 500 or response.headers["vary"], path
        assert "content-encoding" not in response.headers, path


@pytest.mark.parametrize("coding", ["identity", *CODINGS])
def test_streams_are_compressed_piece_by_piece(streaming: AppClient, coding: str) -> None:
    headers = {"Accept-Encoding": coding}
    with streaming.stream("GET", "/v1/rows", headers=headers) as response:
        raw = b"".join(response.iter_raw())
    assert response.headers.get("content-encoding", "identity") == coding
    assert "content-length" not in response.headers
    assert "etag" not in response.headers
    assert response.headers["vary"] == "Accept-Encoding"
    assert response.headers["cache-control"].startswith("public, max-age=300")
    assert DECODERS[coding](raw) == b"a,b,c\n" * 100_000


@pytest.fixture
def streaming(database: Target) -> Iterator[AppClient]:
    """Add a route to the application that streams, as those of large tables do."""
    with open_app(database) as working:

        def stream_rows() -> StreamingResponse:
            return StreamingResponse((b"a,b,c\n" * 1000 for _ in range(100)), media_type="text/csv")

        working.request_router.add_route(RouteDeclaration("/v1/rows", stream_rows))
        yield AppClient(working)
