"""Published numbers that do not agree: which ones, and what names their contradiction."""

from pathlib import Path

import pytest

from app.ingest.build import load_valid_seed
from app.ingest.schema import Contradiction, Observation
from tests.support.seeds import (
    AID,
    GOODS,
    NEWEST,
    add,
    add_figure,
    copied,
    edit,
    name_contradiction,
    refused,
)

SERIES = "goods-trade.CN.BRI.partner-2023.CNY.P12M"
FIGURE = {"year": 2022, "end": "12-31", "status": "normal", "source": "weekly-2024-05-01"}
"""Another source gives 18.95 trillion yuan for 2022."""
ADDED = f"observations/{SERIES}.2022-01.weekly-2024-05-01.yaml"
SHARE = "observations/trade-share.CN.BRI.partner-2025.PT.P12M.2024-01.chinataiwan-2025-01-13.yaml"
RATE = "growth-rates/goods-trade.CN.BRI.partner-2023.CNY.P12M.2023-01.scio-2024-02-07.yaml"
REPORT = f"reports/{Path(AID).stem}.xinhua-2025-01-15.yaml"


def add_to(seed: Path, published: str, **changes: object) -> None:
    add_figure(seed, {**FIGURE, "series": SERIES, "published": published, **changes})


@pytest.mark.parametrize(
    ("published", "agrees"),
    [
        ("18.95", True),
        ("19", True),
        ("18.9", True),
        ("19.0", True),
        ("18.94", False),
        ("18.8", False),
    ],
)
def test_two_figures_agree_if_one_number_is_printed_as_both(
    tmp_path: Path, published: str, *, agrees: bool
) -> None:
    # 18.95 is 18.945 to 18.955, which 18.9 does not reach with its upper end of 18.95.
    seed = copied(tmp_path)
    add_to(seed, published)
    if agrees:
        load_valid_seed(seed)
        return
    (issue,) = refused(seed)
    assert (str(issue.file), issue.field) == (str(seed / ADDED), "value")
    assert f"observations/{SERIES}.2022-01.starsfund-2023-10.yaml:" in issue.message
    assert "correct the one that is not as printed" in issue.message


@pytest.mark.parametrize(
    ("published", "words", "agrees"),
    [
        ("18.9", "qualifier: over\nbounds: {lower: 18900000000000}", True),
        ("19.5", "qualifier: over\nbounds: {lower: 19500000000000}", False),
        ("19.5", "qualifier: nearly\nbounds: {upper: 19500000000000}", True),
        ("18.9", "qualifier: nearly\nbounds: {upper: 18900000000000}", False),
        ("18.5", "qualifier: about", False),
        ("20", "qualifier: about", False),
        ("20", "qualifier: about\nbounds: {lower: 18500000000000, upper: 21000000000000}", True),
    ],
)
def test_a_qualifier_says_where_a_figure_lies(
    tmp_path: Path, published: str, words: str, *, agrees: bool
) -> None:
    seed = copied(tmp_path)
    add_to(seed, published)
    edit(seed, ADDED, "qualifier: none", words)
    if agrees:
        load_valid_seed(seed)
    else:
        (issue,) = refused(seed)
        assert "does not agree with" in issue.message


def test_a_count_that_is_printed_in_full_is_not_over_itself(tmp_path: Path) -> None:
    seed = copied(tmp_path)
    text = (seed / AID).read_text("utf-8").replace("scio-2025-01-15", "xinhua-2024-12-19")
    exact = text.replace("qualifier: over", "qualifier: none").partition("contradiction:")[0]
    exact = "\n".join(
        one for one in exact.splitlines() if "lower" not in one and "bounds" not in one
    )
    add(
        seed,
        AID.replace("scio-2025-01-15", "xinhua-2024-12-19"),
        f"{exact}\n".replace("locator", "#"),
    )
    (issue,) = refused(seed)
    assert "does not agree with" in issue.message


def test_a_longer_period_cannot_have_less(tmp_path: Path) -> None:
    seed = copied(tmp_path)
    months = {"year": 2022, "end": "11-30", "series": SERIES.replace("P12M", "P11M")}
    add_to(seed, "18.9", **months)
    load_valid_seed(seed)
    add_to(seed, "19.1", **months | {"source": "daily-2024-05-02"})
    issues = refused(seed)
    assert sum("does not agree with" in issue.message for issue in issues) == len(issues) == 2


def test_a_contradiction_that_both_name_explains_them(tmp_path: Path) -> None:
    seed = copied(tmp_path)
    add_to(seed, "18.8")
    line = name_contradiction(seed, ADDED, "goods-trade")
    other = f"observations/{SERIES}.2022-01.starsfund-2023-10.yaml"
    assert refused(seed)
    (seed / other).write_text((seed / other).read_text("utf-8") + line, "utf-8")
    load_valid_seed(seed)


@pytest.mark.parametrize(
    "words", ["status: revised", "revision_reason: {en: Revised., zh: 修订。}"]
)
def test_a_revision_is_no_contradiction(tmp_path: Path, words: str) -> None:
    seed = copied(tmp_path)
    add_to(seed, "18.8")
    name = words.partition(":")[0]
    edit(seed, ADDED, "status: normal", words if name == "status" else f"status: normal\n{words}")
    load_valid_seed(seed)


def test_two_rates_for_one_period_are_compared(tmp_path: Path) -> None:
    seed = copied(tmp_path)
    edit(seed, RATE, "value: 2.8\n", "value: 3.1\n")
    issues = refused(seed)
    assert issues
    assert all("does not agree with" in issue.message for issue in issues)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (SHARE, "contradiction: trade-share-2024\n", "", "does not agree with"),
        (
            GOODS,
            "qualifier: none\n",
            "qualifier: none\ncontradiction: trade-share-2024\n",
            "its indicator is",
        ),
        (REPORT, "contradiction: aid-projects-2024-11\n", "", "a report that differs names"),
        (REPORT, "agreement: differs", "agreement: same", "has none"),
        (AID, "contradiction: aid-projects-2024-11\n", "", "its observation has none"),
        (
            "contradictions/trade-share-2024.yaml",
            "indicator: trade-share\n",
            "indicator: import-share\n",
            "its indicator is import-share",
        ),
    ],
)
def test_what_names_a_contradiction_is_checked(
    tmp_path: Path, file: str, old: str, new: str, message: str
) -> None:
    seed = copied(tmp_path)
    edit(seed, file, old, new)
    assert any(message in issue.message for issue in refused(seed))


def test_what_agrees_names_no_contradiction(tmp_path: Path) -> None:
    seed = copied(tmp_path)
    name_contradiction(seed, GOODS, "goods-trade")
    (issue,) = refused(seed)
    assert "agrees with all other published numbers" in issue.message
    edit(seed, GOODS, "contradiction: test-contradiction\n", "")
    (issue,) = refused(seed)
    assert "is named by no figure" in issue.message


def test_the_current_seed_names_both_sides_of_each_contradiction() -> None:
    seed = load_valid_seed(NEWEST)
    named = [one.contradiction for one in seed.get_all(Observation).values() if one.contradiction]
    assert set(named) == set(seed.get_all(Contradiction))
