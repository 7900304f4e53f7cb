"""Sentences generated from the record, for errors that published sentences do not allow."""

from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import sha256

from babel.dates import get_month_names

from app.enums import SearchKind, StockFlow
from app.i18n import Language, format_day, format_scaled
from app.quotations.index import Entry, QuotationIndex
from app.schemas.quotations import FindingKind
from tests.support.quotation_errors import TODAY, Base, Case, choose

SUBJECTS = {
    "goods-trade": (
        ("China's trade in goods with {countries}", "China's imports and exports with {countries}",
         "Trade between China and {countries}"),
        ("中国与{countries}货物贸易额", "我国对{countries}进出口"),
    ),
    "goods-exports": (("China's exports to {countries}",), ("我国对{countries}出口",)),
    "goods-imports": (("China's imports from {countries}",), ("我国自{countries}进口",)),
    "outward-direct-investment": (
        ("China's non-financial direct investment in {countries}",
         "Chinese companies' non-financial direct investment in {countries}"),
        ("中国企业对{countries}非金融类直接投资", "我国对{countries}非金融类直接投资"),
    ),
    "inward-investment": (
        ("Actual investment in China from {countries}", "Investment in China by {countries}"),
        ("{countries}对华投资",),
    ),
    "contracted-projects-turnover": (
        ("The completed turnover of China's contracted projects in {countries}",),
        ("中国企业在{countries}承包工程完成营业额",),
    ),
    "contracts-value": (
        ("The value of new contracts signed by Chinese companies in {countries}",),
        ("中国企业在{countries}新签合同额",),
    ),
}  # fmt: skip
SHARES = (
    ("The share of {countries} in China's total trade in goods",
     "Trade with {countries} as a share of China's foreign trade"),
    ("{countries}占中国货物贸易进出口总值的比重", "与{countries}贸易额占我国外贸比重"),
)  # fmt: skip
COUNTRIES = {
    "route": (("countries along the Belt and Road",), ("“一带一路”沿线国家",)),
    "partner-2023": (
        ("Belt and Road partner countries",
         "countries participating in the Belt and Road Initiative"),
        ("共建“一带一路”国家",),
    ),
    "partner-2025": (
        ("Belt and Road partner countries", "BRI partner countries"), ("共建“一带一路”国家",),
    ),
}  # fmt: skip
MONTHS = [*get_month_names("wide", locale="en").values()]
SPEAKERS = {Language.ENGLISH: "Zhao Lijian", Language.CHINESE: "赵立坚"}
EACH = 5
"""One in this many observations has a sentence."""


def is_chosen(entry: Entry, part: int = EACH) -> bool:
    return sha256(entry.code.encode()).digest()[2] % part == 0


def name_number(entry: Entry, language: Language) -> str:
    return format_scaled(entry.value, entry.power, entry.decimals, language)


def name_period(entry: Entry, language: Language) -> str:
    year, last = entry.start.year, entry.end.month
    is_year = entry.months == 12
    if language is Language.CHINESE:
        return (
            f"{year}年"
            if is_year
            else choose(entry.code, f"{year}年1—{last}月", f"{year}年前{last}个月")
        )
    months = choose(
        entry.code,
        f"from January to {MONTHS[last - 1]} {year}",
        f"in the first {last} months of {year}",
    )
    return f"in {year}" if is_year else months


def write_sentence(entry: Entry, language: Language) -> str:
    """Write a correct sentence about a flow of money that begins in January."""
    place = 1 if language is Language.CHINESE else 0
    subject = choose(entry.code, *SUBJECTS[entry.indicator][place])
    subject = subject.format(countries=choose(entry.code, *COUNTRIES[entry.coverage][place]))
    period = name_period(entry, language)
    number = entry.display.get(language)
    if language is Language.CHINESE:
        return f"{period}，{subject}{choose(entry.code, '为', '达')}{number}。"
    verb = choose(entry.code, "was", "came to", "amounted to")
    lower = subject if subject.startswith("Chin") else subject[0].lower() + subject[1:]
    first = f"{period[0].upper()}{period[1:]}, {lower} {verb} {number}."
    return choose(entry.code[::-1], first, f"{subject} {verb} {number} {period}.")


