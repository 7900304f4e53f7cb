"""What is read from a sentence: numbers with their units and qualifiers, and periods."""

import re
import time
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.enums import Qualifier
from app.i18n import Language
from app.quotations.numbers import find_numbers, normalize_text
from app.quotations.periods import PeriodKind, find_periods
from app.quotations.sentences import MAX_NUMBERS, split_sentences
from app.quotations.terms import PHRASES
from tests.support.seeds import ROOT

pytestmark = pytest.mark.quick

TODAY = date(2025, 2, 1)
NUMBERS = {
    "214.66 billion yuan": ("214660000000", "CNY", "none"),
    "RMB 214.66 billion": ("214660000000", "CNY", "none"),
    "¥214.66bn": ("214660000000", "CNY", "none"),
    "2146.6亿元": ("214660000000", "CNY", "none"),
    "２１４６．６亿元": ("214660000000", "CNY", "none"),
    "22.1万亿": ("22100000000000", "NB", "none"),
    "US$33.69bn": ("33690000000", "USD", "none"),
    "33.69 billion U.S. dollars": ("33690000000", "USD", "none"),
    "336.9亿美元": ("33690000000", "USD", "none"),
    "over 700": ("700", "NB", "over"),
    "700-plus projects": ("700", "NB", "over"),
    "逾700个": ("700", "NB", "over"),
    "700多个": ("700", "NB", "over"),
    "七百多个": ("700", "NB", "over"),
    "exceeded 6 trillion yuan": ("6000000000000", "CNY", "over"),
    "nearly 54 percent": ("54", "PT", "nearly"),
    "近54%": ("54", "PT", "nearly"),
    "just under 54 per cent": ("54", "PT", "nearly"),
    "fifty-four percent": ("54", "PT", "none"),
    "百分之五十四": ("54", "PT", "none"),
    "about 1,450 billion yuan": ("1450000000000", "CNY", "about"),
    "1 450 billion yuan": ("1450000000000", "CNY", "none"),
    "1\u202f450 billion yuan": ("1450000000000", "CNY", "none"),
    "约3万亿元": ("3000000000000", "CNY", "about"),
    "0.9 percentage points": ("0.9", "PP", "none"),
    "0.9个百分点": ("0.9", "PP", "none"),
    "1.9 million TEUs": ("1900000", "TEU", "none"),
    "120万标箱": ("1200000", "TEU", "none"),
    "no more than 700": ("700", "NB", "nearly"),
    "at most 54 percent": ("54", "PT", "nearly"),
    "700 or fewer": ("700", "NB", "nearly"),
    "不超过700个": ("700", "NB", "nearly"),
    "未达到22.1万亿元": ("22100000000000", "CNY", "nearly"),
    "700个以内": ("700", "NB", "nearly"),
    "~700": ("700", "NB", "about"),
    "no fewer than 700": ("700", "NB", "over"),
    "不少于700个": ("700", "NB", "over"),
    "six trillion yuan": ("6000000000000", "CNY", "none"),
}
NO_FIGURES = (
    "In 2024 and 2025",
    "on 15 January 2025",
    "Article 5 of the agreement",
    "the 14th Five-Year Plan",
    "in the first 11 months",
    "over the past ten years",
    "call 010-6519-8114",
    "第5条",
    "1月15日",
    "“一带一路”倡议提出十周年",
    "十四五规划",
    "G20 and 5G",
    "https://example.org/2024/22.1",
)
PERIODS = {
    "in 2024": ((2024, 1, 1), (2024, 12, 31)),
    "from January to November 2024": ((2024, 1, 1), (2024, 11, 30)),
    "Jan-Nov 2024": ((2024, 1, 1), (2024, 11, 30)),
    "in the first eleven months of 2024": ((2024, 1, 1), (2024, 11, 30)),
    "in the first 11 months of last year": ((2024, 1, 1), (2024, 11, 30)),
    "In 2024, in the first half,": ((2024, 1, 1), (2024, 6, 30)),
    "in the first three quarters of 2023": ((2023, 1, 1), (2023, 9, 30)),
    "Q1 2024": ((2024, 1, 1), (2024, 3, 31)),
    "2024年前11个月": ((2024, 1, 1), (2024, 11, 30)),
    "2024年1—11月": ((2024, 1, 1), (2024, 11, 30)),
    "2024年1至11月": ((2024, 1, 1), (2024, 11, 30)),
    "2024年上半年": ((2024, 1, 1), (2024, 6, 30)),
    "2024年一季度": ((2024, 1, 1), (2024, 3, 31)),
    "2023年前三季度": ((2023, 1, 1), (2023, 9, 30)),
    "2024年一至十一月": ((2024, 1, 1), (2024, 11, 30)),
    "2024年一月到十一月份": ((2024, 1, 1), (2024, 11, 30)),
    "2024年十二月": ((2024, 12, 1), (2024, 12, 31)),
    "二〇二四年十一月十五日": ((2024, 11, 15), (2024, 11, 15)),
    "二零二三年": ((2023, 1, 1), (2023, 12, 31)),
    "2024全年": ((2024, 1, 1), (2024, 12, 31)),
    "2024上半年": ((2024, 1, 1), (2024, 6, 30)),
    "FY2024": ((2024, 1, 1), (2024, 12, 31)),
    "“十四五”期间": ((2021, 1, 1), (2025, 12, 31)),
    "during the 14th Five-Year Plan period": ((2021, 1, 1), (2025, 12, 31)),
    "去年全年": ((2024, 1, 1), (2024, 12, 31)),
    "last year": ((2024, 1, 1), (2024, 12, 31)),
    "as of the end of June 2024": ((2024, 1, 1), (2024, 6, 30)),
    "截至2024年6月底": ((2024, 1, 1), (2024, 6, 30)),
    "from 2013 to 2022": ((2013, 1, 1), (2022, 12, 31)),
    "2013年至2022年": ((2013, 1, 1), (2022, 12, 31)),
}


