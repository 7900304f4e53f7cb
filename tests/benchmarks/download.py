"""The whole table through the server, compared with the database's command line on the same query.

python -m tests.benchmarks.download large.sqlite
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from time import perf_counter

from app.db import Database, SQLiteStore
from app.formats.tables import OBSERVATIONS, TableQuery
from app.i18n import Language
from app.parameters import ObservationFilters
from tests.support.processes import free_port, wait_until_ready

QUERY = "vintages=all"
TIMES = "%{time_starttransfer} %{time_total}"


def resident(pid: int) -> int:
    """Read how many megabytes a process holds."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) // 1024


@contextmanager
def served(path: Path) -> Iterator[tuple[str, int]]:
    """Serve a database as it is; ``bri serve`` would build that of the seed in its place."""
    base = f"http://127.0.0.1:{(port := free_port())}"
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "app.application:create_from_environment",
        "--factory",
    ]
    with subprocess.Popen(
        [*command, "--port", str(port), "--log-level", "error"],
        env={**os.environ, "BRI_DATABASE": str(path)},
        text=True,
    ) as process:
        try:
            wait_until_ready(base, process.poll)
            yield base, process.pid
        finally:
            process.terminate()


def downloaded(base: str, pid: int) -> tuple[float, float, int, int, int]:
    """Return the seconds to the first and last byte, the lines, the initial and the peak memory."""
    url = f"{base}/v1/observations.csv?{QUERY}"
    subprocess.run(["curl", "-s", "-o", os.devnull, f"{url}&indicator=goods-trade"], check=True)
    before, most, done = resident(pid), 0, Event()

    def watch() -> None:
        nonlocal most
        while not done.wait(0.2):
            most = max(most, resident(pid))

    watching = Thread(target=watch)
    watching.start()
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "table.csv"
        command = ["curl", "-s", "-H", "Accept-Encoding: identity", "-w", TIMES]
        ran = subprocess.run(
            [*command, "-o", str(table), url], stdout=subprocess.PIPE, text=True, check=True
        )
        with table.open("rb") as lines:
            count = sum(part.count(b"\n") for part in iter(lambda: lines.read(1 << 20), b""))
    done.set()
    watching.join()
    first, seconds = map(float, ran.stdout.split())
    return first, seconds, count, before, most


def command_line(path: Path) -> float:
    """Have sqlite3 write the same table, and give the seconds."""
    database = Database(SQLiteStore(path))
    with database.connect() as connection:
        filters = ObservationFilters.model_validate({"vintages": "all"})
        query = TableQuery(OBSERVATIONS, Language.ENGLISH, filters, {}, "", connection)
        statement = OBSERVATIONS.select_rows(query)
        sql = str(statement.compile(database.engine, compile_kwargs={"literal_binds": True}))
    database.close()
    script = f".mode csv\n.headers on\n{sql};\n"
    start = perf_counter()
    command = ["sqlite3", "-readonly", str(path)]
    subprocess.run(command, input=script, text=True, stdout=subprocess.DEVNULL, check=True)
    return perf_counter() - start


def main(path: Path) -> None:
    """Print what was measured."""
    with served(path) as (base, pid):
        first, seconds, lines, before, most = downloaded(base, pid)
    own = command_line(path)
    print(f"{lines - 1:,} rows; first byte after {first * 1000:.0f} ms")
    print(f"{(lines - 1) / seconds:,.0f} rows a second; sqlite3 -csv {(lines - 1) / own:,.0f}")
    print(f"ratio {own / seconds:.2f}; memory {before} MB before, {most} MB at most")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
