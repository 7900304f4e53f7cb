"""Numbers as people write them, in one form: 11000亿元, US$33.69bn, 七百多, >700, 54 pct."""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal

from app.db.models import format_plain
from app.enums import PERCENT, ChangeMeasure, Qualifier

NUMERALS = {**{one: value for value, one in enumerate("〇一二三四五六七八九")}, "零": 0, "两": 2}
POWERS = {"亿": 8, "万": 4, "千": 3, "百": 2, "十": 1}
SCALES = {
    **dict.fromkeys(("trillion", "trln", "trn", "tn"), 12),
    **dict.fromkeys(("billion", "bln", "bn"), 9),
    **dict.fromkeys(("million", "mln", "mn"), 6),
    "thousand": 3,
}
MOVES = {
    "up": r"(?:up|rises?|rose|risen|grows?|grew|growth|increased?)(?:\s+(?:by|of))?"
    "|(?:增长|上升|提高)了?",
    "down": r"(?:down|falls?|fell|fallen|decreased?|declined?)(?:\s+(?:by|of))?|(?:减少|下降)了?",
}
LIMITS: dict[str, str] = {
    Qualifier.OVER: r"[>≥]=?|over|more\s+than|above|exceed(?:s|ing)|at\s+least|逾|超过?|多于|大于",
    Qualifier.NEARLY: r"[<≤]=?|nearly|almost|close\s+to|under|less\s+than"
    r"|not?\s+more\s+than|at\s+most|将近|接近|近|不足|不到|[不未]超过|不多于|最多",
    Qualifier.ABOUT: r"[~≈]|about|around|approximately|大约|约",
}
"""The words before a number that limit it."""
QUALIFIER_WORDS: dict[str, str] = {
    Qualifier.OVER: r"\b(?:over|more than|above|at least|exceed|surpass|top(?:s|ped))|[>≥]"
    "|逾|超|多|余|以上|突破",
    Qualifier.NEARLY: r"\b(?:approach|nearly|almost|close to|under|less than)|[<≤]|近|不足|不到",
    Qualifier.ABOUT: r"\b(?:about|around|some|approximately|roughly)\b|[~≈]|约|左右",
}
"""The words that limit a number anywhere in the words of a source."""
DIRECTIONS = {
    1: r"\b(?:up|ris(?:e|es|en|ing)|rose|gr[eo]w\w*|increas\w+|expan\w+|gain\w*|higher|surg\w+"
    r"|jump\w*|soar\w*|climb\w*)\b|[增升涨]|扩大|提高",
    -1: r"\b(?:down|falls?|fallen|falling|fell|drop\w*|declin\w+|decreas\w+|shr[aiu]nk\w*|lower"
    r"|contract(?:ed|ion)|slip\w*|reduc\w+|negative|minus|deficit)\b|[降减负]|(?<![以之])下(?!半)",
}
"""The words that say that a number has risen, or that it has fallen or is negative."""
ENDINGS: dict[str, str] = {Qualifier.OVER: "以上", Qualifier.ABOUT: "左右"}
"""The words after a number and its unit that limit it."""
CURRENCIES = {"USD": r"US\$|\$|USD", "CNY": r"[¥￥]|RMB|CNY|人民币"}
"""The currencies of a number by their signs before it."""
UNITS = {
    "percentage points": r"percentage\s+points?|个?百分点",
    "percent": r"[%％]|pct|per\s?cent",
    "USD": r"美元|(?:US\s+)?dollars?|USD",
    "CNY": r"元人民币|人民币|元|yuan|renminbi|RMB|CNY",
    "": "[个份项件家笔](?![月百])",
}
"""The units of a number by the words after it; Chinese measure words are none."""


def join_patterns(patterns: Mapping[str, str]) -> str:
    return "|".join(patterns.values())


YEAR = re.compile(r"(?:19|20)\d\d")
RUN = f"[{''.join((*NUMERALS, *POWERS))}点]"
MORE = r"\+|多|余"
EXPRESSION = re.compile(
    rf"""(?<![a-z\d.,])
    (?:(?P<move>{join_patterns(MOVES)})\s*)?
    (?:(?P<limit>{join_patterns(LIMITS)})\s*)?
    (?:(?P<currency>{join_patterns(CURRENCIES)})\s*)?
    (?P<hundredths>百分之)?
    (?:(?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)|(?P<numeral>{RUN}{{2,}}))
    (?P<more>\s*(?:{MORE}))?
    (?:\s*(?P<scale>(?:{"|".join(SCALES)})(?![a-z])|[{"".join(POWERS)}]+))?
    (?P<scaled_more>\s*(?:{MORE}))?
    (?:\s*(?P<unit>{join_patterns(UNITS)})(?![a-z]))?
    (?P<ending>{join_patterns(ENDINGS)})?
    (?![a-z\d]|[.,]\d)""",
    re.IGNORECASE | re.VERBOSE,
)
"""A number with all words that belong to it."""
NUMERAL = f"([{''.join(NUMERALS)}])"
SECTION = re.compile(f"(?:{NUMERAL}千)?零?(?:{NUMERAL}百)?零?(?:{NUMERAL}?(十))?零?{NUMERAL}?")
"""A Chinese number below ten thousand."""


