"""`bri diff` compares the records of two datasets, whatever their change logs say."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from rich.cells import cell_len

from app.ingest.build import load_valid_seed
from app.ingest.diff import collect_records, read_records
from app.ingest.rows import build_rows
from app.ingest.schema import ENTITIES, RECORD_KINDS, Ref, list_references
from tests.support.processes import run_bri
from tests.support.seeds import BROKEN_SERIES, GOODS, SEED, add_break, copy_seed, edit

pytestmark = pytest.mark.sqlite

COPY = """
INSERT INTO observation ({columns}) SELECT {values} FROM observation WHERE code = '{code}'
"""


def copy_observation(database: Path, code: str) -> None:
    """Add a figure to a database, without an entry in the change log."""
    with closing(sqlite3.connect(database)) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(observation)")]
        changed = {"id": "9999", "code": f"'{code}.copy'", "period_start": "'1999-01-01'"}
        values = ", ".join(changed.get(name, name) for name in columns)
        sql = COPY.format(columns=", ".join(columns), values=values, code=code)
        connection.execute(sql)
        connection.commit()


def test_figures_without_a_release_are_found(tmp_path: Path) -> None:
    target, code = tmp_path / "more.sqlite", Path(GOODS).stem
    assert run_bri("build", "--database", str(target)).exit_code == 0
    copy_observation(target, code)
    done = run_bri("diff", str(SEED), str(target))
    assert done.stdout == f"added      observations/{code}.copy\n1 record differs.\n"
    (change,) = json.loads(run_bri("diff", "--json", str(target), str(SEED)).stdout)
    assert (change["kind"], change["key"]) == ("removed", f"{code}.copy")
    assert {"field": "period.start", "before": "1999-01-01", "after": None} in change["fields"]


def test_a_database_of_an_older_revision_is_compared(tmp_path: Path) -> None:
    target = tmp_path / "older.sqlite"
    assert run_bri("build", "--database", str(target)).exit_code == 0
    with closing(sqlite3.connect(target)) as connection:
        connection.execute("DROP TABLE related_dataset_indicator")
        connection.execute("DROP TABLE related_dataset")
        connection.execute("ALTER TABLE observation RENAME COLUMN check_method TO checked")
        connection.commit()
    changes = json.loads(run_bri("diff", "--json", str(target), str(SEED)).stdout)
    kinds = {change["collection"]: change["kind"] for change in changes}
    assert set(kinds) == {"related-datasets", "observations"}
    assert kinds["related-datasets"] == "added"
    (field,) = next(one for one in changes if one["collection"] == "observations")["fields"]
    assert field["field"] == "check_method"


PAGE = 4096
DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "not SQLite": lambda content: b"no database" + content,
    "empty": lambda _: b"",
    "cut off": lambda content: content[:-PAGE],
    # As the header says, it has fewer pages.
    "short": lambda content: content[:28] + (90).to_bytes(4, "big") + content[32 : 90 * PAGE],
    "a page of zeros": lambda content: content[: -9 * PAGE] + bytes(PAGE) + content[-8 * PAGE :],
    "another page": lambda content: content[: -9 * PAGE] + content[-PAGE:] + content[-8 * PAGE :],
    "a text that is not UTF-8": lambda content: content.replace("贸易".encode(), b"\xff" * 6),
}
"""What happens to the bytes of a database file."""
WRONG_VALUES = (
    "UPDATE observation SET period_start = '2024-13-41'",
    "UPDATE observation SET value = 'many'",
    "DELETE FROM source",
)
"""Changes after a build that no build would make; SQLite finds nothing wrong with them."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Build a database file; return its content."""
    target = tmp_path_factory.mktemp("built") / "built.sqlite"
    assert run_bri("build", "--database", str(target)).exit_code == 0
    return target.read_bytes()


