"""Charts rendered once per run: rendering depends on nothing but the job and its arguments.

Most of the time of chart tests is spent in the rendering process. Tests of that process itself use
a client of their own, and compare its results with the shared ones.
"""

import json
import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

FOLDER = "TESTS_RENDERINGS"
"""The variable that names the folder of results; without it nothing is shared."""

Run = Callable[..., bytes]


def share(run: Run) -> Run:
    """Return a function that takes the result of a job from the folder, or adds it."""
    name = os.environ.get(FOLDER)
    if not name:
        return run
    folder = Path(name)
    folder.mkdir(exist_ok=True)

    def run_once(job: str, *arguments: object) -> bytes:
        digest = sha256(json.dumps([job, arguments]).encode()).hexdigest()
        file = folder / digest
        if file.exists():
            return file.read_bytes()
        result = run(job, *arguments)
        with NamedTemporaryFile(dir=folder, delete=False) as written:
            written.write(result)
        Path(written.name).replace(file)
        return result

    return run_once
