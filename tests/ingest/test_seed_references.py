"""Rules across seed files: references, unique values, and the names and places of files."""

from collections import Counter
from pathlib import Path
from shutil import move

import pytest

from app.ingest.build import load_valid_seed
from tests.support.seeds import (
    GOODS,
    SEED,
    Broken,
    add,
    check_reported,
    copy_seed,
    edit,
    find_issues,
)

COUNTS = {
    "contradictions": 3,
    "related-datasets": 7,
    "releases": 2,
    "events": 21,
    "sources": 63,
    "editions": 2,
    "topics": 3,
    "areas": 4,
    "units": 4,
    "indicators": 8,
    "coverages": 3,
    "series": 22,
    "observations": 38,
    "growth-rates": 16,
    "reports": 14,
    "outcomes": 9,
    "priority-areas": 4,
    "actions": 24,
    "progress": 24,
    "commitments": 27,
    "sectors": 6,
    "instruments": 18,
    "synonyms": 44,
}
RATE = "growth-rates/goods-trade.CN.BRI.partner-2023.CNY.P12M.2023-01.scio-2024-02-07.yaml"
SAME = f"reports/{GOODS[13:-5]}.xinhua-2025-01-15.yaml"
PROGRESS = "progress/2025-deepen-silk-road-e-commerce.yaml"
GOODS_TRADE = "indicators/goods-trade.yaml"
REPORT = (
    "reports/goods-trade.CN.BRI.partner-2025.CNY.P12M.2024-01.scio-2025-01-15"
    ".china-org-transcript-2025-02-20.yaml"
)
OUTCOME = "outcomes/2024-trade-expansion.yaml"
TWIN_PARKS = "outcomes/2024-two-countries-twin-parks.yaml"
FIELDS = "priority-areas/2025-emerging-fields.yaml"
SIGN = "actions/2025-sign-cooperation-documents.yaml"

REFERENCES = {
    "topic": Broken(GOODS_TRADE, "topic: trade", "topic: trad", "topic", "did you mean trade?"),
    "unit": Broken(GOODS_TRADE, "unit: CNY", "unit: CNH", "unit", "no units/CNH.yaml"),
    "reporting-area": Broken(
        GOODS_TRADE, "reporting_area: CN", "reporting_area: CNN", "reporting_area", "mean CN?"
    ),
    "counterpart-area": Broken(
        GOODS_TRADE, "counterpart_area: BRI", "counterpart_area: BRIC", "counterpart_area", "BRI?"
    ),
    "priority-area": Broken(
        SIGN,
        "priority_area: 2025-co",
        "priority_area: 2024-co",
        "priority_area",
        "there is no priority-areas/2024-cooperation-mechanisms.yaml; did you mean 2025-co",
    ),
    "source": Broken(
        OUTCOME,
        "source: scio-2025-01-15",
        "source: scio-2025-01-51",
        "source",
        "there is no sources/scio-2025-01-51.yaml; did you mean scio-2025-01-15?",
    ),
    "sectors": Broken(
        SIGN, "  - green-economy", "  - gren-economy", "sectors[1]", "did you mean green-economy?"
    ),
    "instruments": Broken(
        SIGN, "  - cooperation-document", "  - cooperation-paper", "instruments[0]", "did you mean"
    ),
    "areas": Broken(TWIN_PARKS, "  - MY", "  - MYS", "areas[0]", "/MYS.yaml; did you mean MY?"),
    "indicators": Broken(
        OUTCOME, "  - goods-trade", "  - good-trade", "indicators[0]", "did you mean goods-trade?"
    ),
    "baseline-indicators": Broken(
        FIELDS,
        "  - investment-agreements",
        "  - tourism",
        "baseline_indicators[0]",
        "there is no indicators/tourism.yaml",
    ),
    "topics": Broken(
        SIGN, "source:", "topics:\n  - Trade\nsource:", "topics[0]", "mean trade?", at="- Trade"
    ),
    "twice-in-a-list": Broken(
        TWIN_PARKS,
        "  - MY\n",
        "  - MY\n  - MY # again\n",
        "areas[1]",
        "'MY' is repeated; keep one",
        at="# again",
    ),
}