def normalize_numbers(text: str) -> str:
    """Return a text with its numbers in one form; bare numbers, such as years, are unchanged."""
    return EXPRESSION.sub(normalize_expression, text)


def split_numbers(text: str) -> tuple[list[str], str]:
    """Return the numbers of a text in one form, except bare ones, and the text without them."""
    numbers = []

    def collect(match: re.Match[str]) -> str:
        number = normalize_expression(match)
        if number == match[0]:
            return number
        numbers.append(number.strip())
        return " "

    return numbers, EXPRESSION.sub(collect, text)


def normalize_expression(match: re.Match[str]) -> str:
    value, digits, move = find_value(match), match["digits"], match["move"] or ""
    is_plain = match[0].removeprefix(move).strip() == digits and "," not in digits
    # In “growth 2024”, the number is the year of the growth, not its size.
    if value is None or (is_plain and (not move or YEAR.fullmatch(digits))):
        return match[0]
    is_over = match["more"] or match["scaled_more"]
    limit = find_name(LIMITS, match["limit"]) or find_name(ENDINGS, match["ending"])
    words = normalize_number(
        value, find_unit(match), Qualifier.OVER if is_over else limit, find_name(MOVES, move)
    )
    return f" {words} "


def find_value(match: re.Match[str]) -> Decimal | None:
    """Return a number with the power of ten of the words after it: 12 for 万亿."""
    digits, scale = match["digits"], match["scale"] or ""
    value = Decimal(digits.replace(",", "")) if digits else parse_numeral(match["numeral"])
    power = SCALES.get(scale.lower()) or sum(POWERS[character] for character in scale)
    return None if value is None else value.scaleb(power)


def find_unit(match: re.Match[str]) -> str:
    unit = find_name(CURRENCIES, match["currency"]) or find_name(UNITS, match["unit"])
    return "percent" if match["hundredths"] else unit


def find_name(patterns: Mapping[str, str], found: str | None) -> str:
    """Return the name of the pattern that matches a word; empty without a word."""
    if not found:
        return ""
    matching = (
        name for name, pattern in patterns.items() if re.fullmatch(pattern, found, re.IGNORECASE)
    )
    return next(matching, "")


def normalize_number(value: Decimal, unit: str = "", limit: str = "", move: str = "") -> str:
    """Return the one form in which numbers are indexed and searched: ``nearly 54 percent``."""
    return " ".join(word for word in (move, limit, format_plain(value), unit) if word)


def parse_numeral(numeral: str) -> Decimal | None:
    """Return the value of a Chinese number; None if the characters are not a number."""
    for character in "亿万":
        head, scale, tail = numeral.rpartition(character)
        if scale:
            high, low = parse_numeral(head), parse_numeral(tail) if tail else Decimal(0)
            if high is None or low is None:
                return None
            power = POWERS[scale]
            # A single digit counts what is next below the scale: 一万五 is 15,000.
            return high.scaleb(power) + (low.scaleb(power - 1) if tail in NUMERALS else low)
    whole, point, fraction = numeral.partition("点")
    if point and whole and fraction and set(fraction) <= NUMERALS.keys():
        digits = "".join(str(NUMERALS[one]) for one in fraction)
        section = parse_numeral(whole)
        return None if section is None else section + Decimal(f"0.{digits}")
    match = SECTION.fullmatch(numeral)
    if match is None or not numeral:
        return None
    thousands, hundreds, tens, has_tens, ones = match.groups()
    # 三千五 is 3,500, and 三千零五 is 3,005.
    last = {"千": 100, "百": 10}.get(numeral[-2:-1], 1)
    sizes = (thousands, 1000), (hundreds, 100), (tens or (has_tens and "一"), 10), (ones, last)
    return Decimal(sum(NUMERALS[one] * size for one, size in sizes if one))


