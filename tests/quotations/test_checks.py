"""Checks of quotations: an example of each kind, what must not be called wrong, the quality."""

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from app.db.statements import Session
from app.formats.sentences import FINDING_KINDS
from app.i18n import Language
from app.releases import ServedRelease
from app.schemas.quotations import FindingKind, QuotationCheck
from tests.benchmarks import quotations
from tests.support.quotation_errors import list_cases
from tests.support.seeds import NEWEST, ROOT

pytestmark = [pytest.mark.database, pytest.mark.quick]

TODAY = date(2026, 11, 26)
Check = Callable[..., dict[str, Any]]
AID = "aid-projects.CN.BRI.partner-2023.NB.P11M.2024-01.scio-2025-01-15"


def list_kinds(checked: dict[str, Any]) -> set[str]:
    return {finding["kind"] for item in checked["items"] for finding in item["findings"]}


EXAMPLES = yaml.safe_load((Path(__file__).parent / "examples.yaml").read_text("utf-8"))
WRONG: dict[str, list[dict[str, str]]] = EXAMPLES["wrong"]


def test_every_kind_has_an_example() -> None:
    assert WRONG.keys() == set(FindingKind)


def test_every_kind_has_a_label() -> None:
    assert FINDING_KINDS.keys() == set(FindingKind)


@pytest.mark.parametrize("kind", WRONG)
def test_a_difference_is_found_and_corrected(check: Check, kind: str) -> None:
    for example in WRONG[kind]:
        checked = check(example["text"])
        assert list_kinds(checked) == {kind}, example
        assert checked["correction"] == example.get("correction")


@pytest.mark.parametrize("kind", WRONG)
def test_a_difference_is_found_in_other_words(check: Check, kind: str) -> None:
    assert [
        text for text in EXAMPLES["also_wrong"][kind] if list_kinds(check(text)) != {kind}
    ] == []


def test_what_is_right_or_not_recorded_is_not_called_wrong(check: Check) -> None:
    assert [text for text in EXAMPLES["right"] if list_kinds(check(text))] == []


def test_what_is_published_is_found(check: Check) -> None:
    found = {
        text: [one["verdict"] for one in check(text)["items"]] for text in EXAMPLES["published"]
    }
    assert [text for text, verdicts in found.items() if {*verdicts} != {"as_published"}] == []


def test_a_text_about_something_else_is_not_found(check: Check) -> None:
    found = {
        text: [one["verdict"] for one in check(text)["items"]] for text in EXAMPLES["not_found"]
    }
    assert [text for text, verdicts in found.items() if verdicts != ["not_found"]] == []


def test_years_are_relative_to_the_day(check: Check) -> None:
    text = (
        "China invested 214.66 billion yuan in BRI countries in the first 11 months of last year."
    )
    assert not list_kinds(check(text, date(2025, 3, 1)))
    assert list_kinds(check(text)) == {"period"}


def test_a_number_was_in_force_on_its_day(check: Check) -> None:
    for example in WRONG["vintage"]:
        day = date(2023, 10, 16) if "36" in example["correction"] else date(2023, 2, 1)
        assert not list_kinds(check(example["text"], day))


@pytest.mark.parametrize(
    ("text", "record"),
    [
        ("对“一带一路”国家进出口增长6.4%", "goods-trade.CN.BRI.partner-2025.CNY.P12M.2024-01"),
        ("截至2024年11月15日，中欧班列通达欧洲25个国家。", "china-europe-train-countries.CN"),
        ("China-Europe freight trains reach 25 countries.", "china-europe-train-countries.CN"),
    ],
)
def test_of_the_same_numbers_the_newest_is_meant(check: Check, text: str, record: str) -> None:
    (item,) = check(text, date(2025, 6, 1))["items"]
    assert item["verdict"] == "as_published"
    assert item["observation"]["id"].startswith(record)
    assert "2024-11-15" in item["observation"]["id"] or "P12M" in item["observation"]["id"]


