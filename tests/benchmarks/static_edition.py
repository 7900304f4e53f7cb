"""The static edition: its export, its host, and a query of a table over HTTP.

python -m tests.benchmarks.static_edition export [FILE ...] measures exports of the seed and of
databases; ``host`` compares nginx with the service; ``range FILE KEY`` counts what DuckDB fetches
of a Parquet file to read a series. ``repeat DATABASE TIMES FILE`` writes such a file of any length:
the observations of a database, several times, with a number before their keys.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import duckdb
import duckdb_extension_httpfs
from arro3.core import Array, DataType, RecordBatch, RecordBatchReader
from arro3.io import write_parquet
from sqlalchemy import Connection

from app import parameters
from app.export import SORTED
from app.formats import arrow
from app.formats.tables import TableQuery
from app.i18n import Language
from app.ingest.build import build
from tests.benchmarks.load import Target, run_wrk
from tests.support.processes import find_free_port, serve_database
from tests.support.reverse_proxies import NGINX
from tests.support.seeds import MIGRATIONS, SEED
from tests.support.static_edition import run_listening_server
from tests.support.targets import open_app

NO_CHARTS = ["--leave-out", r"/chart\."]
RECORD = "v1/indicators/goods-trade"
NGINX_CONFIGURATION = """
daemon off; worker_processes {workers}; pid {folder}/pid; error_log {folder}/error; {user}
events {{ worker_connections 1024; }}
http {{
include /etc/nginx/mime.types;
log_format sent "$request_method $status $body_bytes_sent";
access_log {log};
sendfile on; tcp_nopush on; keepalive_requests 1000000; open_file_cache max=10000;
server {{ listen 127.0.0.1:{port}; root {root}; gzip_static on; }}
}}
"""


class Measured(NamedTuple):
    """What an export took and wrote."""

    seconds: float
    cpu: float
    """Seconds, those of its helpers included."""
    memory: int
    """The most megabytes that its own process held."""
    files: int
    megabytes: float


def export(folder: Path, *options: str) -> Measured:
    """Export in a separate process."""
    command = [sys.executable, "-m", "app", "export", str(folder), *options]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    seconds = time.perf_counter() - start
    files: list[dict[str, Any]] = json.loads((folder / "manifest.json").read_text())["files"]
    size = sum(file["bytes"] for file in files) / 1e6
    cpu = used.ru_utime + used.ru_stime
    return Measured(seconds, cpu, used.ru_maxrss // 1000, len(files), size)


def measure_exports(databases: Sequence[Path], folder: Path) -> Iterator[tuple[str, Measured]]:
    """Export the seed twice, and each database without charts."""
    target = folder / "edition"
    yield "seed", export(target)
    yield "seed, again", export(target)
    yield "seed, without charts", export(folder / "plain", *NO_CHARTS)
    for database in databases:
        options = ["--database", str(database), *NO_CHARTS]
        yield f"{database.stem}, without charts", export(folder / database.stem, *options)


@contextmanager
def serve_with_nginx(
    folder: Path, root: Path, *, log: str = "off", workers: int = 1
) -> Iterator[str]:
    """Serve files with nginx."""
    port, user = find_free_port(), "user root;" if os.geteuid() == 0 else ""
    configuration = NGINX_CONFIGURATION.format(
        folder=folder, user=user, log=log, port=port, root=root, workers=workers
    )
    (folder / "nginx.conf").write_text(configuration)
    with run_listening_server([str(NGINX), "-c", str(folder / "nginx.conf")], port) as base:
        yield base


def measure_hosts(folder: Path, passes: int, seconds: float) -> Iterator[tuple[str, float]]:
    """Compare the static edition with the cached responses of the service, in turn."""
    database, edition = folder / "bri.sqlite", folder / "edition"
    build(SEED, MIGRATIONS, database)
    export(edition, "--database", str(database), *NO_CHARTS, "--compress", "gz")
    with serve_database(database) as service, serve_with_nginx(folder, edition) as static:
        targets = {
            "service, cached record": f"{service}/{RECORD}?lang=en",
            "service, cached first page": f"{service}/?lang=en",
            "nginx, record": f"{static}/en/{RECORD}.json",
            "nginx, first page": f"{static}/en/index.html",
        }
        rates: dict[str, list[float]] = defaultdict(list)
        for _ in range(passes):
            for name, url in targets.items():
                target = Target(url, ("Accept-Encoding: gzip",))
                found = run_wrk(target, folder, seconds, connections=32)
                rates[name].append(found.per_second)
    yield from ((name, median(found)) for name, found in rates.items())


def count_requests(file: Path, key: str, folder: Path) -> dict[str, object]:
    """Read the figures of a series with DuckDB over HTTP, and count what it fetches."""
    log = folder / "requests"
    (extension,) = Path(duckdb_extension_httpfs.__file__).parent.rglob("*.duckdb_extension")
    with (
        serve_with_nginx(folder, file.parent, log=f"{log} sent") as base,
        duckdb.connect() as database,
    ):
        database.load_extension(str(extension))
        query = "SELECT period_start, value, qualifier FROM read_parquet($1) WHERE series = $2"
        start = time.perf_counter()
        rows = database.execute(query, [f"{base}/{file.name}", key]).fetchall()
        seconds = time.perf_counter() - start
    sent = [line.split() for line in log.read_text().splitlines()]
    return {
        "rows": len(rows),
        "seconds": round(seconds, 3),
        "requests": len(sent),
        "bytes": sum(int(one[2]) for one in sent if one[0] == "GET"),
        "bytes of the file": file.stat().st_size,
    }


def write_repeated(database: Path, times: int, target: Path) -> None:
    """Write the sorted table of all vintages several times, through the writer of the export."""
    filters = SORTED.filters(vintages=parameters.Vintages.ALL)  # type: ignore[call-arg]
    keys = [SORTED.header.index(name) for name in ("id", "indicator", "series")]

    def write(connection: Connection) -> None:
        release = {"code": "0", "released_on": "2026-01-01"}
        query = TableQuery(SORTED, Language.ENGLISH, filters, release, "", connection)
        schema = arrow.build_schema(query, DataType.dictionary(DataType.int32(), DataType.utf8()))
        with arrow.open_batches(query, schema) as read:
            batches = [*read]
        reader = RecordBatchReader.from_batches(schema, repeat_batches(batches))
        write_parquet(
            reader,
            target.open("wb"),
            compression=arrow.COMPRESSION,
            max_row_group_size=arrow.ROW_GROUP_SIZE,
        )

    def repeat_batches(batches: Sequence[RecordBatch]) -> Iterator[RecordBatch]:
        for number in range(times):
            for batch in batches:
                columns = batch.columns
                for index in keys:
                    texts = [f"{number:03}-{text}" for text in columns[index].to_pylist()]
                    array = Array(texts, DataType.utf8())
                    columns[index] = array.cast(batch.schema.field(index).type)
                yield RecordBatch.from_arrays(columns, schema=batch.schema)

    with open_app(database) as app:
        app.state.releases.get_release().database.read(write)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = ArgumentParser(prog="python -m tests.benchmarks.static_edition", description=__doc__)
    parser.add_argument("part", choices=["export", "host", "range", "repeat"])
    parser.add_argument("values", nargs="*")
    parser.add_argument("--passes", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if options.part == "export":
            for title, found in measure_exports([Path(one) for one in options.values], folder):
                print(title, found)
        elif options.part == "host":
            for line in measure_hosts(folder, options.passes, options.seconds):
                print(*line)
        elif options.part == "repeat":
            database, times, file = options.values
            write_repeated(Path(database), int(times), Path(file))
        else:
            file, key = options.values
            print(count_requests(Path(file).absolute(), key, folder))


if __name__ == "__main__":
    main()
