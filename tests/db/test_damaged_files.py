"""A file is served whole or not at all, and nothing that happens to it reaches a response."""

import gc
import logging
import os
import pickle
import random
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from shutil import copyfile
from typing import cast
from weakref import ref

import pytest
from sqlalchemy import Connection, select, table, text

from app.application import create_app
from app.db import Database, DatabaseError, FileLimits, SQLiteStore, UnavailableError
from app.db.files import DatabaseFile
from app.releases import MIN_DELAY, FixedRelease, ReleaseManager, open_release
from app.settings import Settings
from tests.endurance.damage_files import OTHER_CASES, PAGE, damage_bytes, run_cases
from tests.support.client import AppClient
from tests.support.load import wait_for
from tests.support.processes import find_free_port, run_bri, start_forked
from tests.support.targets import open_app

pytestmark = [pytest.mark.resources, pytest.mark.sqlite]

FROM_DISK = FileLimits(max_copied=0)
VERIFIED = FileLimits(max_copied=0, verify=True)
NOBODY = 65534
MEBIBYTE = 1024**2


@pytest.fixture
def served(releases: dict[str, Path], tmp_path: Path) -> Path:
    """Copy the first release."""
    return Path(copyfile(releases["first"], tmp_path / "bri.sqlite"))


@contextmanager
def drop_privileges() -> Iterator[None]:
    """Drop the privilege to read and write every file if the tests have it, until the end."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


def allow_access(path: Path) -> None:
    """Allow all users to open the folders above a file, which pytest reserves for itself."""
    for folder in path.parents:
        mode = folder.stat().st_mode
        if mode & 0o11 != 0o11:
            folder.chmod(mode | 0o11)


def put(path: Path, content: bytes) -> None:
    """Put a file in place of another, at once."""
    beside = path.with_suffix(".new")
    beside.write_bytes(content)
    beside.replace(path)


def count_rows(database: Database) -> object:
    return database.read(lambda connection: connection.scalar(text("SELECT count(*) FROM action")))


@pytest.mark.parametrize(("limits", "places"), [(FileLimits(), 300), (VERIFIED, 50)])
def test_damage_at_any_place_is_found(
    releases: dict[str, Path], tmp_path: Path, limits: FileLimits, places: int
) -> None:
    chance = random.Random(7)  # noqa: S311
    path, good = tmp_path / "bri.sqlite", releases["second"].read_bytes()
    found = 0
    for _ in range(places):
        path.unlink(missing_ok=True)
        damage_bytes(chance).damage(releases["second"], path)
        if path.read_bytes() == good:
            continue
        with pytest.raises(DatabaseError, match=r"is damaged|is not a database"):
            Database(SQLiteStore(path, limits))
        found += 1
    assert found > places * 0.8


def test_damage_without_a_digest_is_found(releases: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "bri.sqlite"
    content = releases["first"].read_bytes().replace(b"content-sha256:", b"content-sha999:")
    path.write_bytes(content)
    Database(SQLiteStore(path)).close()
    path.write_bytes(content[: 30 * PAGE] + bytes(PAGE) + content[31 * PAGE :])
    with pytest.raises(DatabaseError, match=r"is damaged|is not a database"):
        Database(SQLiteStore(path))


def test_no_damaged_file_reaches_a_response(releases: dict[str, Path]) -> None:
    chance = random.Random(8)  # noqa: S311
    cases = [damage_bytes(chance) for _ in range(4)] + list(OTHER_CASES)
    outcomes, counts, log = run_cases(cases, 1, releases)
    assert set(counts) <= {"first", "second", "either"}
    assert counts["first"] > 5
    accepted = {name for name, outcome in outcomes if outcome == "the new release, ok"}
    harmless = {"journals beside it", "not damaged", "overwritten while open"}
    assert harmless - {"overwritten while open"} <= accepted
    assert accepted <= harmless | {"no permission", "a sector of zeros"}
    refused = sum(count for (_, outcome), count in outcomes.items() if "release_failed" in outcome)
    assert refused >= 30
    assert refused <= log.count("the previous release is kept") <= refused + 3
    assert "Traceback" not in log
    assert "contains no complete release: no such table: search_index" in log


def test_failure_is_reported_everywhere(
    releases: dict[str, Path], served: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        caplog.at_level(logging.WARNING, "uvicorn.error"),
        AppClient(create_app(Settings(database=served, metrics=True))) as client,
    ):
        before = client.get("/v1/dataset.sqlite?lang=en").content
        assert client.get("/health/ready").json() == {"status": "ok"}
        put(served, releases["second"].read_bytes()[:-PAGE])
        wait_for(lambda: client.get("/health/ready").json() == {"status": "release_failed"})
        assert "bri_release_failed_processes 1.0" in client.get("/metrics").text
        assert client.get("/v1/dataset.sqlite?lang=zh").content == before
        done = run_bri("doctor", "--database", str(served), "--port", str(find_free_port()))
        assert f"{served} is damaged: it has" in done.stdout
        put(served, releases["second"].read_bytes())
        wait_for(lambda: client.get("/health/ready").json() == {"status": "ok"})
        assert client.get("/v1/dataset.sqlite").content == releases["second"].read_bytes()
    first, second = (record.getMessage() for record in caplog.records)
    assert "is damaged" in first
    assert "is now served" in second


def test_passing_failure_is_retried(
    releases: dict[str, Path], served: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = ReleaseManager(SQLiteStore(served))
    old = manager.get_release()
    put(served, releases["second"].read_bytes())
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        assert manager.get_release() is old
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert manager.failure is not None
    assert "Too many open files" in manager.failure.reason
    assert manager.get_release() is old
    monkeypatch.setattr("app.releases.monotonic", lambda: manager.failure.retry_at)
    assert manager.get_release() is not old
    assert manager.failure is None
    manager.close()


def test_delays_between_attempts_grow(served: Path) -> None:
    manager = ReleaseManager(SQLiteStore(served))
    manager.get_release()
    put(served, b"nonsense")
    for attempt in range(9):
        manager.record_failure(manager.store.read_version(), DatabaseError("nonsense"))
        assert manager.failure is not None
        assert manager.failure.delay == min(MIN_DELAY * 2**attempt, 60)
    manager.close()


def test_permission_is_noticed_at_once(releases: dict[str, Path], served: Path) -> None:
    manager = ReleaseManager(SQLiteStore(served))
    old = manager.get_release()
    beside = Path(copyfile(releases["second"], served.with_suffix(".new")))
    beside.chmod(0)
    beside.replace(served)
    allow_access(served)
    with drop_privileges():
        assert manager.get_release() is old
        assert manager.failure is not None
        assert "Permission denied" in manager.failure.reason
    served.chmod(0o644)
    with drop_privileges():
        assert manager.get_release() is not old
    manager.close()


def test_large_file_is_served_after_another_takes_its_name(
    releases: dict[str, Path], served: Path
) -> None:
    database = Database(SQLiteStore(served, FROM_DISK))
    put(served, releases["second"].read_bytes())
    assert count_rows(database) == 24
    connections = [database.connect() for _ in range(30)]
    for connection in connections:
        assert connection.scalar(text("SELECT seed_hash FROM release")) == database.seed_hash
        connection.close()
    assert database.file is not None
    assert b"".join(database.file.read_chunks()) == releases["first"].read_bytes()
    streams = [database.streaming_engine.connect() for _ in range(16)]
    with pytest.raises(UnavailableError, match="has been replaced"):
        database.streaming_engine.connect()
    for connection in streams:
        connection.close()
    database.close()


def test_a_copied_file_is_held_beside_its_copy_only_for_downloads(
    served: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = served.read_bytes()
    database = Database(SQLiteStore(served))
    file = database.file
    assert file is not None
    assert file.digest == sha256(whole).hexdigest()
    assert len(pickle.dumps(file)) > len(whole)
    assert max(len(value) for value in vars(file).values() if isinstance(value, bytes)) <= 100
    copies, read_copy = [], DatabaseFile.read_copy

    def count_copies(self: DatabaseFile) -> bytes:
        copies.append(self)
        return read_copy(self)

    monkeypatch.setattr(DatabaseFile, "read_copy", count_copies)
    for start in range(0, len(whole), PAGE):
        assert b"".join(file.read_chunks(start, start + 110)) == whole[start : start + 110]
    assert copies == [file]
    database.close()


def test_older_sqlite_serves_verified_files_from_disk(
    served: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.db.files.CAN_COPY", False)
    database = Database(SQLiteStore(served))
    assert count_rows(database) == 24
    assert database.file is not None
    assert database.file.memory_url is None
    assert database.file.has_digest
    database.close()


@pytest.mark.parametrize("size", [0, PAGE, 3 * PAGE])
def test_large_file_that_is_written_to_is_not_read(served: Path, size: int) -> None:
    database = Database(SQLiteStore(served, FROM_DISK))
    stream = database.iterate_stream(lambda _: iter([b"first", b"second"]))
    assert next(stream) == b"first"
    os.truncate(served, size)
    with pytest.raises(UnavailableError, match="was written to while it was open"):
        count_rows(database)
    with pytest.raises(UnavailableError, match="was written to while it was open"):
        next(stream)
    assert database.file is not None
    with pytest.raises(UnavailableError, match="was written to while it was open"):
        list(database.file.read_chunks())
    database.close()


def read_all_tables(database: Database) -> None:
    tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'"
    names = database.read(lambda connection: connection.execute(text(tables)).scalars().all())

    def read_all(connection: Connection) -> None:
        for name in names:
            connection.execute(select("*").select_from(table(name))).all()

    database.read(read_all)


def test_large_file_in_which_a_read_finds_damage_is_not_read(served: Path) -> None:
    size = served.stat().st_size
    with served.open("r+b") as file:
        file.seek(size // 2)
        file.write(bytes(size - size // 2))
    database = Database(SQLiteStore(served, FROM_DISK))
    with pytest.raises(UnavailableError, match="is damaged: "):
        read_all_tables(database)
    # It is not served in part: what could be read before no longer is.
    with pytest.raises(UnavailableError, match="is damaged"):
        count_rows(database)
    database.close()


def test_a_text_that_is_not_utf_8_is_damage(served: Path) -> None:
    content = served.read_bytes()
    at = content.index("货物贸易".encode())
    served.write_bytes(content[:at] + b"\xff" + content[at + 1 :])
    database = Database(SQLiteStore(served, FROM_DISK))
    with pytest.raises(UnavailableError, match="is damaged: a text is not UTF-8; rebuild it"):
        read_all_tables(database)
    with pytest.raises(UnavailableError, match="is damaged"):
        count_rows(database)
    database.close()


def test_small_file_that_is_written_to_stays_readable(served: Path) -> None:
    before = served.read_bytes()
    database = Database(SQLiteStore(served))
    os.truncate(served, 0)
    assert count_rows(database) == 24
    assert database.file is not None
    assert b"".join(database.file.read_chunks()) == before
    assert b"".join(database.file.read_chunks(90, 200)) == before[90:200]
    database.close()
    # Requests in progress may still connect to a release that was replaced.
    assert count_rows(database) == 24
    database.close()


def test_no_connection_is_left_open(served: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    for limits in (FileLimits(), FROM_DISK):
        file = DatabaseFile(served, limits)
        file.read_info()
        del file
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


def get_handle(connection: Connection) -> sqlite3.Connection:
    return cast("sqlite3.Connection", connection.connection.dbapi_connection)


def test_connections_in_use_are_closed_when_they_are_returned(served: Path) -> None:
    """And not when the garbage collector finds the pool, which may be never."""
    database = Database(SQLiteStore(served, FROM_DISK))
    handles: list[sqlite3.Connection] = []

    def write(connection: Connection) -> Iterator[int]:
        handles.append(get_handle(connection))
        while True:
            yield connection.execute(text("SELECT 1")).scalar_one()

    def read(connection: Connection) -> None:
        handles.append(get_handle(connection))
        database.close()
        connection.execute(text("SELECT 1"))

    def fail(connection: Connection) -> None:
        read(connection)
        raise NotImplementedError

    _, stream = database.start_stream(write)
    database.read(read)
    with pytest.raises(NotImplementedError):
        database.read(fail)
    assert next(stream) == 1
    stream.close()
    for handle in handles:
        with pytest.raises(sqlite3.ProgrammingError, match="closed database"):
            handle.execute("SELECT 1")


@pytest.mark.parametrize("limits", [FileLimits(), FROM_DISK])
def test_a_closed_release_keeps_no_file(served: Path, limits: FileLimits) -> None:
    """Even if the garbage collector leaves out what existed, as once a statement is compiled."""
    release = open_release(Database(SQLiteStore(served, limits)))
    assert release.keys["topics"].find_nearest_keys("trade")
    file = ref(release.database.file)
    try:
        assert release.quotation_index.entries
        gc.freeze()
        release.database.close()
        del release
        assert file() is None
    finally:
        gc.unfreeze()


@pytest.mark.parametrize(
    "path",
    [
        "/v1/observations?limit=7&sort=value_desc",
        "/v1/observations?limit=1000",
        "/v1/observations.csv",
        "/v1/observations.jsonl",
        "/v1/observations.parquet",
        "/v1/observations.arrow",
        "/v1/observations.xlsx",
        "/sdmx/data/INDICATORS",
        "/indicators/goods-trade",
        "/openapi.json",
    ],
)
def test_damage_found_by_any_response_stops_all_reading(
    copied_file: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """Nothing is served in part, even if another process has found the damage."""
    overwrite_observations(copied_file)
    monkeypatch.setattr("app.application.FileLimits", lambda **_: FROM_DISK)
    with open_app(copied_file) as app:
        client = AppClient(app, raise_server_exceptions=False)
        assert client.get("/v1/topics").status_code == 200
        assert client.get(path).status_code == 503
        assert client.get("/v1/units").status_code == 503
        assert client.get("/health/ready").status_code == 503


def test_a_replaced_file_is_still_described(
    copied_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Although no other process can open it."""
    monkeypatch.setattr("app.application.FileLimits", lambda **_: FROM_DISK)
    with open_app(copied_file) as app:
        release = app.state.releases.release
        app.state.releases = app.state.documents.releases = FixedRelease(
            release.database.store, release=release
        )
        other = copied_file.with_name("other.sqlite")
        copyfile(copied_file, other)
        other.replace(copied_file)
        assert AppClient(app).get("/openapi.json").status_code == 200


