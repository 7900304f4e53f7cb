"""Charts and OpenAPI documents made once per run: they depend on the job and its arguments only.

Most of the time of tests of charts is spent in the process that draws. Tests of that process itself
use a separate one, and compare its results with the shared ones.
"""

import os
import pickle
from collections.abc import Callable
from fcntl import LOCK_EX, flock
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from app.application import OPENAPI_PROCESS
from app.db import Database
from app.formats.charts.rendering import DRAWING_PROCESS
from app.processes import TIMEOUT, HelperProcess
from tests.support.leftovers import RENDERINGS

Run = Callable[..., Any]


def share(run: Run) -> Run:
    """Return a function that takes the result of a job from the folder, or adds it."""
    name = os.environ.get(RENDERINGS)
    if not name:
        return run
    folder = Path(name)
    folder.mkdir(exist_ok=True)

    def run_once(function: Callable[..., Any], *arguments: object) -> Any:
        if HelperProcess.is_current:
            return run(function, *arguments)  # A test has this process itself do it.
        job = pickle.dumps([function, *map(identify, arguments)])
        file = folder / sha256(job).hexdigest()
        if not file.exists():
            # Processes that need the same at the same time wait for the one that makes it.
            with file.with_suffix(".lock").open("w") as lock:
                flock(lock, LOCK_EX)
                if not file.exists():
                    result = run(function, *arguments)
                    with NamedTemporaryFile(dir=folder, delete=False) as written:
                        written.write(pickle.dumps(result))
                    Path(written.name).replace(file)
        return pickle.loads(file.read_bytes())  # noqa: S301 - written above

    return run_once


def identify(argument: object) -> object:
    """Name a database by its content where that cannot change, because it is a copy in memory.

    Dozens of tests copy the same file, and an OpenAPI document takes seconds.
    """
    if isinstance(argument, Database) and argument.file and argument.file.memory_url:
        return argument.digest
    return argument


def share_all() -> None:
    """Share what helper processes draw and describe, from now on and in this process."""
    # On a busy machine, a drawing takes longer than anybody would wait for it.
    DRAWING_PROCESS.timeout = TIMEOUT
    DRAWING_PROCESS.run = share(DRAWING_PROCESS.run)  # type: ignore[method-assign]
    OPENAPI_PROCESS.run = share(OPENAPI_PROCESS.run)  # type: ignore[method-assign]