CONFLICTS = {
    "currency": Broken(GOODS, "trillion yuan", "trillion dollars", "wording.en", "which says USD"),
    "qualifier": Broken(GOODS, "en: 22.1", "en: over 22.1", "wording.en", "which says over"),
    "language": Broken(GOODS, "zh: 22.1万亿元", "zh: 22.1 trn yuan", "wording.zh", "write Chinese"),
    "direction": Broken(RATE, "en: up 2.8%", "en: down 2.8%", "wording.en", "states a decline"),
    "measure": Broken(RATE, "zh: 增长2.8%", "zh: 提高2.8个百分点", "wording.zh", "says percen"),
    "same-report": Broken(SAME, "hit 22.1", "hit 33.1", "wording.en", "which does not state 22"),
    "progress": Broken(PROGRESS, "to 36 p", "to 37 p", "reports[0].wording.en", "not state 36"),
    "progress-day": Broken(PROGRESS, "2026-01-26", "2026-11-25", "reports[2].date", "the source"),
    "checked-on": Broken(GOODS, "_on: 2026", "_on: 2086", "checked_on", "which is in the future"),
    "address": Broken(
        *("sources/xinhua-2025-01-15.yaml", "5/0116/c90000-20266718", "4/1220/c90000-20256383"),
        *("address", "is taken by xinhua-2024-12-19.yaml"),
    ),
    "position": Broken(
        "topics/trade.yaml", "position: 1", "position: 2", "position", "taken by investment.yaml"
    ),
    "outcome-position": Broken(
        OUTCOME, "position: 2", "position: 6", "position", "taken by 2024-agreements-in-emerging"
    ),
    "edition-event": Broken(
        "editions/2025.yaml",
        "  - mofcom-2025-01-15\n",
        "  - mofcom-2025-01-15\n  - mofcom-2024-01-26\n",
        "events",
        "is taken by 2024.yaml; choose another",
        at="events:",
    ),
    "edition-source": Broken(
        "editions/2025.yaml",
        "source: scio-2025-01-15",
        "source: xinhua-2024-12-19",
        "source",
        "name a document of one of the events",
    ),
    "edition-without-a-part": Broken(
        "editions/2024.yaml",
        "figures:\n  completeness: complete",
        "figures:\n  completeness: none",
        "figures.completeness",
        "found none; 5 are recorded, so write partial",
        at="completeness: none",
    ),
    "outcome-year": Broken(
        OUTCOME,
        "year: 2024",
        "year: 2025",
        "year",
        "found 2025; the edition of its source requires",
    ),
    "outcome-source-without-edition": Broken(
        OUTCOME,
        "source: scio-2025-01-15",
        "source: xinhua-2024-12-19",
        "source",
        "name a source of an event that has an edition",
    ),
}

CASES = {**REFERENCES, **CONFLICTS}

MOVED = {
    "series-of-nowhere": (
        GOODS,
        GOODS.replace("P12M", "P10M"),
        (
            "series: goods-trade.CN.BRI.partner-2025.CNY.P12M",
            "series: goods-trade.CN.BRI.partner-2025.CNY.P10M",
        ),
        (
            ":2: series: there is no series/goods-trade.CN.BRI.partner-2025.CNY.P10M.yaml; "
            "did you mean goods-trade.CN.BRI.partner-2025.CNY.P12M"
        ),
    ),
    "observation-of-nowhere": (
        REPORT,
        REPORT.replace("2024-01.", "2024-02."),
        ("P12M.2024-01.", "P12M.2024-02."),
        (
            ":2: observation: there is no observations/"
            "goods-trade.CN.BRI.partner-2025.CNY.P12M.2024-02.scio-2025-01-15.yaml; did you"
        ),
    ),
    "report-from-its-own-source": (
        REPORT,
        REPORT.replace("china-org-transcript-2025-02-20", "scio-2025-01-15"),
        ("source: china-org-transcript-2025-02-20", "source: scio-2025-01-15"),
        ":3: source: found scio-2025-01-15; a report comes from another source",
    ),
    "action-year": (
        SIGN,
        SIGN.replace("2025", "2026"),
        ("year: 2025", "year: 2026"),
        ":2: year: found 2026; its priority area has the year 2025",
    ),
    "priority-area-year": (
        FIELDS,
        FIELDS.replace("2025", "2026"),
        ("year: 2025", "year: 2026"),
        ":2: year: found 2026; the edition of its source requires 2025",
    ),
    "wrong-file-name": (
        "priority-areas/2025-emerging-fields.yaml",
        "priority-areas/2025-emerging.yaml",
        ("", ""),
        ":2: has the key '2025-emerging-fields' by its fields; rename the file",
    ),
    "release-of-another-day": (
        "releases/2026-11-25.yaml",
        "releases/2026-11-24.yaml",
        ("", ""),
        ":2: has the key '2026-11-25' by its fields; rename the file to 2026-11-25.yaml",
    ),
    "no-key": (
        "outcomes/2024-export-mix.yaml",
        "outcomes/2024-export_mix.yaml",
        ("", ""),
        ":1: the file name is not a valid key; use letters",
    ),
    "unknown-folder": ("topics/trade.yaml", "trade.yaml", ("", ""), ":1: is not a seed file"),
    "too-deep": (
        "topics/trade.yaml",
        "topics/old/trade.yaml",
        ("", ""),
        ":1: is not a seed file; seed files are",
    ),
    "yml": (
        "topics/trade.yaml",
        "topics/trade.yml",
        ("", ""),
        ":1: is not a seed file; rename it to trade.yaml or remove it",
    ),
}


