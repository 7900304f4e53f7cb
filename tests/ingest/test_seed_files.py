"""Seed files: YAML without surprises, errors with line numbers, and JSON Schemas."""

import json
import os
from decimal import Decimal
from pathlib import Path, PurePosixPath
from shutil import move

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ingest.build import load_valid_seed
from app.ingest.files import SeedError, compute_seed_hash
from app.ingest.schema import (
    FILE_KINDS,
    Entity,
    Observation,
    SeriesTable,
    get_singular_name,
    write_schemas,
)
from app.ingest.seed import SeedDocument, format_path, read_document
from tests.db.test_damaged_files import allow_access, drop_privileges
from tests.support.seeds import (
    EVENT,
    GOODS,
    NEWEST,
    SEED,
    Broken,
    add,
    check_reported,
    copy_seed,
    edit,
    find_issues,
)

FILE = PurePosixPath("seed/topics/trade.yaml")

SURPRISES = {
    "no-as-number": Broken(
        GOODS, "value: 22100000000000", "value: no", "value", "found 'no'; write a plain number"
    ),
    "yes-as-number": Broken(
        GOODS, "  multiplier: 12", "  multiplier: yes", "published.multiplier", "found 'yes'; write"
    ),
    "NO-as-enum": Broken(
        GOODS, "status: normal", "status: NO", "status", "found 'NO'; write one of 'normal'"
    ),
    "no-as-enum": Broken(
        GOODS, "qualifier: none", "qualifier: no", "qualifier", "found 'no'; write one of 'none'"
    ),
    "true-as-number": Broken(
        GOODS, "  decimals: 1", "  decimals: true", "published.decimals", "found 'true'; write a"
    ),
    "octal": Broken(GOODS, "multiplier: 12", "multiplier: 014", "published.multiplier", "'014'"),
    "octal-number": Broken(
        GOODS, "value: 22100000000000", "value: 010", "value", "found '010'; write a plain number"
    ),
    "exponent": Broken(
        GOODS, "value: 22100000000000", "value: 1e3", "value", "found '1e3'; write a plain number"
    ),
    "hexadecimal": Broken(GOODS, "value: 22100000000000", "value: 0x10", "value", "found '0x10'"),
    "underscores": Broken(GOODS, "value: 22100000000000", "value: 22_100", "value", "'22_100'"),
    "infinity": Broken(GOODS, "value: 22100000000000", "value: .inf", "value", "found '.inf'"),
    "not-a-number": Broken(GOODS, "value: 22100000000000", "value: .nan", "value", "found '.nan'"),
    "sexagesimal": Broken(GOODS, "value: 22100000000000", "value: 12:30", "value", "found '12:30'"),
    "plus": Broken(GOODS, "value: 22100000000000", "value: +22", "value", "found '+22'"),
    "quoted-number": Broken(
        GOODS, "value: 22100000000000", 'value: "36"', "value", "found '36'; write a plain number"
    ),
    "quoted-integer": Broken(
        "editions/2025.yaml", "year: 2025", 'year: "2025"', "year", "integer without quotes"
    ),
    "too-many-digits": Broken(
        GOODS, "value: 22100000000000", f"value: {'1' * 5000}", "value", "write a plain number"
    ),
    "too-many-decimals": Broken(
        GOODS, "value: 22100000000000", "value: 1.00000000001", "value", "10 decimal places"
    ),
    "whole-number-with-decimals": Broken(
        "editions/2025.yaml", "year: 2025", "year: 2025.0", "year", "found 2025.0; write an integer"
    ),
    "short-date": Broken(
        EVENT,
        "held_on: 2025-01-15",
        "held_on: 2025-1-5",
        "held_on",
        "write a calendar date such as",
    ),
    "no-such-day": Broken(
        GOODS,
        "end: 2024-12-31",
        "end: 2024-02-30",
        "period.end",
        "found '2024-02-30'; write a calendar date",
    ),
    "basic-date": Broken(
        EVENT, "held_on: 2025-01-15", "held_on: 20250115", "held_on", "write a calendar date"
    ),
    "week-date": Broken(
        EVENT, "held_on: 2025-01-15", "held_on: 2025-W03-3", "held_on", "write a calendar date"
    ),
    "moment": Broken(
        EVENT,
        "held_on: 2025-01-15",
        "held_on: 2025-01-15T00:00:00",
        "held_on",
        "write a calendar date",
    ),
    "alias": Broken(
        GOODS,
        "qualifier: none\nstatus: normal",
        "qualifier: &same none\nstatus: *same",
        "status",
        "is a YAML alias of another value; write the value out",
        at="status:",
    ),
    "key": Broken(
        GOODS,
        "published:\n",
        "? [a, b]\n: c\npublished:\n",
        "",
        "has a list or a mapping as a key; write a field's name",
    ),
    "merge": Broken(
        GOODS,
        "published:\n",
        "<<: &all {status: normal}\npublished:\n  <<: *all\n",
        "published.<<",
        "is a YAML alias of another value",
        at="*all",
    ),
    "tag": Broken(
        GOODS, "value: 22100000000000", "value: !!float 22.1", "value", "write the value without a"
    ),
    "python-tag": Broken(
        GOODS,
        "value: 22100000000000",
        "value: !!python/object:os.system {}",
        "value",
        "has the YAML tag",
    ),
    "comment-after-text": Broken(
        GOODS,
        "en: 22.1 trillion yuan",
        "en: 22.1 trillion yuan #1",
        "wording.en",
        "ends at '#'; quote it, or begin the comment with '# '",
    ),
    "comment-instead-of-text": Broken(
        GOODS, "en: 22.1 trillion yuan", "en: #1 yuan", "wording.en", "ends at '#'; quote it"
    ),
    "minus-sign": Broken(
        GOODS, "value: 22100000000000", "value: −22", "value", "such as 36 or -2.1, unquoted"
    ),
    "tab": Broken(GOODS, "  start:", "\tstart:", "", "contains a tab; indent with spaces"),
    "second-document": Broken(GOODS, "status:", "---\nstatus:", "", "found another document"),
    "unclosed": Broken(
        GOODS, "status: normal", "status: [normal", "", "not valid YAML", at="source:"
    ),
    "duplicate-key": Broken(
        GOODS,
        "source:",
        "status:  revised\nsource:",
        "status",
        "is repeated; it is already on line 15",
    ),
    "duplicate-nested-key": Broken(
        GOODS,
        "  decimals: 1",
        "  multiplier:  9\n  decimals: 1",
        "published.multiplier",
        "is repeated",
    ),
    "trailing-line-break": Broken(
        GOODS,
        "  en: 22.1 trillion yuan",
        "  en: |\n    22.1 trillion",
        "wording.en",
        "fold the text with '>-'",
    ),
}


