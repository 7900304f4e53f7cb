"""The history of releases: complete, stored in the seed, and shown as changes."""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from app.application import create_app
from app.enums import ChangeKind
from app.ingest.build import build, load_valid_seed
from app.ingest.history import (
    FieldChange,
    RecordChange,
    Snapshot,
    format_snapshot,
    list_differences,
    parse_snapshot,
    take_snapshot,
)
from tests.support.client import AppClient
from tests.support.processes import limit_file_size, run_bri
from tests.support.seeds import (
    ROOT,
    SEED,
    add,
    add_observation,
    copy_seed_with_history,
    edit,
    find_issues,
)
from tests.support.targets import Target, build_settings

pytestmark = pytest.mark.database

SHARE = "observations/trade-share.CN.BRI.partner-2025.PT.P12M.2024-01.scio-2025-07-18.yaml"
UNCONTESTED = SHARE.replace("2024-01", "2021-01")
"""A figure in no contradiction, whose reason would have to change with the number."""
RECORD = '{"collection": "topics", "key": "a", "fields": {"name.en": "b"}}'
RELEASE = "date: {day}\nnote: {{en: A later release., zh: 后续版本。}}\n"
CORRECTION = (
    "  - {{records: [{record}], fields: [{fields}], reason: {{en: A slip., zh: 笔误。}}}}\n"
)
SECTOR = "sectors/digital-economy"
PROGRESS = "progress/2025-deepen-silk-road-e-commerce"
EARLIER = """\
  - {date: 2025-01-20, relation: context, text: {en: Nothing is said., zh: 未说明。},
    wording: {en: nothing, zh: 未说明}, source: wam-2025-07-19}
"""
NOTED = "instruments/small-yet-smart-projects.yaml"


def read_changes(client: AppClient, query: str = "") -> list[RecordChange]:
    """Read changes through the API, page by page."""
    found, url = [], f"/v1/changes?limit=50{query}"
    while url:
        page = client.get(url).json()
        for item in page["items"]:
            fields = tuple(FieldChange(**field) for field in item["fields"])
            found.append(
                RecordChange(item["collection"], item["key"], ChangeKind(item["kind"]), fields)
            )
        url = page["next"]
    return found


def replay_changes(changes: Iterable[RecordChange], before: Snapshot | None = None) -> Snapshot:
    """Apply changes to a snapshot, or to nothing."""
    records = dict(before or {})
    for change in changes:
        record = change.collection, change.key
        if change.kind is ChangeKind.REMOVED:
            del records[record]
            continue
        fields = dict(records.get(record, {}))
        for field in change.fields:
            if field.after is None:
                fields.pop(field.field, None)
            else:
                fields[field.field] = field.after
        records[record] = fields
    return records


def test_all_changes_give_the_data_set(client: AppClient) -> None:
    assert replay_changes(read_changes(client)) == take_snapshot(load_valid_seed(SEED))


def test_changes_of_one_release_lead_from_the_one_before(client: AppClient) -> None:
    first = replay_changes(read_changes(client, "&release=2026-11-25"))
    content = (SEED / "history" / "2026-11-25.jsonl").read_bytes()
    assert first == parse_snapshot(content)
    assert format_snapshot(first).encode() == content
    second = read_changes(client, "&release=2026-11-25.2")
    assert replay_changes(second, first) == take_snapshot(load_valid_seed(SEED))


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ("release=2026-11-25", 109),
        ("release=2026-11-25&collection=actions", 24),
        ("release=2026-11-25.2&collection=growth-rates", 16),
        ("kind=removed", 5),
        ("since=2026-11-26", 0),
    ],
)
def test_changes_are_filtered(client: AppClient, query: str, total: int) -> None:
    assert client.get(f"/v1/changes?{query}").json()["total"] == total
    every = client.get("/v1/changes").json()["total"]
    assert client.get("/v1/changes?since=2026-11-25").json()["total"] == every


