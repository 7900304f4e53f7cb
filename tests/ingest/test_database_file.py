"""Where a build puts its file: through links, next to other builds, and never over other files."""

import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection

from app.db.errors import describe_os_error
from app.db.files import name_digest_file
from app.ingest.build import build, migrate_database
from app.ingest.files import BuildError
from app.ingest.publish import (
    TEMPORARY_SUFFIX,
    publish_sqlite,
    remove_leftovers,
    replace_atomically,
)
from tests.support.processes import start_forked
from tests.support.seeds import MIGRATIONS, SEED

pytestmark = [pytest.mark.resources, pytest.mark.sqlite]


def test_leftovers_of_killed_builds_are_removed(tmp_path: Path) -> None:
    target = tmp_path / "bri.sqlite"
    left = tmp_path / ".bri.sqlite.abc.building"
    left.write_bytes(b"half")
    other = tmp_path / ".other.sqlite.abc.building"
    other.write_bytes(b"of another target")
    with replace_atomically(target) as at_work:
        remove_leftovers(target)
        assert at_work.exists()
        assert not left.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == [other.name, target.name]


def test_a_build_writes_only_files_that_the_next_one_would_remove(tmp_path: Path) -> None:
    target, suffixes = tmp_path / "new" / "bri.sqlite", set()
    target.parent.mkdir()
    process = start_forked(tmp_path / "log", build, SEED, MIGRATIONS, target)
    while process.exitcode is None:
        suffixes |= {path.suffix for path in target.parent.iterdir()}
    assert process.exitcode == 0
    process.close()
    assert suffixes - {target.suffix, name_digest_file(target).suffix} == {TEMPORARY_SUFFIX}


def test_two_builds_at_once_succeed(built: Path, tmp_path: Path) -> None:
    target = tmp_path / "bri.sqlite"
    both = [start_forked(tmp_path / "log", build, SEED, MIGRATIONS, target) for _ in range(2)]
    for process in both:
        process.join(60)
        assert process.exitcode == 0
        process.close()
    assert target.read_bytes() == built.read_bytes()
    assert sorted(tmp_path.iterdir()) == [target, name_digest_file(target), tmp_path / "log"]


def test_what_a_link_names_is_replaced(built: Path, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    real, link = tmp_path / "data" / "real.sqlite", tmp_path / "bri.sqlite"
    link.symlink_to(real)
    for _ in range(2):
        build(SEED, MIGRATIONS, link)
        assert link.readlink() == real
        assert real.read_bytes() == built.read_bytes()


def test_other_files_are_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    with closing(sqlite3.connect(tmp_path / "other.sqlite")) as connection:
        connection.execute("CREATE TABLE release (name)")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "taken.sha256").mkdir()
    before = (tmp_path / "other.sqlite").read_bytes()
    for name, message in (
        ("notes.txt", "is not a database of this API .*; move it or name another file"),
        ("other.sqlite", "is not a database of this API .*no such column"),
        ("folder", "folder is a folder; name another file"),
        ("taken", "taken.sha256 is a folder; name another file"),
        ("pipe", "is not a regular file; name another"),
        ("notes.txt/bri.sqlite", "cannot write .*: (Not a directory|File exists)"),
        (f"{'long' * 80}.sqlite", "cannot write .*: File name too long"),
    ):
        with pytest.raises(BuildError, match=message):
            build(SEED, MIGRATIONS, tmp_path / name)
    assert (tmp_path / "notes.txt").read_text("utf-8") == "mine"
    assert (tmp_path / "other.sqlite").read_bytes() == before
    assert (tmp_path / "pipe").is_fifo()
    assert len(list(tmp_path.iterdir())) == 5


def test_a_full_disk_may_be_that_of_temporary_files(tmp_path: Path) -> None:
    def fill(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")
        connection.exec_driver_sql("CREATE TABLE release (name)")

    message = "cannot write .*: database or disk is full; free some space, or set SQLITE_TMPDIR"
    with pytest.raises(BuildError, match=message):
        publish_sqlite(tmp_path / "bri.sqlite", fill, [])
    assert not list(tmp_path.iterdir())


def test_a_database_that_cannot_be_replaced_keeps_its_digest(tmp_path: Path) -> None:
    """A file that is mounted into a container by itself can be written to, but not replaced."""
    target = tmp_path / "bri.sqlite"
    digest_file = name_digest_file(target)
    digest_file.write_text("that of the old database", "utf-8")

    def fill(connection: Connection) -> None:
        migrate_database(connection, MIGRATIONS)
        target.mkdir()  # Replacing a folder fails as well, without a mount.

    with pytest.raises(BuildError, match=r"cannot write .*: Is a directory"):
        publish_sqlite(target, fill, [{"kind": "", "code": ""}])
    assert digest_file.read_text("utf-8") == "that of the old database"
    assert sorted(tmp_path.iterdir()) == [target, digest_file]
    busy = OSError(errno.EBUSY, "Device or resource busy")
    assert (
        describe_os_error(busy) == "Device or resource busy; mount its folder, not the file alone"
    )


def test_an_empty_file_is_filled(built: Path, tmp_path: Path) -> None:
    (tmp_path / "bri.sqlite").touch()
    build(SEED, MIGRATIONS, tmp_path / "bri.sqlite")
    assert (tmp_path / "bri.sqlite").read_bytes() == built.read_bytes()