@pytest.mark.parametrize(
    "text",
    [
        "Trade with BRI states was 22.1 trillion yuan in 2024; that with ASEAN rose 6.4 percent.",
        "2024年，我国对共建“一带一路”国家进出口22.1万亿元；对东盟进出口增长6.4%。",
        "我国对共建“一带一路”国家进出口22.1万亿元；对东盟进出口增长9%。",
    ],
)
def test_the_growth_of_other_countries_is_not_found(check: Check, text: str) -> None:
    level, rate = check(text, date(2025, 6, 1))["items"]
    assert (level["verdict"], rate["verdict"]) == ("as_published", "not_found")


@pytest.mark.parametrize(
    "text",
    [
        "By the end of {}, trade in goods with BRI countries since 2013 had reached {}.",
        "Since 2013, trade in goods with BRI countries had reached {1} by the end of {0}.",
    ],
)
def test_a_total_is_not_that_of_an_earlier_day(check: Check, text: str) -> None:
    """Its start is right in both years, but only one is its end."""
    amount = "19.1 trillion US dollars"
    (later,) = check(text.format(2022, amount))["items"]
    assert later["verdict"] == "as_published"
    (earlier,) = check(text.format(2021, amount))["items"]
    assert earlier["verdict"] != "as_published"


def test_the_period_of_a_paragraph_is_that_of_its_first_sentence(check: Check) -> None:
    text = "2024年外贸增长。东部地区保持活跃。对共建“一带一路”国家进出口占比首次超过50%。"
    (item,) = check(text, date(2025, 6, 1))["items"]
    assert item["observation"]["period"] == "the full year 2024"


@pytest.mark.parametrize(
    "text",
    [
        "Trade with partner countries was between 22 and 23 trillion yuan in 2024.",
        "Trade with partner countries was 22.1 to 23 trillion yuan in 2024.",
        "Trade with partner countries grew 6.4 to 7 percent in 2024.",
        "Trade with partner countries grew 6%-6.4% in 2024.",
        "2024年我国对共建国家进出口22.1万亿至23万亿元。",
        "2024年我国对共建国家进出口增长6.4%到7%。",
        "China carried out 600 to 700 aid projects in January to November 2024.",
    ],
)
def test_the_ends_of_a_range_are_no_figures(check: Check, text: str) -> None:
    (first, second) = check(text)["items"]
    assert first["verdict"] == second["verdict"] == "not_found"


@pytest.mark.parametrize(
    "text",
    [
        "Trade with partner countries rose from 19.47 to 22.1 trillion yuan in 2024.",
        "Trade with partner countries rose 6.4 percent to 22.1 trillion yuan in 2024.",
        "2024年我国对共建国家进出口由19.47万亿元增至22.1万亿元。",
    ],
)
def test_a_change_is_no_range(check: Check, text: str) -> None:
    assert "not_found" not in {item["verdict"] for item in check(text)["items"]}


def test_not_found_is_not_false(check: Check) -> None:
    (item,) = check("Trade with partner countries was 31.7 trillion yuan in 2024.")["items"]
    assert (item["verdict"], item["observation"], item["findings"]) == ("not_found", None, [])
    assert "does not mean that it is false" in item["message"]


