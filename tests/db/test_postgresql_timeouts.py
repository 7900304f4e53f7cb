"""Time-outs of PostgreSQL connections: a server that is silent for too long counts as lost."""

import signal
import time
from collections.abc import Iterator

import psycopg
import pytest

from app.db.stores import get_connection_class
from tests.support.postgresql import Cluster

SILENCE = 0.6


@pytest.fixture
def connection(cluster: Cluster) -> Iterator[psycopg.Connection]:
    url = cluster.create_database()
    made: psycopg.Connection = get_connection_class().connect(
        host=url.host,
        port=url.port,
        user=url.username,
        password=url.password,
        dbname=url.database,
        autocommit=True,
    )
    made.max_silence = SILENCE  # type: ignore[attr-defined]
    yield made
    made.close()


def test_a_statement_may_take_less_than_the_limit(connection: psycopg.Connection) -> None:
    assert connection.execute("SELECT pg_sleep(0.3), 1").fetchall()[0][1] == 1


def test_rows_that_keep_arriving_are_not_timed_out(connection: psycopg.Connection) -> None:
    """Each row takes less than the limit, all of them together more."""
    began = time.monotonic()
    with connection.cursor() as cursor:
        rows = cursor.stream(
            "SELECT number, repeat('x', 20000), pg_sleep(0.1) FROM generate_series(1, 15) number"
        )
        assert [row[0] for row in rows] == list(range(1, 16))
    assert time.monotonic() - began > SILENCE


@pytest.mark.parametrize("is_frozen", [False, True])
def test_a_silent_server_counts_as_gone(
    cluster: Cluster, connection: psycopg.Connection, *, is_frozen: bool
) -> None:
    """It makes no difference whether the statement or the whole server takes too long."""
    if is_frozen:
        cluster.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    try:
        with pytest.raises(psycopg.OperationalError, match=r"silent for 0\.6 seconds"):
            connection.execute("SELECT pg_sleep(20)")
    finally:
        cluster.send_signal(signal.SIGCONT)
    assert SILENCE <= time.monotonic() - began < SILENCE + 5
    assert connection.closed


def test_errors_of_the_server_pass_through(connection: psycopg.Connection) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero):
        connection.execute("SELECT 1 / 0")
    assert connection.execute("SELECT 2").fetchone() == (2,)
