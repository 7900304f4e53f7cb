"""A database that was named is served as it is; only a build replaces it."""

import json
import os
import resource
import sqlite3
import sys
from contextlib import closing
from hashlib import sha256
from operator import itemgetter
from pathlib import Path

import httpx2
import pytest

from app import commands, request
from app.db.files import name_digest_file
from app.doctor import check_free_space
from app.ingest.build import build
from app.ingest.publish import write_content_digest
from app.settings import Settings
from tests.db.test_damaged_files import allow_access, drop_privileges
from tests.server.test_hostile_clients import exchange_bytes
from tests.support.client import AppClient
from tests.support.processes import (
    find_free_port,
    run_bri,
    run_command,
    serve_database,
    start_server,
)
from tests.support.seeds import GOODS, MIGRATIONS, SEED, copy_seed, edit
from tests.support.targets import open_app
from tests.test_doctor import disable_temporary_files, run_doctor

pytestmark = [pytest.mark.resources, pytest.mark.sqlite]


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Build a database of another seed."""
    seed = copy_seed(tmp_path)
    edit(seed, GOODS, "  en: 22.1 trillion yuan", "  en: 22.1 trillion yuan in all")
    build(seed, MIGRATIONS, tmp_path / "data" / "bri.sqlite")
    return tmp_path / "data" / "bri.sqlite"


def test_database_of_another_seed_is_served_as_it_is(other: Path) -> None:
    before = other.read_bytes()
    with serve_database(other) as base:
        served = httpx2.get(f"{base}/v1/dataset.sqlite").content
    assert served == other.read_bytes() == before
    code, found = run_doctor("--database", str(other))
    assert (code, found["database"][0]) == (0, "OK")
    assert "was built from another seed" in found["database"][1]
    done = run_bri("openapi", "--database", str(other))
    assert (done.exit_code, other.read_bytes()) == (0, before)
    assert f"another seed; 'bri build --database {other}' replaces it" in done.stderr


@pytest.mark.parametrize("fault", ["damaged", "another revision"])
def test_database_that_cannot_be_served_is_not_replaced(other: Path, fault: str) -> None:
    if fault == "damaged":
        other.write_bytes(other.read_bytes()[:100_000])
    else:
        with closing(sqlite3.connect(other)) as connection, connection:
            connection.execute("UPDATE release SET schema_revision = 'newer'")
        write_content_digest(other)
    before = other.read_bytes()
    for command in (["serve", "--port", str(find_free_port())], ["openapi"]):
        done = run_bri(*command, "--database", str(other))
        assert done.exit_code == 1
        assert "is damaged" in done.stderr or "has schema revision newer" in done.stderr
    assert other.read_bytes() == before


def test_database_that_is_missing_is_built(tmp_path: Path) -> None:
    target = tmp_path / "bri.sqlite"
    commands.ensure_database(Settings(database=target))
    assert run_bri("check", "--database", str(target)).exit_code == 0


@pytest.mark.parametrize(
    "command",
    [["serve", "--port", str(find_free_port())], ["openapi"], ["check-quote", "700"], ["check"]],
    ids=itemgetter(0),
)
def test_database_that_is_empty_is_not_replaced(tmp_path: Path, command: list[str]) -> None:
    """A full disk may have left it, in the place of other figures."""
    target = tmp_path / "bri.sqlite"
    target.touch()
    refused = run_bri(*command, "--database", str(target))
    assert refused.exit_code == 1
    assert "bri.sqlite is empty; build it with 'bri build" in refused.stderr
    assert list(tmp_path.iterdir()) == [target]
    assert not target.stat().st_size


def test_default_database_that_is_damaged_is_built_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    target = commands.ensure_database(Settings())
    assert isinstance(target, Path)
    whole = target.read_bytes()
    damaged = bytearray(whole)
    damaged[500_000] ^= 1
    target.write_bytes(damaged)
    assert commands.ensure_database(Settings()) == target
    assert target.read_bytes() == whole


def test_folder_that_is_read_only_is_served_from(other: Path) -> None:
    allow_access(other)
    allow_access(SEED)
    other.parent.chmod(0o555)
    try:
        with drop_privileges():
            assert commands.ensure_database(Settings(database=other)) == other
            space = check_free_space(Settings(database=other))
            assert "by this user; the database in it can be served" in space
    finally:
        other.parent.chmod(0o755)


def test_digest_file_has_the_digest_of_the_database(other: Path) -> None:
    digest_file = name_digest_file(other)
    digest = sha256(other.read_bytes()).hexdigest()
    assert digest_file.read_text("utf-8") == f"{digest}  bri.sqlite\n"
    with open_app(other) as app:
        downloads = AppClient(app).get("/v1").json()["downloads"]
    assert digest in [download["sha256"] for download in downloads]
    digest_file.write_text(f"{'0' * 64}  bri.sqlite\n", "utf-8")
    code, found = run_doctor("--database", str(other))
    assert (code, found["database"][0]) == (1, "FAIL")
    assert "does not have the digest in bri.sqlite.sha256" in found["database"][1]


def test_doctor_accepts_the_service_itself(other: Path) -> None:
    with serve_database(other) as base:
        port = base.rpartition(":")[2]
        done = run_bri("doctor", "--database", str(other), "--port", port)
        assert f"127.0.0.1:{port} is served, and its health is ok" in done.stdout
        assert done.exit_code == 0
        other.write_bytes(b"nonsense")
        while httpx2.get(f"{base}/health/ready").json()["status"] == "ok":
            pass
        done = run_bri("doctor", "--database", str(other), "--port", port)
        assert "but its health is release_failed" in done.stdout
        assert done.exit_code == 1


def test_without_temporary_files_only_some_formats_fail(
    other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_app(other) as app:
        client = AppClient(app, raise_server_exceptions=False)
        with disable_temporary_files(monkeypatch):
            for suffix in ("xlsx", "parquet", "arrow"):
                refused = client.get(f"/v1/observations.{suffix}?lang=zh")
                assert refused.status_code == 503, suffix
                assert refused.json()["detail"].startswith("服务无法写入临时文件")
                assert refused.headers["retry-after"] == "60"
            assert client.get("/v1/overview.xlsx").status_code == 503
            for path in ("/v1/observations.csv", "/v1/dataset.sqlite", "/v1/dataset.zip", "/v1"):
                assert client.get(path).status_code == 200, path
            ready = client.get("/health/ready")
            assert (ready.status_code, ready.json()) == (200, {"status": "no_temporary_files"})
        assert client.get("/v1/observations.xlsx").status_code == 200
        assert json.loads(client.get("/health/ready").content) == {"status": "ok"}


def run_with_small_files(*arguments: str) -> None:
    """Run the command line as on a disk that is nearly full."""
    # Python would leave modules that it compiles cut off at the limit.
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
    request.MAX_BUFFERED = 1000
    run_command(*arguments)


def test_a_full_disk_leaves_no_files(other: Path, tmp_path: Path) -> None:
    """Nor does a process that was killed before, while it wrote a workbook."""
    folder = tmp_path / "temporary"
    abandoned = folder / "bri-workbook-1"
    abandoned.mkdir(parents=True)
    with start_server(other, run_with_small_files, TMPDIR=str(folder), TESTS_HELPERS="") as server:
        for suffix in ("xlsx", "parquet", "arrow", "xlsx"):
            refused = httpx2.get(f"{server.base}/v1/observations.{suffix}", timeout=60)
            assert refused.status_code == 503, (suffix, server.log.read_text())
            assert refused.headers["retry-after"] == "60", server.log.read_text()
            assert list(folder.iterdir()) == []
        received = exchange_bytes(server.port, b"GET /v1/observations.csv HTTP/1.0\r\n\r\n")
        assert received.startswith(b"HTTP/1.1 503 ")
        assert b"use HTTP/1.1" in received
        assert httpx2.get(f"{server.base}/v1/topics").status_code == 200
        log = server.log.read_text()
        assert "ERROR" not in log
        assert "Exception ignored" not in log
