"""Issues in the files of what was reported later, and the rows that follow from them."""

from pathlib import Path

import pytest

from app.enums import ActionStatus
from app.ingest.build import load_valid_seed
from app.ingest.commitments import find_status
from app.ingest.diff import read_records
from app.ingest.history import list_differences
from tests.support.seeds import SEED, Broken, check_reported, copy_seed, edit

TRADE = "progress/2025-expand-trade.yaml"
LABORATORIES = "commitments/2023-joint-laboratories.yaml"
BANK = "commitments/2017-development-bank-lending.yaml"
CASES = {
    "unknown-action": Broken(
        TRADE,
        "action: 2025-expand-trade",
        "action: 2025-expand-trades",
        "",
        "rename the file to 2025-expand-trades.yaml",
    ),
    "unknown-source": Broken(
        TRADE,
        "source: people-2025-04-14",
        "source: people-2025-04-15",
        "reports[0].source",
        "; did you mean people-2025-04-14?",
    ),
    "unknown-unit": Broken(
        LABORATORIES,
        "target:\n  value: 100\n  unit: NB",
        "target:\n  value: 100\n  unit: NBS",
        "target.unit",
        "there is no units/NBS.yaml; did you mean NB?",
        "unit: NBS",
    ),
    "unsorted": Broken(
        TRADE,
        "- date: 2025-04-14",
        "- date: 2025-09-14",
        "reports[1].date",
        "found 2025-07-18 after 2025-09-14; sort by date",
        "date: 2025-07-18",
    ),
    "no-reason": Broken(
        BANK,
        "    same_measure: false\n    reason:\n      en: >-\n",
        "    same_measure: false\n    note:\n      en: >-\n",
        "readings[0].note",
        "is not a field here",
        "    note:",
    ),
    "another-unit": Broken(
        "commitments/2017-silk-road-fund.yaml",
        "      multiplier: 9\n      unit: CNY",
        "      multiplier: 9\n      unit: USD",
        "readings[0].same_measure",
        "requires a target and a number in the same unit",
        "same_measure: true",
    ),
    "words-of-another-language": Broken(
        "commitments/2017-joint-laboratories.yaml",
        "      original: ha avviato la costruzione di 53 laboratori congiunti\n",
        "",
        "readings[0].wording.original",
        "is missing; add the words of the source, whose language is 'it'",
        "    wording:",
    ),
    "status-by-hand": Broken(
        "actions/2025-expand-trade.yaml",
        "status: announced",
        "status: reported",
        "status",
        "what was reported follows from seed/progress",
    ),
    "position": Broken(
        "commitments/2023-science-conference.yaml",
        "position: 11",
        "position: 12",
        "position",
        "is taken by 2023-joint-laboratories.yaml",
    ),
}


@pytest.mark.parametrize("broken", CASES.values(), ids=CASES)
def test_an_issue_is_reported(tmp_path: Path, broken: Broken) -> None:
    check_reported(copy_seed(tmp_path), broken)


def test_a_reason_is_required_where_measures_differ(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path)
    edit(seed, BANK, "    same_measure: false\n", "    same_measure: true\n")
    with pytest.raises(Exception, match="remove it"):
        load_valid_seed(seed)


def test_a_status_needs_a_report_about_the_action(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path)
    clean = "2025-strengthen-clean-energy-cooperation"
    assert find_status(load_valid_seed(seed), clean) is ActionStatus.ANNOUNCED
    edit(seed, f"progress/{clean}.yaml", "relation: context", "relation: about_part")
    assert find_status(load_valid_seed(seed), clean) is ActionStatus.REPORTED
    (seed / f"progress/{clean}.yaml").unlink()
    assert find_status(load_valid_seed(seed), clean) is ActionStatus.ANNOUNCED


def test_a_changed_reading_is_a_difference(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path)
    edit(seed, LABORATORIES, "value: 70", "value: 70.0")
    (change,) = list_differences(read_records(SEED), read_records(seed))
    assert (change.collection, change.key) == ("commitments", "2023-joint-laboratories")
    fields = {field.field: (field.before, field.after) for field in change.fields}
    assert fields == {"readings[2].decimals": ("0", "1")}
