"""Languages, texts in both, and display texts: numbers, periods, dates and citations."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache, partial
from typing import NamedTuple

from app.enums import ChangeMeasure, ContradictionCause, Precision, Qualifier, StockFlow

IDEOGRAPHS = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""The ranges of Chinese characters in a regular expression."""


class Language(StrEnum):
    """A language of the texts."""

    ENGLISH = "en"
    CHINESE = "zh"

    def __init__(self, value: str) -> None:
        is_chinese = value == "zh"
        self.comma, self.colon, self.semicolon = "，：；" if is_chinese else (", ", ": ", "; ")
        self.space = "" if is_chinese else " "
        """What stands between sentences."""


class StatementMeasure(StrEnum):
    """What a published number is: an amount, a count or a share, or a change of one."""

    LEVEL = "level"
    GROWTH = "growth"
    AVERAGE_GROWTH = "average_growth"
    SHARE_CHANGE = "share_change"


class Bilingual(NamedTuple):
    en: str
    zh: str

    def get(self, language: Language) -> str:
        return self.zh if language is Language.CHINESE else self.en

    def format(self, **values: object) -> "Bilingual":
        """Fill in the placeholders; values may be bilingual too."""
        english, chinese = (
            {
                name: value.get(language) if isinstance(value, Bilingual) else value
                for name, value in values.items()
            }
            for language in Language
        )
        return Bilingual(self.en.format(**english), self.zh.format(**chinese))


def join_names(names: Iterable[str]) -> Bilingual:
    listed = list(names)
    return Bilingual(", ".join(listed), "、".join(listed))


QUALIFIER_FORMATS = {
    Qualifier.NONE: Bilingual("{}", "{}"),
    Qualifier.OVER: Bilingual("over {}", "逾{}"),
    Qualifier.NEARLY: Bilingual("nearly {}", "近{}"),
    Qualifier.ABOUT: Bilingual("about {}", "约{}"),
}
QUALIFIERS = {
    Qualifier.NONE: Bilingual("no qualifier in the source", "原文无限定词"),
    Qualifier.OVER: Bilingual("over (more than this)", "逾（高于此数）"),
    Qualifier.NEARLY: Bilingual("nearly (less than this)", "近（低于此数）"),
    Qualifier.ABOUT: Bilingual("about (around this)", "约（接近此数）"),
}
"""What each qualifier means."""

CAUSES = {
    ContradictionCause.REVISION: Bilingual("Revised data", "数据修订"),
    ContradictionCause.ROUNDING: Bilingual("Rounding", "数据舍入"),
    ContradictionCause.QUALIFIER: Bilingual("Different qualifiers", "限定词不同"),
    ContradictionCause.CURRENCY: Bilingual("Different currencies", "计价币种不同"),
    ContradictionCause.COVERAGE: Bilingual("Different countries counted", "统计范围不同"),
    ContradictionCause.DEFINITION: Bilingual("Different definitions", "统计口径不同"),
    ContradictionCause.MISPRINT: Bilingual("Misprint", "刊印错误"),
    ContradictionCause.TRANSLATION: Bilingual("Translation", "翻译差异"),
    ContradictionCause.UNKNOWN: Bilingual("Cause not known", "原因不明"),
}

MONTHS = 12
MONTH_NAMES = dict(enumerate((
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
), start=1))  # fmt: skip
SHORT_NAME = 3  # The letters of the short name of a month in English.
MAX_FLOW = timedelta(days=366)
SCALE_WORDS = {
    Language.ENGLISH: {12: " trillion", 9: " billion", 6: " million"},
    Language.CHINESE: {12: "万亿", 8: "亿", 4: "万"},
}


@lru_cache(maxsize=4096)
def format_value(  # noqa: PLR0913, PLR0917 (cached, so that each part is an argument)
    value: Decimal,
    multiplier: int,
    decimals: int,
    qualifier: Qualifier,
    suffix: str,
    language: Language,
) -> str:
    """Return a figure with its qualifier and unit, with exactly the published digits.

    The multiplier is the power of ten of the published word, 12 for trillion, and the suffix the
    unit as printed after a number: over 700, 22.1 trillion yuan, 2146.6亿元.
    """
    number = format_scaled(value, multiplier, decimals, language)
    return QUALIFIER_FORMATS[qualifier].get(language).format(f"{number}{suffix}")