SMALL_NUMBERS = [
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    *("nineteen", "twenty"),
]
ARABIC_NUMBERS = {
    "واحد": 1,
    "اثنان": 2,
    "اثنين": 2,
    "ثلاثة": 3,
    "أربعة": 4,
    "خمسة": 5,
    "ستة": 6,
    "سبعة": 7,
    "ثمانية": 8,
    "تسعة": 9,
    "عشرة": 10,
}
NUMBER_WORDS = {word: value for value, word in enumerate(SMALL_NUMBERS)} | ARABIC_NUMBERS
PRINTED_SCALES = {**SCALES, "mila": 3}
PRINTED_POWERS = {**POWERS, "兆": 12, "億": 8, "萬": 4}
ARABIC = re.compile("[\u0600-\u06ff]")
REVERSED_DECIMAL = re.compile(r"(\d+) \.(\d+)")
"""6.65 in a text that runs from right to left: 65 .6."""
MYRIAD = 4
"""The power of ten between one Chinese or Japanese scale and the next, as from 億 to 万."""
DIGITS = (
    r"(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<fraction>\d+))?",
    r"(?P<whole>\d{1,3}(?:[.\s]\d{3})+|\d+)(?:,(?P<fraction>(?!\d{3}(?!\d))\d+))?",
)
"""Digits as English and as other European languages print them: 1,234.5 and 1.234,5.

Three digits after a comma are thousands; after a point they may be either.
"""
PRINTED = [
    re.compile(
        rf"""(?:(?<!\d)(?<!\d[.,]){digits}(?!\d|[.,]\d)
        |\b(?P<word>{"|".join(NUMBER_WORDS)})\b|(?P<numeral>{RUN}+))
        (?:\s*(?:{MORE})?(?P<scale>(?:{"|".join(PRINTED_SCALES)})(?![a-z])|[{"".join(PRINTED_POWERS)}]+))?""",
        re.IGNORECASE | re.VERBOSE,
    )
    for digits in DIGITS
]


LIMITED_NUMBER = re.compile(
    rf"\b({'|'.join(one for one in Qualifier if one is not Qualifier.NONE)}) (\d+(?:\.\d+)?)\b"
)
"""A number beside its qualifier in a text whose numbers have one form."""
NEGATIVE_NUMBER = re.compile(r"(?<![\d%])[-−–]\s?(\d+(?:\.\d+)?)")


def has_number(text: str, printed: Decimal, multiplier: int, *, has_known_scales: bool) -> bool:
    """Return whether a text states a number with its power of ten.

    Without a scale, the digits suffice. So they do in a language other than English and Chinese,
    where the same word may be another scale: a German Billion is a trillion.
    """
    value = printed.scaleb(multiplier)
    return any(
        number == value or (digits == printed and not (has_scale and has_known_scales))
        for pattern in PRINTED
        for number, digits, has_scale in list_printed(text, pattern)
    )


def list_printed(text: str, pattern: re.Pattern[str]) -> list[tuple[Decimal, Decimal, bool]]:
    """Return the numbers of a text, their digits without a scale, and whether they have one.

    Adjacent parts with smaller and smaller scales, as in 1兆1000億, are one number.
    """
    text = unicodedata.normalize("NFKC", text).replace("・", ".").replace("٫", ".")
    if ARABIC.search(text):
        # Stored text may have the parts of a decimal in the order in which they are displayed.
        text = REVERSED_DECIMAL.sub(r"\2.\1", text)
    numbers: list[tuple[Decimal, Decimal, bool]] = []
    last = end = 0
    for match in pattern.finditer(text):
        digits = parse_printed(match)
        if digits is None:
            continue
        scale, gap = (match["scale"] or "").lower(), text[end : match.start()]
        power = PRINTED_SCALES.get(scale) or sum(PRINTED_POWERS.get(one, 0) for one in scale)
        if last and not gap and not scale:
            # A quotation may end before the last scale: 286億6000 is 286億6000万.
            power = max(last - MYRIAD, 0)
        number = digits.scaleb(power)
        if power < last and (not gap or (scale and gap.isspace())):
            number += numbers.pop()[0]
            digits = number
        numbers.append((number, digits, bool(power)))
        last, end = power, match.end()
    return numbers


def parse_printed(match: re.Match[str]) -> Decimal | None:
    if match["numeral"]:
        return parse_numeral(match["numeral"])
    if match["word"]:
        return Decimal(NUMBER_WORDS[match["word"].lower()])
    whole = re.sub(r"\D", "", match["whole"])
    return Decimal(f"{whole}.{match['fraction'] or ''}")


