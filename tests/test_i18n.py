"""Languages, values, periods, dates and passages in words."""

from datetime import date
from decimal import Decimal

import babel.dates
import babel.numbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.db.columns import label_period
from app.db.fulltext import join_segments, segment_cjk
from app.enums import ChangeMeasure, Precision, Qualifier, StockFlow
from app.i18n import (
    SHORT_NAME,
    Language,
    format_change,
    format_citation,
    format_day,
    format_decimal,
    format_locator,
    format_month,
    format_period,
    format_published_day,
    format_source_line,
    format_span,
    format_value,
    name_months,
)
from app.negotiation import negotiate_language

pytestmark = pytest.mark.quick

EN, ZH = Language.ENGLISH, Language.CHINESE
FLOW, CUMULATIVE, STOCK = StockFlow.FLOW, StockFlow.CUMULATIVE, StockFlow.STOCK
SCALES = {"million": 6, "billion": 9, "trillion": 12}


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", EN),
        ("en", EN),
        ("zh", ZH),
        ("ZH", ZH),
        ("zh-CN", ZH),
        ("zh-Hans-CN", ZH),
        ("zh-CN,zh;q=0.9,en;q=0.8", ZH),
        ("en-GB,en;q=0.9,zh;q=0.8", EN),
        ("en;q=0.5, zh;q=0.7", ZH),
        ("en;q=0.5,zh;q=0.50", EN),
        ("zh , en", ZH),
        ("zh ; q = 0.3", ZH),
        ("zh;q=1.000, en;q=0.999", ZH),
        ("zh;q=0", EN),
        ("zh;q=0, *", EN),
        ("en;q=0, *", ZH),
        ("en-GB;q=0, zh;q=0, *", EN),
        ("en-GB;q=0, en;q=0.9, zh;q=0.5", EN),
        ("zh-TW;q=0, zh;q=0.5, en;q=0.1", ZH),
        ("*", EN),
        ("*;q=0.1", EN),
        ("fr", EN),
        ("fr, zh;q=0.1", ZH),
        ("fr;q=1, *;q=0.5", EN),
        ("zha", EN),
        ("zh;q=2", EN),
        ("zh;q=high, en;q=0.1", EN),
        ("zh_CN", EN),
        (",,;;q=", EN),
        ("\x00\ud7ff", EN),
        ("zh" * 5000, EN),
    ],
)
def test_the_language_is_negotiated(header: str, language: Language) -> None:
    assert negotiate_language(header.encode("utf-8", "replace")) is language


@given(st.binary())
def test_any_header_gets_a_language(header: bytes) -> None:
    assert negotiate_language(header) in Language