def choose_suffix(suffix: str, classifier: str | None, language: Language) -> str:
    """Return what follows a number: Chinese puts a classifier such as 个 before what is counted."""
    return classifier if classifier and language is Language.CHINESE else suffix


def format_scaled(value: Decimal, multiplier: int, decimals: int, language: Language) -> str:
    """Return a number with the scale word of the language, without changing its precision."""
    scale = get_scale(value, multiplier, language)
    number = format_number(value, multiplier, decimals, scale, language)
    return number + SCALE_WORDS[language].get(scale, "")


def get_scale(value: Decimal, multiplier: int, language: Language) -> int:
    """Return the power of ten of the scale word: 4 for 7.3万列, 0 for 12,406列 written out."""
    is_scaled = multiplier or (language is Language.CHINESE and not value % 100)
    scale_words = SCALE_WORDS[language] if is_scaled else {}
    return next((power for power in scale_words if abs(value) >= 10**power), 0)


def format_number(
    value: Decimal, multiplier: int, decimals: int, scale: int, language: Language
) -> str:
    """Return a number in units of a power of ten: in trillions, 930.5 billion is 0.9305."""
    digits = max(0, decimals - multiplier + scale)
    # Chinese need not group up to four digits (GB/T 15835), and here never does.
    is_grouped = not scale and (language is not Language.CHINESE or abs(value) >= 10**4)
    # The last zeros of a whole number are not decimals: 6,800 million is 6.8 billion.
    number, has_zeros = value.scaleb(-scale), decimals > 0
    return format_decimal(number, digits, is_grouped=is_grouped, has_zeros=has_zeros)


def format_decimal(value: Decimal, digits: int, *, is_grouped: bool, has_zeros: bool) -> str:
    """Return a number with at most so many decimals, or with zeros exactly so many."""
    text = f"{value:{',' if is_grouped else ''}.{digits}f}"
    return text if has_zeros or not digits else text.rstrip("0").rstrip(".")


@lru_cache(maxsize=4096)
def format_period(
    start: date, end: date, language: Language, *, is_cumulative: bool = False
) -> str:
    """Name a period: Full year 2024, January to November 2024, 2024年1—11月; On 30 June 2024."""
    if start == end:
        return Bilingual("On {}", "截至{}").get(language).format(format_day(start, language))
    is_long = end - start > MAX_FLOW
    if is_cumulative or is_long or not has_whole_months(start, end):
        name = Bilingual("{}, cumulative", "{}累计").get(language)
        return name.format(format_range(start, end, language))
    return format_months(start, end, language)


def format_months(start: date, end: date, language: Language) -> str:
    one_year = start.year == end.year
    if one_year and (start.month, end.month) == (1, 12):
        return Bilingual(f"Full year {start.year}", f"{start.year}年全年").get(language)
    if language is Language.CHINESE:
        first = f"{start.year}年{start.month}"
        if one_year:
            return f"{first}月" if start.month == end.month else f"{first}—{end.month}月"
        return f"{first}月—{end.year}年{end.month}月"
    first, last = MONTH_NAMES[start.month], f"{MONTH_NAMES[end.month]} {end.year}"
    if one_year:
        return last if start.month == end.month else f"{first} to {last}"
    return f"{first} {start.year} to {last}"


def format_range(start: date, end: date, language: Language) -> str:
    """Name a range of years or months without saying what is measured: 2013 to 2022."""
    if (start.month, start.day, end.month, end.day) == (1, 1, 12, 31):
        return Bilingual("{} to {}", "{}—{}年").get(language).format(start.year, end.year)
    name = Bilingual("{} to {}", "{}至{}").get(language)
    return name.format(*format_limits(start, end, language))


def count_months(start: date, end: date) -> int | None:
    """Return the number of months of a flow; None if it is longer, or has no whole months."""
    months = (end.year - start.year) * MONTHS + end.month - start.month + 1
    return months if has_whole_months(start, end) and 1 <= months <= MONTHS else None


def has_whole_months(start: date, end: date) -> bool:
    return start.day == 1 and (end == date.max or (end + timedelta(days=1)).day == 1)


