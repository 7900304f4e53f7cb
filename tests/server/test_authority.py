"""The authority of a request: its syntax, and that of an absolute target."""

from functools import partial

import pytest

from app.http.authority import is_valid_authority
from tests.server.test_connections import CLOSE, REQUEST, run_bounded
from tests.server.test_hostile_clients import exchange_bytes
from tests.support.processes import start_server
from tests.support.targets import Target

pytestmark = pytest.mark.resources


@pytest.mark.parametrize(
    ("text", "is_valid"),
    [
        (b"data.example", True),
        (b"data_1.example:8000", True),
        (b"192.0.2.1:80", True),
        (b"[2001:db8::1]:80", True),
        (b"[::ffff:192.0.2.1]", True),
        (b"[fe80::1%25eth0]", False),
        ("数据.example".encode(), False),
        (b"", False),
        (b"a/b", False),
        (b"a:65536", False),
    ],
)
def test_authorities_are_validated(text: bytes, is_valid: bool) -> None:  # noqa: FBT001 (A parameter of pytest.)
    assert is_valid_authority(text) == is_valid


@pytest.mark.parametrize("protocol", ["fast path", "h11"])
def test_the_authority_of_an_absolute_target_counts(database: Target, protocol: str) -> None:
    with start_server(database, partial(run_bounded, protocol)) as server:
        for target, path in (
            (b"http://other.example:81/v1/units?limit=1", "/v1/units"),
            (b"HTTP://other.example:81", "/"),
        ):
            for _ in range(2):
                received = exchange_bytes(
                    server.port, REQUEST.replace(b"/v1/units", target) + CLOSE
                )
                assert received.startswith(b"HTTP/1.1 200 "), (target, received[:100])
                if path != "/":
                    assert b"http://other.example:81/v1/units?" in received
        for target in (b"http://u:p@other.example/v1", b"http:///v1", b"ftp://other.example/v1"):
            received = exchange_bytes(server.port, REQUEST.replace(b"/v1/units", target) + CLOSE)
            assert received.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 404 ")), received[:100]
