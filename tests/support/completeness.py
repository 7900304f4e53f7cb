"""Fails a run in which a test that was collected never ran, which pytest reports as a success."""

from collections.abc import Iterator, Sequence

import pytest

COLLECTED: set[str] = set()
REPORTED: set[str] = set()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Note what this process runs, if it has no workers."""
    COLLECTED.update(item.nodeid for item in session.items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(ids: Sequence[str]) -> None:
    """Note what the workers run."""
    COLLECTED.update(ids)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note a test that has passed, failed or been skipped."""
    REPORTED.add(report.nodeid)


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """Name the tests that never ran; one that failed may have ended the run before."""
    result = yield
    if session.exitstatus == pytest.ExitCode.OK:
        for name in sorted(COLLECTED - REPORTED):
            session.config.get_terminal_writer().line(f"NEVER RAN: {name}", red=True)
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
    return result
