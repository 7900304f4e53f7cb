"""The process that draws charts: identical bytes everywhere, and a light service."""

import subprocess
import sys
from os import environ

import httpx2
import pytest

from tests.formats.test_charts import LANGUAGES
from tests.support.processes import serve_database
from tests.support.targets import Target, build_environment

pytestmark = pytest.mark.resources


def test_same_request_gives_the_same_bytes_anywhere(server: str, database: Target) -> None:
    query = [
        f"/v1/indicators/aid-projects/chart.{kind}?lang={language}"
        for kind in ("svg", "png", "vl.json")
        for language in LANGUAGES
    ]
    with serve_database(database, TESTS_RENDERINGS="") as other:
        for path in query:
            first, second = (httpx2.get(f"{base}{path}", timeout=60) for base in (server, other))
            assert first.status_code == 200
            assert first.content == second.content
            assert first.headers["etag"] == second.headers["etag"]


def test_service_does_not_load_the_libraries_of_charts(database: Target) -> None:
    program = """
import sys
from tests.support.client import AppClient
from app.application import create_from_environment as application
with AppClient(application()) as client:
    for path in ("overview.vl.json", "overview.svg", "overview.png"):
        assert client.get(f"/v1/{path}").status_code == 200
assert not {"fontTools", "uharfbuzz", "resvg_py"} & set(sys.modules)
"""
    environment = {**environ, **build_environment(database)}
    command = [sys.executable, "-W", "error", "-c", program]
    ended = subprocess.run(
        command, check=True, env=environment, timeout=60, text=True, stderr=subprocess.PIPE
    )
    assert not ended.stderr
