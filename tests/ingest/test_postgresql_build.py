"""A build on PostgreSQL is atomic, exclusive, and read-only afterwards."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL, Connection, text
from sqlalchemy.exc import DBAPIError

from app.db import (
    Database,
    DatabaseError,
    PostgresLimits,
    PostgresStore,
    UnavailableError,
    inspect_release,
    is_current_release,
)
from app.db.models import SCHEMA_REVISION
from app.ingest.build import build
from app.ingest.files import BuildError, SeedError, compute_seed_hash
from app.queries.releases import read_release
from tests.support.builds import start_builds
from tests.support.postgresql import Cluster, build_reader_url
from tests.support.seeds import GOODS, MIGRATIONS, SEED, copy_seed, edit

pytestmark = pytest.mark.resources


@pytest.fixture
def url(cluster: Cluster) -> URL:
    """Create an empty database."""
    return cluster.create_database()


@pytest.fixture(scope="module")
def served(cluster: Cluster, template: URL) -> Iterator[Database]:
    """Copy the real database once for the tests of a worker, and open it as the server does."""
    with open_release(cluster.create_database(template)) as database:
        yield database


@contextmanager
def open_release(url: URL, **limits: float) -> Iterator[Database]:
    """Open a release as the server does."""
    servers = PostgresStore(build_reader_url(url), PostgresLimits(**limits))  # type: ignore[arg-type]
    try:
        database = Database(servers)
        yield database
        database.close()
    finally:
        servers.close()


def get_seed_hash(url: URL) -> str:
    """Return the hash of the seed that is served, and check how many figures there are."""
    with open_release(url) as database, database.connect() as connection:
        found = connection.scalar(text("SELECT seed_hash FROM release"))
        assert connection.scalar(text("SELECT count(*) FROM observation")) == 38
    assert found == database.seed_hash
    return str(found)


def list_schemas(cluster: Cluster, url: URL) -> list[object]:
    """List the schemas of all releases."""
    sql = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'bri\\_%'"
    return [row[0] for row in cluster.execute(sql, str(url.database))]


def create_changed_seed(folder: Path) -> Path:
    """Create a seed with a change."""
    seed = copy_seed(folder)
    edit(seed, GOODS, "  en: 22.1 trillion yuan", "  en: 22.1 trillion yuan in all")
    return seed


def test_a_killed_build_leaves_the_old_or_the_new(
    cluster: Cluster, url: URL, tmp_path: Path
) -> None:
    old, new = create_changed_seed(tmp_path), copy_seed(tmp_path / "new")
    with start_builds(tmp_path, SEED) as kill_build:
        code, (last, cleared, _) = kill_build(old, url)
        assert code == 0
        assert cleared > last > 100
        for moment in (1, last // 3, last * 2 // 3, last - 1, last):
            assert kill_build(new, url, moment)[0] == -signal.SIGKILL
            assert get_seed_hash(url) == compute_seed_hash(old)
        for moment in (last + 1, cleared):
            assert kill_build(new, url, moment)[0] == -signal.SIGKILL
            assert get_seed_hash(url) == compute_seed_hash(new)
            old, new = new, old
    build(new, MIGRATIONS, url)
    assert get_seed_hash(url) == compute_seed_hash(new)
    listed = cluster.execute("SELECT schema_name FROM bri.releases", str(url.database))
    assert sorted(map(str, list_schemas(cluster, url))) == sorted(str(row[0]) for row in listed)


def test_releases_are_dropped_when_no_longer_read(cluster: Cluster, copied_database: URL) -> None:
    url = copied_database
    for _ in range(2):
        build(SEED, MIGRATIONS, url)
    name = f"bri_{compute_seed_hash(SEED)[:16]}"
    assert len(list_schemas(cluster, url)) == 3
    cluster.execute("UPDATE bri.releases SET built_at = '2026-01-01'", str(url.database))
    build(SEED, MIGRATIONS, url)
    assert sorted(map(str, list_schemas(cluster, url))) == [f"{name}_3", f"{name}_4"]
    assert get_seed_hash(url) == compute_seed_hash(SEED)


def test_a_failure_leaves_the_old_release(
    cluster: Cluster, copied_database: URL, tmp_path: Path
) -> None:
    seed = create_changed_seed(tmp_path)
    with pytest.raises(Exception, match="Can't find Python file"):
        build(seed, tmp_path, copied_database)
    edit(seed, GOODS, "status: normal", "status: no")
    with pytest.raises(SeedError):
        build(seed, MIGRATIONS, copied_database)
    assert get_seed_hash(copied_database) == compute_seed_hash(SEED)
    assert len(list_schemas(cluster, copied_database)) == 1


def test_one_build_at_a_time(cluster: Cluster, url: URL) -> None:
    address = f"host=127.0.0.1 port={cluster.port} user=postgres dbname={url.database}"
    with psycopg.connect(address) as other:
        other.execute("SELECT pg_advisory_xact_lock(6451817)")
        with pytest.raises(BuildError, match="another build is running") as refused:
            build(SEED, MIGRATIONS, url)
        assert "secret" not in str(refused.value)
    build(SEED, MIGRATIONS, url)
    assert get_seed_hash(url) == compute_seed_hash(SEED)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("words", "LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C.UTF-8'"),
        ("bytes", "ENCODING 'SQL_ASCII' LOCALE 'C'"),
    ],
)
def test_a_database_that_sorts_otherwise_is_refused(
    cluster: Cluster, name: str, options: str
) -> None:
    cluster.execute(f"CREATE DATABASE {name} OWNER bri_builder TEMPLATE template0 {options}")
    with pytest.raises(BuildError, match="does not sort UTF-8 by code point"):
        build(SEED, MIGRATIONS, cluster.build_url(name))
    assert cluster.execute("SELECT 1 FROM pg_namespace WHERE nspname = 'bri'", name) == []


def test_missing_databases_and_permissions_are_reported(
    cluster: Cluster, url: URL, copied_database: URL
) -> None:
    with pytest.raises(DatabaseError, match="contains no release; build it"):
        inspect_release(build_reader_url(url))
    with pytest.raises(BuildError, match="permission denied"):
        build(SEED, MIGRATIONS, build_reader_url(url))
    with pytest.raises(BuildError, match="does not exist"):
        build(SEED, MIGRATIONS, cluster.build_url("none"))
    assert not is_current_release(cluster.build_url("none"), compute_seed_hash(SEED))
    assert is_current_release(build_reader_url(copied_database), compute_seed_hash(SEED))
    revision = "UPDATE bri.releases SET schema_revision = 'old'"
    cluster.execute(revision, str(copied_database.database))
    with pytest.raises(DatabaseError, match="schema revision old, but this program requires"):
        get_seed_hash(copied_database)


def test_the_release_names_its_seed(served: Database) -> None:
    with served.connect() as connection:
        sql = "SELECT seed_hash, schema_revision, counts FROM release"
        found, revision, counts = connection.execute(text(sql)).one()
        version = connection.scalar(text("SELECT version_num FROM alembic_version"))
    assert (found, revision, version) == (compute_seed_hash(SEED), SCHEMA_REVISION, SCHEMA_REVISION)
    assert counts["actions"] == 24


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO topic SELECT 9, 'x', 9, 'x', 'x', 'x', 'x'",
        "UPDATE observation SET value = 1",
        "DELETE FROM release",
        "TRUNCATE report CASCADE",
        "CREATE TABLE mine (name text)",
        "CREATE TABLE public.mine (name text)",
        "CREATE TEMP TABLE mine (name text)",
        "CREATE SCHEMA mine",
        "DROP TABLE report",
        "ALTER TABLE report ADD COLUMN mine text",
        "UPDATE bri.releases SET seed_hash = 'x'",
        "DELETE FROM bri.releases",
        "SELECT * FROM release FOR UPDATE",
    ],
)
@pytest.mark.parametrize("before", ["SELECT 1", "SET default_transaction_read_only = off"])
def test_serving_cannot_write(served: Database, before: str, statement: str) -> None:
    with served.connect() as connection:
        connection.execute(text(before))
        with pytest.raises(DBAPIError, match=r"permission denied|read-only|must be owner"):
            connection.execute(text(statement))
        connection.invalidate()


def test_a_long_statement_is_ended(copied_database: URL) -> None:
    with open_release(copied_database, statement_timeout=1) as database:
        with pytest.raises(UnavailableError, match="statement timeout"):
            database.read(lambda connection: connection.execute(text("SELECT pg_sleep(60)")).all())
        assert database.read(lambda connection: connection.scalar(text("SELECT 1"))) == 1


def test_a_request_waits_only_so_long_for_a_connection(copied_database: URL) -> None:
    with (
        open_release(copied_database, pool_size=1, pool_timeout=0.1) as database,
        database.connect(),
        pytest.raises(UnavailableError, match="QueuePool limit"),
    ):
        database.read(read_release)


def test_a_broken_connection_is_replaced_once(cluster: Cluster, copied_database: URL) -> None:
    ours = text("SELECT pg_backend_pid()")
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'bri_reader'"
    with open_release(copied_database) as database:
        before = database.read(lambda connection: connection.scalar(ours))
        cluster.execute(end)
        assert database.read(lambda connection: connection.scalar(ours)) != before
        tries = []

        def break_connection(connection: Connection) -> object:
            tries.append(connection.scalar(ours))
            cluster.execute(end)
            return connection.scalar(ours)

        with pytest.raises(UnavailableError, match="terminating connection"):
            database.read(break_connection)
        assert len(set(tries)) == 2


def test_a_schema_that_is_gone_is_no_failure_inside(cluster: Cluster, copied_database: URL) -> None:
    with open_release(copied_database) as database:
        (schema,) = list_schemas(cluster, copied_database)
        cluster.execute(f"DROP SCHEMA {schema} CASCADE", str(copied_database.database))
        with pytest.raises(UnavailableError, match="does not exist"):
            database.read(read_release)
