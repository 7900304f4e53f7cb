"""The check that every test of a run has run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.seeds import ROOT

TESTS = "def test_first(): pass\ndef test_lost(): pass\ndef test_last(): pass\n"
LOSE = "def pytest_runtest_protocol(item): return item.name == 'test_lost' or None\n"


@pytest.mark.parametrize("workers", ["0", "1"])
def test_a_run_fails_if_a_test_never_ran(tmp_path: Path, workers: str) -> None:
    (tmp_path / "test_three.py").write_text(TESTS)
    (tmp_path / "conftest.py").write_text(LOSE)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.support.completeness", "-n", workers],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "2 passed" in done.stdout
    assert "NEVER RAN: test_three.py::test_lost\n" in done.stdout
    assert done.stdout.count("NEVER RAN") == 1
