"""The process that renders charts: identical bytes, timeouts and restarts."""

import subprocess
import sys
from os import environ

import httpx2
import pytest

from app.formats.charts import rendering
from app.formats.charts.rendering import RenderingClient
from tests.formats.test_charts import LANGUAGES
from tests.support.processes import serving
from tests.support.targets import Target, environment_of

pytestmark = pytest.mark.resources


def test_same_request_gives_the_same_bytes_anywhere(server: str, database: Target) -> None:
    query = [
        f"/v1/indicators/aid-projects/chart.{kind}?lang={language}"
        for kind in ("svg", "png", "vl.json")
        for language in LANGUAGES
    ]
    with serving(database, TESTS_RENDERINGS="") as other:
        for path in query:
            first, second = (httpx2.get(f"{base}{path}", timeout=60) for base in (server, other))
            assert first.status_code == 200
            assert first.content == second.content
            assert first.headers["etag"] == second.headers["etag"]


def test_service_stays_light(database: Target) -> None:
    program = """
import sys
from starlette.testclient import TestClient
from app.application import create_from_environment as application
with TestClient(application()) as client:
    for path in ("overview.vl.json", "overview.svg", "overview.png"):
        assert client.get(f"/v1/{path}").status_code == 200
assert not {"vl_convert", "fontTools", "resvg_py"} & set(sys.modules)
"""
    environment = {**environ, **environment_of(database)}
    command = [sys.executable, "-W", "error", "-c", program]
    ended = subprocess.run(
        command, check=True, env=environment, timeout=60, text=True, stderr=subprocess.PIPE
    )
    assert not ended.stderr


def test_engine_that_has_ended_is_replaced() -> None:
    stored = RenderingClient()
    first = stored.run("embed_font", "BRI Sans", False, "abc")
    assert stored.process is not None
    stored.process.kill()
    stored.process.wait()
    assert stored.run("embed_font", "BRI Sans", False, "abc") == first
    stored.close()


def test_engine_ends_with_its_input() -> None:
    stored = RenderingClient()
    stored.run("embed_font", "BRI Sans", True, "abc")
    assert stored.process is not None
    with stored.process as started:
        assert started.stdin is not None
        started.stdin.close()
        assert started.wait(timeout=20) == 0


def test_engine_gives_up_on_what_cannot_be_done(capfd: pytest.CaptureFixture[str]) -> None:
    stored = RenderingClient()
    with pytest.raises(EOFError):
        stored.run("svg", '{"mark": "nothing"}')
    stored.close()
    assert "ValueError" in capfd.readouterr().err


def test_engine_that_is_stuck_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "TIMEOUT", 0.0)
    stored = RenderingClient()
    with pytest.raises(EOFError):
        stored.run("embed_font", "BRI Sans SC", False, "一带一路" * 100)
    stored.close()


def test_picture_that_is_cut_off_is_not_sent() -> None:
    """The process ends after ten of a hundred bytes; its successor does the job."""
    stored = RenderingClient()
    expected = stored.run("embed_font", "BRI Sans", False, "abc")
    stored.close()
    for sent in ("b''", "bytes(3)", "(100).to_bytes(8, 'big') + bytes(10)"):
        program = f"import sys; sys.stdin.readline(); sys.stdout.buffer.write({sent})"
        command = [sys.executable, "-c", program]
        stored.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        with stored.process:
            assert stored.run("embed_font", "BRI Sans", False, "abc") == expected
            stored.close()