def list_eligible(index: QuotationIndex) -> Iterator[Entry]:
    for entry in sorted(index.entries, key=lambda one: one.code):
        is_flow = entry.stock_flow == StockFlow.FLOW and entry.start.month == 1
        is_long = entry.kind == SearchKind.OBSERVATION and is_flow and entry.months != 1
        if is_long and entry.indicator in SUBJECTS and entry.is_current(TODAY):
            yield entry


def list_generated(index: QuotationIndex) -> Iterator[Base]:
    """List correct sentences in both languages."""
    for entry in list_eligible(index):
        if is_chosen(entry):
            for language in Language:
                number = name_number(entry, language)
                yield Base(write_sentence(entry, language), TODAY, entry, number)


def list_generated_errors(index: QuotationIndex) -> Iterator[Case]:
    """List sentences with errors that need two figures, an event, a rate or a commitment."""
    yield from compare_scopes(index)
    yield from quote_superseded(index)
    yield from change_growth(index)
    yield from change_attribution(index)
    yield from change_commitments(index)


def create_case(text: str, entry: str, kind: FindingKind, day: date = TODAY) -> Case:
    return Case(text, day, entry, frozenset({kind}), has_error=True)


def compare_scopes(index: QuotationIndex) -> Iterator[Case]:
    """Compare figures of the route with figures of the partner countries."""
    for later in list_eligible(index):
        if later.coverage != "partner-2025" or later.unit != "CNY" or later.months != 12:
            continue
        earlier = [
            one
            for one in list_eligible(index)
            if one.family == later.family and one.unit == "CNY" and one.coverage == "route"
            and one.months == 12 and one.start < later.start
        ]  # fmt: skip
        for one in earlier[::3]:
            name = SUBJECTS[later.indicator]
            english = choose(
                one.code,
                "{subject} grew from {a} in {x} to {b} in {y}.",
                "In {y}, {subject} reached {b}, up from {a} in {x}.",
                "{subject} was {b} in {y}, compared with {a} in {x}.",
            )
            chinese = choose(
                one.code,
                "{subject}由{x}年的{a}增至{y}年的{b}。",
                "{y}年{subject}达{b}，比{x}年的{a}大幅增长。",
            )
            for place, (language, pattern) in enumerate(
                zip(Language, (english, chinese), strict=True)
            ):
                countries = ("BRI countries", "“一带一路”相关国家")[place]
                subject = name[place][0].format(countries=countries)
                text = pattern.format(
                    subject=subject, a=one.display.get(language), b=later.display.get(language),
                    x=one.start.year, y=later.start.year,
                )  # fmt: skip
                yield create_case(text, later.code, FindingKind.COMPARISON)


def quote_superseded(index: QuotationIndex) -> Iterator[Case]:
    """Quote a number that another one has replaced, in each way of naming the indicator."""
    for entry in sorted(index.entries, key=lambda one: one.code):
        same = index.levels_by_period[entry.indicator, entry.start, entry.end]
        newer = [one for one in same if one.series == entry.series and one.is_current(TODAY)]
        is_superseded = entry.current_from < entry.current_until <= TODAY
        is_certain = is_superseded and not entry.is_disputed
        if entry.is_rate or not newer or not is_certain or entry.coverage not in COUNTRIES:
            continue
        if abs(newer[0].value - entry.value) <= max(newer[0].step, entry.step):
            continue
        for place, language in enumerate(Language):
            period, number = name_period(entry, language), entry.display.get(language)
            for countries in COUNTRIES[entry.coverage][place]:
                for subject in SUBJECTS.get(entry.indicator, SHARES)[place]:
                    named = subject.format(countries=countries)
                    texts = f"{named} was {number} {period}.", f"{period}，{named}为{number}。"
                    yield create_case(texts[place], entry.code, FindingKind.VINTAGE)


