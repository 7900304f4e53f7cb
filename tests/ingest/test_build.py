"""A build is atomic, reproducible, and read-only afterwards."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from shutil import which

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError as RefusedError

from app.db import Database, DatabaseError, SQLiteStore, is_current_release
from app.db.files import name_digest_file
from app.db.fulltext import segment_cjk
from app.db.models import SCHEMA_REVISION
from app.ingest.build import build
from app.ingest.files import BuildError, SeedError, compute_seed_hash
from tests.support.builds import start_builds
from tests.support.processes import limit_file_size
from tests.support.seeds import (
    EVENT,
    GOODS,
    MIGRATIONS,
    ROOT,
    SCIO,
    SEED,
    add,
    add_observation,
    copy_seed,
    copy_seed_with_history,
    edit,
)

pytestmark = [pytest.mark.resources, pytest.mark.sqlite]

BUILD = (
    "import sys; from pathlib import Path; from app.ingest.build import build;"
    " build(*map(Path, sys.argv[1:]))"
)
GOODS_SERIES = "goods-trade.CN.BRI.partner-2025.CNY.P12M"


@pytest.fixture
def database(built: Path) -> Iterator[Database]:
    """Open the built database as the server does."""
    database = Database(SQLiteStore(built))
    yield database
    database.close()


def select_rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    """Read rows of a database file without the application."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return connection.execute(sql).fetchall()


@pytest.mark.quick
def test_the_same_seed_gives_the_same_bytes(built: Path, tmp_path: Path) -> None:
    again = tmp_path / "folder" / "that" / "is new" / "100% #1?.sqlite"
    build(copy_seed_with_history(tmp_path), MIGRATIONS, again)
    assert again.read_bytes() == built.read_bytes()
    assert again.read_bytes()[92:100] == bytes([0, 0, 0, 1]) + (3_040_000).to_bytes(4, "big")
    assert sorted(again.parent.iterdir()) == [again, name_digest_file(again)]
    database = Database(SQLiteStore(again))
    with database.connect() as connection:
        assert connection.scalar(text("SELECT seed_hash FROM release")) == compute_seed_hash(SEED)
    database.close()
    build(SEED, MIGRATIONS, again)
    assert again.read_bytes() == built.read_bytes()


def find_other_python() -> str | None:
    """Find a Python of this version, elsewhere on the machine, that can import our packages."""
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for folder in ("/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"):
        python = which(name, path=folder)
        if python and Path(python).resolve() != Path(sys.executable).resolve():
            return python
    return None


def test_another_python_gives_the_same_bytes(built: Path, tmp_path: Path) -> None:
    python = find_other_python()
    if python is None:
        pytest.skip("there is no other Python of this version")
    site = sysconfig.get_path("purelib")
    subprocess.run(
        [python, "-c", BUILD, str(SEED), str(MIGRATIONS), str(tmp_path / "other.sqlite")],
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{site}"},
        check=True,
    )
    assert (tmp_path / "other.sqlite").read_bytes() == built.read_bytes()


def test_a_build_leaves_a_file_and_its_digest(tmp_path: Path) -> None:
    build(SEED, MIGRATIONS, tmp_path / "bri.sqlite")
    build(SEED, MIGRATIONS, tmp_path / "bri.sqlite")
    assert {path.name for path in tmp_path.iterdir()} == {"bri.sqlite", "bri.sqlite.sha256"}
    assert (tmp_path / "bri.sqlite").stat().st_mode & 0o777 == 0o644


def test_a_failing_seed_leaves_the_old_database(built: Path, tmp_path: Path) -> None:
    seed, target = copy_seed_with_history(tmp_path), tmp_path / "out" / "bri.sqlite"
    build(seed, MIGRATIONS, target)
    edit(seed, GOODS, "status: normal", "status: no")
    with pytest.raises(SeedError):
        build(seed, MIGRATIONS, target)
    assert target.read_bytes() == built.read_bytes()
    assert sorted(target.parent.iterdir()) == [target, name_digest_file(target)]


