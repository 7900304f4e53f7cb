"""Rows loaded per second, compared with executemany alone, and the memory this takes.

python -m tests.benchmarks.bulk_loading
"""

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from statistics import median
from time import perf_counter

from sqlalchemy import Connection

from app.db import create_writing_engine, models
from app.db.models import SCHEMA_REVISION
from app.ingest.build import BATCH_SIZE, insert_rows, load_valid_seed, migrate_database
from app.ingest.rows import Row
from app.ingest.rows import build_rows as seed_rows
from tests.benchmarks import generated_data

ROWS = 200_000
PASSES = 3
COLUMNS = [column.name for column in models.Observation.__table__.columns]  # type: ignore[attr-defined]


def most_memory() -> int:
    """Return the peak memory of this process in megabytes."""
    return getrusage(RUSAGE_SELF).ru_maxrss // 1024


def made(count: int) -> Iterator[Row]:
    """Generate observations."""
    return islice(generated_data.observations(generated_data.SCALES["1m"]), count)


def prepared(connection: Connection) -> None:
    """Create the tables, and the rows that observations refer to."""
    migrate_database(connection, generated_data.ROOT / "migrations")
    scale = generated_data.SCALES["1m"]
    own = seed_rows(load_valid_seed(generated_data.SEED), "0" * 64, SCHEMA_REVISION)
    rest = (generated_data.sources(), generated_data.areas(scale), generated_data.indicators(scale))
    insert_rows(connection, chain(own, *rest, generated_data.series(scale)))


def seconds_of_load(connection: Connection, rows: Iterable[Row]) -> float:
    """Load rows as a build does."""
    start = perf_counter()
    insert_rows(connection, rows)
    return perf_counter() - start


def seconds_of_driver(connection: Connection, rows: list[tuple[object, ...]]) -> float:
    """Load the same rows, finished, by the driver alone."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    marks = ",".join("?" * len(COLUMNS))
    statement = f"INSERT INTO observation ({','.join(COLUMNS)}) VALUES ({marks})"
    start = perf_counter()
    for place in range(0, len(rows), BATCH_SIZE):
        driver.executemany(statement, rows[place : place + BATCH_SIZE])
    return perf_counter() - start


def emptied(connection: Connection) -> None:
    """Take the made-up observations out again."""
    connection.exec_driver_sql("DELETE FROM observation WHERE id >= 1000")


def main() -> None:
    """Print rows a second of both, in turns, and the memory of a load that is ten times as long."""
    with tempfile.TemporaryDirectory() as folder:
        engine = create_writing_engine(Path(folder) / "bri.sqlite")
        with engine.begin() as connection:
            prepared(connection)
            seconds_of_load(connection, made(ROWS // 10))
            small = most_memory()
            emptied(connection)
            seconds_of_load(connection, made(ROWS))
            large = most_memory()
            chosen = f"SELECT {','.join(COLUMNS)} FROM observation WHERE id >= 1000 ORDER BY id"
            rows = [tuple(row) for row in connection.exec_driver_sql(chosen)]
            emptied(connection)
            ours, bare = [], []
            for _ in range(PASSES):
                ours.append(ROWS / seconds_of_load(connection, list(made(ROWS))))
                emptied(connection)
                bare.append(ROWS / seconds_of_driver(connection, rows))
                emptied(connection)
    print(f"rows a second: load {median(ours):,.0f}, executemany {median(bare):,.0f}")
    print(f"ratio {median(ours) / median(bare):.2f}; memory {small} MB, ten times the rows {large}")


if __name__ == "__main__":
    main()
