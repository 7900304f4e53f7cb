"""Numbers and deadlines of what was announced: called done, invented, or other than announced."""

import re
from collections.abc import Iterable, Iterator
from operator import itemgetter

from app.i18n import Bilingual, Language
from app.quotations.context import QuotedNumber
from app.quotations.findings import Edit, Finding
from app.quotations.index import Announcement
from app.quotations.numbers import CURRENCIES, RATE_UNITS, Span, find_numbers, normalize_text
from app.quotations.periods import PeriodKind, PeriodWords
from app.quotations.sentences import Sentence
from app.quotations.terms import PHRASES, list_words
from app.schemas.quotations import FindingKind

MIN_WORDS, MIN_SHARE = 2, 0.3
"""The words that a sentence must share with a commitment whose number it gives."""
MANY_WORDS, LARGE_SHARE = 2, 0.5
"""The words that it must share if its number is another one."""
MANY_PAIRS, LARGE_PAIR_SHARE = 4, 0.3
"""The pairs of characters that a Chinese sentence must share in this case."""
VERB_LENGTH = 24
"""The characters after “will” that contain its verb."""
STATUS = Bilingual(
    "This was announced; no record says that it has been carried out: {text}",
    "该项为已宣布的承诺，未见表明已经实施的记录：{text}",
)
OTHER_TARGET = Bilingual(
    "The number announced is {display}: {text}", "宣布的数量为{display}：{text}"
)
NO_TARGET = Bilingual("No target was announced for this: {text}", "该项未公布数量目标：{text}")
NO_DEADLINE = Bilingual("No deadline was announced for this: {text}", "该项未公布期限：{text}")
OTHER_DEADLINE = Bilingual("The deadline announced is: {deadline}.", "宣布的期限为：{deadline}。")
ANNOUNCED = Bilingual("has announced", "宣布将")


def find_announcement(
    quoted: QuotedNumber, *, is_figure: bool
) -> tuple[Announcement, list[Finding]] | None:
    """Find the commitment that a number quotes, and what the sentence says wrongly of it.

    One that is already found as a figure is hardly a wrong number of a commitment.
    """
    sentence, number, index = quoted.sentence, quoted.number, quoted.index
    if number.unit in RATE_UNITS:
        return None
    words = list_words(sentence.text)
    tense = find_tense(quoted)
    stated = number.value, number.unit
    same = (one for one in index.announcements if (one.target, one.unit) == stated)
    matches = rank_announcements(same, words, MIN_WORDS, MIN_SHARE)
    if matches:
        return matches[0], check_statement(quoted, matches[0], tense)
    before = sentence.normal[: number.span[0]]
    if is_figure or tense != "future" or not PHRASES["promised"].search(before):
        return None
    is_chinese = sentence.language is Language.CHINESE
    limits = (MANY_PAIRS, LARGE_PAIR_SHARE) if is_chinese else (MANY_WORDS, LARGE_SHARE)
    others = (one for one in index.announcements if one.target is None or one.unit == number.unit)
    for announced in rank_announcements(others, words, *limits):
        if is_meant(quoted, announced):
            return announced, [describe_target(quoted, announced)]
    return None


def is_promised(quoted: QuotedNumber) -> bool:
    """Return whether the words before a number in its clause promise it."""
    sentence, end = quoted.sentence, quoted.number.span[0]
    start = sentence.find_clause_start(end)
    return PHRASES["promised"].search(sentence.normal[start:end]) is not None


def rank_announcements(
    announcements: Iterable[Announcement], words: frozenset[str], least: int, least_share: float
) -> list[Announcement]:
    """List the commitments that share enough words with a sentence, the best match first."""
    found = []
    for announced in announcements:
        count, share = announced.measure_overlap(words)
        if count >= least and share >= least_share:
            found.append((share, count, announced.code, announced))
    return [announced for *_, announced in sorted(found, key=itemgetter(0, 1, 2), reverse=True)]


def find_deadline(sentence: Sentence) -> tuple[PeriodWords, Announcement, Finding] | None:
    """Find a deadline for a commitment that has none, in a sentence that quotes no number of it."""
    promised = PHRASES["promised"].search(sentence.normal)
    if promised is None:
        return None
    words = list_words(sentence.text)
    verbs = list_words(sentence.text[promised.end() :][:VERB_LENGTH])
    is_chinese = sentence.language is Language.CHINESE
    limits = (MANY_PAIRS, LARGE_SHARE) if is_chinese else (MANY_WORDS + 1, LARGE_SHARE)
    without = (one for one in sentence.index.announcements if one.deadline is None)
    ranked = rank_announcements(without, words, *limits)
    found = (one for one in ranked if is_chinese or list_words(one.text.en.split(" ")[0]) <= verbs)
    announced = next(found, None)
    if announced is None:
        return None
    finding = next(check_deadline(sentence, announced), None)
    limit = [one for one in sentence.periods if finding and one.span == finding.span]
    is_ahead = limit and (limit[0].years > 0 or (limit[0].year or 0) >= sentence.today.year)
    return (limit[0], announced, finding) if finding and is_ahead else None


