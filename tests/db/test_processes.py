"""Processes that read the database: the release that a job is for, and no other."""

import os
from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryFile
from typing import IO

import pytest
from sqlalchemy import Connection, text

from app.db import Database, DatabaseError, FileLimits, SQLiteStore, create_store
from app.db.processes import DatabaseProcess
from app.problems.messages import NO_TEMPORARY_FILES
from app.problems.problem import NotReady
from tests.support import helpers
from tests.support.processes import start_forking
from tests.support.targets import Target

pytestmark = pytest.mark.resources


@pytest.fixture
def process() -> Iterator[DatabaseProcess]:
    """Fork the process: what it reads does not depend on how it was started."""
    started = DatabaseProcess(10**12)
    helpers.replace_start(started, start_forking)
    yield started
    started.close()


def read_hash(connection: Connection) -> tuple[int, str]:
    found: str = connection.execute(text("SELECT seed_hash FROM release")).scalar_one()
    return os.getpid(), found


def write_hash(connection: Connection, prefix: str, file: IO[bytes]) -> None:
    file.write(f"{prefix}{read_hash(connection)[1]}".encode())


def refuse(connection: Connection) -> None:
    del connection
    raise NotReady(NO_TEMPORARY_FILES)


@pytest.mark.database
def test_a_process_reads_the_same_database(process: DatabaseProcess, database: Target) -> None:
    store = create_store(database)
    opened = Database(store)
    try:
        number, found = process.read(opened, read_hash)
        assert number != os.getpid()
        assert found == opened.seed_hash
        with TemporaryFile() as file:
            process.read(opened, write_hash, "hash ", file=file)
            file.seek(0)
            assert file.read().decode() == f"hash {found}"
        with pytest.raises(NotReady):
            process.read(opened, refuse)
        assert process.read(opened, read_hash) == (number, found)
    finally:
        opened.close()
        store.close()


def test_a_process_is_not_replaced_between_the_calls_of_a_job(database: Target) -> None:
    """It has opened the release when its memory is compared with the limit."""
    process, store = DatabaseProcess(max_memory=0), create_store(database)
    opened = Database(store)
    try:
        numbers = {process.read(opened, read_hash)[0] for _ in range(2)}
    finally:
        opened.close()
        store.close()
    assert len(numbers) == 2
    assert process.process is None


@pytest.mark.parametrize("limits", [FileLimits(), FileLimits(max_copied=0)], ids=["copy", "file"])
def test_a_job_reads_the_release_that_it_is_for(
    process: DatabaseProcess, releases: dict[str, Path], limits: FileLimits
) -> None:
    """Whichever release the process has open, and also after the process was replaced."""
    first, second = (Database(SQLiteStore(releases[name], limits)) for name in ("first", "second"))
    assert first.seed_hash != second.seed_hash
    for database in (first, second, first, first, second):
        assert process.read(database, read_hash)[1] == database.seed_hash
    process.close()
    assert process.read(first, read_hash)[1] == first.seed_hash
    first.close()
    second.close()


@pytest.mark.sqlite
@pytest.mark.parametrize("size", [None, 0, 4096])
def test_a_job_reads_the_release_whatever_happens_to_its_file(
    process: DatabaseProcess, releases: dict[str, Path], tmp_path: Path, size: int | None
) -> None:
    served = Path(copyfile(releases["first"], tmp_path / "bri.sqlite"))
    database = Database(SQLiteStore(served))
    if size is None:
        served.unlink()
    else:
        os.truncate(served, size)
    number, found = process.read(database, read_hash)
    assert number != os.getpid()
    assert found == database.seed_hash
    database.close()


@pytest.mark.sqlite
@pytest.mark.parametrize("is_replaced", [True, False])
def test_a_large_file_that_was_replaced_or_deleted_is_read_in_this_process(
    process: DatabaseProcess, releases: dict[str, Path], tmp_path: Path, *, is_replaced: bool
) -> None:
    served = Path(copyfile(releases["first"], tmp_path / "bri.sqlite"))
    database = Database(SQLiteStore(served, FileLimits(max_copied=0)))
    if is_replaced:
        Path(copyfile(releases["second"], tmp_path / "new.sqlite")).replace(served)
    else:
        served.unlink()
    assert process.read(database, read_hash) == (os.getpid(), database.seed_hash)
    with TemporaryFile() as file:
        process.read(database, write_hash, "", file=file)
        file.seek(0)
        assert file.read().decode() == database.seed_hash
    database.close()


@pytest.mark.sqlite
def test_a_large_file_that_is_written_to_is_not_read(
    process: DatabaseProcess, releases: dict[str, Path], tmp_path: Path
) -> None:
    served = Path(copyfile(releases["first"], tmp_path / "bri.sqlite"))
    database = Database(SQLiteStore(served, FileLimits(max_copied=0)))
    assert process.read(database, read_hash)[1] == database.seed_hash
    with served.open("r+b") as file:
        file.write(bytes(4096))
    with pytest.raises(DatabaseError):
        process.read(database, read_hash)
    database.close()
