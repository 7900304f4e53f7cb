"""Coverage of forked processes; coverage.py itself measures those that are started."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import coverage
import pytest

MEASURING = "COVERAGE_PROCESS_CONFIG"
"""Tells processes to measure coverage, where that is measured."""


@contextmanager
def measure_coverage() -> Iterator[None]:
    """Measure the coverage of a process that was forked, if its environment says so."""
    measured = coverage.process_startup(force=True) if MEASURING in os.environ else None
    try:
        yield
    finally:
        if measured is not None:
            measured.stop()
            measured.save()


@contextmanager
def skip_coverage() -> Iterator[None]:
    """Start a process that only forks others, which would record nothing if it measured itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(MEASURING, raising=False)
        yield
