"""Published numbers that do not agree: which ones, and what names their contradiction."""

from decimal import Decimal
from pathlib import Path

import pytest

from app.enums import ContradictionCause, Qualifier
from app.ingest.build import load_valid_seed
from app.ingest.published_numbers import PrintedNumber, list_numbers
from app.ingest.schema import Contradiction, Report
from tests.support.seeds import (
    AID,
    GOODS,
    STATED,
    add,
    add_contradiction,
    add_observation,
    copy_seed,
    edit,
    find_issues,
    load_newest,
    name_contradiction,
)

SERIES = "goods-trade.CN.BRI.partner-2023.CNY.P12M"
FIGURE = {"year": 2022, "end": "12-31", "status": "normal", "source": "weekly-2024-05-01"}
"""Another source gives 18.95 trillion yuan for 2022."""
ADDED = f"observations/{SERIES}.2022-01.weekly-2024-05-01.yaml"
OTHER = f"observations/{SERIES}.2022-01.starsfund-2023-10.yaml"
"""What the seed has for that year."""
SHARE = "observations/trade-share.CN.BRI.partner-2025.PT.P12M.2024-01.chinataiwan-2025-01-13.yaml"
RATE = "growth-rates/goods-trade.CN.BRI.partner-2023.CNY.P12M.2023-01.scio-2024-02-07.yaml"
ADDED_CONTRADICTION = "contradictions/test-contradiction.yaml"
REPORT = f"reports/{Path(AID).stem}.xinhua-2025-01-15.yaml"


def add_to(seed: Path, published: str, **changes: object) -> None:
    add_observation(seed, {**FIGURE, "series": SERIES, "published": published, **changes})


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
    seed = copy_seed(tmp_path)
    add_to(seed, published)
    if agrees:
        load_valid_seed(seed)
        return
    (issue,) = find_issues(seed)
    assert (str(issue.file), issue.field) == (str(seed / ADDED), "value")
    assert f"{OTHER}:" in issue.message
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
    seed = copy_seed(tmp_path)
    add_to(seed, published)
    edit(seed, ADDED, "qualifier: none", words)
    if agrees:
        load_valid_seed(seed)
    else:
        (issue,) = find_issues(seed)
        assert "does not agree with" in issue.message


@pytest.mark.parametrize(
    ("published", "multiplier", "lower", "upper"),
    [
        ("6800", 6, "6750000000", "6850000000"),
        ("6.80", 9, "6795000000", "6805000000"),
        ("1450", 9, "1445000000000", "1455000000000"),
        ("8365.7", 9, "8365650000000", "8365750000000"),
        ("20", 9, "19500000000", "20500000000"),
        ("160", 4, "1550000", "1650000"),
        ("1100", 4, "10500000", "11500000"),
        ("207", 4, "2065000", "2075000"),
        ("700", 8, "69500000000", "70500000000"),
        ("12400", 0, "12350", "12450"),
        # 9,400 would be printed as 9,000, and 900,000 as 90万.
        ("10000", 0, "9500", "15000"),
        ("100", 4, "950000", "1500000"),
        ("1", 12, "500000000000", "1500000000000"),
    ],
)
def test_zeros_that_fill_up_a_scale_may_stand_for_rounding(
    published: str, multiplier: int, lower: str, upper: str
) -> None:
    number, decimals = Decimal(published), len(published.partition(".")[2])
    printed = PrintedNumber(
        number.scaleb(multiplier), multiplier, decimals, Qualifier.NONE, None, None, is_count=True
    )
    assert printed.rounding == (Decimal(lower), Decimal(upper))


def test_a_count_that_is_printed_in_full_is_not_over_itself(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path)
    text = (seed / AID).read_text("utf-8").replace("scio-2025-01-15", "xinhua-2024-12-19")
    for said in ("over 700", "逾700"):
        text = text.replace(said, "700")
    exact = text.replace("qualifier: over", "qualifier: none").partition("contradiction:")[0]
    exact = "\n".join(
        line for line in exact.splitlines() if "lower" not in line and "bounds" not in line
    )
    add(
        seed,
        AID.replace("scio-2025-01-15", "xinhua-2024-12-19"),
        f"{exact}\n".replace("locator", "#"),
    )
    (issue,) = find_issues(seed)
    assert "does not agree with" in issue.message


@pytest.mark.parametrize(
    "words", ["qualifier: over\nbounds: {lower: 18950000000000}", "qualifier: about"]
)
def test_one_number_with_two_qualifiers_is_a_contradiction(tmp_path: Path, words: str) -> None:
    seed = copy_seed(tmp_path)
    add_to(seed, "18.95")
    load_valid_seed(seed)
    edit(seed, ADDED, "qualifier: none", words)
    (issue,) = find_issues(seed)
    assert (str(issue.file), issue.field) == (str(seed / ADDED), "value")
    assert "name in both the same contradiction" in issue.message