@pytest.mark.parametrize(
    ("published", "multiplier", "qualifier", "english", "chinese"),
    [
        ("22.1", 12, Qualifier.NONE, "22.1 trillion yuan", "22.1万亿元"),
        ("19.50", 12, Qualifier.NONE, "19.50 trillion yuan", "19.50万亿元"),
        ("826.34", 9, Qualifier.NONE, "826.34 billion yuan", "8263.4亿元"),
        ("214.66", 9, Qualifier.NONE, "214.66 billion yuan", "2146.6亿元"),
        ("99.87", 9, Qualifier.NEARLY, "nearly 99.87 billion yuan", "近998.7亿元"),
        ("2146.6", 8, Qualifier.NONE, "214.66 billion yuan", "2146.6亿元"),
        ("1234.5", 9, Qualifier.NONE, "1.2345 trillion yuan", "1.2345万亿元"),
        ("0.5", 12, Qualifier.ABOUT, "about 500 billion yuan", "约5000亿元"),
        ("3.5", 4, Qualifier.OVER, "over 35,000 yuan", "逾3.5万元"),
        ("5", 3, Qualifier.NONE, "5,000 yuan", "5000元"),
        ("700", 0, Qualifier.OVER, "over 700 yuan", "逾700元"),
        ("12345.60", 0, Qualifier.NONE, "12,345.60 yuan", "12,345.60元"),
        ("36", 0, Qualifier.NONE, "36 yuan", "36元"),
        ("-2.8", 0, Qualifier.NONE, "-2.8 yuan", "-2.8元"),
        ("-2.8", 9, Qualifier.NONE, "-2.8 billion yuan", "-28亿元"),
        ("0", 9, Qualifier.NONE, "0 yuan", "0元"),
        ("6800", 6, Qualifier.NONE, "6.8 billion yuan", "68亿元"),
        ("6.80", 9, Qualifier.NONE, "6.80 billion yuan", "68.0亿元"),
        ("1450", 9, Qualifier.ABOUT, "about 1.45 trillion yuan", "约1.45万亿元"),
        ("160", 4, Qualifier.NONE, "1.6 million yuan", "160万元"),
        ("160.0", 4, Qualifier.NONE, "1.600 million yuan", "160.0万元"),
        ("73000", 0, Qualifier.NONE, "73,000 yuan", "7.3万元"),
        ("12406", 0, Qualifier.NONE, "12,406 yuan", "12,406元"),
    ],
)
def test_a_figure_is_printed_as_published(
    published: str, multiplier: int, qualifier: Qualifier, english: str, chinese: str
) -> None:
    number = Decimal(published)
    value, decimals = number.scaleb(multiplier), -int(number.as_tuple().exponent)
    assert format_value(value, multiplier, decimals, qualifier, " yuan", EN) == english
    assert format_value(value, multiplier, decimals, qualifier, "元", ZH) == chinese


def test_braces_in_a_suffix_are_no_format() -> None:
    assert format_value(Decimal(5), 0, 0, Qualifier.OVER, " {x}", EN) == "over 5 {x}"


def parse_number(english: str) -> Decimal:
    """Parse a printed English number."""
    number, _, scale = english.partition(" ")
    return Decimal(number.replace(",", "")).scaleb(SCALES[scale] if scale else 0)


@given(
    digits=st.integers(min_value=-(10**12), max_value=10**12),
    decimals=st.integers(min_value=0, max_value=10),
    multiplier=st.integers(min_value=0, max_value=15),
)
def test_no_digit_of_a_figure_is_lost(digits: int, decimals: int, multiplier: int) -> None:
    value = Decimal(digits).scaleb(multiplier - decimals)
    printed = format_value(value, multiplier, decimals, Qualifier.NONE, "", EN)
    assert parse_number(printed) == value


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        ("贸易", "贸|易"),
        ("22.1万亿元", "22.1|万|亿|元"),
        ("共建“一带一路”国家", "共|建|“|一|带|一|路|”|国|家"),
        ("Belt and Road", "Belt and Road"),
        ("贸 易", "贸 易"),
        ("", ""),
    ],
)
def test_chinese_characters_are_set_apart(text: str, apart: str) -> None:
    assert segment_cjk(text) == apart.replace("|", "\u200b")


@given(st.text(st.characters(exclude_characters="\u200b")))
def test_joining_undoes_setting_apart(text: str) -> None:
    assert join_segments(segment_cjk(text)) == text


