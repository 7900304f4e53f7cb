"""Helper processes: results, failures, timeouts, restarts, and which release they read."""

import fcntl
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from operator import mul
from pathlib import Path
from tempfile import TemporaryFile
from threading import Timer
from typing import IO

import pytest

from app import processes
from app.enums import Theme
from app.formats.charts.drawing import Frame, render_chart
from app.formats.charts.model import Chart
from app.formats.charts.rendering import Font, read_advances
from app.i18n import Language
from app.problems.messages import NO_TEMPORARY_FILES
from app.problems.problem import NotReady
from app.processes import HelperProcess, lock_temporary_folder, remove_abandoned_folders
from tests.support.load import wait_for

pytestmark = pytest.mark.resources
LARGE = 10**12


@pytest.fixture
def process() -> Iterator[HelperProcess]:
    started = HelperProcess(LARGE)
    yield started
    started.close()


def fail() -> None:
    raise NotReady(NO_TEMPORARY_FILES, headers={"Retry-After": "60"})


def return_function() -> object:
    return lambda: None


def write(length: int, file: IO[bytes]) -> None:
    file.write(bytes(length))


def end_once(path: str) -> int:
    """End the process at the first call."""
    with suppress(FileNotFoundError):
        Path(path).unlink()
        os._exit(0)
    return os.getpid()


def fail_with_open_file() -> None:
    """Fail while a file is open that only objects in a cycle refer to, as those of a workbook."""
    left: list[object] = [TemporaryFile()]  # noqa: SIM115 - it is left open
    left.append(left)
    raise OSError("full")


def test_a_job_that_fails_leaves_no_file_open(process: HelperProcess) -> None:
    for _ in range(2):
        before = len(process.run(os.listdir, "/proc/self/fd"))
        with pytest.raises(OSError, match="full"):
            process.run(fail_with_open_file)
        assert len(process.run(os.listdir, "/proc/self/fd")) == before


def test_a_process_runs_one_function_after_another(process: HelperProcess) -> None:
    first = process.run(os.getpid)
    assert first != os.getpid()
    assert process.run(os.getpid) == first
    assert process.run(max, 1, 3, 2) == 3


def list_processes_of_jobs() -> list[int]:
    """Return the process of a job, and that of a job which it gives to a helper process."""
    return [os.getpid(), HelperProcess(LARGE).run(os.getpid)]


def test_the_job_of_a_job_runs_in_the_same_process(process: HelperProcess) -> None:
    job, inner = process.run(list_processes_of_jobs)
    assert job == inner != os.getpid()


def test_the_process_that_draws_imports_neither_the_framework_nor_the_database() -> None:
    """They would take four times the memory, and half a second before the first chart."""
    chart = Chart(Language.CHINESE, "货物贸易", "1.0")
    process = HelperProcess(LARGE)
    try:
        for scale in (None, 1):
            assert process.run(render_chart, chart, Frame(Theme.DARK, 640, scale=scale))
        # A function of this module would import what the tests need.
        modules = process.run(eval, "{*__import__('sys').modules}")  # noqa: S307
    finally:
        process.close()
    assert {"app.formats.charts.layout", "uharfbuzz", "resvg_py"} <= modules
    assert not modules & {"fastapi", "pydantic", "sqlalchemy", "sqlmodel"}


def test_jobs_after_the_first_leave_processor_time_to_others(process: HelperProcess) -> None:
    first = process.run(os.nice, 0)
    assert process.run(os.nice, 0) == min(first + processes.NICENESS, 19)


def test_a_long_result_arrives_whole(process: HelperProcess) -> None:
    assert process.run(bytes, 20_000_000) == bytes(20_000_000)


def test_what_the_function_raises_is_raised_here(process: HelperProcess) -> None:
    with pytest.raises(NotReady) as raised:
        process.run(fail)
    assert raised.value.detail == NO_TEMPORARY_FILES
    assert raised.value.headers == {"Retry-After": "60"}
    assert "in fail" in raised.value.__notes__[0]
    with pytest.raises(RuntimeError, match="cannot be sent"):
        process.run(return_function)
    with pytest.raises(ModuleNotFoundError):
        process.run(__import__, "no_such_module")


