"""PostgreSQL serves what SQLite serves: the same responses, commands and new releases."""

import subprocess
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from time import sleep
from typing import Any

import httpx2
import pytest
from pydantic import ValidationError
from sqlalchemy import URL, Connection, make_url

from app.application import create_app
from app.db import SQLiteStore, UnavailableError, create_store
from app.db.fulltext import ELLIPSIS, END, START, find_phrases, highlight_all, highlight_snippet
from app.ingest.build import build
from app.ingest.files import compute_seed_hash
from app.settings import Settings
from tests.queries.test_search_terms import SEARCHES
from tests.support.client import AppClient
from tests.support.load import load_server, wait_for
from tests.support.postgresql import READER, Cluster, build_reader_url
from tests.support.processes import find_free_port, run_bri, serve_database
from tests.support.seeds import MIGRATIONS, ROOT, SEED, copy_seed, edit
from tests.support.targets import build_settings, open_app
from tests.test_openapi import LISTS, PATHS, build_example_url, normalize_document, omit_file

QUERIES = (
    "trade",
    "TRADING",
    "investments",
    "agreement on cooperation",
    "of the",
    "e-commerce",
    "2024",
    "22.1 trillion",
    "China's exports",
    "Wartość",
    "贸易",
    "易贸",
    "数字经济 合作",
    "“丝路电商”",
    "一带一路",
    "G20",
    "ODI 2024",
    "u",
    "use",
    "逾700",
    "700+",
    "___",
    "²",
    "' <-> & | ! :* \\",
)
MORE = (
    "/v1/observations?sort=value_desc",
    "/v1/observations?sort=period&vintages=all",
    "/v1/observations?as_of=2025-01-14&sort=vintage_desc",
    "/v1/indicators?sort=code_desc",
    "/v1/sources?sort=code",
    "/v1/actions?sort=id_desc",
    "/v1/changes?limit=1000",
    "/v1/compare?indicator=goods-trade&period=2024&period=2025&derived=true",
    "/v1/actions?q=green+development",
    "/v1/outcomes?q=铁路",
    "/v1/indicators?q=investment",
    "/v1/observations?indicator=goods-trad",
    "/v1/observations/none",
    "/years",
)


@pytest.fixture(scope="module")
def url(cluster: Cluster, template: URL) -> URL:
    """Copy the real database once for the tests of a worker."""
    return cluster.create_database(template)


@pytest.fixture(scope="module")
def both(url: URL, built: Path) -> Iterator[tuple[AppClient, ...]]:
    """Serve the same seed from a file and from PostgreSQL."""
    file, server = (create_app(build_settings(target)) for target in (built, url))
    with AppClient(file) as one, AppClient(server) as other:
        yield one, other


def read_pages(client: AppClient, url: str) -> list[str]:
    """Read all pages of a list, three records at a time."""
    bodies, following = [], f"{url}{'&' if '?' in url else '?'}limit=3"
    while following:
        response = client.get(following)
        assert response.status_code == 200, response.text
        bodies.append(response.text)
        following = response.json()["next"]
    return bodies


@pytest.mark.parametrize("language", ["en", "zh"])
def test_responses_equal_those_of_sqlite(both: tuple[AppClient, AppClient], language: str) -> None:
    file, server = both
    document = file.get("/openapi.json").json()
    headers = {"Accept-Language": language, "X-Request-ID": "the-same-for-both"}
    slow = (".svg", ".png", ".xlsx", ".parquet", ".arrow", ".zip") if language == "zh" else ()
    for url in chain((build_example_url(document, path) for path in PATHS), MORE):
        if url.endswith(slow):
            continue  # These take long to write, and their figures are the same in one language.
        responses = [client.get(url, headers=headers) for client in (file, server)]
        if url == "/v1/dataset.sqlite":
            assert [response.status_code for response in responses] == [200, 404]
            continue
        assert responses[0].status_code == responses[1].status_code, url
        if url == "/v1":
            assert omit_file(responses[0].json()) == omit_file(responses[1].json())
        elif url.startswith("/v1/catalog"):
            assert len(responses[0].content) > len(responses[1].content)  # The file is told of.
        elif url.startswith("/v1/search"):
            assert list_hits(responses[0].json()) == list_hits(responses[1].json())
        else:
            assert responses[0].content == responses[1].content, url