RECORDED = [
    (
        "Trade in goods with partner countries was 21.8 trillion yuan in 2024.",
        TODAY,
        ("goods-trade", "22.1 trillion yuan"),
    ),
    (
        "2024年1至11月，中国对共建国家非金融类直接投资301.1亿美元，同比增长5.1%。",
        TODAY,
        ("outward-direct-investment", "30.17 billion US dollars"),
    ),
    # Without a year, a recent figure is meant; with its growth, no period is needed.
    (
        "Trade with Belt and Road countries reached 6.83 trillion yuan in the first half.",
        date(2023, 7, 14),
        ("goods-trade", "6.89 trillion yuan"),
    ),
    (
        "ODI in countries participating in the BRI rose 7.7 percent to 17.98 billion US dollars.",
        date(2024, 8, 24),
        ("outward-direct-investment", "17.94 billion US dollars"),
    ),
    # A count is true until another number is known, and all of it belongs to the initiative.
    (
        "China has signed free trade agreements with 33 countries and regions.",
        date(2024, 2, 20),
        ("free-trade-partners", "29"),
    ),
    (
        "China-Europe freight trains made 4,545 trips in the first three months of 2024.",
        TODAY,
        ("china-europe-trains", "4,541"),
    ),
]


@pytest.mark.parametrize(("text", "day", "expected"), RECORDED)
def test_what_is_recorded_stands_beside_a_number_not_found(
    check: Check, text: str, day: date, expected: tuple[str, str]
) -> None:
    item = next(one for one in check(text, day)["items"] if one["verdict"] == "not_found")
    found = [(one["id"].partition(".")[0], one["display"]) for one in item["recorded"]]
    assert expected in found
    assert "It has another number for the indicator and the period" in item["message"]


@pytest.mark.parametrize(
    "text",
    [
        "Trade in goods with partner countries was 31.7 trillion yuan in 2031.",
        "Trade in goods with partner countries was 222 yuan in 2024.",
        "China's trade in goods was 22.2 trillion yuan in 2024.",
        "Trade in goods with ASEAN was 22.2 trillion yuan in 2024.",
        "Imports of food from partner countries were 22.2 trillion yuan in 2024.",
        "Trade in goods with partner countries was 22.1 trillion yuan in 2024.",
        "It was not 22.2 trillion yuan that trade with partner countries reached in 2024.",
        "In 2024, trade with partner countries was 22.1 trillion yuan, 23 trillion in all.",
    ],
)
def test_nothing_is_listed_beside_a_number_of_something_else(check: Check, text: str) -> None:
    assert not any(item["recorded"] for item in check(text)["items"])


def test_a_rate_beside_a_figure_of_another_unit_is_not_called_wrong(check: Check) -> None:
    text = "In 2024, outward investment in partner countries was 33.69 billion yuan, up 9 percent."
    figure, rate = check(text)["items"]
    assert [finding["kind"] for finding in figure["findings"]] == ["unit"]
    assert rate["verdict"] == "not_found"


def test_a_share_of_a_period_not_recorded_is_not_found(check: Check) -> None:
    text = "Trade with BRI countries accounted for {} of China's total in the first half of 2024."
    (item,) = check(text.format("47.4 percent"))["items"]
    assert (item["verdict"], item["findings"]) == ("not_found", [])
    assert "published for January to March 2024 and for January to April 2024" in item["message"]
    (item,) = check(text.format("47.3 percent"))["items"]
    assert "is published for" not in item["message"]


def test_positions_are_code_points(check: Check) -> None:
    text = "🚄📈 In partner countries, over 700 aid projects were carried out in 2025 🎉, 中文。"
    (item,) = check(text)["items"]
    assert text[item["start"] : item["end"]] == item["quoted"] == "over 700"


def test_messages_are_in_the_language_of_the_request(check: Check) -> None:
    text = WRONG["period"][0]["text"]
    (item,) = check(text, language=Language.CHINESE)["items"]
    assert item["findings"][0]["published"] == "2024年1—11月"
    assert item["correction"].startswith("From January to November 2024")
    assert item["observation"]["display"] == "2146.6亿元"
    assert item["observation"]["period"] == "2024年1—11月"
    assert item["observation"]["source"] == "scio-2025-01-15"


@pytest.mark.parametrize(
    "part", ["1% and ", "1亿", "1% ", "😀1", "(1", "36 agreements, ", " ", "over 1 ", "一亿元"]
)
def test_long_lists_take_linear_time(check: Check, part: str) -> None:
    text = (part * 2000)[:1999] + "1"
    start = time.process_time()
    checked = check(text)
    assert time.process_time() - start < 1
    assert all(text[item["start"] : item["end"]] == item["quoted"] for item in checked["items"])