def test_a_failure_while_loading_leaves_the_old_database(built: Path, tmp_path: Path) -> None:
    target = tmp_path / "out" / "bri.sqlite"
    build(SEED, MIGRATIONS, target)
    with pytest.raises(Exception, match="Can't find Python file"):
        build(SEED, tmp_path, target)
    assert target.read_bytes() == built.read_bytes()
    assert sorted(target.parent.iterdir()) == [target, name_digest_file(target)]


def test_a_full_disk_leaves_the_old_database(built: Path, tmp_path: Path) -> None:
    target = tmp_path / "out" / "bri.sqlite"
    build(SEED, MIGRATIONS, target)
    message = r"^cannot write .*bri\.sqlite: "
    with limit_file_size(100_000), pytest.raises(BuildError, match=message):
        build(SEED, MIGRATIONS, target)
    assert target.read_bytes() == built.read_bytes()
    assert sorted(target.parent.iterdir()) == [target, name_digest_file(target)]


def test_a_killed_build_leaves_the_old_or_the_new(built: Path, tmp_path: Path) -> None:
    seed, target = copy_seed(tmp_path), tmp_path / "out" / "bri.sqlite"
    edit(seed, GOODS, "  en: 22.1 trillion yuan", "  en: 22.1 trillion yuan in all")
    build(seed, MIGRATIONS, target)
    with start_builds(tmp_path, SEED) as kill_build:
        code, (*_, last) = kill_build(seed, target)
        assert code == 0
        assert last > 100
        old, new = target.read_bytes(), built.read_bytes()
        for moment in (1, last // 3, last * 2 // 3):
            assert kill_build(SEED, target, moment)[0] == -signal.SIGKILL
            assert target.read_bytes() == old
        moment = last - 6
        while kill_build(SEED, target, moment)[0] == -signal.SIGKILL:
            assert target.read_bytes() in (old, new)
            moment += 1
            assert moment < last + 20, "each build leaves something that the next one looks at"
    assert moment > last
    assert target.read_bytes() == new
    assert sorted(target.parent.iterdir()) == [target, name_digest_file(target)]


def test_the_release_names_its_seed(built: Path) -> None:
    sql = "SELECT seed_hash, schema_revision, released_on, counts FROM release"
    [(digest, revision, day, counts)] = select_rows(built, sql)
    assert (digest, revision, day) == (compute_seed_hash(SEED), SCHEMA_REVISION, "2026-11-25")
    assert json.loads(str(counts))["actions"] == 24
    assert select_rows(built, "SELECT version_num FROM alembic_version") == [(SCHEMA_REVISION,)]


def test_a_database_is_current_for_its_own_seed_only(built: Path, tmp_path: Path) -> None:
    seed = copy_seed_with_history(tmp_path)
    assert is_current_release(built, compute_seed_hash(seed))
    edit(seed, GOODS, "status: normal", "status: revised")
    assert not is_current_release(built, compute_seed_hash(seed))
    assert not is_current_release(tmp_path / "missing.sqlite", compute_seed_hash(SEED))
    assert not is_current_release(seed / GOODS, compute_seed_hash(SEED))


def test_values_are_stored_digit_by_digit(built: Path) -> None:
    columns = "value, published_value, typeof(value), typeof(published_value)"
    rows = select_rows(
        built,
        f"SELECT {columns} FROM observation"  # noqa: S608
        " JOIN headline ON observation_id = id ORDER BY code",
    )
    assert rows == [
        ("700", "700", "text", "text"),
        ("826340000000", "826.34", "text", "text"),
        ("22100000000000", "22.1", "text", "text"),
        ("54", "54", "text", "text"),
        ("36", "36", "text", "text"),
        ("99870000000", "99.87", "text", "text"),
        ("214660000000", "214.66", "text", "text"),
    ]


def test_no_column_stores_a_binary_fraction(built: Path) -> None:
    tables = [name for (name,) in select_rows(built, "SELECT name FROM pragma_table_list")]
    assert {"observation", "search_index_data", "sqlite_stat1"} <= set(tables)
    for table in tables:
        for (name,) in select_rows(built, f"SELECT name FROM pragma_table_info('{table}')"):  # noqa: S608
            kinds = select_rows(built, f'SELECT DISTINCT typeof("{name}") FROM "{table}"')  # noqa: S608
            assert ("real",) not in kinds, (table, name)


def run(connection: Connection, statements: list[str]) -> None:
    """Run statements one after the other, each committed at once."""
    for statement in statements:
        connection.execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO topic SELECT 9, 'x', 9, 'x', 'x', 'x', 'x'",
        "UPDATE observation SET value = '1'",
        "DELETE FROM release",
        "CREATE TABLE mine (name)",
        "CREATE TEMP TABLE mine (name)",
        "DROP TABLE report",
        "INSERT INTO search_index (search_index) VALUES ('rebuild')",
        "PRAGMA query_only = OFF; UPDATE observation SET value = '1'",
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = ''",
        "PRAGMA query_only = OFF; PRAGMA writable_schema = ON; DELETE FROM sqlite_schema",
        "PRAGMA query_only = OFF; PRAGMA user_version = 7; DELETE FROM release",
        "ATTACH '{other}' AS other; CREATE TABLE other.mine (name)",
        "PRAGMA query_only = OFF; ATTACH '{built}' AS self; DELETE FROM self.release",
        "VACUUM",
    ],
)
def test_serving_cannot_write(
    database: Database, built: Path, tmp_path: Path, statement: str
) -> None:
    before = built.read_bytes()
    statements = statement.format(other=tmp_path / "other.sqlite", built=built).split("; ")
    with database.connect() as connection, pytest.raises(RefusedError):
        run(connection.execution_options(isolation_level="AUTOCOMMIT"), statements)
    assert built.read_bytes() == before
    assert sorted(built.parent.iterdir()) == [built, name_digest_file(built)]


