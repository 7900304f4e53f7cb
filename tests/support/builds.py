"""Builds in separate processes, which can be killed between any two steps."""

import os
import signal
import sys
from pathlib import Path
from typing import Any

import typer
from sqlalchemy import URL, Engine, event

from app.ingest.build import build
from tests.support.processes import start_forked
from tests.support.seeds import MIGRATIONS

FILES = frozenset({"open", "os.chmod", "os.remove", "os.rename", "sqlite3.connect"})
"""The audit events of changes to files."""


def build_stepwise(seed: Path, target: Path | URL, moment: int) -> None:
    """Build, print how many steps there were at each commit and at the end, and die at one."""
    passed = 0

    def count_step(*_: object) -> None:
        nonlocal passed
        passed += 1
        if passed == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    def count_file_change(name: str, arguments: tuple[Any, ...]) -> None:
        if name in FILES and isinstance(target, Path) and str(target.parent) in str(arguments[0]):
            count_step()

    event.listen(Engine, "before_cursor_execute", count_step)
    event.listen(Engine, "commit", count_step)
    event.listen(Engine, "commit", lambda _: typer.echo(passed))
    sys.addaudithook(count_file_change)
    build(seed, MIGRATIONS, target)
    typer.echo(passed)


def kill_build(
    folder: Path, seed: Path, target: Path | URL, moment: int = 0
) -> tuple[int, list[int]]:
    """Build in another process and kill it before a step, or let it end without one.

    Returns:
        its exit code, and the numbers of steps that it has printed.
    """
    log = folder / f"build-{moment}.log"
    process = start_forked(log, build_stepwise, seed, target, moment)
    process.join(60)
    code = process.exitcode
    process.close()
    assert code is not None
    return code, [int(line) for line in log.read_text().split()]