@pytest.mark.parametrize("path", [path for path in LISTS if path.startswith("/v1/")])
def test_pages_are_cut_the_same(both: tuple[AppClient, AppClient], path: str) -> None:
    document = both[0].get("/openapi.json").json()
    sort = next(
        (one for one in document["paths"][path]["get"]["parameters"] if one["name"] == "sort"), None
    )
    orders = sort["schema"].get("enum", []) if sort else []
    for order in orders or [None]:
        url = f"{path}?sort={order}" if order else path
        assert read_pages(both[0], url) == read_pages(both[1], url)


def list_hits(page: dict[str, Any]) -> Any:
    """List what a search found, in its order but without snippets."""
    return page["facets"], [(hit["kind"], hit["code"], hit["title"]) for hit in page["items"]]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_search_finds_the_same_in_the_same_order(
    both: tuple[AppClient, AppClient], language: str
) -> None:
    for words in (*QUERIES, *SEARCHES):
        parameters = {"q": words, "lang": language, "limit": "1000"}
        pages = [client.get("/v1/search", params=parameters).json() for client in both]
        assert list_hits(pages[0]) == list_hits(pages[1]), words
        # A synonym is not in the texts that are shown, so that nothing is marked.
        for page in pages if words in QUERIES else ():
            pieces = [piece for hit in page["items"] for piece in hit["title"] + hit["snippet"]]
            assert any(piece["match"] for piece in pieces) == bool(page["total"]), words


def test_marks_show_the_best_part() -> None:
    words = [f"w{number}" for number in range(60)]
    passage = " ".join(words) + "."
    assert find_phrases(words, [["w3", "w4"], ["w4", "w5"], ["w9"]]) == [(3, 6), (9, 10)]
    assert find_phrases(words, []) == []
    assert highlight_all("one two, three", [(1, 2)]) == f"one {START}two{END}, three"
    cut = highlight_snippet(passage, find_phrases(words, [["w2"], ["w40"], ["w50"]]))
    assert cut.startswith(f"{ELLIPSIS}w36 ")
    assert cut.endswith("w59.")
    assert cut.count(START) == cut.count(END) == 2
    assert highlight_snippet(passage, []) == " ".join(words[:24]) + ELLIPSIS
    assert highlight_snippet("", []) == ""


def test_a_new_release_is_picked_up_without_losing_a_request(
    copied_database: URL, tmp_path: Path
) -> None:
    url = copied_database
    seed = copy_seed(tmp_path)
    edit(seed, "topics/trade.yaml", "  en: Trade\n", "  en: Commerce\n")
    with (
        serve_database(url, BRI_RELEASE_CHECK="0.1", BRI_CACHE_ENTRIES="0") as base,
        load_server(base) as load,
    ):
        for folder, name in ((seed, "Commerce"), (SEED, "Trade")):
            build(folder, MIGRATIONS, url)
            wanted = compute_seed_hash(folder)
            wait_for(lambda: httpx2.get(f"{base}/v1").json()["release"]["seed_hash"] == wanted)  # noqa: B023
            assert httpx2.get(f"{base}/v1/topics/trade").json()["name"] == name
            load.wait_for_responses(30)
    assert load.wrong == []


def build_environment(url: URL) -> dict[str, str]:
    """Return the variables that name a database."""
    return {"BRI_DATABASE_URL": url.render_as_string(hide_password=False)}