@pytest.mark.parametrize(
    ("start", "end", "english", "chinese"),
    [
        ((2024, 1), (2024, 12, 31), "Full year 2024", "2024年全年"),
        ((2024, 1), (2024, 11, 30), "January to November 2024", "2024年1—11月"),
        ((2024, 2), (2024, 12, 31), "February to December 2024", "2024年2—12月"),
        ((2024, 3), (2024, 3, 31), "March 2024", "2024年3月"),
        ((2023, 7), (2024, 6, 30), "July 2023 to June 2024", "2023年7月—2024年6月"),
        # Of whole years, sources name no months.
        ((2023, 1), (2024, 12, 31), "2023 to 2024, cumulative", "2023—2024年累计"),
        ((2023, 1), (2025, 6, 30), "2023 to June 2025, cumulative", "2023年至2025年6月累计"),
        (
            (2023, 9),
            (2025, 12, 31),
            "September 2023 to December 2025, cumulative",
            "2023年9月至2025年12月累计",
        ),
    ],
)
def test_a_period_is_named(
    start: tuple[int, int], end: tuple[int, int, int], english: str, chinese: str
) -> None:
    first, last = date(*start, 1), date(*end)
    assert format_period(first, last, EN) == english
    assert format_period(first, last, ZH) == chinese


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        (date(2025, 1, 15), "15 January 2025", "2025年1月15日"),
        (date(2024, 12, 1), "1 December 2024", "2024年12月1日"),
    ],
)
def test_a_day_is_written(value: date, english: str, chinese: str) -> None:
    assert format_day(value, EN) == english
    assert format_day(value, ZH) == chinese


@pytest.mark.parametrize(
    ("locator", "english", "chinese"),
    [
        (None, None, None),
        ("P2", "paragraph 2", "第2段"),
        ("P2.S3", "paragraph 2, sentence 3", "第2段第3句"),
        ("P10.S12", "paragraph 10, sentence 12", "第10段第12句"),
    ],
)
def test_a_place_is_written(locator: str | None, english: str | None, chinese: str | None) -> None:
    assert format_locator(locator, EN) == english
    assert format_locator(locator, ZH) == chinese


@pytest.mark.parametrize(
    ("locator", "english", "chinese"),
    [
        (
            "P2.S2",
            "Paper: Title, published 15 January 2025, paragraph 2, sentence 2",
            "Paper：《Title》，2025年1月15日发布，第2段第2句",
        ),
        (None, "Paper: Title, published 15 January 2025", "Paper：《Title》，2025年1月15日发布"),
    ],
)
def test_a_source_is_cited(locator: str | None, english: str, chinese: str) -> None:
    for language, right in ((EN, english), (ZH, chinese)):
        published = format_published_day(date(2025, 1, 15), Precision.DAY, language)
        line = format_source_line("Title", "Paper", published, language)
        assert format_citation(line, locator, language) == right


def test_a_month_of_publication_is_written_as_a_month() -> None:
    assert format_published_day(date(2023, 10, 31), Precision.MONTH, EN) == "October 2023"
    assert format_published_day(date(2023, 10, 31), Precision.MONTH, ZH) == "2023年10月"


@pytest.mark.parametrize(
    ("kind", "months", "first", "english", "chinese"),
    [
        (FLOW, 12, date(2024, 1, 1), "Full years", "全年"),
        (FLOW, 11, date(2024, 1, 1), "January to November of each year", "每年1—11月"),
        (FLOW, 1, date(2024, 3, 1), "March of each year", "每年3月"),
        (FLOW, 12, date(2024, 4, 1), "April to March of each year", "每年4月至次年3月"),
        (FLOW, 11, None, "Periods of 11 months", "每期11个月"),
        (STOCK, None, date(2024, 6, 30), "Stock on a date", "时点数"),
        (CUMULATIVE, None, date(2013, 1, 1), "Cumulative since 2013", "2013年起累计"),
        (
            *(CUMULATIVE, None, date(2021, 12, 3)),
            *("Cumulative since 3 December 2021", "2021年12月3日起累计"),
        ),
    ],
)
def test_the_span_of_a_series_is_written(
    kind: StockFlow, months: int | None, first: date | None, english: str, chinese: str
) -> None:
    assert format_span(kind, months, first, EN) == english
    assert format_span(kind, months, first, ZH) == chinese