@pytest.mark.parametrize("words", NUMBERS)
def test_numbers_are_read_as_people_write_them(words: str) -> None:
    (number,) = find_numbers(normalize_text(words))
    value, unit, qualifier = NUMBERS[words]
    assert (number.value, number.unit, number.qualifier) == (Decimal(value), unit, qualifier)


def test_a_list_shares_its_unit() -> None:
    first, second = find_numbers("from 1.04 to 1.8 trillion dollars")
    assert (first.value, first.unit) == (Decimal("1.04e12"), "USD")
    assert second.qualifier == Qualifier.NONE


@pytest.mark.parametrize("text", NO_FIGURES)
def test_other_numbers_are_not_read_as_figures(text: str) -> None:
    normal = normalize_text(text)
    assert not find_numbers(normal, [one.span for one in find_periods(normal, TODAY)])


@pytest.mark.parametrize("words", PERIODS)
def test_periods_are_read_as_people_write_them(words: str) -> None:
    found = find_periods(normalize_text(words), TODAY)
    start, end = PERIODS[words]
    assert (found[-1].start, found[-1].end) == (date(*start), date(*end)), found


def test_lengths_of_time_and_starts_are_read() -> None:
    (ahead,) = find_periods("in the next five years", TODAY)
    (since,) = find_periods(normalize_text("2013年以来"), TODAY)
    assert (ahead.kind, ahead.years) == (PeriodKind.LENGTH, 5)
    assert (since.kind, since.year) == (PeriodKind.SINCE, 2013)


def test_sentences_end_at_no_abbreviation() -> None:
    text = (
        "Trade was $22.1 trillion on Jan. 15, 2025, U.S. media said. It grew.\n增长6.4%。再增长。"
    )
    assert [text[start:end].strip()[:8] for start, end in split_sentences(text)] == [
        *("Trade wa", "It grew."),
        *("增长6.4%。", "再增长。"),
    ]


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        ("In 2024, China's trade with partner countries\nreached 22.1 trillion yuan", 1),
        ("China carried out over\r\n700 aid projects", 1),
        ("Trade reached 22.1 \ntrillion\nyuan, up 6.4\npercent", 1),
        ("贸易额达22.1\n万亿元", 1),
        ("Trade with partner countries: 22.1 trillion yuan\naid projects: over 700", 2),
        ("China's trade with partner countries\n\n22.1 trillion yuan", 2),
        ("Exports\n12 trillion yuan\nImports\n10 trillion yuan", 4),
        ("贸易额22.1万亿元\n援助项目逾700个", 2),
    ],
)
def test_lines_of_a_sentence_are_joined_and_those_of_a_list_are_not(lines: str, count: int) -> None:
    assert len(list(split_sentences(lines))) == count


@pytest.mark.parametrize("part", ["é7", "я7", "あ7", "_7", "é⁷", "é７", "⑦ "])
def test_a_list_is_divided_in_every_script(part: str) -> None:
    text = part * 1000
    spans = list(split_sentences(text))
    assert "".join(text[start:end] for start, end in spans) == text
    assert max(end - start for start, end in spans) <= 2 * MAX_NUMBERS + 1


@pytest.mark.parametrize("part", [",", ".", "1,", "1.", "一", "7"])
def test_repeated_characters_are_divided_in_linear_time(part: str) -> None:
    start = time.process_time()
    assert list(split_sentences(part * 8000))
    assert time.process_time() - start < 0.5


@given(st.text(max_size=60))
def test_a_normal_text_has_the_same_length(text: str) -> None:
    assert len(normalize_text(text)) == len(text)


def test_every_phrase_is_searched_under_its_name() -> None:
    modules = (ROOT / "app" / "quotations").glob("*.py")
    code = "".join(path.read_text("utf-8") for path in modules)
    assert set(re.findall(r'PHRASES\["(\w+)"\]', code)) == PHRASES.keys()


def test_both_languages_are_known() -> None:
    assert {Language("en"), Language("zh")} == set(Language)