def test_commands_work_on_postgresql(cluster: Cluster, tmp_path: Path) -> None:
    url = cluster.create_database()
    missing = run_bri("check", **build_environment(url))
    assert missing.exit_code == 1
    assert "contains no release; build it with 'bri build'" in missing.stderr
    serve = ["serve", "--port", str(find_free_port())]
    assert run_bri(*serve, **build_environment(build_reader_url(url))).exit_code == 1
    done = run_bri("build", **build_environment(url))
    assert done.exit_code == 0, done.stderr
    assert f"bri_builder:***@127.0.0.1:{cluster.port}/{url.database} built from" in done.stdout
    checked = run_bri("check", **build_environment(build_reader_url(url)))
    assert "was built from this seed" in checked.stdout
    seed = copy_seed(tmp_path)
    edit(seed, "topics/trade.yaml", "  en: Trade\n", "  en: Commerce\n")
    other = run_bri("check", "--seed", str(seed), **build_environment(build_reader_url(url)))
    assert "was built from another seed" in other.stderr
    printed = run_bri("openapi", **build_environment(build_reader_url(url))).stdout
    assert normalize_document(printed) == normalize_document(
        (ROOT / "tests/openapi.json").read_text("utf-8")
    )
    cluster.execute("UPDATE bri.releases SET schema_revision = 'old'", str(url.database))
    for command in (["check"], serve, ["openapi"]):
        stderr = run_bri(*command, **build_environment(build_reader_url(url))).stderr
        assert "has schema revision old, but this" in stderr
    refused = run_bri("build", **build_environment(build_reader_url(url)))
    assert "permission denied" in refused.stderr
    for one in (missing, done, checked, other, refused):
        assert "secret" not in one.output


def test_limits_of_a_server_for_other_work_do_not_apply(cluster: Cluster) -> None:
    """A build takes as long as it needs, and a download waits for a slow client."""
    url = cluster.create_database()
    for name, limit in (("statement", "10ms"), ("idle_in_transaction_session", "100ms")):
        cluster.execute(f"ALTER DATABASE {url.database} SET {name}_timeout = '{limit}'")
    done = run_bri("build", **build_environment(url))
    assert done.exit_code == 0, done.stderr
    with open_app(build_reader_url(url)) as app:
        database = app.state.releases.get_release().database
        with database.streaming_engine.connect() as connection:
            for seconds in (0.3, 0):
                assert connection.exec_driver_sql("SELECT 1").scalar_one() == 1
                sleep(seconds)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("postgresql://u:secret@h/bri", "write postgresql+psycopg://"),
        ("postgresql+psycopg://u:secret@h", "write postgresql+psycopg://"),
        ("postgresql+psycopg://u:secret@h:x/bri", "write postgresql+psycopg://"),
        ("secret", "write postgresql+psycopg://"),
        ("postgresql+psycopg://u:secret\udcff@h/bri", "write it in UTF-8"),
        ("postgresql+psycopg://u%00:secret@h/bri", "without control characters"),
        ("postgresql+psycopg://u@h/bri?password=secret", "write the password before the host"),
        ("postgresql+psycopg://u:secret@h/bri?port=1&port=2", "is not a valid database URL"),
        ("postgresql+psycopg://u:secret@127.0.0.1:1/bri", "cannot be read: connection failed"),
        ("postgresql+psycopg://u:secret@127.0.0.1:1/bri?nonsense=1", "cannot be read: "),
    ],
)
def test_an_invalid_url_is_reported_without_its_password(value: str, text: str) -> None:
    done = run_bri("check", BRI_DATABASE_URL=value)
    assert done.exit_code == 1
    assert text in done.stderr
    assert "secret" not in done.output
    assert len([line for line in done.stderr.splitlines() if ": warning: " not in line]) == 1


def test_a_file_and_a_server_exclude_each_other(tmp_path: Path) -> None:
    url = "postgresql+psycopg://u:secret@127.0.0.1:1/bri"
    file = str(tmp_path / "bri.sqlite")
    for done in (
        run_bri("build", "--database", file, BRI_DATABASE_URL=url),
        run_bri("build", BRI_DATABASE=file, BRI_DATABASE_URL=url),
    ):
        assert done.exit_code == 1
        assert "BRI_DATABASE_URL: BRI_DATABASE or --database is set too" in done.stderr
    emptied = run_bri("check", BRI_DATABASE="", BRI_DATABASE_URL=url)
    assert "cannot be read" in emptied.stderr
    settings = Settings(database_url=make_url(url))
    assert "secret" not in repr(settings) + str(settings.select_database("x"))
    with pytest.raises(ValidationError) as refused:
        Settings(database_url=make_url(url), database=tmp_path)
    assert "secret" not in str(refused.value)


