"""Fails a run that leaves a process, and with it a port, or a file."""

import os
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from multiprocessing import util
from pathlib import Path
from shutil import rmtree

import pytest

ROOT = Path(__file__).parents[2]
MARK = "TESTS_LEAVE_NOTHING"
"""In the environment of everything that a run starts; names the folder for temporary files."""
RENDERINGS = "TESTS_RENDERINGS"
"""The variable that names the folder of what is made once per run; without it nothing is shared."""
END_TIMEOUT = 30
"""The seconds that processes have to end; a run whose processes have ended does not wait."""
MEMORY = Path("/dev/shm")  # noqa: S108 - each run creates a folder there
LEAST_MEMORY = 4 * 2**30
"""The bytes that must be free there; a run needs one of the four."""
PREFIX = "bri-run-"
OWN = {".git", ".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".venv", "__pycache__"}


def start_run() -> None:
    """Create a folder for the temporary files of the run, and record what exists."""
    parent = choose_folder()
    starting = os.open(parent, os.O_RDONLY)
    flock(starting, LOCK_EX)  # Until its folder is locked, another run would take it for abandoned.
    remove_abandoned(parent)
    folder = tempfile.mkdtemp(prefix=PREFIX, dir=parent)
    Path(folder).chmod(0o755)  # PostgreSQL runs as another user.
    flock(os.open(folder, os.O_RDONLY), LOCK_EX)
    os.close(starting)
    # Folders of failed tests stay where pytest puts them, so that they can be examined.
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", parent)
    os.environ[MARK] = os.environ["TMPDIR"] = tempfile.tempdir = folder
    os.environ["XDG_DATA_HOME"] = f"{folder}/data"
    os.environ[RENDERINGS] = f"{folder}/renderings"
    # Below -100 comes after what multiprocessing itself has there.
    util.Finalize(None, rmtree, [folder], {"ignore_errors": True}, exitpriority=-200)
    FILES.update(list_project_files())


def choose_folder() -> str:
    """Return where temporary files are written: in memory, unless TMPDIR says something else.

    The tests create and remove hundreds of thousands of small files, for which a disk takes most
    of the time of some tests. It is used where memory is small or no program can be run from it.
    """
    if "TMPDIR" not in os.environ and MEMORY.is_dir() and os.access(MEMORY, os.W_OK):
        found = os.statvfs(MEMORY)
        if found.f_bavail * found.f_frsize >= LEAST_MEMORY and not found.f_flag & os.ST_NOEXEC:
            return str(MEMORY)
    return tempfile.gettempdir()


def remove_abandoned(parent: str) -> None:
    """Remove the folders of runs that were killed; a run locks its folder until it ends."""
    for folder in Path(parent).glob(f"{PREFIX}*"):
        with suppress(OSError):
            number = os.open(folder, os.O_RDONLY)
            try:
                flock(number, LOCK_EX | LOCK_NB)
                rmtree(folder, ignore_errors=True)
            finally:
                os.close(number)


FILES: set[str] = set()


def list_project_files() -> Iterator[str]:
    """List the files of the project, without what tools keep there."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in OWN | {"node_modules"}]
        yield from (f"{folder}/{name}" for name in names if not name.startswith(".coverage"))


def list_processes() -> Iterator[tuple[int, str]]:
    """List the processes that the run has started and that still run."""
    mark = f"{MARK}={os.environ[MARK]}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if int(folder.name) != os.getpid() and mark in (folder / "environ").read_bytes():
                words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                # These two end with the process that they serve, which is this one without xdist.
                if "multiprocessing.forkserver" in words or "resource_tracker" in words:
                    parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                    if parent == os.getpid():
                        continue
                yield int(folder.name), words
        except OSError:
            continue


def remove_leftovers() -> list[str]:
    """End what is left of a run, and return what it was."""
    deadline = time.monotonic() + END_TIMEOUT
    while list(list_processes()) and time.monotonic() < deadline:
        time.sleep(0.1)
    found = []
    for number, words in list_processes():
        found.append(f"process {number}: {words}")
        os.kill(number, signal.SIGKILL)
    rmtree(os.environ[RENDERINGS], ignore_errors=True)
    folder = Path(os.environ[MARK])
    found += [f"file {path}" for path in sorted(folder.iterdir()) if path.name[:5] != "pymp-"]
    return found + [f"file {name}" for name in sorted(set(list_project_files()) - FILES)]


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """Check for leftovers once all workers of the run have ended."""
    result = yield
    if not hasattr(session.config, "workerinput"):
        found = remove_leftovers()
        for line in found:
            session.config.get_terminal_writer().line(f"LEFT BEHIND: {line}", red=True)
        if found and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
    return result