def overwrite_observations(path: Path) -> None:
    """Overwrite the pages that contain the rows of the table of observations."""
    with closing(sqlite3.connect(path)) as connection:
        sql = "SELECT pageno FROM dbstat WHERE name = 'observation' AND pagetype = 'leaf'"
        pages = [row[0] for row in connection.execute(sql)]
    with path.open("r+b") as file:
        for page in pages:
            file.seek((page - 1) * PAGE)
            file.write(b"\xff" * PAGE)


def limit_memory(additional: int) -> None:
    """Let this process take no more than an additional number of bytes."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    limit = pages * resource.getpagesize() + additional
    resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))


def open_with_memory(path: Path, additional: int) -> None:
    limit_memory(additional)
    with pytest.raises(DatabaseError) as caught:
        ReleaseManager(SQLiteStore(path)).get_release()
    assert str(caught.value) == f"{path} cannot be served: out of memory"


def copy_without_memory(path: Path) -> None:
    file = DatabaseFile(path, FileLimits())
    limit_memory(MEBIBYTE)
    with pytest.raises(MemoryError):
        pickle.dumps(file)


@pytest.mark.parametrize("share", [0.2, 1.5])
def test_a_file_that_does_not_fit_into_memory_is_not_damaged(
    built: Path, tmp_path: Path, share: float
) -> None:
    additional = round(built.stat().st_size * share)
    process = start_forked(tmp_path / "log", open_with_memory, built, additional)
    process.join()
    assert process.exitcode == 0, (tmp_path / "log").read_text("utf-8")
    process.close()


def test_a_copy_that_does_not_fit_into_memory_twice_is_no_error_of_the_database(
    built: Path, tmp_path: Path
) -> None:
    process = start_forked(tmp_path / "log", copy_without_memory, built)
    process.join()
    assert process.exitcode == 0, (tmp_path / "log").read_text("utf-8")
    process.close()