@pytest.fixture
def revised(tmp_path: Path) -> Path:
    """Revise, correct, annotate, add and remove in a seed whose newest release was frozen."""
    seed = copy_seed_with_history(tmp_path)
    assert run_bri("freeze", "--seed", str(seed)).exit_code == 0
    corrections = "corrections:\n" + CORRECTION.format(record=SECTOR, fields="name")
    corrections += CORRECTION.format(record="sectors/e-commerce", fields="name")
    add(seed, "releases/2027-01-20.yaml", RELEASE.format(day="2027-01-20") + corrections)
    edit(seed, f"{SECTOR}.yaml", "  en: Digital economy\n", "  en: The digital economy\n")
    figure = {"year": 2025, "end": "12-31", "status": "revised", "published": "23.7"}
    series = "goods-trade.CN.BRI.partner-2025.CNY.P12M"
    add_observation(seed, {**figure, "source": "weekly-2027-01-18", "series": series})
    edit(seed, NOTED, "is the wording of the source.", "is how the source puts it.")
    (seed / "sectors" / "e-commerce.yaml").unlink()
    for path in seed.rglob("*.yaml"):
        lines = path.read_text().splitlines()
        if "  - e-commerce" in lines:
            alone = lines.count("sectors:") and lines[lines.index("sectors:") + 2 :][:1] != ["  -"]
            gone = {"  - e-commerce", "sectors:"} if alone else {"  - e-commerce"}
            path.write_text("\n".join(line for line in lines if line not in gone) + "\n")
    return seed


def test_a_release_lists_each_kind_of_change(revised: Path, target: Target) -> None:
    build(revised, ROOT / "migrations", target)
    with AppClient(create_app(build_settings(target))) as client:
        changes = {
            (item["kind"], item["collection"], item["key"]): item
            for item in client.get("/v1/changes?release=2027-01-20&limit=1000").json()["items"]
        }
        assert replay_changes(read_changes(client)) == take_snapshot(load_valid_seed(revised))
        feed = client.get("/v1/changes.feed.json").json()
        atom = client.get("/v1/changes.atom").text
    goods = "goods-trade.CN.BRI.partner-2025.CNY.P12M.2025-01.weekly-2027-01-18"
    fields = {one["field"]: one for one in changes["revised", "observations", goods]["fields"]}
    assert fields["published.value"]["before"] == "23.6"
    assert fields["published.value"]["after"] == "23.7"
    assert changes["corrected", "sectors", "digital-economy"]["reason"] == "A slip."
    (field,) = changes["annotated", "instruments", "small-yet-smart-projects"]["fields"]
    assert "is how the source puts it." in field["after"]
    explained = {"corrected", "removed"}
    assert all(bool(one["reason"]) == (kind in explained) for (kind, *_), one in changes.items())
    assert ("removed", "sectors", "e-commerce") in changes
    assert ("added", "sources", "weekly-2027-01-18") in changes
    text = feed["items"][0]["content_text"]
    assert "name.en: Digital economy → The digital economy" in text
    assert f"({SECTOR}): corrected (A slip.)" in text
    assert "published.value: 23.6 → 23.7" in atom


def test_a_figure_that_a_later_source_changed_is_revised(client: AppClient) -> None:
    """The share of 2024 was 50.3% in January 2025 and 50.7% in July; both came in one release."""
    changes = client.get("/v1/changes?kind=revised&limit=1000").json()["items"]
    key = SHARE.removeprefix("observations/").removesuffix(".yaml")
    (change,) = (one for one in changes if one["key"] == key)
    fields = {field["field"]: (field["before"], field["after"]) for field in change["fields"]}
    assert fields["published.value"] == ("50.3", "50.7")
    assert all(one["collection"] in {"observations", "growth-rates"} for one in changes)


def test_a_rounded_repetition_is_no_revision(client: AppClient) -> None:
    revised = {item["key"] for item in client.get("/v1/changes?kind=revised").json()["items"]}
    added = {
        item["key"]
        for item in client.get("/v1/changes?kind=added&collection=observations").json()["items"]
    }
    # 19.47 trillion by customs, repeated as 19.5 by the ministry.
    rounded = "goods-trade.CN.BRI.partner-2023.CNY.P12M.2023-01.scio-2024-02-07"
    assert rounded in added
    assert rounded not in revised


FIGURE = {"source": "b", "series": "s", "period.start": "2024-01-01"}
SOURCES: Snapshot = {
    ("sources", "a"): {"published_on": "2025-01-13", "standing": "primary"},
    ("sources", "b"): {"published_on": "2025-07-18", "standing": "primary"},
    ("sources", "c"): {"published_on": "2025-07-18", "standing": "secondary"},
}