def format_limits(start: date, end: date, language: Language) -> tuple[str, str]:
    """Name the first and the last month of a total, or its days.

    If it counts from the first day of a year or month, often no more is known than that.
    """
    is_month_end = has_whole_months(end.replace(day=1), end)
    last = format_month(end, language) if is_month_end else format_day(end, language)
    if (start.month, start.day) == (1, 1):
        return Bilingual(f"{start.year}", f"{start.year}年").get(language), last
    first = format_month(start, language) if start.day == 1 else format_day(start, language)
    return first, last


def format_month(value: date, language: Language, letters: int | None = None) -> str:
    """Name a month, in English with all letters or some: January 2025, Jan 2025; 2025年1月."""
    name = MONTH_NAMES[value.month][:letters]
    return Bilingual(f"{name} {value.year}", f"{value.year}年{value.month}月").get(language)


def name_period(start: date, end: date, *, is_cumulative: bool = False) -> Bilingual:
    """Name a period within a sentence: the full year 2024, 2024年全年; 30 June 2024."""
    name = partial(format_period, start, end, is_cumulative=is_cumulative)
    english, chinese = map(name, Language)
    english = english.replace("Full year", "the full year").removeprefix("On ")
    return Bilingual(english, chinese.removeprefix("截至"))


def name_day(value: date) -> Bilingual:
    return Bilingual(*(format_day(value, language) for language in Language))


def name_months(language: Language) -> Mapping[int, str]:
    """Return the names of the months by their numbers; in Chinese with digits, as in dates."""
    return MONTH_NAMES if language is Language.ENGLISH else {n: f"{n}月" for n in MONTH_NAMES}


def format_span(kind: StockFlow, months: int | None, first: date | None, language: Language) -> str:
    """Name the periods of a series: some months from the same month of each year, or dates."""
    if kind == StockFlow.STOCK:
        name = Bilingual("Stock on a date", "时点数")
    elif kind == StockFlow.CUMULATIVE:
        assert first is not None  # noqa: S101 - the start of the totals
        start = format_limits(first, first, language)[0]
        name = Bilingual(f"Cumulative since {start}", f"{start}起累计")
    elif first is None or months is None:
        name = Bilingual(f"Periods of {months} months", f"每期{months}个月")
    elif (first.month, months) == (1, MONTHS):
        name = Bilingual("Full years", "全年")
    else:
        end = first.month + months - 1
        names, last = name_months(Language.ENGLISH), (end - 1) % MONTHS + 1
        joint = "—" if end <= MONTHS else "月至次年"
        chinese = f"{first.month}月" if months == 1 else f"{first.month}{joint}{last}月"
        english = names[last] if months == 1 else f"{names[first.month]} to {names[last]}"
        name = Bilingual(f"{english} of each year", f"每年{chinese}")
    return name.get(language)


def format_change(
    value: Decimal,
    decimals: int,
    language: Language,
    measure: ChangeMeasure = ChangeMeasure.PERCENT,
    unit: str | None = None,
) -> str:
    """Return a change from a year earlier: up 6.4 percent on a year earlier, 同比增长6.4%.

    It has the printed decimals. The unit is given if it is not that of the figure beside it.
    """
    is_points = measure == ChangeMeasure.PERCENTAGE_POINTS
    size = f"{abs(value):.{decimals}f}"
    if language is Language.CHINESE:
        rise, suffix = ("提高", "个百分点") if is_points else ("增长", "%")
        change = f"{rise if value >= 0 else '下降'}{size}{suffix}" if value else "持平"
        # As Customs writes it: 按人民币计价 and 按美元计价.
        currency = "人民币" if unit == "人民币元" else unit
        return f"{f'按{currency}计价，' if currency else ''}同比{change}"
    suffix = f"percentage point{'' if size == '1' else 's'}" if is_points else "percent"
    change = f"{'up' if value >= 0 else 'down'} {size} {suffix}" if value else "unchanged"
    return f"{change} on a year earlier{f' in {unit}' if unit else ''}"


def format_average_growth(value: Decimal, decimals: int, language: Language) -> str:
    """Return a change per year of a period: up 8.6 percent a year, 年均增长8.6%."""
    size = f"{abs(value):.{decimals}f}"
    english, chinese = ("up", "增长") if value >= 0 else ("down", "下降")
    return Bilingual(f"{english} {size} percent a year", f"年均{chinese}{size}%").get(language)