def test_a_longer_period_cannot_have_less(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path)
    months = {"year": 2022, "end": "11-30", "series": SERIES.replace("P12M", "P11M")}
    add_to(seed, "18.9", **months)
    load_valid_seed(seed)
    add_to(seed, "19.1", **months | {"source": "daily-2024-05-02"})
    issues = find_issues(seed)
    assert sum("does not agree with" in issue.message for issue in issues) == len(issues) == 2


def test_a_contradiction_that_both_name_explains_them(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path)
    add_to(seed, "18.8")
    add_contradiction(seed, "18.95 and 18.8", ADDED)
    assert find_issues(seed)
    name_contradiction(seed, OTHER)
    load_valid_seed(seed)


@pytest.mark.parametrize(
    "words", ["status: revised", "revision_reason: {en: Revised., zh: 修订。}"]
)
def test_a_revision_is_no_contradiction(tmp_path: Path, words: str) -> None:
    seed = copy_seed(tmp_path)
    add_to(seed, "18.8")
    name = words.partition(":")[0]
    edit(seed, ADDED, "status: normal", words if name == "status" else f"status: normal\n{words}")
    load_valid_seed(seed)


def test_two_rates_for_one_period_are_compared(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path)
    (seed / RATE).write_text((seed / RATE).read_text("utf-8").replace("2.8", "3.1"), "utf-8")
    issues = find_issues(seed)
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
    seed = copy_seed(tmp_path)
    edit(seed, file, old, new)
    assert any(message in issue.message for issue in find_issues(seed))


def test_what_agrees_names_no_contradiction(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path)
    add_contradiction(seed, "22.1", GOODS)
    (issue,) = find_issues(seed)
    assert "agrees with all other published numbers" in issue.message
    edit(seed, GOODS, "contradiction: test-contradiction\n", "")
    (issue,) = find_issues(seed)
    assert "is named by no figure" in issue.message


@pytest.mark.parametrize(
    ("published", "words", "cause", "message"),
    [
        ("19", "none", "rounding", None),
        ("18.8", "none", "rounding", "its numbers do not agree within their rounding"),
        ("18.95", "none", "rounding", "all its numbers are the same"),
        ("18.95", "over", "qualifier", None),
        ("19", "over", "qualifier", "its numbers must be the same, with different qualifiers"),
        ("18.95", "none", "qualifier", "its numbers must be the same, with different qualifiers"),
        ("18.8", "none", "coverage", "all its numbers count the same countries"),
        ("19", "none", "revision", "agrees with all other published numbers"),
    ],
)
def test_the_numbers_of_a_contradiction_fit_its_cause(
    tmp_path: Path, published: str, words: str, cause: str, message: str | None
) -> None:
    seed = copy_seed(tmp_path)
    add_to(seed, published)
    if words == "over":
        value = f"{published.replace('.', ''):0<14}"
        edit(seed, ADDED, "qualifier: none", f"qualifier: over\nbounds: {{lower: {value}}}")
    add_contradiction(seed, f"18.95 and {published}", ADDED, OTHER)
    edit(seed, ADDED_CONTRADICTION, "cause: unknown", f"cause: {cause}")
    if message is None:
        load_valid_seed(seed)
    else:
        assert any(message in issue.message for issue in find_issues(seed))


