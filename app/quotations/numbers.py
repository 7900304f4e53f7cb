"""Numbers in a sentence: digits with scale and unit, and the words that limit them.

All spans are indexes of the text, in code points; `normalize_text` keeps the length of a text.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from app.db.numerals import POWERS, SCALES, SMALL_NUMBERS, parse_numeral
from app.enums import Qualifier
from app.quotations import WORDS, compile_entries, compile_words

Span = tuple[int, int]
OTHER_CURRENCY, POINTS, OTHER_UNIT = "other_currency", "PP", "other"
"""Units that the record does not have: other currencies, percentage points, other measures."""
RATE_UNITS = frozenset({"PT", POINTS})
CURRENCIES = frozenset({"CNY", "USD", OTHER_CURRENCY})
MAX_POWER = 15
TRADITIONAL = str.maketrans(*WORDS["traditional"])
PLAIN = dict(zip("（）：’‘“”，；！？", "():''\"\"，；！？", strict=True))
PLAIN |= dict.fromkeys("–—－―‐‑−〜～~", "-")
PLAIN |= dict.fromkeys("\r\n", " ")
TILDE = re.compile(
    r"(?<![0-9A-Za-z年月日元个份项家列%％)）])(?<![\d年月日] )[~～〜](?= ?(?:[\d$¥￥]|RMB|CNY|US))"
)
"""A tilde before a number says “about”; between two it is a dash."""
RULES = WORDS["numbers"]
LIMITS_BEFORE = compile_entries(RULES["limits_before"])
LIMITS_AFTER = compile_entries(RULES["limits_after"])
SIGNS, UNITS = compile_entries(RULES["signs"]), compile_entries(RULES["units"])
SMALL_WORDS = [*SMALL_NUMBERS[:20]]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
NUMBER_WORDS = {word: value for value, word in enumerate(SMALL_WORDS)} | {
    word: 10 * value for value, word in enumerate(TENS, start=2)
}
ONE_WORD = "|".join(sorted(NUMBER_WORDS, key=len, reverse=True))
LETTERS = {"t": 12, "b": 9, "m": 6, "k": 3}
"""Scales in one letter, after the sign of a currency or before what is counted: $33.69B, 2m TEU."""
LONG_NUMBER = 5
"""So many digits with nothing counted after them are a postal code or a number of a document."""
MIN_WORD = 10
"""From here on, a number in words is a quantity of its own; one below is often an article."""


def join_words(*compiled: re.Pattern[str]) -> str:
    return "|".join(one.pattern for one in compiled)


LIMIT_BEFORE, LIMIT_AFTER = (join_words(*one.values()) for one in (LIMITS_BEFORE, LIMITS_AFTER))
SCALE_WORDS = "|".join(sorted(SCALES, key=len, reverse=True))
LETTER = r"[tbmk](?= ?(?:yuan|rmb|teus?|tonnes|tons|trips|trains|passengers|containers)\b)"
EXPRESSION = re.compile(
    "".join(
        (
            r"(?<![a-z\d.])(?<!\d,)",
            rf"(?:(?P<before>{LIMIT_BEFORE}) *)?",
            rf"(?:(?P<sign>{join_words(*SIGNS.values())}",
            rf"|(?P<other_sign>{'|'.join(RULES['other_signs'])}))\s*)?",
            rf"(?P<hundredths>百分之)?(?P<inner>{LIMIT_BEFORE})?",
            r"(?:(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?",
            r"|\d{1,3}(?: \d{3})+(?![\d,.])(?:\.\d+)?|\d+(?:\.\d+)?)",
            rf"|(?P<words>(?:{ONE_WORD}|a(?= hundred| thousand))",
            rf"(?:(?:-| and | )(?:{ONE_WORD}|hundred|thousand))*)\b",
            rf"(?: point(?P<fraction>(?: (?:{'|'.join(SMALL_WORDS[:10])}))+)\b)?",
            r"|(?P<numeral>[零〇一二三四五六七八九十百千万亿两点]{1,12}))",
            r"(?P<more> *(?:[多余]|-?plus\b|\+))?",
            rf"(?:[\s-]*(?P<scale>(?:{SCALE_WORDS})s?(?![a-z])|(?(sign)[tbmk](?![a-z])|{LETTER})|[{''.join(POWERS)}]+))?",
            r"(?P<scaled_more>[多余]|\+|-?plus\b)?",
            rf"(?:[\s-]*(?:\((?=[^()\d]*\)))?(?P<unit>{join_words(*UNITS.values())}))?",
            rf"(?P<classifier>{'|'.join(RULES['classifiers'])})?",
            rf"(?P<after>{LIMIT_AFTER})?",
        )
    )
)
LATE_LIMIT = re.compile(rf"(?:个|人次|万)?(?:{LIMIT_AFTER})")
OTHER_UNITS = re.compile(rf"\s*(?:{'|'.join(RULES['other_units'])})")
NOT_QUOTED_BEFORE = re.compile(rf"(?:{'|'.join(RULES['not_quoted_before'])}) *$")
NOT_QUOTED_AFTER = re.compile(
    rf"\s*-?(?:{'|'.join(RULES['durations'])})|{'|'.join(RULES['not_quoted_after'])}"
)
SKIPPED = compile_words((*RULES["telephones"], *RULES["addresses"]))
COUNTABLE = compile_words(RULES["countable"])
JOINT = compile_words(RULES["joints"])
HALF_RANGE = re.compile(r"(?<![\d,.])\d{1,3}(?:[,.]\d+)?-$")
RANGE, CHANGED_FROM = (compile_words(RULES[name]) for name in ("ranges", "changed_from"))


@dataclass(frozen=True, slots=True, eq=False)
class Number:
    """A number with its scale and unit; the value is in the unit, the decimals are printed."""

    span: Span
    digits: Span
    """Digits and scale, without what limits them and without the unit."""
    value: Decimal
    decimals: int
    power: int
    unit: str
    """A code of the record, OTHER_CURRENCY, POINTS or OTHER_UNIT; NB without one."""
    qualifier: Qualifier
    qualifiers: tuple[Span, ...] = ()
    units: tuple[Span, ...] = ()
    is_classified: bool = False
    """Whether a Chinese measure word follows, so that it has no other unit."""
    is_conversion: bool = False
    """Whether it stands in parentheses after another number."""
    is_limit: bool = False
    """Whether it limits a range: 6 to 7 percent."""

    @property
    def step(self) -> Decimal:
        """One unit of the last printed digit; trailing zeros of a whole number are digits."""
        return Decimal(1).scaleb(self.power - self.decimals)

    @property
    def limit_step(self) -> Decimal:
        """How far the figure may be from a limit: zeros are rounding, but a tenth is too far."""
        zeros = Decimal(1).scaleb(int(self.value.normalize().as_tuple().exponent))
        return min(max(self.step, zeros), abs(self.value) / 10)

    @property
    def tolerance(self) -> Decimal:
        """How far the published number may be from it."""
        if self.qualifier in {Qualifier.OVER, Qualifier.NEARLY}:
            return max(self.limit_step, self.step / 2)
        return self.step / 2 if self.significant > 1 else Decimal(0)

    @property
    def significant(self) -> int:
        return len(count_digits(self.value, self.power - self.decimals))


def count_digits(value: Decimal, exponent: int = 0) -> str:
    """Return the significant digits of a value; printed zeros after the point count."""
    digits = format(abs(value).scaleb(-min(exponent, 0)).normalize(), "f").replace(".", "")
    text = digits.strip("0") or "0"
    if exponent < 0:
        whole = format(abs(value).scaleb(-exponent), "f").partition(".")[0].lstrip("0")
        text = whole or text
    return text


@lru_cache(maxsize=4096)
def normalize_character(character: str) -> str:
    if character in PLAIN:
        return PLAIN[character]
    lower = unicodedata.normalize("NFKC", character).lower()
    return lower if len(lower) == 1 else character


def normalize_text(text: str) -> str:
    """Return a text of the same length: lower case, plain digits, spaces and dashes, simplified."""
    text = TILDE.sub("≈", text)
    return "".join(map(normalize_character, text)).translate(TRADITIONAL)


def find_qualifier(limits: Mapping[str, re.Pattern[str]], words: str | None) -> Qualifier:
    for qualifier, pattern in limits.items():
        if words and (pattern.fullmatch(words.rstrip()) or pattern.fullmatch(words)):
            return Qualifier(qualifier)
    return Qualifier.NONE


def find_unit(match: re.Match[str]) -> str:
    """Return the unit of a number by the words or the sign beside it."""
    if match["hundredths"]:
        return "PT"
    if match["other_sign"]:
        return OTHER_CURRENCY
    for patterns, group in ((UNITS, "unit"), (SIGNS, "sign")):
        for code, pattern in patterns.items():
            if match[group] and pattern.fullmatch(match[group]):
                return code
    return "NB"


def parse_words(words: str) -> Decimal:
    total = current = 0
    for word in re.findall(r"[a-z]+", words):
        if word == "thousand":
            total, current = total + max(current, 1) * 1000, 0
        elif word == "hundred":
            current = max(current, 1) * 100
        else:
            current += NUMBER_WORDS.get(word, 1 if word == "a" else 0)
    return Decimal(total + current)


def find_numbers(text: str, excluded: Sequence[Span] = ()) -> list[Number]:
    """Find the numbers of a normalized text that state a figure, outside of excluded spans.

    Years, dates, durations, ordinals, references such as “Article 5”, telephone numbers and
    addresses state none.
    """
    skipped = [*excluded, *(one.span() for one in SKIPPED.finditer(text))]
    found = [
        number
        for match in EXPRESSION.finditer(text)
        if not is_overlapping(get_core(match), skipped)
        and (number := read_number(text, match)) is not None
    ]
    return list(share_units(text, found))


def is_overlapping(span: Span, others: Sequence[Span]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)


def get_core(match: re.Match[str]) -> Span:
    group = next(name for name in ("digits", "words", "numeral") if match[name])
    return match.span(group)


def read_number(text: str, match: re.Match[str]) -> Number | None:
    """Return the number of a match, or None if it states no figure."""
    parsed = parse_value(match)
    if parsed is None or is_other_number(text, match):
        return None
    value, decimals, power = parsed
    unit = find_unit(match)
    before = find_qualifier(LIMITS_BEFORE, match["before"] or match["inner"])
    limits = [
        match.span(name)
        for name in ("before", "inner", "more", "scaled_more", "after")
        if match[name]
    ]
    after = find_qualifier(LIMITS_AFTER, match["after"])
    if match["more"] or match["scaled_more"]:
        after = Qualifier.OVER
    tail = text[match.end() :]
    if unit == "NB" and (other := OTHER_UNITS.match(tail)):
        unit, tail = OTHER_UNIT, tail[other.end() :]
    late = LATE_LIMIT.match(tail)
    if late and after == Qualifier.NONE and text[match.end() - 1 :][:1] != " ":
        words = late[0].lstrip("个人次万")
        after = find_qualifier(LIMITS_AFTER, words)
        limits.append((match.end() + late.end() - len(words), match.end() + late.end()))
    end = max([len(match[0].rstrip()) + match.start(), *(last for _, last in limits)])
    start, first = get_core(match)[0], get_core(match)[1]
    digits = start, match.end("scale") if match["scale"] and not match["more"] else first
    return Number(
        trim_span(text, (match.start(), end)),
        digits,
        value,
        decimals,
        power,
        unit,
        before if before != Qualifier.NONE else after,
        tuple(trim_span(text, one) for one in limits),
        tuple(match.span(name) for name in ("sign", "unit", "hundredths") if match[name]),
        is_classified=match["classifier"] is not None,
    )


def trim_span(text: str, span: Span, endings: str | None = None) -> Span:
    """Leave out white space around words, or other characters at their end."""
    start, end = span
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), end - len(part) + len(part.rstrip(endings))


def parse_value(match: re.Match[str]) -> tuple[Decimal, int, int] | None:
    """Return the value, the printed decimals, and the power of ten of the scale."""
    scale = (match["scale"] or "").lower()
    power = (
        SCALES.get(scale.removesuffix("s"))
        or LETTERS.get(scale)
        or sum(POWERS[one] for one in scale if one in POWERS)
    )
    if power > MAX_POWER:
        return None
    if match["digits"]:
        plain = re.sub(r"[,\s]", "", match["digits"])
        return Decimal(plain).scaleb(power), len(plain.partition(".")[2]), power
    if match["words"]:
        value = parse_words(match["words"])
        decimals = [str(NUMBER_WORDS[word]) for word in (match["fraction"] or "").split()]
        value += Decimal(f"0.{''.join(decimals) or 0}")
        is_stated = scale or match["unit"] or value >= MIN_WORD
        return (value.scaleb(power), len(decimals), power) if is_stated else None
    return parse_chinese(match, power)


def parse_chinese(match: re.Match[str], power: int) -> tuple[Decimal, int, int] | None:
    """Return a number in Chinese characters; those below ten need a unit or a scale."""
    numeral = match["numeral"]
    is_stated = match["unit"] or match["hundredths"] or match["more"] or match["classifier"]
    if not is_stated or numeral[0] in "万亿百千点":
        return None
    scale, head = 0, numeral
    for suffix in ("万亿", "亿", "万"):
        if numeral.endswith(suffix):
            scale, head = sum(POWERS[one] for one in suffix), numeral.removesuffix(suffix)
            break
    value = parse_numeral(head)
    is_bare = not (scale or match["unit"] or match["hundredths"])
    if value is None or (is_bare and value < 10):  # noqa: PLR2004 - numerals are words there
        return None
    return value.scaleb(scale + power), len(head.partition("点")[2]), scale + power


def is_other_number(text: str, match: re.Match[str]) -> bool:
    start, end = get_core(match)
    if NOT_QUOTED_BEFORE.search(text[max(0, start - 20) : start]):
        return True
    if match["scale"] or match["unit"] or match["hundredths"] or match["sign"]:
        return False
    tail = text[end:]
    if NOT_QUOTED_AFTER.match(tail) or (
        match["more"] and re.match(r"[年天日]", text[match.end("more") :])
    ):
        return True
    if start and text[start - 1] in "-/:+" and text[max(0, start - 2)].isalnum():
        return True
    digits = match["digits"] or ""
    if digits.isdigit() and len(digits) >= LONG_NUMBER and re.match(r"\W*$|[.,;。，；]", tail):
        return True
    is_year = re.fullmatch(r"(?:19|20)\d\d", match[0].strip()) is not None
    return is_year and COUNTABLE.match(tail) is None


def share_units(text: str, numbers: Sequence[Number]) -> Iterator[Number]:
    """Give a number the scale and unit of the next one in a list: from 1.04 to 1.8 trillion yuan.

    A number in parentheses after another is a conversion of it.
    """
    shared: list[Number] = []
    for number in reversed(numbers):
        later = shared[-1] if shared else None
        has_own = number.units or number.power or number.unit != "NB" or later is None
        is_shared = later is not None and bool(later.units or later.unit in CURRENCIES)
        if later is not None and is_shared and not (has_own or number.is_classified):
            gap = text[number.span[1] : later.span[0]]
            if JOINT.fullmatch(gap):
                power = later.power
                number = replace(  # noqa: PLW2901 - the number with its unit
                    number, value=number.value.scaleb(power), power=power, unit=later.unit
                )
        shared.append(number)
    found = [*reversed(shared)]
    limits = list_limits(text, found)
    for position, number in enumerate(found):
        before = text[: number.span[0]].rstrip()
        is_conversion = position > 0 and before[-1:] == "("
        is_limit = number in limits or HALF_RANGE.search(text[: number.digits[0]]) is not None
        yield replace(number, is_conversion=is_conversion, is_limit=is_limit)


def list_limits(text: str, numbers: Sequence[Number]) -> list[Number]:
    """List the limits of ranges, such as 6 to 7 percent.

    A change is no range: from 19.47 to 22.1 trillion yuan, up 1.3 trillion yuan to 22.1 trillion.
    """
    limits: list[Number] = []
    for first, second in pairwise(numbers):
        gap, before = text[first.span[1] : second.span[0]], text[: first.span[0]]
        is_joint = not first.units or "-" in gap or first.unit in RATE_UNITS
        is_range = RANGE.fullmatch(gap) and not CHANGED_FROM.search(before)
        if is_joint and is_range and first.unit in {second.unit, "NB"}:
            limits += [first, second]
    return limits
