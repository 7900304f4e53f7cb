"""The client of the rendering process, which starts with the first job and keeps running."""

import atexit
import json
import sys
from dataclasses import dataclass, field
from subprocess import PIPE, Popen
from threading import Lock, Timer
from typing import IO, cast

from app.formats.charts import worker

TIMEOUT = 60
"""The seconds after which a job counts as stuck, and its process is killed."""


@dataclass
class RenderingClient:
    """A process that does one job at a time and is replaced when it ends."""

    process: Popen[bytes] | None = None
    lock: Lock = field(default_factory=Lock)

    def run(self, job: str, *arguments: object) -> bytes:
        """Do a job.

        Raises:
            EOFError: if the process ended during the job, twice; its error is on standard error.
        """
        line = json.dumps([job, arguments]).encode() + b"\n"
        with self.lock:
            try:
                return self.send(line)
            except EOFError:
                # Something may have killed the process while it was idle.
                self.close()
                return self.send(line)

    def send(self, line: bytes) -> bytes:
        """Send a job and wait for its result.

        Raises:
            EOFError: if the process has ended.
        """
        if self.process is None:
            command = [sys.executable, "-m", worker.__name__]
            self.process = Popen(command, stdin=PIPE, stdout=PIPE)  # noqa: S603  A fixed command.
        jobs = cast("IO[bytes]", self.process.stdin)
        results = cast("IO[bytes]", self.process.stdout)
        timer = Timer(TIMEOUT, self.process.kill)
        timer.start()
        try:
            jobs.write(line)
            jobs.flush()
            length = results.read(worker.LENGTH_BYTES)
            result = results.read(int.from_bytes(length, "big"))
        except OSError:
            result = b""
        finally:
            timer.cancel()
        if not result:
            raise EOFError("the rendering process has ended")
        return result

    def close(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None


CLIENT = RenderingClient()
atexit.register(CLIENT.close)
