"""Temporary files of the tests: what runs that were killed have left."""

import os
import tempfile
from fcntl import LOCK_EX, flock
from pathlib import Path

import pytest

from tests.support.leftovers import PREFIX, choose_folder, remove_abandoned


def test_only_folders_of_killed_runs_are_removed(tmp_path: Path) -> None:
    killed, running, other = (tmp_path / name for name in (f"{PREFIX}1", f"{PREFIX}2", "other"))
    for folder in (killed, running, other):
        folder.mkdir()
        (folder / "file").touch()
    number = os.open(running, os.O_RDONLY)
    flock(number, LOCK_EX)
    remove_abandoned(str(tmp_path))
    os.close(number)
    assert sorted(tmp_path.iterdir()) == [running, other]
    assert (running / "file").exists()


def test_temporary_files_are_where_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    assert os.environ["TMPDIR"] == choose_folder() == tempfile.gettempdir()
    monkeypatch.delenv("TMPDIR")
    monkeypatch.setattr("tests.support.leftovers.LEAST_MEMORY", 2**60)
    assert choose_folder() == tempfile.gettempdir()