def change_growth(index: QuotationIndex) -> Iterator[Case]:
    """Add a wrong rate to a figure whose growth is published."""
    for entry in list_eligible(index):
        rates = index.rates_by_period.get((entry.indicator, entry.start, entry.end), [])
        own = [rate for rate in rates if rate.level_unit == entry.unit and rate.unit == "PT"]
        if not own or not is_chosen(entry, 3):
            continue
        wrong = f"{abs(own[0].value) + 3:.1f}"
        for language in Language:
            sentence = write_sentence(entry, language)
            rise = own[0].value >= 0
            if language is Language.CHINESE:
                text = f"{sentence.removesuffix('。')}，同比{'增长' if rise else '下降'}{wrong}%。"
            else:
                adverb, noun = ("up", "an increase") if rise else ("down", "a decrease")
                verbal = f", {adverb} {wrong} percent year on year."
                nominal = f", {noun} of {wrong}%."
                text = sentence.removesuffix(".") + choose(entry.code, verbal, nominal)
            yield create_case(text, entry.code, FindingKind.GROWTH)


def change_attribution(index: QuotationIndex) -> Iterator[Case]:
    """Name another institution, another speaker or another day."""
    chosen = [one for one in list_eligible(index) if one.origin.event and one.origin.speakers]
    for entry in chosen:
        english = write_sentence(entry, Language.ENGLISH).removesuffix(".")
        chinese = write_sentence(entry, Language.CHINESE)
        day = entry.origin.days[0] + timedelta(days=9)
        english_day = format_day(day, Language.ENGLISH)
        chinese_day = format_day(day, Language.CHINESE)
        texts = [
            f"{english}, the National Bureau of Statistics said.",
            f"国家统计局公布，{chinese}",
            f"{english}, spokesperson {SPEAKERS[Language.ENGLISH]} told a press conference.",
            f"发言人{SPEAKERS[Language.CHINESE]}表示，{chinese}",
            f"{english}, it was announced on {english_day}.",
            f"{chinese_day}发布的数据显示，{chinese}",
        ]
        place = sha256(entry.code.encode()).digest()[3] % 3
        for text in texts[2 * place : 2 * place + 2]:
            yield create_case(text, entry.code, FindingKind.ATTRIBUTION)


DONE = (
    *(
        (f"will {verb}", f"has {done}")
        for verb, done in (
            *(("carry out", "carried out"), ("provide", "provided"), ("launch", "launched")),
            *(("set up", "set up"), ("train", "trained"), ("build", "built"), ("offer", "offered")),
            *(("inject", "injected"), ("contribute", "contributed"), ("make", "made")),
            *(("add", "added"), ("raise", "raised")),
        )
    ),
    *((f"将{verb}", f"已{verb}") for verb in ("实施", "提供", "在", "向", "新增", "把")),
    ("再实施", "已实施"),
)


def change_commitments(index: QuotationIndex) -> Iterator[Case]:
    """State a commitment as done, change its number, or add a deadline."""
    for pledge in index.announcements:
        if pledge.target is None or pledge.display is None or pledge.kind != SearchKind.COMMITMENT:
            continue
        for language in Language:
            text, display = pledge.text.get(language), pledge.display.get(language)
            for future, done in DONE:
                if future in text:
                    changed = text.replace(future, done, 1)
                    if language is Language.CHINESE or not changed.startswith("Over"):
                        yield create_case(changed, pledge.code, FindingKind.STATUS)
                    break
            other = display.replace("1", "3", 1) if "1" in display else display.replace("0", "7", 1)
            if display in text and ("will" in text or "将" in text):
                yield create_case(text.replace(display, other), pledge.code, FindingKind.TARGET)
            if pledge.deadline is None and ("will" in text or "将" in text):
                if language is Language.CHINESE:
                    late = f"到2035年，{text}"
                else:
                    late = f"{text.removesuffix('.')} by 2035."
                yield create_case(late, pledge.code, FindingKind.TARGET)
