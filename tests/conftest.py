"""Options of the test run, the choice of tests, and checks of what a run leaves out or behind."""

import gc
import os
from pathlib import Path

import pytest

from tests.support import completeness, leftovers

# To import the application and all tests creates a million objects, and leaves no garbage.
gc.set_threshold(100_000, 20, 100)

LONGEST = "test_wheel.py"
"""The module that runs first: one worker takes half a minute for it, and others could only wait."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that runs the suite on PostgreSQL."""
    parser.addoption(
        "--postgresql", action="store_true", help="run what asks the database on PostgreSQL"
    )
    parser.addoption(
        "--callbacks", help="measure the longest callbacks of the event loop, in a folder"
    )


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print the longest callbacks if they are measured."""
    folder = config.option.callbacks
    if folder and Path(folder).exists():
        from tests.support import callbacks  # noqa: PLC0415 - it imports the application

        for line in callbacks.list_longest(callbacks.read(folder)):
            terminalreporter.write_line(line)


def pytest_configure(config: pytest.Config) -> None:
    """Watch what the run leaves behind, and load the fixtures where tests run."""
    if config.option.callbacks:
        from tests.support import callbacks  # noqa: PLC0415 - it imports the application

        os.environ[callbacks.FOLDER] = str(Path(config.option.callbacks).absolute())
    is_worker = hasattr(config, "workerinput")
    if is_worker or config.option.dist == "no":
        # They import the application, which would delay the start of the workers.
        config.pluginmanager.import_plugin("tests.support.fixtures")
    if not is_worker and not config.option.collectonly:
        leftovers.start_run()
        config.pluginmanager.register(leftovers)
        config.pluginmanager.register(completeness)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Start one worker more than there are cores, because many tests wait; quick ones do not.

    Each worker imports all tests, and starts a server, a browser and PostgreSQL of its own; with
    two more, a run took longer.
    """
    return (os.cpu_count() or 1) + int(config.option.markexpr != "quick")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Skip modules without a test that `-m quick` chooses: importing all takes as long as those."""
    if config.option.markexpr != "quick" or collection_path.suffix != ".py":
        return None
    return "pytest.mark.quick" not in collection_path.read_text("utf-8") or None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Order and mark the tests; select on PostgreSQL those that query the database.

    The mark is for those of the newest seed.
    """
    items.sort(key=lambda item: item.path.name != LONGEST)
    for item in items:
        if isinstance(item, pytest.Function) and "newest" in item.fixturenames:
            item.add_marker("newest")
    if not config.getoption("--postgresql"):
        return
    left_out = [
        item
        for item in items
        if not item.get_closest_marker("database")
        or item.get_closest_marker("sqlite")
        or "/v1/dataset.sqlite" in item.name
    ]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in set(left_out)]