@pytest.mark.parametrize(
    ("words", "kind", "code"),
    [
        ("贸易", "topic", "trade"),
        ("绿色矿产", "sector", "green-minerals"),
        ("agreement", "indicator", "investment-agreements"),
        ("investing", "topic", "investment"),
        ("TRADING", "topic", "trade"),
        ("Wartość OR minerals", "sector", "green-minerals"),
    ],
)
def test_search_finds_chinese_words_and_english_stems(
    built: Path, words: str, kind: str, code: str
) -> None:
    query = " OR ".join(f'"{segment_cjk(word)}"' for word in words.split(" OR "))
    sql = f"SELECT kind, code FROM search_index WHERE search_index MATCH '{query}'"  # noqa: S608
    assert (kind, code) in select_rows(built, sql)


def test_a_database_of_another_revision_is_not_served(tmp_path: Path) -> None:
    target = tmp_path / "bri.sqlite"
    build(SEED, MIGRATIONS, target)
    with closing(sqlite3.connect(target)) as connection:
        connection.execute("UPDATE release SET schema_revision = 'old'")
        connection.commit()
    with pytest.raises(DatabaseError, match="schema revision old, but this program requires"):
        Database(SQLiteStore(target))
    build(SEED, MIGRATIONS, target)
    Database(SQLiteStore(target)).close()


YEAR = {"year": 2023, "end": "12-31", "status": "normal"}
MORE = (
    {**YEAR, "published": "19.47", "source": "customs-2024-01-12", "series": GOODS_SERIES},
    {**YEAR, "published": "19.5", "source": "weekly-2024-02-01", "series": GOODS_SERIES},
    {
        **YEAR,
        "year": 2024,
        "published": "22.07",
        "status": "revised",
        "source": "customs-2026-01-14",
        "series": GOODS_SERIES,
    },
    {
        **YEAR,
        "published": "2.80",
        "source": "customs-2024-01-12",
        "series": "goods-trade.CN.BRI.partner-2025.USD.P12M",
    },
    {
        **YEAR,
        "published": "17.61",
        "end": "11-30",
        "source": "customs-2024-01-12",
        "series": "goods-trade.CN.BRI.partner-2025.CNY.P11M",
    },
    {
        **YEAR,
        "published": "0.01",
        "source": "customs-2024-01-12",
        "series": "goods-trade.CN.NO.partner-2025.CNY.P12M",
    },
)