def format_share_change(
    value: Decimal, decimals: int, base: tuple[date, date], language: Language
) -> str:
    """Return the change of a share on a period: up 1.4 percentage points on the full year 2021."""
    size = f"{abs(value):.{decimals}f}"
    english, chinese = ("up", "提高") if value >= 0 else ("down", "下降")
    name = name_period(*base)
    text = Bilingual(
        f"{english} {size} percentage points on {name.en}", f"比{name.zh}{chinese}{size}个百分点"
    )
    return text.get(language)


def format_statement(  # noqa: PLR0913, PLR0917 (the parts of a number)
    measure: StatementMeasure,
    value: Decimal,
    scale: tuple[int, int],
    qualifier: Qualifier,
    suffix: str,
    language: Language,
    base: tuple[date, date] | None = None,
) -> str:
    """Return a published number as text; the scale is its multiplier and its decimals."""
    _, decimals = scale
    match measure:
        case StatementMeasure.LEVEL:
            return format_value(value, *scale, qualifier, suffix, language)
        case StatementMeasure.AVERAGE_GROWTH:
            return format_average_growth(value, decimals, language)
        case StatementMeasure.SHARE_CHANGE if base:
            return format_share_change(value, decimals, base, language)
        case StatementMeasure.SHARE_CHANGE:
            return format_change(value, decimals, language, ChangeMeasure.PERCENTAGE_POINTS)
        case StatementMeasure.GROWTH:
            return format_change(value, decimals, language)


@lru_cache(maxsize=4096)
def format_day(value: date, language: Language, letters: int | None = None) -> str:
    """Return a date as text: 15 January 2025, 15 Jan 2025; 2025年1月15日."""
    month = format_month(value, language, letters)
    return Bilingual(f"{value.day} {month}", f"{month}{value.day}日").get(language)


def format_release(code: str, language: Language) -> str:
    """Name a release by its key, since several may have one date: 2026-11-25.2版."""
    return Bilingual(f"release {code}", f"{code}版").get(language)


def format_locator(locator: str | None, language: Language) -> str | None:
    """Return a locator as text: paragraph 2, sentence 3; 第2段第3句."""
    if locator is None:
        return None
    paragraph, _, sentence = locator.removeprefix("P").partition(".S")
    text = Bilingual(f"paragraph {paragraph}", f"第{paragraph}段").get(language)
    if sentence:
        text += Bilingual(f", sentence {sentence}", f"第{sentence}句").get(language)
    return text


def format_published_day(value: date, precision: Precision, language: Language) -> str:
    """Return a date of publication, or only its month if the day is not known."""
    if precision == "month":
        return format_period(value.replace(day=1), value, language)
    return format_day(value, language)


def name_edition(year: int) -> Bilingual:
    """Name the press conference of a year and what belongs to it."""
    return Bilingual(f"Press conference of {year}", f"{year}年发布会")


def format_title(title: str, printed: str | None) -> str:
    """Put a title in square brackets unless it is the one that the document prints."""
    return title if title == printed else f"[{title}]"


def format_source_line(title: str, publisher: str, published: str, language: Language) -> str:
    quoted = title if title.startswith("[") else f"《{title}》"
    line = Bilingual(f"{publisher}: {title}", f"{publisher}：{quoted}").get(language)
    return line + Bilingual(f", published {published}", f"，{published}发布").get(language)


def format_short_day(value: date, precision: Precision, language: Language) -> str:
    """Return a date of publication as short citations give it: 15 Jan 2025, 2025年1月15日."""
    return (format_month if precision == "month" else format_day)(value, language, SHORT_NAME)


def format_short_citation(
    publisher: str, published: str, locator: str | None, language: Language
) -> str:
    """Cite the paragraph of a document in a few words: ECNS, 15 Jan 2025, ¶2."""
    parts = [publisher, published]
    if locator is not None:
        paragraph = locator.removeprefix("P").partition(".")[0]
        parts.append(Bilingual(f"¶{paragraph}", f"第{paragraph}段").get(language))
    return language.comma.join(parts)


def format_carrier(carrier: str | None, language: Language) -> str:
    """Name the site that carries a text, to be appended to a source line."""
    return Bilingual(f", carried by {carrier}", f"，{carrier}转载").get(language) if carrier else ""


def format_citation(line: str, locator: str | None, language: Language) -> str:
    return language.comma.join(filter(None, [line, format_locator(locator, language)]))
