"""Conditional and range requests, by RFC 9110."""

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, tzinfo
from email.utils import formatdate, parsedate_to_datetime
from pathlib import Path
from time import sleep, time
from typing import Any, Self

import httpx2
import pytest

from app.db import files
from app.http.conditional import parse_http_date
from tests.http.test_cache import FILES, PLAIN
from tests.support.client import AppClient
from tests.support.processes import serve_database
from tests.support.targets import open_app

pytestmark = pytest.mark.quick

CONDITIONS = [
    ({"If-None-Match": "{etag}"}, 304),
    ({"If-None-Match": "W/{etag}"}, 304),
    ({"If-None-Match": '"x", W/"y",{etag} , "z"'}, 304),
    ({"If-None-Match": " * "}, 304),
    ({"If-None-Match": '"x,{etag}'}, 200),
    ({"If-None-Match": '"other"'}, 200),
    ({"If-None-Match": "unquoted, nonsense"}, 200),
    ({"If-None-Match": '"other"', "If-Modified-Since": "{date}"}, 200),
    ({"If-None-Match": "{etag}", "If-Modified-Since": "{before}"}, 304),
    ({"If-Modified-Since": "{date}"}, 304),
    ({"If-Modified-Since": "{after}"}, 304),
    ({"If-Modified-Since": "{before}"}, 200),
    ({"If-Modified-Since": "Saturday, 01-Jan-50 00:00:00 GMT"}, 304),
    ({"If-Modified-Since": "Friday, 01-Jan-99 00:00:00 GMT"}, 200),
    ({"If-Modified-Since": "Sat Jan  1 00:00:00 2050"}, 304),
    ({"If-Modified-Since": "2050-01-01"}, 200),
    ({"If-Modified-Since": "Sat, 01 Jan 2050 00:00:00 +0000"}, 200),
    ({"If-Modified-Since": ""}, 200),
    ({"If-Match": "{etag}"}, 200),
    ({"If-Match": "*"}, 200),
    ({"If-Match": "W/{etag}"}, 412),
    ({"If-Match": '"other"'}, 412),
    ({"If-Match": "{etag}", "If-None-Match": "{etag}"}, 304),
    ({"If-Match": '"other"', "If-None-Match": "{etag}"}, 412),
    ({"If-Match": "{etag}", "If-Unmodified-Since": "{before}"}, 200),
    ({"If-Unmodified-Since": "{date}"}, 200),
    ({"If-Unmodified-Since": "{before}"}, 412),
    ({"If-Unmodified-Since": "yesterday"}, 200),
]


@pytest.mark.parametrize(("conditions", "status"), CONDITIONS)
def test_conditions_are_weighed(client: AppClient, conditions: dict[str, str], status: int) -> None:
    for path in ("/v1/overview", "/static/site.css"):
        for method in ("GET", "HEAD"):
            check_condition(client, method, path, conditions, status)


def check_condition(
    client: httpx2.Client, method: str, path: str, conditions: dict[str, str], status: int
) -> None:
    """Send a conditional request, and check the whole response."""
    whole = client.head(path)
    date = parsedate_to_datetime(whole.headers["last-modified"]).timestamp()
    known = {
        "etag": whole.headers["etag"],
        "date": whole.headers["last-modified"],
        "before": formatdate(date - 1, usegmt=True),
        "after": formatdate(date + 1, usegmt=True),
    }
    headers = {name: value.format(**known) for name, value in conditions.items()}
    response = client.request(method, path, headers=headers)
    assert response.status_code == status
    assert response.headers["x-request-id"]
    assert response.headers["access-control-allow-origin"] == "*"
    if status == 304:
        assert response.content == b""
        for name in ("etag", "last-modified", "cache-control", "vary"):
            assert response.headers[name] == whole.headers[name]
        assert not {"content-type", "content-length", "content-encoding"} & set(response.headers)
    if status == 412:
        assert response.headers["cache-control"] == "no-store"
        assert method == "HEAD" or response.json()["code"] == "precondition-failed"