@pytest.mark.parametrize(
    ("earlier", "later", "kind"),
    [
        ({"value": "6.4"}, {"value": "6.5"}, "revised"),
        ({"value": "6.4"}, {"value": "6.4"}, "added"),
        ({"value": "6.43"}, {"value": "6.4"}, "added"),
        ({"value": "6.4"}, {"value": "6.43"}, "added"),
        ({"value": "6.4"}, {"value": "6.5", "source": "c"}, "added"),
        ({"value": "6.4", "source": "b"}, {"value": "6.5", "source": "b"}, "added"),
        ({"value": "7", "qualifier": "over"}, {"value": "7", "qualifier": "none"}, "revised"),
        ({"value": "odd"}, {"value": "6.5"}, "revised"),
    ],
)
def test_a_new_figure_is_revised_or_added(
    earlier: dict[str, str], later: dict[str, str], kind: str
) -> None:
    old = {**SOURCES, ("growth-rates", "old"): FIGURE | {"source": "a"} | earlier}
    new = {**old, ("growth-rates", "new"): FIGURE | later}
    (change,) = list_differences(old, new)
    assert change.kind == kind
    # The same holds if both come with the same release.
    assert kind in {one.kind for one in list_differences(SOURCES, new) if one.key == "new"}


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("published.value", "revised"),
        ("status", "revised"),
        ("wording.en", "annotated"),
        ("note.en", "annotated"),
        ("locator", "annotated"),
    ],
)
def test_a_change_of_a_figure_has_the_kind_of_its_field(field: str, kind: str) -> None:
    old: Snapshot = {("observations", "x"): FIGURE | {field: "1"}}
    new: Snapshot = {("observations", "x"): FIGURE | {field: "2"}}
    assert [one.kind for one in list_differences(old, new)] == [kind]
    assert [one.kind for one in list_differences(old, new, ["observations/x"])] == ["corrected"]


def test_a_changed_number_must_be_declared_as_a_correction(tmp_path: Path) -> None:
    seed = copy_seed_with_history(tmp_path)
    assert run_bri("freeze", "--seed", str(seed)).exit_code == 0
    add(seed, "releases/2027-01-20.yaml", RELEASE.format(day="2027-01-20"))
    figure = seed / UNCONTESTED
    figure.write_text(figure.read_text("utf-8").replace("45.3", "45.4"), "utf-8")
    (fault,) = find_issues(seed)
    path, release = UNCONTESTED.removesuffix(".yaml"), "releases/2027-01-20.yaml"
    expected = f"{seed}/{release}:1: corrections: published, value, wording of {path} is changed"
    assert str(fault).startswith(expected)
    correction = CORRECTION.format(record=path, fields="value, published, wording, note")
    edit(seed, release, "\nnote", f"\ncorrections:\n{correction}note")
    (fault,) = find_issues(seed)
    assert f"found note of {path}, which this release does not change" in str(fault)
    edit(seed, release, ", note]", "]")
    build(seed, ROOT / "migrations", tmp_path / "bri.sqlite")


@pytest.mark.parametrize(
    ("file", "old", "new", "field"),
    [
        ("topics/trade.yaml", "  en: Trade\n", "  en: Commerce\n", "name"),
        ("actions/2025-expand-trade.yaml", "expand trade", "grow trade", "text"),
        ("actions/2025-expand-trade.yaml", "kind: expand", "kind: deepen", "kind"),
        (
            "sources/scio-2025-01-15.yaml",
            "published_basis: dateline",
            "published_basis: address",
            "published_basis",
        ),
        ("sources/scio-2025-01-15.yaml", "Under the guidance", "With the guidance", "goal"),
        ("instruments/flagship-projects.yaml", "Large projects", "Big projects", None),
        ("sources/scio-2025-01-15.yaml", "Carries no record", "Has no record", None),
        ("events/mofcom-2025-01-15.yaml", "en: Li Yongjie", "en: Yongjie Li", "speakers"),
        (f"{PROGRESS}.yaml", "\n  - date: 2025-11-07", "\n  - date: 2025-11-08", "reports"),
        (f"{PROGRESS}.yaml", "There were 30 in", "There had been 30 in", None),
    ],
)
def test_a_changed_statement_must_be_declared_and_a_note_not(
    tmp_path: Path, file: str, old: str, new: str, field: str | None
) -> None:
    seed = copy_seed_with_history(tmp_path)
    assert run_bri("freeze", "--seed", str(seed)).exit_code == 0
    add(seed, "releases/2027-01-20.yaml", RELEASE.format(day="2027-01-20"))
    edit(seed, file, old, new)
    if field is None:
        load_valid_seed(seed)
        return
    (fault,) = find_issues(seed)
    assert f"corrections: {field} of {file.removesuffix('.yaml')} is changed" in str(fault)