@pytest.mark.parametrize("broken", SURPRISES.values(), ids=SURPRISES)
def test_surprising_yaml_is_reported(tmp_path: Path, broken: Broken) -> None:
    check_reported(copy_seed(tmp_path), broken)


@pytest.mark.parametrize(
    ("raw", "line", "message"),
    [
        (b"", 1, "contains no fields; write one 'field: value' per line"),
        (b"# only a remark\n", 1, "contains no fields"),
        (b"- position: 1\n", 1, "contains no fields"),
        (b"trade\n", 1, "contains no fields"),
        (b"position: 1\nname: caf\xe9\n", 2, "is not UTF-8 text; save the file as UTF-8"),
        ("position: 1\n".encode("utf-16"), 1, "is not UTF-8 text"),
        (b"position: \x00\n", 1, "is not valid YAML"),
        (b"position: 1\nname: *nobody\n", 2, "is not valid YAML: found undefined alias; quote a"),
        (b"position: 1\nname: @nobody\n", 2, "cannot start any token; quote a text with"),
        (b"position: 1\nname: a\x07b\n", 2, "control characters are not allowed"),
        (b"position: 1\n<<<<<<< HEAD\nname: a\n", 2, "has a mark of a merge conflict; keep one"),
        (b"position: 1\n=======\nname: a\n", 2, "has a mark of a merge conflict"),
        ("position: 1\ntopic：trade\nunit: CNY\n".encode(), 2, "end the name of a field with ': '"),
        (b"position: 1\ntopic:trade\n\n\nunit: CNY\n", 2, "end the name of a field with ': '"),
        (b"name:\n  en: Trade\n   zh: 1\n", 3, "indent all fields of a record by the same"),
        ("name:\n\u3000 en: Trade\n  zh: 1\n".encode(), 3, "number of plain spaces"),
        (b"position: " + b"[" * 5000, 1, "maximum nesting depth"),
    ],
)
def test_an_unreadable_file_is_reported(
    tmp_path: Path, raw: bytes, line: int, message: str
) -> None:
    seed = copy_seed(tmp_path)
    (seed / "topics/trade.yaml").write_bytes(raw)
    shown = [fault for fault in find_issues(seed) if fault.file == seed / "topics/trade.yaml"]
    assert [(fault.line, fault.field) for fault in shown] == [(line, "")]
    assert message in shown[0].message


