"""The process that draws, as the service sees it: started with the first job, and kept."""

import atexit
import json
import sys
from dataclasses import dataclass, field
from subprocess import PIPE, Popen
from threading import Lock, Timer

from app.formats.charts import worker

TIMEOUT = 60
"""After how many seconds a job is taken to be stuck."""


@dataclass
class RenderingClient:
    """One process, which does one job at a time; one that has ended is replaced."""

    process: Popen[bytes] | None = None
    lock: Lock = field(default_factory=Lock)

    def run(self, job: str, *arguments: object) -> bytes:
        """Have a job done.

        Raises:
            EOFError: if the process ends over it, twice; its own words are on standard error.
        """
        line = json.dumps([job, arguments]).encode() + b"\n"
        with self.lock:
            try:
                return self.exchange(line)
            except EOFError:
                # It may have been ended from outside while nothing was asked of it.
                self.close()
                return self.exchange(line)

    def exchange(self, line: bytes) -> bytes:
        """Send a job, and wait for what is made.

        Raises:
            EOFError: if the process has ended, or ends over it.
        """
        if self.process is None:
            command = [sys.executable, "-m", worker.__name__]
            self.process = Popen(command, stdin=PIPE, stdout=PIPE)  # noqa: S603
        jobs, answers = self.process.stdin, self.process.stdout
        assert jobs is not None  # noqa: S101
        assert answers is not None  # noqa: S101
        watch = Timer(TIMEOUT, self.process.kill)
        watch.start()
        try:
            jobs.write(line)
            jobs.flush()
            length = answers.read(worker.LENGTH_BYTES)
            made = answers.read(int.from_bytes(length, "big"))
        except OSError:
            made = b""
        finally:
            watch.cancel()
        if not made:
            raise EOFError("the process that draws has ended")
        return made

    def close(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None


CLIENT = RenderingClient()
atexit.register(CLIENT.close)
