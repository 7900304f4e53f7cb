"""Corrections of quotations: what they say, and which texts are left as they are."""

import pytest

from app.releases import ServedRelease
from tests.quotations.test_checks import EXAMPLES, TODAY, WRONG, Check, list_kinds
from tests.support.quotation_errors import list_cases

pytestmark = [pytest.mark.database, pytest.mark.quick]


def test_a_corrected_text_is_as_published(release: ServedRelease, check: Check) -> None:
    """Its numbers are found as before, and none differs."""
    texts = [(one["text"], TODAY) for listed in WRONG.values() for one in listed]
    texts += [(one, TODAY) for listed in EXAMPLES["also_wrong"].values() for one in listed]
    cases = list_cases(release.quotation_index)
    texts += [(one.text, one.asked_on) for one in cases if one.has_error]
    wrong = []
    for text, day in texts:
        checked = check(text, day)
        if checked["correction"] is not None:
            verdicts = [one["verdict"] for one in check(checked["correction"], day)["items"]]
            before = [one["verdict"] for one in checked["items"]]
            if "differs" in verdicts or verdicts.count("not_found") > before.count("not_found"):
                wrong.append(checked["correction"])
    assert wrong == []


def test_a_period_that_is_right_for_another_figure_stays(check: Check) -> None:
    text = "In 2024, trade with BRI countries was 22.1 trillion yuan and ODI 214.66 billion yuan."
    corrected = text.replace(
        "214.66 billion yuan", "214.66 billion yuan (January to November 2024)"
    )
    assert check(text)["correction"] == corrected
    assert not list_kinds(check(corrected))


@pytest.mark.parametrize(
    ("text", "kinds", "correction"),
    [
        (
            "China had 700 aid projects in partner countries in 2024.",
            {"period", "qualifier"},
            "China had over 700 aid projects in partner countries from January to November 2024.",
        ),
        (
            "China implemented 7,000 aid projects in BRI countries in January to November 2024.",
            {"magnitude", "qualifier"},
            "China implemented over 700 aid projects in BRI countries in January to November 2024.",
        ),
        (
            "2022年我国与“一带一路”沿线国家货物贸易额1383亿元。",
            {"magnitude", "vintage"},
            "2022年我国与“一带一路”沿线国家货物贸易额13.76万亿元。",
        ),
    ],
)
def test_two_differences_are_corrected_together(
    check: Check, text: str, kinds: set[str], correction: str
) -> None:
    checked = check(text)
    assert list_kinds(checked) == kinds
    assert checked["correction"] == correction


def test_what_cannot_be_corrected_as_a_whole_is_left(check: Check) -> None:
    checked = check("China imported over 22.1 trillion yuan of goods from BRI partners in 2024.")
    assert list_kinds(checked) == {"measure", "qualifier"}
    assert checked["correction"] is None
    text = "{} In 2025 China carried out 700 aid projects in partner countries."
    checked = check(text.format(checked["text"]))
    assert checked["correction"] is None
    assert [item["correction"] for item in checked["items"]] == [
        None,
        "In 2025 China carried out over 700 aid projects in partner countries.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Trade with partner countries was 22.1 trillion dollars in 2024, up 13.5 percent.",
        "2024年我国对共建国家货物贸易22.1万亿美元，增长13.5%。",
        "The customs said trade with partner countries was 22.1 trillion dollars in 2024.",
    ],
)
def test_a_correction_that_would_still_differ_is_not_made(check: Check, text: str) -> None:
    """With the unit corrected, the rate or the speaker is that of another figure."""
    checked = check(text)
    assert list_kinds(checked) == {"unit"}
    assert checked["correction"] is None
    assert all(item["correction"] is None for item in checked["items"])
    # What is right in another sentence is corrected all the same.
    more = check(f"{text} In 2025 China carried out 700 aid projects in partner countries.")
    wrong = [item for item in more["items"] if item["findings"]]
    assert [item["correction"] is not None for item in wrong] == [False, True]


def test_a_correction_keeps_the_lines_of_the_text(check: Check) -> None:
    text = "据统计，2024年中国企业在共建“一带一路”国家的非金融类直接投资额336.9亿元，创历史新\n高。"
    checked = check(text)
    assert list_kinds(checked) == {"unit"}
    assert checked["correction"] == text.replace("亿元", "亿美元")