def test_deep_nesting_is_reported(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path)
    (seed / "topics/trade.yaml").write_bytes(b"position: " + b"[" * 600 + b"]" * 600)
    shown = [fault for fault in find_issues(seed) if fault.file == seed / "topics/trade.yaml"]
    assert [fault.message for fault in shown] == ["is nested too deeply; remove the inner levels"]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("36", 36),
        ("-3", -3),
        ("0", 0),
        ("22.10", Decimal("22.10")),
        ("-0.5", Decimal("-0.5")),
        ("", None),
        ('""', ""),
        ('"36"', "36"),
        ("no", "no"),
        ("NO", "NO"),
        ("null", "null"),
        ("~", "~"),
        ("007", "007"),
        ("2025-01-15", "2025-01-15"),
        (".5", ".5"),
        ("1.", "1."),
    ],
)
def test_a_plain_word_keeps_its_meaning(written: str, value: object) -> None:
    content = get_content(read_document(FILE, f"value: {written}\n".encode()))
    assert content["value"] == value
    assert type(content["value"]) is type(value)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**15)))
def test_a_decimal_keeps_every_digit(number: Decimal) -> None:
    written = f"{number:f}"
    assert str(get_content(read_document(FILE, f"value: {written}".encode()))["value"]) == written


@given(st.binary(max_size=80))
def test_no_bytes_crash_the_reader(raw: bytes) -> None:
    document = read_document(FILE, raw)
    assert document.issues or isinstance(document.content, dict)


@pytest.mark.parametrize(
    "written",
    [
        "'a' #b",
        "a # b",
        "a#b",
        "'a #b'",
        ">-\n  a #b",
        "\n  # b\n  c: d",
        "# b\n  c: d",
        "𠮷一带\n# b",
    ],
)
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_a_comment_that_shortens_no_text_is_ignored(start: str, written: str) -> None:
    assert read_document(FILE, f"{start}value: {written}\n".encode()).issues == []


def test_every_value_keeps_its_line() -> None:
    raw = b"\xef\xbb\xbfname:\n  en: a\n  zh: b\n\nlist:\n  - c\n  - d\n"
    document = read_document(FILE, raw)
    assert document.issues == []
    assert document.find_line(("name", "zh")) == 3
    assert document.find_line(("list", 1)) == 7
    assert document.find_line(("name", "fr")) == 1
    assert document.find_line(("unknown",)) == 1


def test_a_path_is_written_as_people_do() -> None:
    assert format_path(("bounds", "lower")) == "bounds.lower"
    assert format_path(("sentences", 2)) == "sentences[2]"
    assert format_path(()) == ""


def test_an_empty_folder_is_reported(tmp_path: Path) -> None:
    (tmp_path / "seed").mkdir()
    seed = tmp_path / "seed"
    assert [str(fault) for fault in find_issues(seed)] == [
        f"{seed}:1: contains no seed files",
        f"{seed}/editions:1: contains no file; add the first one",
        f"{seed}/releases:1: contains no file; add the first one",
        f"{seed}/sources:1: contains no file; add the first one",
    ]


def test_the_folder_can_be_named_by_a_dot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(copy_seed(tmp_path))
    assert len(load_valid_seed(Path()).documents) > 100


