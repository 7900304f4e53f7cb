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
from app.formats.tables import OBSERVATIONS, TableQuery, label_columns, prepare_select
from app.i18n import Language
from app.parameters import ObservationFilters
from tests.benchmarks.load import read_memory
from tests.support.processes import find_free_port, wait_until_ready

QUERY = "vintages=all"
TIMES = "%{time_starttransfer} %{time_total}"


@contextmanager
def serve_database(path: Path) -> Iterator[tuple[str, int]]:
    """Serve a database as it is; ``bri serve`` would replace it with that of the seed."""
    base = f"http://127.0.0.1:{(port := find_free_port())}"
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


def measure_download(base: str, pid: int) -> tuple[float, float, int, float, float]:
    """Return the seconds to the first and last byte, the lines, the initial and the peak memory."""
    url = f"{base}/v1/observations.csv?{QUERY}"
    subprocess.run(["curl", "-s", "-o", os.devnull, f"{url}&indicator=goods-trade"], check=True)
    before, peak, done = read_memory(pid), 0.0, Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.2):
            peak = max(peak, read_memory(pid))

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
    return first, seconds, count, before, peak


def measure_command_line(path: Path) -> float:
    """Return the seconds in which sqlite3 writes the same table."""
    database = Database(SQLiteStore(path))
    with database.connect() as connection:
        filters = ObservationFilters.model_validate({"vintages": "all"})
        query = TableQuery(OBSERVATIONS, Language.ENGLISH, filters, {}, "", connection)
        selected = label_columns(query.language, OBSERVATIONS.columns)
        build_statement, values = prepare_select(query, selected)
        sql = str(
            build_statement()
            .params(values)
            .compile(database.engine, compile_kwargs={"literal_binds": True})
        )
    database.close()
    script = f".mode csv\n.headers on\n{sql};\n"
    start = perf_counter()
    command = ["sqlite3", "-readonly", str(path)]
    subprocess.run(command, input=script, text=True, stdout=subprocess.DEVNULL, check=True)
    return perf_counter() - start


def main(path: Path) -> None:
    """Print what was measured."""
    with serve_database(path) as (base, pid):
        first, seconds, lines, before, peak = measure_download(base, pid)
    own = measure_command_line(path)
    print(f"{lines - 1:,} rows; first byte after {first * 1000:.0f} ms")
    print(f"{(lines - 1) / seconds:,.0f} rows a second; sqlite3 -csv {(lines - 1) / own:,.0f}")
    print(f"ratio {own / seconds:.2f}; memory {before:.0f} MB before, {peak:.0f} MB at most")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
