"""Sentences with exactly one error, made by rules from published sentences and from the record.

A rule takes a sentence with its published figure, and returns the sentence with one error of its
kind, or None where it does not apply. Equal inputs give equal sentences.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from app.enums import Qualifier, StockFlow
from app.i18n import Language
from app.quotations.index import Entry, QuotationIndex
from app.schemas.quotations import FindingKind
from tests.support.seeds import ROOT

PUBLISHED = ROOT / "tests" / "quotations" / "published.tsv"
HELD_OUT = 102
"""Sentences whose hash begins with a byte below this, two in five, are held out."""
TODAY = date(2026, 11, 26)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
INITIATIVE = re.compile(r"Belt|BRI|B&R|一带一路|共建|沿线|China-Europe|中欧|China-Laos|中老")


class Case(NamedTuple):
    """A sentence with what is to be found in it."""

    text: str
    asked_on: date
    expected: str
    """The key of the observation that it quotes; `-` if none is recorded."""
    kinds: frozenset[FindingKind]
    has_error: bool
    """Whether a rule inserted an error; else it is a published sentence."""
    was_read: bool = False
    """Whether its published words were read while rules were written."""

    @property
    def is_reserved(self) -> bool:
        return not self.was_read and sha256(self.text.encode()).digest()[0] < HELD_OUT

    @property
    def language(self) -> Language:
        return Language.CHINESE if CHINESE.search(self.text) else Language.ENGLISH


class Base(NamedTuple):
    """A correct sentence with its figure; the number is where the error of a rule may be."""

    text: str
    asked_on: date
    entry: Entry
    number: str
    """The words of the number in the text."""
    was_read: bool = False


Rule = Callable[[Base], str | None]


def read_published(path: Path = PUBLISHED) -> Iterator[Case]:
    """Read the published sentences, one per line: day, key of the figure, kinds and text.

    Those marked as read belong to the part for building, whatever their hash.
    """
    for line in path.read_text("utf-8").splitlines():
        day, expected, kinds, text, *marks = line.split("\t")
        named = frozenset(FindingKind(one) for one in kinds.split(",") if one)
        was_read = "read" in marks
        yield Case(text, date.fromisoformat(day), expected, named, False, was_read)


def choose(text: str, *choices: str) -> str:
    """Choose by the hash of a text, so that the choice is always the same."""
    return choices[sha256(text.encode()).digest()[1] % len(choices)]


def replace_once(text: str, pattern: str, words: str) -> str | None:
    """Replace the only match of a pattern; None if there is none or another."""
    found = list(re.finditer(pattern, text))
    return re.sub(pattern, words, text) if len(found) == 1 else None


def shift_year(base: Base) -> str | None:
    entry = base.entry
    if entry.stock_flow != StockFlow.FLOW or not INITIATIVE.search(base.text):
        return None
    other = entry.start.year + int(choose(base.text, "-3", "-2", "2", "3"))
    years = set(re.findall(r"(?<![\d.,])(?:19|20)\d\d(?![\d,.]\d)", base.text))
    if years != {str(entry.start.year)}:
        return None
    return replace_once(base.text, rf"(?<![\d.,]){entry.start.year}(?!\d)", str(other))


def name_whole_year(base: Base) -> str | None:
    """Name the whole year for a part of it."""
    entry = base.entry
    if entry.months in {None, 1, 12} or not INITIATIVE.search(base.text):
        return None
    year = entry.start.year
    english = (
        r"(?:from |between )?(?:January|Jan\.?)(?: to | and |-|–)[A-Z][a-z]+\.?,?"
        rf" (?:of |in )?{year}"
        rf"|the first (?:\w+ months|half|quarter|three quarters)(?: of|,)? {year}"
    )
    text = replace_once(
        base.text, english, f"the year {year}" if "In the" in base.text else str(year)
    )
    if text is None:
        months = r"1[—\-–至到]\d+月份?|前(?:\d+|[三一十]+)个(?:月|季度)|上半年|第?一季度"
        text = replace_once(base.text, f"{year}年(?:{months})", f"{year}年")
    if (
        text is not None
        and re.search(rf"(?<!in )(?<!In )(?<!of )\b{year}", text)
        and not CHINESE.search(text)
    ):
        text = text.replace(f" {year}", f" in {year}").replace("in in", "in")
    return text


def drop_qualifier(base: Base) -> str | None:
    if base.entry.qualifier == Qualifier.NONE:
        return None
    words = r"(?:over|more than|exceeding|above|nearly|about|around|some|close to|almost) "
    pattern = rf"{words}(?=(?:US)?\$?{re.escape(base.number)})|[逾近约](?={re.escape(base.number)})"
    text = replace_once(base.text, pattern, "")
    if text is None:
        text = replace_once(base.text, rf"(?<={re.escape(base.number)})[多余](?=[个份项])", "")
    return text


def add_qualifier(base: Base) -> str | None:
    if base.entry.qualifier != Qualifier.NONE or not INITIATIVE.search(base.text):
        return None
    pattern = rf"(?:US)?\$?{re.escape(base.number)}"
    found = re.search(pattern, base.text)
    if found is None:
        return None
    before = base.text[: found.start()]
    if re.search(
        r"(?:over|than|exceed\w*|above|nearly|about|around|some|to|[逾近约过至破-])\s*$", before
    ):
        return None
    if CHINESE.search(base.text):
        words = choose(base.text, "逾", "近", "超过")
    else:
        words = choose(base.text, "over ", "nearly ", "more than ")
    return f"{before}{words}{base.text[found.start() :]}"


def swap_currency(base: Base) -> str | None:
    if base.entry.unit not in {"CNY", "USD"} or not INITIATIVE.search(base.text):
        return None
    number = re.escape(base.number)
    if base.entry.unit == "CNY":
        return replace_once(base.text, rf"(?<={number}) yuan\b", " US dollars") or replace_once(
            base.text, rf"(?<={number})元(?:人民币)?", "美元"
        )
    return (
        replace_once(base.text, rf"(?<={number}) (?:US |U\.S\. )?dollars\b", " yuan")
        or replace_once(base.text, rf"(?<={number})美元", "元")
        or replace_once(base.text, rf"(?:US)?\$(?={number})", "RMB ")
    )


def change_scale(base: Base) -> str | None:
    if base.entry.unit not in {"CNY", "USD"} or not INITIATIVE.search(base.text):
        return None
    number = re.escape(base.number)
    scales = {"trillion": "billion", "billion": choose(base.text, "million", "trillion")}
    for scale, other in scales.items():
        if base.number.endswith(scale):
            return replace_once(base.text, number, base.number.replace(scale, other))
    if base.number.endswith("万亿"):
        return replace_once(base.text, number, base.number.replace("万亿", "亿"))
    if base.number.endswith("亿"):
        return replace_once(base.text, number, base.number.replace("亿", "万"))
    return None


def change_countries(base: Base) -> str | None:
    if base.entry.coverage == "all":
        return None
    english = (
        r"(?:the )?(?:other |\d+ )?(?:countries|economies|nations)"
        r"(?: that are| participating| involved| taking part)?"
        r"(?: along| in) the (?:B&R|Belt and Road)(?: Initiative)?(?: \(BRI\))?"
        r"|(?:B&R|BRI|Belt and Road)(?: partner)? countries"
    )
    text = replace_once(
        base.text, english, choose(base.text, "ASEAN countries", "African countries", "the EU")
    )
    if text is None:
        chinese = "(?:共建)?“?一带一路”?(?:沿线)?(?:共建)?国家|沿线国家|共建国家"
        text = replace_once(base.text, chinese, choose(base.text, "东盟国家", "非洲国家", "欧盟"))
    if text is None or INITIATIVE.search(text):
        return None
    return text


def change_measure(base: Base) -> str | None:
    if not INITIATIVE.search(base.text):
        return None
    swaps = {
        "goods-trade": ((r"imports and exports|trade in goods|[Tt]rade(?: volume| value)?",
                         "imports"),
                        ("货物贸易额|进出口总?[值额]?|贸易额", "出口")),
        "goods-exports": ((r"\bexports\b", "imports"), ("(?<!进)出口", "进口")),
        "goods-imports": ((r"\bimports\b", "exports"), ("进口", "出口")),
        "import-share": ((r"\bimports\b", "exports"), ("进口", "出口")),
        "contracted-projects-turnover": ((r"(?:completed )?turnover", "value of new contracts"),
                                         ("完成营业额|营业额", "新签合同额")),
        "contracts-value": ((r"value of (?:new|newly signed) contracts", "completed turnover"),
                            ("新签合同额", "完成营业额")),
        "inward-investment": ((r"(?:actual )?investment in China", "China's outbound investment"),
                              ("对华投资", "对外直接投资")),
        "outward-direct-investment": (
            (r"non-financial (?:outbound )?direct investment", "inbound investment"),
            ("(?:对外)?非金融类直接投资", "对华投资"),
        ),
        "cooperation-countries": ((r"(?<=\d )countries", "international organizations"),
                                  ("国家", "国际组织")),
    }  # fmt: skip
    for pattern, words in swaps.get(base.entry.indicator, ()):
        text = replace_once(base.text, pattern, words)
        if text is not None:
            return text
    return None


RULES: dict[FindingKind, Sequence[Rule]] = {
    FindingKind.PERIOD: (shift_year, name_whole_year),
    FindingKind.QUALIFIER: (drop_qualifier, add_qualifier),
    FindingKind.UNIT: (swap_currency,),
    FindingKind.MAGNITUDE: (change_scale,),
    FindingKind.COVERAGE: (change_countries,),
    FindingKind.MEASURE: (change_measure,),
}
MOST_OF_A_KIND = 30


def list_bases(index: QuotationIndex) -> Iterator[Base]:
    """List the published sentences that quote a figure, with the words of its number."""
    entries = {entry.code: entry for entry in index.entries}
    for case in read_published():
        entry = entries.get(case.expected)
        number = entry and find_number(case.text, entry)
        if entry is not None and number and not case.kinds:
            yield Base(case.text, case.asked_on, entry, number, case.was_read)


def find_number(text: str, entry: Entry) -> str | None:
    """Find the digits and the scale of a figure in a text."""
    for match in re.finditer(
        r"\d[\d,]*(?:\.\d+)?\s?(?:trillion|billion|million|万亿|亿|万)?", text
    ):
        words = match[0].rstrip(" ,")
        if get_size(words) == entry.value:
            return words
    return None


def get_size(words: str) -> object:
    from decimal import Decimal  # noqa: PLC0415

    powers = {"trillion": 12, "billion": 9, "million": 6, "万亿": 12, "亿": 8, "万": 4}
    digits = re.match(r"[\d,.]+", words)
    power = next((size for scale, size in powers.items() if words.endswith(scale)), 0)
    return Decimal(digits[0].replace(",", "")).scaleb(power) if digits else None


def list_cases(index: QuotationIndex) -> list[Case]:
    """List the published sentences, and those with an error, in a fixed order without doubles."""
    from tests.support.quotation_texts import list_generated, list_generated_errors  # noqa: PLC0415

    cases = [
        Case(text, base.asked_on, base.entry.code, frozenset({kind}), True, base.was_read)
        for base in (*list_bases(index), *list_generated(index))
        for kind, rules in RULES.items()
        for rule in rules
        if (text := rule(base)) is not None and text != base.text
    ]
    cases += list_generated_errors(index)
    cases.sort(key=lambda one: sha256(f"order {one.text}".encode()).digest())
    errors: dict[str, Case] = {}
    for kind in FindingKind:
        of_kind = [case for case in cases if kind in case.kinds]
        errors |= {case.text: case for case in of_kind[:MOST_OF_A_KIND]}
    return [*read_published(), *errors.values()]