@pytest.mark.quick
def test_the_real_seed_is_valid_and_whole() -> None:
    seed = load_valid_seed(SEED)
    assert Counter(kind.collection for kind, _ in seed.documents) == COUNTS


@pytest.mark.parametrize("broken", CASES.values(), ids=CASES)
def test_an_issue_is_reported(tmp_path: Path, broken: Broken) -> None:
    check_reported(copy_seed(tmp_path), broken)


def test_the_unit_of_a_series_is_that_of_its_indicator_or_another_currency(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path)
    edit(seed, "indicators/goods-trade.yaml", "unit: CNY", "unit: USD")
    edit(seed, "indicators/aid-projects.yaml", "unit: NB", "unit: CNY")
    faults = [fault for fault in find_issues(seed) if fault.field == "unit"]
    assert {fault.message for fault in faults} == {"found NB; the unit of aid-projects is CNY"}
    assert {fault.file.parent.name for fault in faults} == {"series"}


@pytest.mark.parametrize(("old", "new", "change", "expected"), MOVED.values(), ids=MOVED)
def test_a_misplaced_file_is_reported(
    tmp_path: Path, old: str, new: str, change: tuple[str, str], expected: str
) -> None:
    seed = copy_seed(tmp_path)
    if change != ("", ""):
        edit(seed, old, *change)
    (seed / new).parent.mkdir(exist_ok=True)
    move(seed / old, seed / new)
    faults = [str(fault) for fault in find_issues(seed)]
    assert [fault.startswith(f"{seed}/{new}{expected}") for fault in faults].count(True) == 1, (
        faults
    )


def test_two_headlines_of_one_edition_are_reported(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path)
    series = "series/goods-trade.CN.BRI.partner-2025.CNY.P12M.yaml"
    eleven = (seed / series).read_text("utf-8").replace("months: 12", "months: 11")
    add(seed, series.replace("P12M", "P11M"), eleven)
    second = GOODS.replace("P12M", "P11M")
    text = (seed / GOODS).read_text("utf-8").replace("P12M", "P11M").replace("12-31", "11-30")
    add(seed, second, text)
    (fault,) = find_issues(seed)
    given = f"{seed}/{GOODS}:2: series: {Path(second).stem} already gives the figure of this source"
    assert str(fault).startswith(given)


@pytest.mark.quick
def test_issues_of_several_files_are_reported_together(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path)
    edit(seed, GOODS, "status: normal", "status: no")
    edit(seed, GOODS, "P2.S2", "P2-S2")
    edit(seed, SIGN, "  - green-economy", "  - gren-economy")
    edit(seed, "units/CNY.yaml", "position: 1", "position: 2")
    (seed / "topics/trade.yaml").write_bytes(b"\xff")
    assert [(fault.file, fault.line, fault.field) for fault in find_issues(seed)] == [
        (seed / SIGN, 20, "sectors[1]"),
        (seed / GOODS, 15, "status"),
        (seed / GOODS, 17, "locator"),
        (seed / "topics/trade.yaml", 1, ""),
        (seed / "units/USD.yaml", 2, "position"),
    ]