def test_other_periods_units_sources_and_vintages_need_no_code(tmp_path: Path) -> None:
    seed, target = copy_seed(tmp_path), tmp_path / "bri.sqlite"
    norway = (seed / "areas/MY.yaml").read_text("utf-8").replace("position: 3", "position: 50")
    add(seed, "areas/NO.yaml", norway)
    for figure in MORE:
        add_observation(seed, figure)
    build(seed, MIGRATIONS, target)
    figures = select_rows(
        target,
        "SELECT series.code, period_end, value, status, vintage FROM observation"
        " JOIN series ON series.id = series_id JOIN indicator ON indicator.id = indicator_id"
        " JOIN source ON source.id = source_id AND (source.code LIKE 'customs-%'"
        " OR source.code LIKE 'weekly-%' OR source.code = 'scio-2025-01-15')"
        " WHERE indicator.code = 'goods-trade' ORDER BY observation.code",
    )
    trillion = "0000000000"
    assert figures == [
        (
            "goods-trade.CN.BRI.partner-2025.CNY.P11M",
            "2023-11-30",
            f"1761{trillion}",
            "normal",
            "2024-01-12",
        ),
        (GOODS_SERIES, "2023-12-31", f"1947{trillion}", "normal", "2024-01-12"),
        (GOODS_SERIES, "2023-12-31", f"1950{trillion}", "normal", "2024-02-01"),
        (GOODS_SERIES, "2024-12-31", f"2207{trillion}", "revised", "2026-01-14"),
        (GOODS_SERIES, "2024-12-31", f"2210{trillion}", "normal", "2025-01-15"),
        (
            "goods-trade.CN.BRI.partner-2025.USD.P12M",
            "2023-12-31",
            f"280{trillion}",
            "normal",
            "2024-01-12",
        ),
        (
            "goods-trade.CN.NO.partner-2025.CNY.P12M",
            "2023-12-31",
            f"1{trillion}",
            "normal",
            "2024-01-12",
        ),
    ]
    assert get_headline(target) == Path(GOODS).stem


def get_headline(target: Path) -> object:
    """Return the code of the headline observation of trade in goods."""
    [(code,)] = select_rows(
        target,
        "SELECT observation.code FROM headline JOIN observation ON observation.id = observation_id"
        " JOIN indicator ON indicator.id = indicator_id WHERE indicator.code = 'goods-trade'",
    )
    return code


@pytest.mark.parametrize(("completeness", "expected"), [("complete", 1), ("partial", 7)])
def test_the_next_complete_edition_takes_the_headlines(
    tmp_path: Path, completeness: str, expected: int
) -> None:
    seed, target = copy_seed(tmp_path), tmp_path / "bri.sqlite"
    for name in (EVENT, SCIO, "editions/2025.yaml", GOODS):
        text = (seed / name).read_text("utf-8").replace("2025-01-15", "2027-01-15")
        text = text.replace(": 2024-", ": 2026-").replace("year: 2025", "year: 2027")
        text = text.replace("_on: 2026-11-26", "_on: 2027-01-15").replace("_2413.", "_2414.")
        text = text.replace("completeness: complete", f"completeness: {completeness}")
        later = name.replace("2025-01-15", "2027-01-15").replace("2024-01", "2026-01")
        add(seed, later.replace("editions/2025", "editions/2027"), text)
    build(seed, MIGRATIONS, target)
    is_next = get_headline(target) == Path(GOODS).stem.replace("2024-01", "2026-01").replace(
        "2025-01-15", "2027-01-15"
    )
    assert is_next == (completeness == "complete")
    assert select_rows(target, "SELECT count(*) FROM headline") == [(expected,)]