def test_notes_and_hidden_files_are_no_seed(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path)
    before = compute_seed_hash(seed)
    add(seed, "topics/NOTES.md", "A note.")
    add(seed, "topics/.trade.yaml.swp", "an editor's")
    load_valid_seed(seed)
    assert compute_seed_hash(seed) == before


def test_the_hash_follows_names_and_contents(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path)
    hashes = [compute_seed_hash(seed)]
    edit(seed, GOODS, "22.1 trillion yuan", "22.1 trillion  yuan")
    hashes.append(compute_seed_hash(seed))
    move(seed / "areas/MY.yaml", seed / "areas/SG.yaml")
    hashes.append(compute_seed_hash(seed))
    assert len(set(hashes)) == 3


@pytest.mark.parametrize("kind", FILE_KINDS)
def test_the_committed_schemas_are_current(tmp_path: Path, kind: type[Entity]) -> None:
    write_schemas(tmp_path)
    written = (tmp_path / f".schemas/{get_singular_name(kind)}.json").read_bytes()
    assert (NEWEST / f".schemas/{get_singular_name(kind)}.json").read_bytes() == written
    assert written.endswith(b"}\n")
    assert len(list((NEWEST / ".schemas").iterdir())) == len(FILE_KINDS)


@pytest.mark.parametrize("kind", FILE_KINDS)
def test_every_seed_file_fits_its_schema(kind: type[Entity]) -> None:
    validator = create_validator(kind)
    files = list((NEWEST / kind.collection).glob("*"))
    # A seed may do without tables.
    assert files or kind is SeriesTable
    for file in files:
        name = f"# yaml-language-server: $schema=../.schemas/{get_singular_name(kind)}.json"
        assert file.read_text("utf-8").splitlines()[0] == name
        validator.validate(get_content(read_document(FILE, file.read_bytes())))


def test_a_schema_refuses_what_the_model_refuses() -> None:
    content = get_content(read_document(FILE, (SEED / GOODS).read_bytes()))
    validator = create_validator(Observation)
    for change in ({"value": "36"}, {"status": "no"}, {"locator": "P0"}, {"colour": 1}):
        assert not validator.is_valid({**content, **change}), change
    assert validator.is_valid({**content, "locator": None})


def create_validator(kind: type[Entity]) -> jsonschema_rs.Draft202012Validator:
    """Create a validator of the committed schema of a collection."""
    schema = json.loads((NEWEST / f".schemas/{get_singular_name(kind)}.json").read_bytes())
    jsonschema_rs.meta.validate(schema)
    assert (schema["$schema"], schema["title"]) == (
        "https://json-schema.org/draft/2020-12/schema",
        get_singular_name(kind),
    )
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


def get_content(document: SeedDocument) -> dict[str, object]:
    """Return the fields of a document that has no issues."""
    assert document.issues == []
    assert isinstance(document.content, dict)
    return {**document.content}


def test_an_invalid_file_causes_no_issues_in_others(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path)
    edit(seed, "indicators/goods-trade.yaml", "position: 1", "position: one")
    assert [fault.field for fault in find_issues(seed)] == ["position"]


def test_nothing_in_the_seed_is_skipped(tmp_path: Path) -> None:
    """A folder that cannot be read, or a link that leads nowhere, is not left out of a build."""
    seed = copy_seed(tmp_path)
    move(seed / "events", tmp_path / "moved")
    (seed / "events").symlink_to(tmp_path / "moved")
    (seed / "topics" / "lost.yaml").symlink_to("nowhere")
    os.mkfifo(seed / "topics" / "pipe.yaml")
    (seed / "topics" / ".hidden").symlink_to("nowhere")
    allow_access(seed / "areas" / "all")
    (seed / "areas").chmod(0)
    with drop_privileges(), pytest.raises(SeedError) as caught:
        compute_seed_hash(seed)
    messages = [str(issue).removeprefix(f"{seed}/") for issue in caught.value.issues]
    assert [message.partition(" (")[0].partition(";")[0] for message in messages] == [
        "areas:1: cannot be read",
        "events:1: is not a regular file",
        "topics/lost.yaml:1: is not a regular file",
        "topics/pipe.yaml:1: is not a regular file",
    ]