def find_limit(text: str, value: Decimal) -> Qualifier | None:
    """Return the qualifier that a text puts beside a number; None if it puts none there."""
    limited = LIMITED_NUMBER.findall(normalize_numbers(text))
    return next((Qualifier(limit) for limit, number in limited if Decimal(number) == value), None)


def has_qualifier(text: str, qualifier: Qualifier) -> bool:
    """Return whether a text has a word for a qualifier, beside its number or elsewhere."""
    return bool(re.search(QUALIFIER_WORDS[qualifier], text, re.IGNORECASE))


def find_direction(text: str, value: Decimal) -> int:
    """Return 1 if a text says that a number is a rise, -1 for a decline, 0 for both or neither."""
    if any(Decimal(number) == value for number in NEGATIVE_NUMBER.findall(text)):
        return -1
    return sum(way for way, words in DIRECTIONS.items() if re.search(words, text, re.IGNORECASE))


def find_units(text: str, value: Decimal) -> set[str]:
    """Return the units that a text puts beside a number; 元 alone is that of any currency."""
    matches = EXPRESSION.finditer(unicodedata.normalize("NFKC", text))
    stated = (one for one in matches if find_value(one) == value and one["unit"] != "元")
    return {*map(find_unit, stated)} - {""}


FOREIGN_PERCENT = (
    r"٪|Prozent|por\s?cento?|pour\s?cent|per\s?cento|проц|パーセント|في المائة|بالمئة|فیصد|प्रतिशत"
)
PERCENTAGE, POINTS = (
    re.compile(rf"\d+(?:[.,・٫]\s?\d+)?\s?-?(?:{words})", re.IGNORECASE)
    for words in (
        f"{UNITS['percent']}|{FOREIGN_PERCENT}",
        f"{UNITS['percentage points']}|個百分點|ポイント",
    )
)
SHARE = re.compile(
    r"(?:account|represent|share|占|佔|比重|Anteil|доля)[^,;，；。]*|[^,;，；、。]*を占め"
    rf"|{PERCENTAGE.pattern}\s+of\b",
    re.IGNORECASE,
)
"""A percentage that says which part of a whole an amount is."""

CURRENCY_NAMES = re.compile(
    r"[$¥￥元]|yuan|iuan|renminbi|RMB|CNY|人民[币幣]|юан|يوان|یوآن|युआन"
    r"|USD|d[oó]l|долл|ドル|دولار|ڈالر|डॉलर",
    re.IGNORECASE,
)
UNIT_NAMES = {
    **dict.fromkeys(CURRENCIES, CURRENCY_NAMES),
    **dict.fromkeys(
        (PERCENT, *ChangeMeasure), re.compile(f"{PERCENTAGE.pattern}|{POINTS.pattern}|百分")
    ),
}
"""The units that words must name, in any language."""
CHINESE_CURRENCY = re.compile(r"\d[万萬亿億]*(?:(美)[元金]|元)")
CURRENCY_SIGN = re.compile(rf"(?:{join_patterns(CURRENCIES)})\s*$")
CUT_START = re.compile(r"[.,，．・٫]\s?\d|[増減昇](?:の|えて)|[額高]は|への|[のはがを]")
"""A number without its beginning, or the end of a Japanese phrase."""
CUT_END = re.compile(r"(?<![A-Za-z\d.,])(?!(?:19|20)\d\d$)\d[\d.,]*$")


def describe_omission(text: str, unit: str | None, value: Decimal | None = None) -> str | None:
    """Say what a quotation leaves out of its number: digits, the power of ten, or the unit.

    The power of ten is read if the value is given, as in English and Chinese.
    """
    if CUT_START.match(text):
        return "begins within a number or a phrase"
    names = UNIT_NAMES.get(unit or "")
    if names is None:
        return None
    cut = CUT_END.search(text)
    if cut and not CURRENCY_SIGN.search(text[: cut.start()]):
        return "ends within a number or before its unit"
    if not names.search(text):
        return "does not name the unit of its number"
    if value is None or unit not in CURRENCIES or has_number(text, value, 0, has_known_scales=True):
        return None
    return f"does not give the power of ten of {format_plain(value)}"


def find_other_currency(text: str, unit: str | None) -> str | None:
    """Return the currency that Chinese words put after their number, if it is not the unit."""
    named = {"USD" if dollars else "CNY" for dollars in CHINESE_CURRENCY.findall(text)}
    return named.pop() if unit in CURRENCIES and named and unit not in named else None


def find_change(text: str, *, is_share: bool) -> str | None:
    """Return the change that the words of a figure print; that of a share is in points."""
    found = POINTS.search(text) if is_share else PERCENTAGE.search(SHARE.sub("", text))
    return found and found[0]
