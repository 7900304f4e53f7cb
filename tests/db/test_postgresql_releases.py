"""A release on PostgreSQL that cannot be served leaves the previous one in service."""

import logging
from pathlib import Path

import pytest
from sqlalchemy import URL

from app.application import create_app
from app.ingest.build import build
from tests.support.client import AppClient
from tests.support.load import wait_for
from tests.support.postgresql import Cluster, build_reader_url
from tests.support.processes import run_bri
from tests.support.seeds import GOODS, MIGRATIONS, copy_seed, edit
from tests.support.targets import build_settings, open_app

pytestmark = pytest.mark.resources

REGISTER = (
    "INSERT INTO bri.releases SELECT number + 1, {schema}, seed_hash, {revision}, now()"
    " FROM bri.releases ORDER BY number DESC LIMIT 1"
)
WITHOUT_TABLE = (
    "CREATE SCHEMA half",
    "GRANT USAGE ON SCHEMA half TO bri_reader",
    "CREATE TABLE half.release (seed_hash text)",
)


@pytest.fixture
def url(copied_database: URL) -> URL:
    """Return a database of its own with the real release."""
    return copied_database


@pytest.mark.parametrize(
    ("before", "schema", "revision", "reason"),
    [
        ((), "'next'", "'newer'", "has schema revision newer"),
        ((), "'missing'", "schema_revision", "does not exist"),
        (WITHOUT_TABLE, "'half'", "schema_revision", "permission denied|does not exist"),
    ],
)
def test_release_that_cannot_be_served_is_not(  # noqa: PLR0913, PLR0917
    cluster: Cluster,
    url: URL,
    caplog: pytest.LogCaptureFixture,
    before: tuple[str, ...],
    schema: str,
    revision: str,
    reason: str,
) -> None:
    app = create_app(build_settings(url, release_check=0.1))
    with caplog.at_level(logging.WARNING, "uvicorn.error"), AppClient(app) as client:
        overview = client.get("/v1/overview").json()
        for statement in (*before, REGISTER.format(schema=schema, revision=revision)):
            cluster.execute(statement, str(url.database))
        wait_for(lambda: client.get("/health/ready").json() == {"status": "release_failed"})
        assert client.get("/v1/topics").status_code == 200
        assert client.get("/v1/observations.csv").status_code == 200
        assert client.get("/v1/overview?lang=en").json() == overview
        cluster.execute("DELETE FROM bri.releases WHERE number = 2", str(url.database))
        wait_for(lambda: client.get("/health/ready").json() == {"status": "ok"})
    first, last = (record.getMessage() for record in caplog.records)
    assert any(part in first for part in reason.split("|"))
    assert "secret" not in first
    assert "can be read again" in last


def test_a_role_without_rights_is_referred_to_the_guide(cluster: Cluster, url: URL) -> None:
    cluster.execute("REVOKE USAGE ON SCHEMA bri FROM bri_reader", str(url.database))
    reader = build_reader_url(url).render_as_string(hide_password=False)
    done = run_bri("check", BRI_DATABASE_URL=reader)
    assert done.exit_code == 1
    assert "permission denied for schema bri; grant the role the rights" in done.stderr
    assert "secret" not in done.stderr


@pytest.mark.parametrize(
    ("take", "give"),
    [
        ("ALTER SCHEMA {schema} RENAME TO gone", "ALTER SCHEMA gone RENAME TO {schema}"),
        (
            "REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM bri_reader",
            "GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO bri_reader",
        ),
    ],
)
def test_a_release_that_cannot_be_read_for_a_time_is_unavailable(
    cluster: Cluster, url: URL, take: str, give: str
) -> None:
    name = str(url.database)
    ((schema,),) = cluster.execute("SELECT schema_name FROM bri.releases", name)
    with open_app(url, cache_entries=0) as app:
        client = AppClient(app, raise_server_exceptions=False)
        for statement, status in ((take, 503), (give, 200)):
            cluster.execute(statement.format(schema=schema), name)
            for path in ("/v1/search?q=trade", "/v1/topics"):
                assert client.get(path).status_code == status, path


def test_last_release_of_an_older_revision_remains_for_a_day(
    cluster: Cluster, url: URL, tmp_path: Path
) -> None:
    """Processes of the older program serve it while those of the newer one are started."""
    name, revision = str(url.database), "UPDATE bri.releases SET schema_revision = 'older'"
    cluster.execute(revision, name)
    seed = copy_seed(tmp_path)
    edit(seed, GOODS, "  en: 22.1 trillion yuan", "  en: 22.1 trillion yuan in all")
    listed = "SELECT number FROM bri.releases ORDER BY number"
    age = "UPDATE bri.releases SET built_at = built_at - interval '1 hour'"
    for _ in range(3):
        cluster.execute(age, name)
        build(seed, MIGRATIONS, url)
    assert cluster.execute(listed, name) == [(1,), (3,), (4,)]
    cluster.execute("UPDATE bri.releases SET built_at = built_at - interval '1 day'", name)
    build(seed, MIGRATIONS, url)
    assert cluster.execute(listed, name) == [(4,), (5,)]