def test_a_removed_record_must_be_declared_and_a_later_report_not(tmp_path: Path) -> None:
    seed = copy_seed_with_history(tmp_path)
    assert run_bri("freeze", "--seed", str(seed)).exit_code == 0
    release = "releases/2027-01-20.yaml"
    add(seed, release, RELEASE.format(day="2027-01-20"))
    edit(seed, f"{PROGRESS}.yaml", "reports:\n", f"reports:\n{EARLIER}")
    load_valid_seed(seed)
    (seed / f"{PROGRESS}.yaml").unlink()
    (fault,) = find_issues(seed)
    assert f"corrections: {PROGRESS} is removed; restore it, or list it" in str(fault)
    correction = CORRECTION.format(record=PROGRESS, fields="reports")
    edit(seed, release, "\nnote", f"\ncorrections:\n{correction}note")
    load_valid_seed(seed)
    edit(seed, release, f"{PROGRESS}]", f"{PROGRESS}, sectors/digital-econom]")
    (fault,) = find_issues(seed)
    missing = "found sectors/digital-econom, which does not exist; did you mean digital-economy?"
    assert missing in str(fault)


def test_a_release_that_was_not_frozen_is_one_issue(tmp_path: Path) -> None:
    seed = copy_seed_with_history(tmp_path)
    add(seed, "releases/2027-01-20.yaml", RELEASE.format(day="2027-01-20"))
    edit(seed, "topics/trade.yaml", "  en: Trade\n", "  en: Commerce\n")
    (fault,) = find_issues(seed)
    expected = f"{seed}/history/2026-11-25.2.jsonl:1: is missing; run 'bri freeze' before you add"
    assert str(fault).startswith(expected)


def test_a_record_with_another_issue_is_not_reported_as_changed(tmp_path: Path) -> None:
    seed = copy_seed_with_history(tmp_path)
    assert run_bri("freeze", "--seed", str(seed)).exit_code == 0
    add(seed, "releases/2027-01-20.yaml", RELEASE.format(day="2027-01-20"))
    edit(seed, "actions/2025-expand-trade.yaml", "kind: expand", "kind: expnd")
    edit(seed, "topics/trade.yaml", "  en: Trade\n", "  en: Commerce\n")
    changed, unknown = sorted(find_issues(seed), key=lambda one: one.message, reverse=True)
    assert changed.message.startswith("name of topics/trade is changed")
    assert unknown.message.startswith("found 'expnd'")


def test_corrections_of_the_second_release_have_their_reasons(client: AppClient) -> None:
    for language in ("en", "zh"):
        changes = client.get(f"/v1/changes?kind=corrected&limit=1000&lang={language}").json()
        assert {item["release"] for item in changes["items"]} == {"2026-11-25.2"}
        assert all(item["reason"] for item in changes["items"])
    source = next(item for item in changes["items"] if item["key"] == "scio-2025-01-15")
    assert {"standing", "title.en", "goal.text.en"} <= {one["field"] for one in source["fields"]}


@pytest.mark.sqlite
def test_diff_shows_a_table_and_json(revised: Path, database: Path) -> None:
    done = run_bri("diff", str(database), str(revised))
    assert done.exit_code == 0, done.output
    for row in (
        ("annotated", NOTED.removesuffix(".yaml")),
        ("corrected", SECTOR),
        ("name.en: Digital economy → The digital economy",),
        ("published.value: 23.6 → 23.7",),
        ("removed", "sectors/e-commerce"),
    ):
        assert any(all(cell in line for cell in row) for line in done.stdout.splitlines()), row
    assert done.stdout.splitlines()[-1].endswith("records differ.")
    listed: list[dict[str, Any]] = json.loads(
        run_bri("diff", "--json", str(database), str(revised)).stdout
    )
    changes = list_differences(
        take_snapshot(load_valid_seed(SEED)), take_snapshot(load_valid_seed(revised)), [SECTOR]
    )
    assert [(one["kind"], one["key"]) for one in listed] == [
        (change.kind, change.key) for change in changes
    ]


