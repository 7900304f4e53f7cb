"""A log line for each request, and metrics that cover all workers."""

import json
import os
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen
from time import sleep

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.http.middleware import LineWriter
from tests.support.client import AppClient
from tests.support.load import wait_for
from tests.support.processes import (
    LONGEST_END,
    find_free_port,
    serve_database,
    start_server,
    wait_until_ready,
)
from tests.support.targets import Target, build_environment

pytestmark = pytest.mark.resources

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]
TRACE = "0af7651916cd43dd8448eb211c80319c"


@contextmanager
def serve_with_log(database: Target, folder: Path, form: str) -> Iterator[tuple[str, Path]]:
    """Serve a database with an access log."""
    file = folder / "log"
    with serve_database(database, file, BRI_ACCESS_LOG=form) as base:
        yield base, file


def read_lines(file: Path, path: str) -> list[str]:
    """Read the lines about a path."""
    return [line for line in file.read_text(encoding="utf-8").splitlines() if path in line]


@pytest.mark.quick
def test_each_request_is_a_line_for_programs(database: Target, tmp_path: Path) -> None:
    with serve_with_log(database, tmp_path, "json") as (base, file):
        headers = {
            "X-Request-ID": "chosen-by-test",
            "traceparent": f"00-{TRACE}-b7ad6b7169203331-01",
        }
        for _ in range(2):
            httpx2.get(f"{base}/v1/indicators/aid-projects?lang=zh", headers=headers)
        httpx2.get(f"{base}/v1/indicators/aid")
        plain = {"Accept-Encoding": "identity"}
        httpx2.get(f"{base}/v1/observations.csv?vintages=all", headers=plain)
        httpx2.head(f"{base}/nothing/here")
        httpx2.post(f"{base}/v1")
        sleep(0.2)
    first, second = (json.loads(line) for line in read_lines(file, "aid-projects"))
    assert first["id"] == "chosen-by-test"
    assert first["trace"] == TRACE
    assert (first["method"], first["status"]) == ("GET", 200)
    assert first["target"] == "/v1/indicators/aid-projects?lang=zh"
    assert first["route"] == second["route"] == "/v1/indicators/{indicator}"
    assert (first["cache"], second["cache"]) == ("miss", "hit")
    assert first["milliseconds"] > 0
    assert first["bytes"] == second["bytes"] > 1000
    (missing,) = (json.loads(line) for line in read_lines(file, '"/v1/indicators/aid"'))
    assert (missing["status"], missing["route"]) == (404, "/v1/indicators/{indicator}")
    (table,) = (json.loads(line) for line in read_lines(file, "vintages=all"))
    assert table["bytes"] > 10_000
    (nowhere,) = (json.loads(line) for line in read_lines(file, "/nothing/here"))
    assert (nowhere["status"], nowhere["route"], nowhere["bytes"]) == (404, "other", 0)
    (refused,) = (json.loads(line) for line in read_lines(file, '"POST"'))
    assert (refused["status"], refused["cache"]) == (405, "none")


def test_each_request_is_a_line_for_people(database: Target, tmp_path: Path) -> None:
    with serve_with_log(database, tmp_path, "text") as (base, file):
        httpx2.get(f"{base}/v1/topics?q=%0A%22x", headers={"X-Request-ID": "chosen-by-test"})
        sleep(0.2)
    (line,) = read_lines(file, "/v1/topics")
    assert re.fullmatch(
        r"\S+ 127\.0\.0\.1 GET /v1/topics\?q=%0A%22x 422 [\d.]+ ms \d+ B miss id=chosen-by-test",
        line,
    )


def test_a_client_cannot_write_fields_or_lines(database: Target, tmp_path: Path) -> None:
    """The server trusts this client to name others, as it trusts a proxy on the same host."""
    forged = "9.9.9.9 GET /admin 200 1 ms\x85\u2028".encode()
    with serve_with_log(database, tmp_path, "text") as (base, file):
        httpx2.get(f"{base}/v1/units", headers={b"X-Forwarded-For": forged})
        httpx2.get(f"{base}/v1/units%20200%201%20ms%E2%80%A8")
        httpx2.get(f"{base}/v1/units")
        sleep(0.2)
    named, unknown, plain = (line for line in read_lines(file, "/v1/units"))
    assert len(named.split()) == len(unknown.split()) == len(plain.split())


