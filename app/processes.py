"""Helper processes: each runs one function at a time, and is replaced when it ends.

Code that holds the interpreter lock for long delays all other requests, so it runs in a process of
its own. A job is a function that can be imported, with its arguments. Jobs and results are sent
through a socket, in messages that carry their length. A process ends with the one that started it,
because the kernel then closes the other end of its socket. What a killed process leaves in a
temporary folder is removed by the next process that needs such a folder.
"""

import atexit
import fcntl
import gc
import os
import pickle
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from ctypes import CDLL
from multiprocessing.connection import Connection, Pipe
from multiprocessing.reduction import recv_handle, send_handle
from pathlib import Path
from select import poll
from shutil import rmtree
from signal import SIG_IGN, SIGINT, signal
from subprocess import DEVNULL, Popen, TimeoutExpired
from tempfile import TemporaryDirectory
from threading import Lock, Thread, Timer
from time import monotonic, sleep
from traceback import format_exception
from typing import IO, TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeVar

if TYPE_CHECKING:
    JobConnection = Connection[Any, Any]

Result = TypeVar("Result")

TIMEOUT = 120.0
"""The seconds that a job may take by default: a workbook of a long table takes the longest."""
END_TIMEOUT = 5.0
"""The seconds in which a process has to end by itself."""
GRACE = 1.0
"""The seconds in which a job may finish whose result nobody waits for any more."""
GC_THRESHOLDS = (2_000, 3, 50)
"""How often the garbage collector visits young and old objects, in the service too: at most 8,000
young ones, since all threads wait for it and a row of a table refers to sixty others, and all soon
enough for little to have gathered. What is there from the start on it does not visit."""
MALLOC_OPTIONS = {-8: 1, -3: 2 * 1024 * 1024, -1: 8 * 1024 * 1024}
"""M_ARENA_MAX, M_MMAP_THRESHOLD and M_TRIM_THRESHOLD of mallopt(3). Threads share one arena, since
each would keep what it frees for itself, and large blocks go back to the system when they are
freed. Those of Brotli, up to 2 MB for each response, do not: a short one would take three times as
long."""
NICENESS = 10
"""How much processor time the jobs leave to the process that responds to all other requests, when
all processors are busy."""
STANDARD_ERROR = 2
EXCLUSIVE = fcntl.LOCK_EX | fcntl.LOCK_NB


class JobOutcome(NamedTuple):
    """What a job has returned or raised; sent as a plain tuple."""

    result: Any
    error: Exception | None
    memory: int
    """The bytes of memory that the process takes."""


