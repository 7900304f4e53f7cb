"""Kill builds at random moments, and check what they leave.

``python -m tests.endurance.kill_builds --times 200`` prints how many builds were killed and how
many of them had ended by then. It fails if a database was ever anything but the old or the new
release.
"""

import argparse
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import URL

from app.db import Database, create_store
from app.ingest.build import build
from app.ingest.files import compute_seed_hash
from tests.support import postgresql
from tests.support.processes import find_free_port
from tests.support.seeds import GOODS, MIGRATIONS, SEED, copy_seed, edit
from tests.support.targets import Target

LATEST = 1.4
"""The latest moment of a kill, in parts of the time that a build takes."""


def main() -> None:
    """Run the trial on a file, and on PostgreSQL where it is installed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1, help="of the random moments")
    options = parser.parse_args()
    chance = random.Random(options.seed)  # noqa: S311
    with TemporaryDirectory() as name:
        folder = Path(name)
        run_trial("SQLite", folder / "bri.sqlite", folder, options.times, chance)
        left = [file.name for file in folder.iterdir() if file.name.endswith(".building")]
        assert not left, left
    if postgresql.find_programs() is None:
        print("PostgreSQL is not installed")
        return
    with (
        TemporaryDirectory() as name,
        postgresql.create_server_folder() as servers,
        postgresql.start_cluster(servers / "main", find_free_port()) as cluster,
    ):
        run_trial("PostgreSQL", cluster.create_database(), Path(name), options.times, chance)


def run_trial(name: str, target: Target, folder: Path, times: int, chance: random.Random) -> None:
    """Kill builds of two seeds in turns; each time look, build again, and look."""
    other = copy_seed(folder)
    edit(other, GOODS, "  en: 22.1 trillion yuan", "  en: 22.1 trillion yuan in all")
    old, new = other, SEED
    build(old, MIGRATIONS, target)
    began = time.perf_counter()
    build(new, MIGRATIONS, target)
    usual = time.perf_counter() - began
    old, new = new, old
    ends: Counter[str] = Counter()
    for number in range(1, times + 1):
        delay = chance.uniform(0, LATEST * usual)
        ends[run_and_kill(partial(build, new, MIGRATIONS, target), delay)] += 1
        found = check_release(target)
        assert found in {compute_seed_hash(old), compute_seed_hash(new)}, found
        ends["new release" if found == compute_seed_hash(new) else "old release"] += 1
        build(new, MIGRATIONS, target)
        assert check_release(target) == compute_seed_hash(new)
        old, new = new, old
        print(f"\r{name}: {number} of {times}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    line = ", ".join(f"{count} {what}" for what, count in sorted(ends.items()))
    print(f"{name}: {times} builds, {line}; each was whole, and each next build succeeded")


def run_and_kill(work: Callable[[], None], delay: float) -> str:
    """Run a function in a process of its own, and kill it after a delay."""
    process = os.fork()
    if process == 0:
        work()
        os._exit(0)
    time.sleep(delay)
    os.kill(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    return "killed" if os.WIFSIGNALED(status) else "ended before"


def check_release(target: Target) -> str:
    """Open a release as the server does, count its figures, and return its seed hash."""
    database = Database(create_store(get_reader_target(target)))
    try:
        with database.connect() as connection:
            rows = connection.exec_driver_sql("SELECT count(*) FROM observation").scalar()
            assert rows == 38, rows
        return database.seed_hash
    finally:
        database.close()


def get_reader_target(target: Target) -> Target:
    """Return the target with the user who may only read."""
    return postgresql.build_reader_url(target) if isinstance(target, URL) else target


if __name__ == "__main__":
    main()