def check_rejection(path: Path) -> None:
    """Check that a comparison with a damaged file ends with one line about it."""
    for pair in ((str(SEED), str(path)), (str(path), str(SEED))):
        done = run_bri("diff", *pair)
        assert (done.exit_code, done.stdout) == (1, "")
        assert isinstance(done.exception, SystemExit), done.exception
        (line,) = done.stderr.splitlines()
        assert line.startswith(f"bri: {path} is ")
        assert "'bri build" in line or "is not a database of this API" in line


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_file_is_refused_in_one_line(tmp_path: Path, built: bytes, kind: str) -> None:
    path = tmp_path / "damaged.sqlite"
    path.write_bytes(DAMAGE[kind](built))
    check_rejection(path)


def test_damage_that_no_query_meets_is_found(tmp_path: Path, built: bytes) -> None:
    """The rows could be read, but they may not be those that were written."""
    path = tmp_path / "damaged.sqlite"
    path.write_bytes(built)
    with closing(sqlite3.connect(path)) as connection:
        sql = "SELECT rootpage FROM sqlite_master WHERE name = 'ix_outcome_sector_sector_id'"
        ((page,),) = connection.execute(sql)
    path.write_bytes(built[: (page - 1) * PAGE] + bytes(PAGE) + built[page * PAGE :])
    check_rejection(path)


@pytest.mark.parametrize("change", WRONG_VALUES)
def test_values_that_no_build_writes_are_refused(tmp_path: Path, built: bytes, change: str) -> None:
    path = tmp_path / "changed.sqlite"
    path.write_bytes(built)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute(change)
        connection.commit()
    check_rejection(path)


def test_every_record_of_the_seed_is_compared_with_every_reference(tmp_path: Path) -> None:
    folder = copy_seed(tmp_path)
    add_break(folder)
    seed = load_valid_seed(folder)
    records = collect_records(build_rows(seed, "", ""))
    for kind in RECORD_KINDS:
        for key, entity in seed.get_all(kind).items():
            fields = records[kind.collection, key]
            for name, _, is_list in list_references(kind):
                value = getattr(entity, name)
                if is_list:
                    found = [text for path, text in fields.items() if path.startswith(f"{name}[")]
                    assert found == sorted(value)
                else:
                    assert fields.get(name) == value
    assert records["series", BROKEN_SERIES]["breaks[2021-01-01].en"]
    passages = records["sources", "scio-2025-01-15"]
    assert passages["passages[P5.S2].note.zh"].startswith("未据此句")
    assert passages["passages[P4.S1].differences[1].locator"] == "P5.S1"
    assert passages["passages[P4.S1].differences[1].text.zh"].startswith("文字实录")
    assert len(records) == sum(len(seed.get_all(kind)) for kind in RECORD_KINDS)


def test_values_are_compared_and_not_their_spelling(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path)
    edit(seed, GOODS, "  en: 22.1 trillion yuan", '  en: "22.1 trillion yuan"')
    edit(seed, "units/CNY.yaml", "decimals: 2", "decimals: 2 # the usual number")
    assert read_records(seed) == read_records(SEED)


def test_a_long_text_is_wrapped(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path)
    edit(seed, "topics/trade.yaml", "  en: Trade\n", f"  en: Trade {'and more ' * 20}\n")
    edit(seed, "topics/trade.yaml", "  zh: 贸易\n", f"  zh: {'贸易' * 90}\n")
    done = run_bri("diff", str(SEED), str(seed))
    lines = done.stdout.splitlines()
    assert max(cell_len(line) for line in lines if line.startswith(" ")) <= 100
    assert "      - Trade" in lines
    assert lines[0] == "annotated  topics/trade"


def test_a_file_that_does_not_exist_is_named(tmp_path: Path) -> None:
    done = run_bri("diff", str(tmp_path / "released.sqlite"), str(SEED))
    assert done.exit_code == 2
    assert "does not exist; name a database" in " ".join(done.stderr.replace("│", "").split())


def test_a_reference_is_declared_by_its_annotation_alone() -> None:
    declared = {
        (kind.collection, name)
        for kind in ENTITIES
        for name, field in kind.model_fields.items()
        if Ref.__name__ in repr(field.annotation)
    }
    found = {(kind.collection, name) for kind in ENTITIES for name, _, _ in list_references(kind)}
    assert found == declared
    assert len(found) == 49