def test_a_log_that_cannot_be_written_harms_no_response(database: Target, tmp_path: Path) -> None:
    port, errors = find_free_port(), tmp_path / "errors"
    base = f"http://127.0.0.1:{port}"
    environment = os.environ | build_environment(database) | {"BRI_ACCESS_LOG": "json"}
    with Path("/dev/full").open("w", encoding="utf-8") as full, errors.open("w") as written:
        command = [sys.executable, "-m", "app", "serve", "--port", str(port)]
        process = Popen(command, stdout=full, stderr=written, env=environment)
        try:
            wait_until_ready(base, process.poll)
            for path in ("/v1/units", "/v1/observations.csv"):
                assert httpx2.get(f"{base}{path}").status_code == 200
        finally:
            process.terminate()
            process.wait(LONGEST_END)
    cause = "No space left on device"
    assert errors.read_text().splitlines() == [
        f"bri: standard output cannot be written: {cause}",
        f"WARNING:  lines lost from the access log: 1 ({cause})",
    ]


def test_a_line_that_was_cut_off_ends_before_the_next(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    lines = LineWriter()
    with os.fdopen(reader, "rb", 0) as read, os.fdopen(writer, "w", encoding="utf-8") as stdout:
        monkeypatch.setattr(sys, "stdout", stdout)
        lines.write("first")
        lines.write("x" * 1_000_000)  # Longer than a pipe can hold.
        lines.write("lost")
        assert read.read(1_000_000).startswith(b"first\nxx")
        lines.write("next")
        lines.write("last")
        assert read.read(100) == b"\nnext\nlast\n"
    assert (lines.lost, len(caplog.records)) == (1, 1)


def parse_samples(text: str) -> Samples:
    """Parse metrics with the client library."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def count_requests(found: Samples, **labels: str) -> float:
    """Count the requests that have some labels."""
    return sum(
        value
        for (name, pairs), value in found.items()
        if name == "bri_requests_total" and labels.items() <= dict(pairs).items()
    )


@pytest.mark.parametrize("workers", [1, 2])
def test_numbers_are_those_of_all_workers(database: Target, workers: int) -> None:
    with (
        start_server(database, workers=workers, BRI_METRICS="true") as server,
        httpx2.Client(base_url=server.base, headers={"Connection": "close"}) as client,
    ):
        base = server.base

        def get(path: str) -> int:
            return client.get(path).status_code

        paths = ["/v1/overview"] * 200 + ["/v1/indicators/aid"] * 10 + ["/v1/topics?limit=1"] * 10
        with ThreadPoolExecutor(8) as threads:
            answered = list(threads.map(get, paths))

        def count(**labels: str) -> float:
            return count_requests(parse_samples(httpx2.get(f"{base}/metrics").text), **labels)

        # Each worker adds up its cached responses once a second.
        wait_for(lambda: count(route="/v1/overview") >= 200)
        response = httpx2.get(f"{base}/metrics")
        # A request is counted after its response has been sent.
        wait_for(lambda: count(route="/metrics"))
        assert "Warning" not in server.log.read_text()
    assert answered.count(200) == 210
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert response.headers["cache-control"] == "no-store"
    found = parse_samples(response.text)
    assert count_requests(found, route="/v1/overview", status="200") == 200
    assert 1 <= count_requests(found, route="/v1/overview", cache="miss") <= workers * 8
    assert count_requests(found, route="/v1/indicators/{indicator}", status="404") == 10
    assert count_requests(found, route="/v1/topics") == 10
    assert count_requests(found, route="/v1/topics?limit=1") == 0
    key = ("bri_request_seconds_count", frozenset({("route", "/v1/indicators/{indicator}")}))
    assert found[key] == 10
    assert 2 <= found["bri_cache_entries", frozenset()] <= 3 * workers
    assert found["bri_cache_bytes", frozenset()] > 4000
    (released,) = [labels for name, labels in found if name == "bri_release_timestamp_seconds"]
    assert dict(released)["release"] == "2026-11-25.2"


def test_a_response_of_the_parser_is_counted_once(database: Target) -> None:
    with (
        serve_database(database, BRI_METRICS="true") as base,
        httpx2.Client(base_url=base) as client,
    ):
        # With this header the parser passes a request on.
        del client.headers["connection"]
        for _ in range(21):
            assert client.get("/v1/overview").status_code == 200
        # Each request for the metrics flushes what the parser has counted.
        for _ in range(3):
            found = parse_samples(client.get("/metrics").text)
    assert found["bri_fast_path_processes", frozenset()] == 1
    assert count_requests(found, route="/v1/overview", cache="hit") == 20
    assert count_requests(found, route="/v1/overview", cache="miss") == 1


def test_metrics_are_collected_only_if_enabled(client: AppClient) -> None:
    response = client.get("/metrics")
    assert response.status_code == 404
    assert "BRI_METRICS" in response.json()["detail"]