def test_a_file_is_written_to_its_end(process: HelperProcess) -> None:
    with TemporaryFile() as file:
        for length in (3, 2_000_000):
            process.execute(write, (length,), file)
        file.seek(0)
        assert file.read() == bytes(2_000_003)


def test_a_process_that_has_ended_is_replaced(process: HelperProcess, tmp_path: Path) -> None:
    first = process.run(os.getpid)
    os.kill(first, signal.SIGKILL)
    second = process.run(os.getpid)
    assert second != first
    mark = tmp_path / "mark"
    mark.touch()
    assert process.run(end_once, str(mark)) not in {first, second}


def test_a_job_that_ends_the_process_is_repeated_once(process: HelperProcess) -> None:
    with pytest.raises(EOFError):
        process.run(os._exit, 0)
    assert process.run(max, 1, 2) == 2


def test_a_job_that_takes_too_long_is_not_repeated(process: HelperProcess) -> None:
    process.timeout = 0.5
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        process.run(time.sleep, 60)
    assert time.monotonic() - began < 0.5 + processes.END_TIMEOUT
    assert process.process is None


@pytest.mark.parametrize("size", [1, 10**7])
def test_a_process_that_is_stopped_is_replaced(process: HelperProcess, size: int) -> None:
    """It takes no more than the beginning of a long message."""
    stopped = process.run(os.getpid)
    os.kill(stopped, signal.SIGSTOP)
    process.timeout = 0.5
    with pytest.raises(TimeoutError):
        process.run(len, bytes(size))
    process.timeout = 30
    assert process.run(os.getpid) != stopped


def test_an_interrupted_job_is_run_by_another_process(process: HelperProcess) -> None:
    stopped = process.run(os.getpid)
    os.kill(stopped, signal.SIGSTOP)
    timer = Timer(0.2, process.kill)
    timer.start()
    assert process.run(os.getpid) != stopped
    timer.join()


def test_a_result_that_is_cut_off_is_not_used(process: HelperProcess) -> None:
    """The process ends in the middle of a message; its successor does the job."""
    expected = process.run(read_advances, Font("BRI Sans", bold=False))
    process.close()
    for sent in (b"", bytes(3), (100).to_bytes(4, "big") + bytes(10)):
        ours, theirs = processes.Pipe()
        program = f"import os, sys; os.read(3, 9); os.write(3, {sent!r})"
        program = program.replace("3,", f"{theirs.fileno()},")
        process.process = subprocess.Popen(
            [sys.executable, "-c", program], pass_fds=[theirs.fileno()]
        )
        theirs.close()
        process.connection = ours
        assert process.run(read_advances, Font("BRI Sans", bold=False)) == expected
        process.close()


def test_a_process_with_too_much_memory_is_replaced() -> None:
    process = HelperProcess(max_memory=100 * 1024**2)
    first = process.run(os.getpid)
    assert process.run(os.getpid) == first
    assert len(process.run(mul, b"x", 200 * 1024**2)) == 200 * 1024**2
    assert process.process is None
    assert process.run(os.getpid) != first
    process.close()


def test_freed_memory_is_returned() -> None:
    program = """
from ctypes import CDLL
from threading import Barrier, Thread
from app.processes import limit_freed_memory, read_memory
limit_freed_memory()
barrier = Barrier(3)
for thread in (threads := [Thread(target=barrier.wait) for _ in range(3)]):
    thread.start()
for thread in threads:
    thread.join()
before, blocks = read_memory(), [b"1" * 4 * 10**6 for _ in range(20)]
assert read_memory() > before + 7 * 10**7
kept, blocks = blocks[-1], []
assert read_memory() < before + 10**7
CDLL(None).malloc_stats()
"""
    command = [sys.executable, "-c", program]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    assert printed.count("Arena") == 1