class HelperProcess:
    """A process that runs one function at a time; it is started when it is first needed.

    A job may call functions that have to run in a helper process: they run in the one of the job.

    Args:
        max_memory: The bytes of memory above which the process is replaced after a job.
        timeout: The seconds after which a job counts as stuck, and its process is killed.
    """

    is_current: ClassVar[bool] = False
    """Whether the current process is a helper process."""

    def __init__(self, max_memory: int, timeout: float = TIMEOUT) -> None:
        self.max_memory, self.timeout = max_memory, timeout
        self.lock = Lock()
        self.process: Popen[bytes] | None = None
        self.connection: JobConnection | None = None
        self.memory = 0
        """The memory of the process after its last job, in bytes."""
        atexit.register(self.close)

    def run(self, function: Callable[..., Result], *arguments: object) -> Result:
        """Run a function in the process, and raise what it raises.

        Raises:
            EOFError: if the process ended twice.
            TimeoutError: if the function took too long.
        """
        if self.is_current:
            return function(*arguments)
        result: Result = self.retry_once(lambda: self.execute(function, arguments))
        return result

    def retry_once(self, execute: Callable[[], Result]) -> Result:
        with self.lock:
            try:
                return execute()
            except EOFError:
                # Something may have killed the process while it was idle.
                return execute()
            finally:
                # Not before: a job may consist of several calls, which need the same process.
                if self.memory > self.max_memory:
                    self.close()

    def execute(
        self,
        function: Callable[..., Any],
        arguments: tuple[object, ...],
        file: IO[bytes] | None = None,
    ) -> Any:
        """Run a function once; the file that it writes is its last argument."""
        message = pickle.dumps((function, arguments))
        if self.process is None or self.connection is None:
            self.process, self.connection = start_process()
        deadline = monotonic() + self.timeout
        # A process that is stopped takes no message, and may have sent half of one: without the
        # timer, this one would wait indefinitely.
        timer = Timer(self.timeout, self.process.kill)
        timer.daemon = True
        timer.start()
        try:
            self.connection.send(file is not None)
            if file is not None:
                send_handle(self.connection, file.fileno(), self.process.pid)
            self.connection.send_bytes(message)
            outcome = JobOutcome(*self.connection.recv())
        except (EOFError, OSError):
            self.abort()
            if monotonic() >= deadline:
                raise TimeoutError("a helper process took too long") from None
            raise EOFError("a helper process has ended") from None
        finally:
            timer.cancel()
        self.memory = outcome.memory
        if outcome.error is not None:
            raise outcome.error
        return outcome.result

    def kill(self) -> None:
        """Kill the process; a job that it was running is run once more, by its successor."""
        if (process := self.process) is not None:
            process.kill()

    def abort(self) -> None:
        if self.process is not None:
            self.process.kill()
        self.close()

    def close(self) -> None:
        """End the process when its job is done, or soon after."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None
        if self.process is not None:
            try:
                self.process.wait(END_TIMEOUT)
            except TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None
        self.memory = 0


def start_process() -> "tuple[Popen[bytes], JobConnection]":
    """Start a process, and return it with the connection to it; OSError if there are too many."""
    ours, theirs = Pipe()
    with theirs:
        descriptor = theirs.fileno()
        command = [sys.executable, "-c", f"from {__name__} import main; main()", str(descriptor)]
        try:
            # Libraries may print to standard output, which belongs to the service.
            process = Popen(  # noqa: S603 - a fixed command
                command, stdin=DEVNULL, stdout=STANDARD_ERROR, pass_fds=[descriptor]
            )
        except OSError:
            ours.close()
            raise
    return process, ours


def serve(connection: "JobConnection") -> None:
    """Run jobs until the other end of the connection is closed."""
    modules = 0
    while True:
        try:
            has_file = connection.recv()
            descriptor = recv_handle(connection) if has_file else None
            message = connection.recv_bytes()
        except EOFError:
            return
        outcome = run_job(message, descriptor)
        encoded, has_failed = encode_outcome(outcome), outcome.error is not None
        del outcome
        if has_failed:
            gc.collect()  # Closes the files that a job has left open, which fill the disk.
        connection.send_bytes(encoded)
        if not modules:
            os.nice(NICENESS)  # Not before the first job, which imports the most.
        if len(sys.modules) > modules:
            # What has been imported stays, so the garbage collector need not visit it again.
            gc.freeze()
            modules = len(sys.modules)


def run_job(message: bytes, descriptor: int | None) -> JobOutcome:
    try:
        with nullcontext() if descriptor is None else open_result(descriptor) as file:
            function, arguments = pickle.loads(message)  # noqa: S301 - from the parent process
            result = function(*arguments) if file is None else function(*arguments, file)
    except Exception as error:  # noqa: BLE001 - raised again in the parent process
        # The traceback itself cannot be sent.
        error.add_note("".join(format_exception(error)))
        return JobOutcome(None, error, read_memory())
    return JobOutcome(result, None, read_memory())


@contextmanager
def open_result(descriptor: int) -> Iterator[IO[bytes]]:
    """Open the file that a job writes, and close it; keep the error of a job that fails."""
    file = os.fdopen(descriptor, "wb")
    try:
        yield file
    except BaseException:
        # Closing writes what is buffered, which fails again on a full disk.
        with suppress(OSError):
            file.close()
        raise
    file.close()


def encode_outcome(outcome: JobOutcome) -> bytes:
    try:
        return pickle.dumps(tuple(outcome))
    except Exception as error:  # noqa: BLE001 - an object may fail to be sent in any way
        unsent = outcome.result if outcome.error is None else outcome.error
        replacement = RuntimeError(f"{unsent!r} cannot be sent: {error}")
        return pickle.dumps((None, replacement, outcome.memory))


@contextmanager
def lock_temporary_folder(prefix: str, parent: Path) -> Iterator[str]:
    """Provide a folder that other processes remove when this one has been killed."""
    with ExitStack() as stack:
        while True:
            folder = stack.enter_context(TemporaryDirectory(prefix=prefix, dir=parent))
            # Before it is locked, another process may take it for an abandoned one and remove it.
            with suppress(BlockingIOError, FileNotFoundError):
                stack.enter_context(lock_folder(Path(folder)))
                break
        yield folder


@contextmanager
def lock_folder(folder: Path, operation: int = EXCLUSIVE) -> Iterator[None]:
    """Lock a folder; OSError if another process has locked or removed it, or if it is a link."""
    descriptor = os.open(folder, os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, operation)
        folder.stat()  # The one that had locked it may have removed it.
        yield
    finally:
        os.close(descriptor)


def remove_abandoned_folders(prefix: str, parent: Path) -> None:
    """Remove the folders of killed processes of this user; those in use are locked."""
    for folder in parent.glob(f"{prefix}*"):
        with suppress(OSError):
            if folder.lstat().st_uid == os.geteuid():
                with lock_folder(folder):
                    rmtree(folder)


def limit_freed_memory() -> None:
    """Limit the freed memory that glibc keeps; other C libraries have no such options."""
    with suppress(AttributeError):
        for option, value in MALLOC_OPTIONS.items():
            CDLL(None).mallopt(option, value)


def read_memory() -> int:
    """Return the bytes of memory of this process; zero where the system has no /proc."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def end_with_parent(descriptor: int) -> None:
    """End this process in the middle of a job if the other end of the connection is closed."""
    watched = poll()
    watched.register(descriptor, 0)  # Reports only that the other end is closed.
    watched.poll()
    sleep(GRACE)
    os._exit(1)


def main() -> None:
    # An interrupt from the keyboard is for the service; when that ends, it closes the connection.
    signal(SIGINT, SIG_IGN)
    HelperProcess.is_current = True
    limit_freed_memory()
    gc.set_threshold(*GC_THRESHOLDS)
    connection: JobConnection = Connection(int(sys.argv[1]))
    Thread(target=end_with_parent, args=(connection.fileno(),), daemon=True).start()
    # The parent may end while a job or a result is sent, or before it has read one.
    with suppress(OSError):
        serve(connection)