@pytest.mark.parametrize(
    ("start", "end", "english", "chinese"),
    [
        (date(2024, 6, 30), date(2024, 6, 30), "On 30 June 2024", "截至2024年6月30日"),
        (*(date(2013, 1, 1), date(2022, 12, 31)), *("2013 to 2022, cumulative", "2013—2022年累计")),
        (
            *(date(2011, 1, 1), date(2024, 3, 31)),
            *("2011 to March 2024, cumulative", "2011年至2024年3月累计"),
        ),
        (
            *(date(2011, 1, 1), date(2024, 11, 15)),
            *("2011 to 15 November 2024, cumulative", "2011年至2024年11月15日累计"),
        ),
        (
            *(date(2021, 12, 1), date(2022, 12, 2)),
            *("December 2021 to 2 December 2022, cumulative", "2021年12月至2022年12月2日累计"),
        ),
        (
            *(date(2021, 12, 3), date(2022, 12, 2)),
            *("3 December 2021 to 2 December 2022, cumulative", "2021年12月3日至2022年12月2日累计"),
        ),
    ],
)
def test_stocks_have_a_date_and_totals_two(
    start: date, end: date, english: str, chinese: str
) -> None:
    period = {"start": start, "end": end, "months": None}
    assert label_period(period, EN) == english
    assert label_period(period, ZH) == chinese


@pytest.mark.parametrize(
    ("percent", "decimals", "english", "chinese"),
    [
        ("6.4", 1, "up 6.4 percent on a year earlier", "同比增长6.4%"),
        ("18", 0, "up 18 percent on a year earlier", "同比增长18%"),
        ("3", 1, "up 3.0 percent on a year earlier", "同比增长3.0%"),
        ("-0.5", 1, "down 0.5 percent on a year earlier", "同比下降0.5%"),
        ("0", 1, "unchanged on a year earlier", "同比持平"),
    ],
)
def test_growth_is_written(percent: str, decimals: int, english: str, chinese: str) -> None:
    assert format_change(Decimal(percent), decimals, EN) == english
    assert format_change(Decimal(percent), decimals, ZH) == chinese


@pytest.mark.parametrize(
    ("points", "decimals", "english", "chinese"),
    [
        ("1.2", 1, "up 1.2 percentage points on a year earlier", "同比提高1.2个百分点"),
        ("1", 0, "up 1 percentage point on a year earlier", "同比提高1个百分点"),
        ("-0.9", 1, "down 0.9 percentage points on a year earlier", "同比下降0.9个百分点"),
    ],
)
def test_the_change_of_a_share_is_written(
    points: str, decimals: int, english: str, chinese: str
) -> None:
    measure = ChangeMeasure.PERCENTAGE_POINTS
    assert format_change(Decimal(points), decimals, EN, measure) == english
    assert format_change(Decimal(points), decimals, ZH, measure) == chinese


def test_chinese_months_are_written_as_in_dates() -> None:
    assert name_months(ZH)[1] == "1月"
    assert name_months(EN)[12] == "December"


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("month", range(1, 13))
def test_dates_are_written_as_the_locale_data_say(month: int, language: Language) -> None:
    day = date(2024, month, month)
    for pattern, letters in (("MMMM y", None), ("MMM y", SHORT_NAME)):
        form = pattern if language is EN else "y年M月"
        name = babel.dates.format_date(day, form, locale=language)
        assert format_month(day, language, letters) == name
        form = f"d {pattern}" if language is EN else "y年M月d日"
        assert format_day(day, language, letters) == babel.dates.format_date(
            day, form, locale=language
        )


@given(
    value=st.decimals(-(10**15), 10**15, places=6),
    digits=st.integers(0, 9),
    is_grouped=st.booleans(),
    has_zeros=st.booleans(),
)
def test_numbers_are_written_as_the_locale_data_say(
    *, value: Decimal, digits: int, is_grouped: bool, has_zeros: bool
) -> None:
    places = ("0" if has_zeros else "#") * digits
    pattern = f"{'#,##0' if is_grouped else '0'}.{places}".rstrip(".")
    written = format_decimal(value, digits, is_grouped=is_grouped, has_zeros=has_zeros)
    for language in Language:
        assert written == babel.numbers.format_decimal(value, pattern, locale=language)