@pytest.mark.parametrize(
    ("old", "new", "field", "message"),
    [
        ("value: 6.4", "value: 7", "statements[0]", "agrees with all other published numbers"),
        ("value: 6.4", "value: 6.5", "reason.en", "name each number of the contradiction"),
        ("2023年10月公布的年均增速为7%", "公布", "reason.zh", "does not give “年均增长7%”"),
        ("value: 6.4, unit: PT", "value: 6.4, unit: USD", "quantity.unit", "changes are in PT"),
        (
            "source: xinhua-silk-road-2023-10-10",
            "source: xinhua-silk-road-2023-10-11",
            "statements[0].source",
            "; did you mean xinhua-silk-road-2023-10-10?",
        ),
        (
            "coverage: partner-2023\n    text:\n      en: >-",
            "coverage: partner-2024\n    text:\n      en: >-",
            "coverage",
            "there is no coverages/partner-2024.yaml",
        ),
    ],
)
def test_numbers_of_a_contradiction_itself_are_checked(
    tmp_path: Path, old: str, new: str, field: str, message: str
) -> None:
    seed = copy_seed(tmp_path)
    edit(seed, f"contradictions/{STATED}.yaml", old, new)
    issues = [issue for issue in find_issues(seed) if message in issue.message]
    assert [issue for issue in issues if issue.field.endswith(field)], find_issues(seed)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("growth rate of 6.4 percent", "growth rate of 6.3 percent", "does not state 6.4"),
        ("年均增长6.4%", "年均增长6.3%", "does not state 6.4"),
        ("6.4, unit: PT}", "6.4, unit: PT, qualifier: over}", "has no word for over"),
        ("rate of 6.4 percent", "rate of over 6.4 percent", "says over"),
    ],
)
def test_the_words_of_a_statement_state_its_number(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    seed = copy_seed(tmp_path)
    edit(seed, f"contradictions/{STATED}.yaml", old, new)
    issues = find_issues(seed)
    assert any("wording" in issue.field and message in issue.message for issue in issues), issues


@pytest.mark.parametrize(
    ("cause", "other_year"),
    [("rounding", True), ("qualifier", True), ("coverage", True), ("rounding", False)],
)
def test_numbers_that_differ_by_rounding_are_of_one_period(
    tmp_path: Path, cause: str, *, other_year: bool
) -> None:
    seed = copy_seed(tmp_path)
    numbers, file = "18.95 and 19.47", RATE.replace("growth-rates", "observations")
    if not other_year:
        add_to(seed, "19")
        numbers, file = "18.95 and 19", ADDED
    add_contradiction(seed, numbers, file, OTHER)
    edit(seed, ADDED_CONTRADICTION, "cause: unknown", f"cause: {cause}")
    if other_year:
        assert any("of one measure, unit and period" in one.message for one in find_issues(seed))
    else:
        load_valid_seed(seed)


@pytest.mark.parametrize(
    ("numbers", "is_given"),
    [
        ("18.95 trillion and 18.8 trillion", True),
        ("18.95 trillion and 18.8", True),
        ("18.95 billion and 18.8", False),
        ("18.95 trillion and 18.81", False),
    ],
)
def test_a_reason_gives_each_number_with_its_power_of_ten(
    tmp_path: Path, numbers: str, *, is_given: bool
) -> None:
    seed = copy_seed(tmp_path)
    add_to(seed, "18.8")
    add_contradiction(seed, numbers, ADDED, OTHER)
    if is_given:
        load_valid_seed(seed)
    else:
        issues = find_issues(seed)
        assert all("name each number of the contradiction" in issue.message for issue in issues)


@pytest.mark.parametrize(
    ("numbers", "found"),
    [
        ("18.95 trillion and over 18.8 trillion", "over"),
        ("nearly 18.95 trillion and 18.8 trillion", "nearly"),
    ],
)
def test_a_reason_gives_each_amount_with_its_qualifier(
    tmp_path: Path, numbers: str, found: str
) -> None:
    seed = copy_seed(tmp_path)
    add_to(seed, "18.8")
    add_contradiction(seed, numbers, ADDED, OTHER)
    issues = find_issues(seed)
    assert {issue.field for issue in issues} == {"reason.en", "reason.zh"}
    assert all(f"with the qualifier {found}; use none" in issue.message for issue in issues)


def test_a_report_states_the_number_that_the_reason_gives(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path)
    edit(seed, REPORT, "700 aid projects", "710 aid projects")
    fields = {issue.field: issue.message for issue in find_issues(seed)}
    assert "does not state the number of its observation" in fields["wording.en"]
    assert "does not give “710 aid projects”" in fields["reason.en"]
    assert len(fields) == 2


def test_a_report_is_no_older_than_the_period_of_its_figure(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path)
    edit(seed, REPORT, "source: xinhua-2025-01-15", "source: starsfund-2023-10")
    older = REPORT.replace("xinhua-2025-01-15", "starsfund-2023-10")
    (seed / REPORT).rename(seed / older)
    (issue,) = [one for one in find_issues(seed) if one.field == "source"]
    assert "was published on 2023-10-14, before the period ended on 2024-11-30" in issue.message


def test_a_change_of_a_share_names_its_base(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path)
    file = seed / f"contradictions/{STATED}.yaml"
    text = file.read_text("utf-8").replace("average_growth", "share_change")
    file.write_text(text, "utf-8")
    assert sum(
        "add the period on which the share changed" in issue.message for issue in find_issues(seed)
    )
    base = "    base_period: {start: 2012-01-01, end: 2012-12-31}\n    coverage:"
    file.write_text(text.replace("    coverage:", base), "utf-8")
    load_valid_seed(seed)


def test_a_figure_and_its_growth_rate_are_checked_apart(tmp_path: Path) -> None:
    """They have the same key; here the rates disagree, and the figures do not."""
    seed = copy_seed(tmp_path)
    (seed / RATE).write_text((seed / RATE).read_text("utf-8").replace("2.8", "3.1"), "utf-8")
    sources = ("scio-2024-02-07", "china-org-transcript-2024-01-19", "yuduxx-2024-01-12")
    rates = [RATE.replace(sources[0], source) for source in sources]
    add_contradiction(seed, "2.8, 3.1 and 19.5", *rates)
    load_valid_seed(seed)
    figure = RATE.replace("growth-rates", "observations")
    name_contradiction(seed, figure)
    (issue,) = find_issues(seed)
    assert (issue.file, issue.field) == (seed / figure, "contradiction")


def test_the_current_seed_names_all_numbers_of_each_contradiction() -> None:
    seed = load_newest()
    numbers = list_numbers(seed)
    assert set(numbers) == set(seed.get_all(Contradiction))
    reports = {report.contradiction for report in seed.get_all(Report).values()}
    assert all(len(numbers[key]) + (key in reports) > 1 for key in numbers)
    assert {one.cause for one in seed.get_all(Contradiction).values()} == set(ContradictionCause)