@pytest.mark.parametrize("line", ["a\n", "7\n", "？a", "a. A"])
def test_a_figure_is_checked_after_a_thousand_lines(check: Check, line: str) -> None:
    sentence = "China carried out over 700 aid projects from January to November 2024."
    text = (line * 1000)[: 1999 - len(sentence)] + "\n" + sentence
    item = check(text)["items"][-1]
    assert (item["quoted"], item["verdict"]) == ("over 700", "as_published")


@pytest.mark.parametrize("between", ["\n", "\r\n", " \n", "\u200b ", " \u2060"])
def test_a_line_break_or_an_invisible_character_hides_no_qualifier(
    check: Check, between: str
) -> None:
    text = f"From January to November 2024, over{between}700 aid projects were carried out."
    (item,) = check(text)["items"]
    assert (item["verdict"], item["observation"]["id"]) == ("as_published", AID)


@pytest.mark.parametrize(
    "text",
    [
        "In the  first \u00a0 eleven months of 2024, over \t 700 aid projects were carried out.",
        "From Janu\u00adary to Novem\u200bber 2024, over 700 aid\u00ad projects were carried out.",
        "2024年1月至11月，中国在共建“一带一\n路”国家实\u200b施援外项\u00ad目700\n多个。",
        "中国在共建“一带一路”国家开展的援外工 \r\n作：2024年1—11月，实施援外项  目700\n多个。",
    ],
)
def test_a_text_copied_from_a_document_is_read_whole(check: Check, text: str) -> None:
    (item,) = check(text)["items"]
    assert (item["verdict"], item["observation"]["id"]) == ("as_published", AID)
    assert text[item["start"] : item["end"]] == item["quoted"]


@pytest.mark.parametrize("day", [date.min, date.max])
def test_years_beyond_the_calendar_are_no_years(check: Check, day: date) -> None:
    text = "{} China signed cooperation documents with over 150 countries on 31 February 2024."
    for words in ("Last year", "Next year", "By the end of next year", "In the year before last"):
        assert check(text.format(words), day)["items"]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.sampled_from([one["text"] for listed in WRONG.values() for one in listed])
        | st.text(max_size=30),
        max_size=4,
    )
)
def test_any_text_has_valid_spans(release: ServedRelease, parts: list[str]) -> None:
    text = " ".join(parts) or "-"
    checked = release.check_quotation(text, TODAY, Language.ENGLISH)
    QuotationCheck.model_validate(checked)
    for item in checked["items"]:
        assert checked["text"][item["start"] : item["end"]] == item["quoted"]
        assert all(0 <= one["start"] < one["end"] <= len(text) for one in item["findings"])


@pytest.fixture(scope="module")
def results(release: ServedRelease) -> list[quotations.Result]:
    index = release.quotation_index
    return release.database.read(
        lambda connection: list(
            quotations.check_cases(Session(connection, Language.ENGLISH), index, list_cases(index))
        )
    )


@pytest.mark.skipif(ROOT / "seed" != NEWEST, reason="the guide is about the seed of the project")
def test_the_quality_is_as_the_guide_says(results: list[quotations.Result]) -> None:
    tables = quotations.build_tables(results)
    for language in Language:
        assert quotations.read_table(language) == tables.get(language)


def test_the_quality_is_sufficient(results: list[quotations.Result]) -> None:
    published = [result for result in results if not result.case.has_error]
    assert len(results) >= 300
    assert 0.4 < len(published) / len(results) < 0.6
    assert sum(result.case.is_reserved for result in results) > len(results) / 3
    total = quotations.add_scores(quotations.score_results(results).values())
    assert total.precision >= 0.95
    assert total.recall >= 0.85