def test_limits_reach_the_server(url: URL) -> None:
    limits = {"pool_size": 3, "statement_timeout": 1.5}
    app = create_app(build_settings(url, **limits))
    database = app.state.releases.get_release().database
    assert database.engine.pool.size() == 3
    with database.connect() as connection:
        shown = [
            connection.exec_driver_sql(f"SHOW {name}").scalar_one()
            for name in ("statement_timeout", "default_transaction_read_only", "application_name")
        ]
        assert shown == ["1500ms", "on", "bri"]
        user = connection.exec_driver_sql("SELECT current_user").scalar_one()
        assert user == READER
    app.state.releases.close()


def test_a_statement_that_timed_out_is_not_retried(url: URL) -> None:
    calls = []

    def read_slowly(connection: Connection) -> None:
        calls.append(connection.exec_driver_sql("SHOW statement_timeout").scalar_one())
        connection.exec_driver_sql("SELECT pg_sleep(5)")

    with open_app(url, statement_timeout=1) as app:
        database = app.state.releases.get_release().database
        with pytest.raises(UnavailableError, match="canceling statement due to statement timeout"):
            database.read(read_slowly)
    assert calls == ["1s"]


def test_downloads_have_connections_of_their_own(url: URL) -> None:
    with open_app(url, pool_size=1, pool_timeout=0.1) as app:
        client = AppClient(app, raise_server_exceptions=False)
        database = app.state.releases.get_release().database
        with database.connect():
            assert client.get("/v1/observations.csv").status_code == 200
            assert client.get("/v1/observations.jsonl").status_code == 200
            assert client.get("/v1/topics").status_code == 503
        with database.streaming_engine.connect() as connection:
            shown = [
                connection.exec_driver_sql(f"SHOW {name}").scalar_one()
                for name in ("transaction_read_only", "transaction_isolation", "statement_timeout")
            ]
            assert shown == ["on", "read committed", "5s"]
            assert client.get("/v1/topics").status_code == 200
            assert client.get("/v1/observations.csv?lang=zh").status_code == 503
        assert client.get("/v1/observations.csv?lang=zh").status_code == 200
        assert database.streaming_engine.pool.checkedout() == database.engine.pool.checkedout() == 0


def test_a_release_was_put_in_place_when_its_build_ended(cluster: Cluster) -> None:
    url = cluster.create_database()
    before = cluster.execute("SELECT extract(epoch FROM clock_timestamp())::float")[0][0]
    build(SEED, MIGRATIONS, url)
    after = cluster.execute("SELECT extract(epoch FROM clock_timestamp())::float")[0][0]
    first, second = (create_store(build_reader_url(url)) for _ in range(2))
    release = first.inspect()
    assert release == second.inspect()
    assert before < release.modified < after  # type: ignore[operator]
    first.close()
    second.close()
    with open_app(url) as app:
        assert app.state.releases.get_release().installed_at == release.modified


def test_a_file_is_served_without_the_driver_and_without_reading_sources(built: Path) -> None:
    program = (
        "import linecache, sys; from pathlib import Path; from app.application import create_app;"
        " from app.settings import Settings; create_app(Settings(database=Path(sys.argv[1])));"
        " unneeded = ('babel', 'psycopg', 'sqlalchemy.dialects.postgresql');"
        " print([name for name in sys.modules if name.startswith(unneeded)]);"
        " print([file for file in linecache.cache if '/app/' in file])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(built)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n[]\n"
    assert SQLiteStore(built).inspect().location == str(built)


def test_a_missing_driver_is_reported() -> None:
    program = (
        "import os, sys; sys.modules['psycopg'] = None;"
        " os.environ['BRI_DATABASE_URL'] = 'postgresql+psycopg://u:secret@h/bri';"
        " from app.cli import app; app(['check'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "install bri-indicators[postgres]" in done.stderr
    assert "secret" not in done.stderr