def test_a_day_that_the_century_does_not_have_is_no_date(monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls(2100, 3, 1, tzinfo=tz)

    monkeypatch.setattr("app.http.conditional.datetime", Clock)
    assert parse_http_date(b"Tuesday, 29-Feb-00 08:49:37 GMT") is None
    assert (
        parse_http_date(b"Sunday, 28-Feb-00 08:49:37 GMT")
        == datetime(2100, 2, 28, 8, 49, 37, tzinfo=UTC).timestamp()
    )


def test_a_two_digit_year_is_never_far_in_the_future() -> None:
    assert parse_http_date(b"Sunday, 06-Nov-94 08:49:37 GMT") == 784111777
    assert parse_http_date(b"Sun, 06 Nov 1994 08:49:37 GMT") == 784111777
    assert parse_http_date(b"Sun Nov  6 08:49:37 1994") == 784111777


def test_a_problem_has_no_validator(client: AppClient) -> None:
    for path in ("/v1/nothing", "/v1/topics?limit=0", "/health/live"):
        response = client.get(path, headers={"If-None-Match": "*"})
        assert response.status_code != 304
        assert "etag" not in response.headers


@pytest.mark.parametrize(
    ("part", "status", "expected"),
    [
        ("bytes=0-0", 206, slice(0, 1)),
        ("bytes=3-9", 206, slice(3, 10)),
        ("Bytes= 3-9", 206, slice(3, 10)),
        ("bytes=3-", 206, slice(3, None)),
        ("bytes=-5", 206, slice(-5, None)),
        ("bytes=-99999999", 206, slice(0, None)),
        ("bytes=3-99999999", 206, slice(3, None)),
        ("bytes=3-18446744073709551615", 206, slice(3, None)),
        ("bytes=-18446744073709551615", 206, slice(0, None)),
        ("bytes=99999999-", 416, None),
        ("bytes=-0", 416, None),
        ("bytes=9-3", 200, None),
        ("bytes=0-1,3-4", 200, None),
        ("bytes=-", 200, None),
        ("bytes=a-b", 200, None),
        ("bytes=٣-٩", 200, None),
        ("bytes=0-" + "9" * 5000, 200, None),
        ("items=0-1", 200, None),
        ("", 200, None),
    ],
)
def test_parts_of_files_are_sent(
    client: AppClient, part: str, status: int, expected: slice | None
) -> None:
    for path in FILES:
        for coding in ("identity", "gzip"):
            check_part(client, path, coding, part, (status, expected))


def check_part(
    client: AppClient, path: str, coding: str, parameters: str, expected: tuple[int, slice | None]
) -> None:
    """Request a range of a file, and check the whole response."""
    status, shown = expected
    plain = {"Accept-Encoding": coding}
    with client.stream("GET", path, headers=plain) as whole:
        body = b"".join(whole.iter_raw())
    assert whole.headers["accept-ranges"] == "bytes"
    headers: Any = {**plain, "Range": parameters.encode()}
    with client.stream("GET", path, headers=headers) as response:
        part = b"".join(response.iter_raw())
    assert response.status_code == status
    if status == 416:
        assert response.headers["content-range"] == f"bytes */{len(body)}"
        assert response.headers["content-type"] == "application/problem+json"
        return
    assert part == (body[shown] if shown else body)
    assert int(response.headers["content-length"]) == len(part)
    assert response.headers["etag"] == whole.headers["etag"]
    if shown:
        start, stop, _ = shown.indices(len(body))
        assert response.headers["content-range"] == f"bytes {start}-{stop - 1}/{len(body)}"
    assert client.head(path, headers=headers).status_code == 200


def test_a_range_is_sent_only_of_the_representation_in_if_range(client: AppClient) -> None:
    path = "/static/site.css"
    whole = client.get(path, headers=PLAIN)
    packed = client.get(path, headers={"Accept-Encoding": "br"})
    for condition, status in (
        (whole.headers["etag"], 206),
        (whole.headers["last-modified"], 206),
        (packed.headers["etag"], 200),
        (f"W/{whole.headers['etag']}", 200),
        (formatdate(0, usegmt=True), 200),
        ("nonsense", 200),
    ):
        headers = {**PLAIN, "Range": "bytes=0-9", "If-Range": condition}
        assert client.get(path, headers=headers).status_code == status, condition
    headers = {**PLAIN, "Range": "bytes=0-9", "If-None-Match": whole.headers["etag"]}
    assert client.get(path, headers=headers).status_code == 304


@pytest.fixture
def large(database: Path, tmp_path: Path) -> Path:
    """Make a database that is too large to be copied into memory."""
    path = tmp_path / "large.sqlite"
    shutil.copy2(database, path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE filler AS SELECT zeroblob(17000000) AS content")
    return path


@pytest.mark.sqlite
def test_a_large_database_is_a_file_like_others(large: Path) -> None:
    path, content = "/v1/dataset.sqlite", large.read_bytes()
    with serve_database(large) as base, httpx2.Client(base_url=base) as client:
        for conditions, expected in CONDITIONS:
            sent = {name: value.strip() for name, value in conditions.items()}
            method = "HEAD" if expected == 200 else "GET"
            check_condition(client, method, path, sent, expected)
        whole = client.get(path)
        is_whole = whole.content == content
        assert is_whole
        assert whole.headers["accept-ranges"] == "bytes"
        date, size = whole.headers["last-modified"], len(content)
        for asked, condition, status, part in (
            ("bytes=5-14", whole.headers["etag"], 206, slice(5, 15)),
            ("bytes=900000-2999999", date, 206, slice(900_000, 3_000_000)),
            ("bytes=-8", whole.headers["etag"], 206, slice(size - 8, size)),
            ("bytes=5-14", '"other"', 200, slice(size)),
        ):
            found = client.get(path, headers={"Range": asked, "If-Range": condition})
            assert found.status_code == status, asked
            # pytest would take minutes to describe how two long files differ.
            is_same = found.content == content[part]
            assert is_same, asked
            shown = f"bytes {part.start}-{part.stop - 1}/{size}" if status == 206 else None
            assert found.headers.get("content-range") == shown
        assert client.get(path, headers={"Range": f"bytes={size}-"}).status_code == 416
        large.write_bytes(b"changed")
        assert client.get(path).status_code == 503


@pytest.mark.sqlite
def test_a_database_without_a_digest_is_identified_by_its_file(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_DIGESTED", 0)
    with open_app(database) as app:
        client = AppClient(app)
        whole = client.head("/v1/dataset.sqlite")
        assert "repr-digest" not in whole.headers
        headers = {"Range": "bytes=0-9", "If-Range": whole.headers["etag"]}
        assert client.get("/v1/dataset.sqlite", headers=headers).content == b"SQLite for"


def test_json_has_no_ranges(client: AppClient) -> None:
    response = client.get("/v1/overview", headers={"Range": "bytes=0-9"})
    assert response.status_code == 200
    assert response.json()["indicators"]


def test_nothing_was_modified_after_it_was_sent(copied_file: Path) -> None:
    """The Date of the server lags by up to a second, and a file may be of the future."""
    os.utime(copied_file, (time() + 9999,) * 2)
    with serve_database(copied_file) as base, httpx2.Client(base_url=base) as client:
        for number in range(40):
            headers = client.get(f"/v1/observations?limit={number + 1}").headers
            modified, date = map(parsedate_to_datetime, (headers["last-modified"], headers["date"]))
            assert modified <= date
            sleep(0.03)