def is_meant(quoted: QuotedNumber, announced: Announcement) -> bool:
    """Return whether the words around a number are those of a commitment, its verb included.

    For an action, its verb stands before the number in the clause; for a commitment with another
    number, one of its words follows.
    """
    sentence, (start, end) = quoted.sentence, quoted.number.span
    before = list_words(sentence.text[sentence.find_clause_start(start) : start])
    after = list_words(sentence.text[end:][:60])
    if sentence.language is Language.CHINESE or quoted.number.unit in CURRENCIES:
        return bool(announced.words & (before | after))
    if announced.target is not None:
        noun = PHRASES["noun_phrase"].match(sentence.normal[end:])
        return noun is not None and bool(announced.words & list_words(noun[0]))
    verb = list_words(announced.text.en.split(" ")[0])
    return bool(verb & before) or not verb


def find_tense(quoted: QuotedNumber) -> str:
    """Return whether the words around a number say something done or to come."""
    sentence, end = quoted.sentence, quoted.number.span[0]
    text = sentence.normal
    before = text[sentence.find_clause_start(end) : end]
    if PHRASES["future"].search(before):
        return "future"
    if PHRASES["done"].search(before) or PHRASES["past"].search(before):
        return "done"
    if PHRASES["future"].search(text):
        return "future"
    return "done" if PHRASES["done"].search(text) or PHRASES["past"].search(text) else "open"


def check_statement(quoted: QuotedNumber, announced: Announcement, tense: str) -> list[Finding]:
    if tense == "done":
        return [describe_status(quoted, announced)]
    return list(check_deadline(quoted.sentence, announced)) if tense == "future" else []


def describe_status(quoted: QuotedNumber, announced: Announcement) -> Finding:
    sentence, start = quoted.sentence, quoted.number.span[0]
    found = [
        match
        for pattern in (PHRASES["done"], PHRASES["past"])
        for match in pattern.finditer(sentence.normal)
    ]
    nearest = min(found, key=lambda one: (abs(start - one.end()), one.start()))
    span, is_chinese = nearest.span(), sentence.language is Language.CHINESE
    verb = PHRASES["chinese_done"].sub("", nearest[0])
    words = f"{ANNOUNCED.zh}{verb}" if is_chinese else ANNOUNCED.en
    # “Has announced” takes only what is counted as its object: no passive, no “to 100”.
    between = sentence.normal[nearest.end() : start]
    is_object = is_chinese or PHRASES["object_lead"].fullmatch(between)
    is_certain = "been" not in nearest[0] and nearest.start() <= start and is_object
    edits = ((span, words),) if is_certain else ()
    return Finding(
        FindingKind.STATUS, span, STATUS.format(text=announced.text), announced.text, edits
    )


def describe_target(quoted: QuotedNumber, announced: Announcement) -> Finding:
    number = quoted.number
    if announced.target is None or announced.display is None:
        return Finding(
            FindingKind.TARGET, number.span, NO_TARGET.format(text=announced.text), announced.text
        )
    message = OTHER_TARGET.format(display=announced.display, text=announced.text)
    written = announced.display.get(quoted.sentence.language)
    edit = number.span, written
    for target in find_numbers(normalize_text(written)):
        if target.qualifier == number.qualifier:
            # “Exceed” stays as it is written.
            digits = written[slice(*target.digits)]
            is_plain = re.match(r"\d{4}", quoted.sentence.normal[number.digits[0] :])
            edit = number.digits, digits.replace(",", "") if is_plain else digits
    return Finding(FindingKind.TARGET, number.span, message, announced.display, (edit,))


def check_deadline(sentence: Sentence, announced: Announcement) -> Iterator[Finding]:
    for period in sentence.periods:
        start, end = period.span
        before, after = sentence.normal[:start], sentence.normal[end:]
        is_of_announcement = (period.year or 0) <= sentence.today.year and (
            PHRASES["as_of"].search(before) or PHRASES["announced"].match(after)
        )
        is_limit = period.years > 0 or (period.kind == PeriodKind.UNTIL and not is_of_announcement)
        if not is_limit or is_announced(period, announced):
            continue
        prefix = PHRASES["deadline"].search(before)
        first = prefix.start() if prefix else start
        first -= sentence.text[:first].endswith(" ")
        if announced.deadline is None:
            message, published = NO_DEADLINE.format(text=announced.text), announced.text
            edit = remove_words(sentence, (first, end))
        else:
            message = OTHER_DEADLINE.format(deadline=announced.deadline)
            published = announced.deadline
            space = " " if sentence.text[first : first + 1] == " " else ""
            edit = (first, end), f"{space}{announced.deadline.get(sentence.language)}"
        yield Finding(FindingKind.TARGET, period.span, message, published, (edit,))
        return


def remove_words(sentence: Sentence, span: Span) -> Edit:
    """Remove a deadline; what follows it begins the sentence if it did."""
    start, end = span
    after = re.match(r"年?[底末]|[以之]?前", sentence.text[end:])
    end += after.end() if after else 0
    if sentence.text[:start].strip():
        return (start, end), ""
    comma = re.match(r"\s*[,，]\s*", sentence.text[end:])
    end += comma.end() if comma else 0
    return (start, end + 1), sentence.text[end : end + 1].upper()


def is_announced(period: PeriodWords, announced: Announcement) -> bool:
    if announced.deadline_year and period.year == announced.deadline_year:
        return True
    if announced.deadline is None:
        return False
    words = f"{announced.deadline.en} {announced.deadline.zh}"
    numerals = {"three": 3, "five": 5, "ten": 10, "两": 2, "三": 3, "五": 5, "十": 10}
    years = {*map(int, re.findall(r"\d+", words))}
    years |= {value for word, value in numerals.items() if word in words}
    return bool({period.years, period.year or 0} & years)
