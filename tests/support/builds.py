"""Builds in separate processes, which can be killed between any two steps."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from multiprocessing import Pipe
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
import typer
from sqlalchemy import URL, Engine, event

from app.db.fulltext import normalize_name, segment_cjk
from app.db.numerals import has_number
from app.ingest.build import build
from app.ingest.published_numbers import describe_terms
from tests.support.documents import read_once
from tests.support.migrations import compile_insert_once, migrate_once
from tests.support.processes import end, start_forked
from tests.support.seeds import MIGRATIONS

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    Requests = Connection[Any, Any]

KillBuild = Callable[..., tuple[int, list[int]]]
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


def share_steps(patch: pytest.MonkeyPatch) -> None:
    """Take from earlier builds of this process what is the same in most of them."""
    patch.setattr("app.ingest.seed.read_document", read_once)
    patch.setattr("app.ingest.build.migrate_database", migrate_once)
    patch.setattr("app.ingest.build.compile_insert", compile_insert_once)
    # Their results depend on their arguments only.
    patch.setattr("app.ingest.search_rows.normalize_name", cache(normalize_name))
    patch.setattr("app.ingest.search_rows.segment_cjk", cache(segment_cjk))
    patch.setattr("app.ingest.published_numbers.describe_terms", cache(describe_terms))
    patch.setattr("app.db.numerals.has_number", cache(has_number))


def serve_builds(requests: "Requests", seed: Path) -> None:
    """Build once, then fork a process for each request, and answer with its exit code."""
    with pytest.MonkeyPatch.context() as patch, suppress(EOFError):
        share_steps(patch)
        with TemporaryDirectory(prefix="bri-test-") as folder:
            build(seed, MIGRATIONS, Path(folder) / "bri.sqlite")
        while True:
            log, *arguments = requests.recv()
            if not (pid := os.fork()):
                try:
                    os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT), 1)
                    build_stepwise(*arguments)
                finally:
                    os._exit(sys.exc_info()[0] is not None)
            requests.send(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


@contextmanager
def start_builds(folder: Path, seed: Path) -> Iterator[KillBuild]:
    """Start a process that forks those that build a seed, which takes a third of the time.

    Yields:
        A function that builds in another process and kills it before a step, or lets it end without
        one. It returns the exit code of the process and the numbers of steps that it has printed.
    """
    ours, theirs = Pipe()
    with theirs:
        process = start_forked(folder / "builds.log", serve_builds, theirs, seed)

    def kill_build(seed: Path, target: Path | URL, moment: int = 0) -> tuple[int, list[int]]:
        log = folder / f"build-{moment}.log"
        log.unlink(missing_ok=True)
        ours.send((log, seed, target, moment))
        assert ours.poll(60), (folder / "builds.log").read_text()
        return ours.recv(), [int(line) for line in log.read_text().split()]

    with ours:
        yield kill_build
    process.join(60)
    end(process)
