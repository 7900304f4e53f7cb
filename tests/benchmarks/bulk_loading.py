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


def read_peak_memory() -> int:
    """Read the peak memory of this process in megabytes."""
    return getrusage(RUSAGE_SELF).ru_maxrss * 1024 // 1_000_000


def generate_observations(count: int) -> Iterator[Row]:
    """Generate observations."""
    return islice(generated_data.generate_observations(generated_data.SCALES["1m"]), count)


def prepare_tables(connection: Connection) -> None:
    """Create the tables, and the rows that observations refer to."""
    migrate_database(connection, generated_data.ROOT / "migrations")
    scale = generated_data.SCALES["1m"]
    own = seed_rows(load_valid_seed(generated_data.SEED), "0" * 64, SCHEMA_REVISION)
    rest = (
        generated_data.generate_sources(scale),
        generated_data.generate_areas(scale),
        generated_data.generate_indicators(scale),
    )
    insert_rows(connection, chain(own, *rest, generated_data.generate_series(scale)))


def measure_load(connection: Connection, rows: Iterable[Row]) -> float:
    """Return the seconds in which a build loads rows."""
    start = perf_counter()
    insert_rows(connection, rows)
    return perf_counter() - start


def measure_driver(connection: Connection, rows: list[tuple[object, ...]]) -> float:
    """Return the seconds in which the driver alone loads the same rows, already prepared."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    marks = ",".join("?" * len(COLUMNS))
    statement = f"INSERT INTO observation ({','.join(COLUMNS)}) VALUES ({marks})"
    start = perf_counter()
    for first in range(0, len(rows), BATCH_SIZE):
        driver.executemany(statement, rows[first : first + BATCH_SIZE])
    return perf_counter() - start


def delete_generated(connection: Connection) -> None:
    """Delete the generated observations."""
    connection.exec_driver_sql("DELETE FROM observation WHERE id >= 1000")


def main() -> None:
    """Print rows per second of both, in turn, and the memory of a load of ten times the rows."""
    with tempfile.TemporaryDirectory() as folder:
        engine = create_writing_engine(Path(folder) / "bri.sqlite")
        with engine.begin() as connection:
            prepare_tables(connection)
            measure_load(connection, generate_observations(ROWS // 10))
            small = read_peak_memory()
            delete_generated(connection)
            measure_load(connection, generate_observations(ROWS))
            large = read_peak_memory()
            chosen = f"SELECT {','.join(COLUMNS)} FROM observation WHERE id >= 1000 ORDER BY id"
            rows = [tuple(row) for row in connection.exec_driver_sql(chosen)]
            delete_generated(connection)
            ours, bare = [], []
            for _ in range(PASSES):
                ours.append(ROWS / measure_load(connection, list(generate_observations(ROWS))))
                delete_generated(connection)
                bare.append(ROWS / measure_driver(connection, rows))
                delete_generated(connection)
    print(f"rows per second: load {median(ours):,.0f}, executemany {median(bare):,.0f}")
    print(f"ratio {median(ours) / median(bare):.2f}; memory {small} MB, ten times the rows {large}")


if __name__ == "__main__":
    main()