@pytest.mark.sqlite
def test_diff_of_equal_seeds_is_empty(database: Path) -> None:
    for pair in ((SEED, database), (database, SEED), (database, database)):
        done = run_bri("diff", *map(str, pair))
        assert done.stdout == "No differences.\n"
    assert run_bri("diff", "--json", str(database), str(database)).stdout == "[]\n"


@pytest.mark.sqlite
def test_diff_refuses_what_it_cannot_read(tmp_path: Path, database: Path) -> None:
    (tmp_path / "notes.txt").write_text("no database")
    done = run_bri("diff", str(tmp_path / "notes.txt"), str(database))
    assert done.exit_code == 1
    assert "is not a database of this API" in done.stderr
    assert run_bri("diff", str(tmp_path / "missing"), str(database)).exit_code == 2


def test_a_release_is_saved_whole_or_not_at_all(tmp_path: Path) -> None:
    seed = copy_seed_with_history(tmp_path)
    before = sorted((seed / "history").iterdir())
    with limit_file_size(4096):
        done = run_bri("freeze", "--seed", str(seed))
    assert done.exit_code == 1
    assert re.fullmatch(rf"bri: {seed}/history/\d[\d.-]+\.jsonl: File too large\n", done.stderr)
    assert sorted((seed / "history").iterdir()) == before


def test_an_edit_after_freezing_needs_a_new_release(tmp_path: Path) -> None:
    seed = copy_seed_with_history(tmp_path)
    assert run_bri("freeze", "--seed", str(seed)).exit_code == 0
    load_valid_seed(seed)
    edit(seed, NOTED, "is the wording of the source.", "is how the source puts it.")
    (fault,) = find_issues(seed)
    assert str(fault).startswith(f"{seed}/history/2026-11-25.2.jsonl:1: differs from the seed")
    add(seed, "releases/2027-01-20.yaml", RELEASE.format(day="2027-01-20"))
    load_valid_seed(seed)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("2026-11-25", "{}\n", "2026-11-25.jsonl:1: is not a record"),
        ("2026-11-25", f"{RECORD}\nx", ".jsonl:2: is not a record"),
        ("2026-11-25", RECORD.replace("topics", "rumours"), ".jsonl:1: is not a record"),
        ("2026-11-25", RECORD.replace('"b"', "1"), ".jsonl:1: is not a record"),
        ("2026-11-25", RECORD.replace('"name.en": "b"', ""), ".jsonl:1: is not a record"),
        ("2026-11-25", "[" * 100_000, ".jsonl:1: is not a record"),
        ("2026-11-25", f"{RECORD}\n\udcff", ".jsonl:2: is not a record"),
        ("2026-11-25", "", "contains no record"),
        ("2020-01-01", RECORD, "has no releases/2020-01-01.yaml"),
    ],
)
def test_an_invalid_history_is_reported(tmp_path: Path, name: str, text: str, message: str) -> None:
    seed = copy_seed_with_history(tmp_path)
    (seed / "history" / f"{name}.jsonl").write_bytes(text.encode(errors="surrogateescape"))
    (fault,) = find_issues(seed)
    assert message in str(fault)


def test_an_invalid_past_figure_does_not_stop_a_build(tmp_path: Path) -> None:
    seed = copy_seed_with_history(tmp_path)
    figure = '{"collection": "observations", "key": "x", "fields": {"a": "b"}}\n'
    with (seed / "history" / "2026-11-25.jsonl").open("a") as history:
        history.write(figure)
    correction = CORRECTION.format(record="observations/x", fields="a")
    edit(
        seed,
        "releases/2026-11-25.2.yaml",
        "\ncorrections:\n",
        f"\ncorrections:\n{correction.lstrip()}",
    )
    build(seed, ROOT / "migrations", tmp_path / "bri.sqlite")
    assert run_bri("diff", str(tmp_path / "bri.sqlite"), str(seed)).stdout == "No differences.\n"