def test_a_process_ends_with_its_parent() -> None:
    """Even if the parent is killed while a job runs, or while none does."""
    program = """
import os, sys, time
from app.processes import HelperProcess, lock_temporary_folder, remove_abandoned_folders
process = HelperProcess(10**12)
print(process.run(os.getpid), flush=True)
if sys.argv[1] == "busy":
    process.run(time.sleep, 60)
time.sleep(60)
"""
    for state in ("idle", "busy"):
        command = [sys.executable, "-c", program, state]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
            assert parent.stdout is not None
            child = int(parent.stdout.readline())
            time.sleep(0.3)
            parent.kill()
        wait_for(lambda child=child: not Path(f"/proc/{child}/stat").exists(), 10)  # type: ignore[misc]


def test_a_process_ends_quietly_with_a_parent_that_has_not_read_its_result() -> None:
    process, connection = processes.start_process()
    connection.send(False)
    connection.send_bytes(pickle.dumps((len, ("four",))))
    assert connection.poll(processes.TIMEOUT)
    connection.close()
    assert process.wait(processes.END_TIMEOUT) == 0


def test_a_process_ends_quietly_with_a_parent_that_has_not_sent_its_whole_job() -> None:
    process, connection = processes.start_process()
    connection.send(False)
    os.write(connection.fileno(), len(b"whole").to_bytes(4, "big") + b"who")
    connection.close()
    assert process.wait(processes.END_TIMEOUT) == 0


def lock_folder(parent: Path) -> None:
    with lock_temporary_folder("bri-test-", parent):
        time.sleep(60)


def test_the_folder_of_a_killed_process_is_removed(
    process: HelperProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not that of a living one or of another user, nor a file, or what is behind a link."""
    # To start the process, which then imports this module, may take longer than the job.
    process.run(end_once, str(tmp_path / "missing"))
    process.timeout = 2
    with pytest.raises(TimeoutError):
        process.run(lock_folder, tmp_path)
    (abandoned,) = tmp_path.iterdir()
    (abandoned / "deep").mkdir()
    # As it is when its process was killed before it locked the folder.
    (tmp_path / "bri-test-unlocked").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "content").touch()
    (tmp_path / "bri-test-file").touch()
    (tmp_path / "bri-test-link").symlink_to(tmp_path / "elsewhere")
    with lock_temporary_folder("bri-test-", tmp_path) as used, monkeypatch.context() as patch:
        patch.setattr("os.geteuid", lambda: os.getuid() + 1)
        remove_abandoned_folders("bri-test-", tmp_path)
        assert abandoned.exists()
        patch.undo()
        remove_abandoned_folders("bri-test-", tmp_path)
        left = {"elsewhere", "bri-test-file", "bri-test-link", Path(used).name}
        assert {one.name for one in tmp_path.iterdir()} == left
        assert len(list((tmp_path / "elsewhere").iterdir())) == 1
    assert not Path(used).exists()


@pytest.mark.parametrize("has_finished", [False, True])
def test_a_folder_that_is_removed_before_it_is_locked_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, has_finished: bool
) -> None:
    """Whether the process that removes it still holds the lock, or has finished."""
    lock = fcntl.flock
    found: list[Path] = []
    removers: list[int] = []

    def lock_too_late(descriptor: int, operation: int) -> None:
        if not found:
            found.extend(tmp_path.iterdir())
            removers.append(os.open(found[0], os.O_RDONLY))
            lock(removers[0], operation)
            if has_finished:
                found[0].rmdir()
                lock(removers[0], fcntl.LOCK_UN)
        lock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", lock_too_late)
    with lock_temporary_folder("bri-test-", tmp_path) as used:
        assert Path(used).is_dir()
        assert Path(used) not in found
        remove_abandoned_folders("bri-test-", tmp_path)
        assert Path(used).is_dir()
    assert not list(tmp_path.iterdir())
    os.close(removers[0])
