"""Who is said to have stated a figure, and when, beside who did; what has superseded it since."""

from collections.abc import Iterator, Sequence
from datetime import date

from app.enums import Qualifier, StockFlow
from app.i18n import Bilingual, Language, name_day
from app.quotations import read_corrections
from app.quotations.context import QuotedNumber, list_claims
from app.quotations.findings import MESSAGES, Finding
from app.quotations.index import Entry, Origin, QuotationIndex
from app.quotations.matching import is_same_number
from app.quotations.numbers import Span, is_overlapping
from app.quotations.periods import PeriodKind
from app.quotations.sentences import Sentence
from app.quotations.terms import PHRASES
from app.schemas.quotations import FindingKind

INSTITUTION = Bilingual(
    "The sources attribute the figure to {institution}.", "该数据的来源机构为{institution}。"
)
SPEAKER = Bilingual(
    "At the event where the figure was announced, the recorded speakers are: {speakers}.",
    "发布该数据的活动中，所收录的讲话人为：{speakers}。",
)
DAY = Bilingual("The figure was announced on {day}.", "该数据于{day}公布。")
SHORT_NAMES = read_corrections("institutions")
NEARBY, ADJACENT = 60, 30
"""How many characters beside a day or a name a verb of speaking is searched in."""


def check_attribution(sentence: Sentence, entries: Sequence[Entry]) -> Iterator[Finding]:
    """Describe what a sentence gets wrong about who stated its figures and when.

    A sentence with several figures is right if one of them was stated so.
    """
    origins = [one.origin for entry in entries for one in sentence.index.list_same_numbers(entry)]
    if origins and PHRASES["speech"].search(sentence.normal):
        yield from check_institution(sentence, origins)
        yield from check_speaker(sentence, origins)
        yield from check_day(sentence, origins)


def check_institution(sentence: Sentence, origins: Sequence[Origin]) -> Iterator[Finding]:
    named = [one for one in sentence.institutions if is_attribution(sentence, one[1])]
    known = set().union(*(one.institutions for one in origins))
    if not named or not all(one.institutions for one in origins):
        return
    if any(name in known for name, _ in sentence.institutions):
        return
    span = named[0][1]
    origin = origins[0]
    short = next(
        (SHORT_NAMES[one] for one in sorted(origin.institutions) if one in SHORT_NAMES),
        origin.institution,
    )
    words = short.get(sentence.language)
    if not sentence.normal[slice(*span)].startswith("the "):
        words = words.removeprefix("the ")
    if sentence.text[span[0]].isupper() or span[0] == 0:
        words = words[:1].upper() + words[1:]
    yield Finding(
        FindingKind.ATTRIBUTION,
        span,
        INSTITUTION.format(institution=origin.institution),
        origin.institution,
        ((span, words),),
    )


def is_attribution(sentence: Sentence, span: Span) -> bool:
    before = sentence.normal[max(0, span[0] - NEARBY) : span[0]]
    after = sentence.normal[span[1] : span[1] + NEARBY]
    return PHRASES["speech"].search(f"{before} | {after}") is not None


def check_speaker(sentence: Sentence, origins: Sequence[Origin]) -> Iterator[Finding]:
    """Compare the person who is said to have spoken with the speakers of the events."""
    if not all(origin.speakers for origin in origins if origin.event):
        return
    speakers = [speaker for origin in origins for speaker in origin.speakers]
    named = list(find_persons(sentence))
    names = {name.lower() for speaker in speakers for name in speaker}
    if not named or not speakers or any(name.lower() in names for name, _ in named):
        return
    _, span = named[0]
    unique = list(dict.fromkeys(speakers))
    listed = Bilingual(", ".join(one.en for one in unique), "、".join(one.zh for one in unique))
    # The office beside a name may be that of no other person.
    around = f"{sentence.normal[: span[0]]}|{sentence.normal[span[1] :]}"
    is_titled = PHRASES["titled"].search(around) is not None
    edits = () if is_titled else ((span, unique[0].get(sentence.language)),)
    yield Finding(FindingKind.ATTRIBUTION, span, SPEAKER.format(speakers=listed), listed, edits)


def find_persons(sentence: Sentence) -> Iterator[tuple[str, Span]]:
    for name in sentence.index.speakers:
        start = sentence.normal.find(name)
        end = start + len(name)
        if start >= 0 and PHRASES["speech"].search(sentence.normal[end : end + ADJACENT]):
            yield name, (start, end)
    for match in PHRASES["person"].finditer(sentence.text):
        group = next(one for one in ("name", "said", "chinese") if match[one])
        named = [span for _, span in sentence.institutions]
        if group == "said" and (not named or is_overlapping(match.span(group), named)):
            # Scholars and others repeat a figure; only officials are said to have announced it.
            continue
        yield match[group], match.span(group)


def check_day(sentence: Sentence, origins: Sequence[Origin]) -> Iterator[Finding]:
    """Compare the day on which a figure is said to have been announced with the known ones."""
    days = {day for origin in origins for day in origin.days}
    if not any(origin.event for origin in origins) or not days:
        return
    known = set().union(*(origin.institutions for origin in origins))
    speakers = {name for origin in origins for speaker in origin.speakers for name in speaker}
    is_own = any(name in known for name, _ in sentence.institutions)
    is_own = is_own or any(name in sentence.text for name in speakers)
    for period in sentence.periods:
        first, last = period.span
        around = sentence.normal[max(0, first - NEARBY) : last + NEARBY]
        is_announced = PHRASES["announced_on"].search(sentence.normal[:first]) is not None
        after = PHRASES["announced_after"].match(sentence.normal[last:])
        if not (is_own or is_announced or after):
            # On other days, reports and forums repeat a figure.
            continue
        if period.kind != PeriodKind.DAY or PHRASES["speech"].search(around) is None:
            continue
        stated_day = find_day(period.year, period.first_month, period.day or 1, days)
        if stated_day is None or any(abs((stated_day - day).days) <= 1 for day in days):
            continue
        day = min(origin.days[0] for origin in origins if origin.event and origin.days)
        named = name_day(day)
        written = named.get(sentence.language)
        if period.year is None or str(period.year) not in sentence.text[first:last]:
            without_year = {Language.ENGLISH: f" {day.year}", Language.CHINESE: f"{day.year}年"}
            written = written.replace(without_year[sentence.language], "")
        yield Finding(
            FindingKind.ATTRIBUTION,
            (first, last),
            DAY.format(day=named),
            named,
            (((first, last), written),),
        )


def find_day(year: int | None, month: int, day: int, known: set[date]) -> date | None:
    """Return a day; without a year, that of the known day with the same month and day if any."""
    years = [year] if year else sorted({one.year for one in known}, reverse=True)
    for one in years:
        try:
            found = date(one, month, day)
        except ValueError:
            return None
        if year or any(abs((found - other).days) <= 1 for other in known):
            return found
    return date(years[0], month, day)


def check_vintage(quoted: QuotedNumber, entry: Entry) -> Iterator[Finding]:
    """Describe the newer figure if the number is another."""
    found = find_newer_count(quoted, entry) or find_newer(quoted, entry)
    if found is None or is_same_number(quoted.number, found[0]):
        return
    span, display, day = quoted.number.span, found[0].display, name_day(found[1])
    message = MESSAGES[FindingKind.VINTAGE].format(day=day, display=display)
    edit = span, display.get(quoted.sentence.language)
    yield Finding(FindingKind.VINTAGE, span, message, display, (edit,))


def find_newer(quoted: QuotedNumber, entry: Entry) -> tuple[Entry, date] | None:
    """Find the newer figure of the same series and period, and since when it is in force."""
    day, until = quoted.sentence.today, entry.current_until
    if entry.is_current(day) or entry.current_from == until or day < entry.vintage:
        return None
    listed = quoted.index.levels_by_period[entry.indicator, entry.start, entry.end]
    same = [one for one in listed if one.series == entry.series and one.is_current(day)]
    if not same or entry.is_disputed or is_dated(quoted, entry, same[0]):
        return None
    is_rounded = abs(same[0].value - entry.value) <= max(same[0].step, entry.step) / 2
    return None if is_rounded else (same[0], until)


def find_newer_count(quoted: QuotedNumber, entry: Entry) -> tuple[Entry, date] | None:
    """Find the newest count if a text names no day; what is over a number remains so."""
    is_over = Qualifier.OVER in {quoted.number.qualifier, entry.qualifier}
    has_end = any(one.kind != PeriodKind.SINCE for one in list_claims(quoted, entry))
    if is_over or has_end or entry.stock_flow == StockFlow.FLOW:
        return None
    listed = (one for one in quoted.index.entries if one.series == entry.series)
    known = [one for one in listed if one.vintage <= quoted.sentence.today and one.end > entry.end]
    later = sorted((one for one in known if one.value > entry.value), key=lambda one: one.end)
    return (later[-1], later[0].end) if later else None


def is_dated(quoted: QuotedNumber, entry: Entry, newer: Entry) -> bool:
    """Return whether a sentence says who gave the older number, or when, before it was replaced."""
    sentence = quoted.sentence
    named = {name for name, _ in sentence.institutions}
    is_own = bool(named & (entry.origin.institutions - newer.origin.institutions))
    ends = [one.end for one in sentence.periods if sentence.is_day_of_speech(one)]
    return is_own or any(end is not None and end < entry.current_until for end in ends)


def choose_pair(index: QuotationIndex, earlier: Entry, later: Entry) -> tuple[Entry, Entry] | None:
    """Choose the publications of two numbers that are set beside each other.

    Those of one series are meant, if there are any. None if one source states both, since it has
    placed them side by side itself.
    """
    pairs = [
        (one, other)
        for one in index.list_same_numbers(earlier)
        for other in index.list_same_numbers(later)
    ]
    if any(one.origin.source == other.origin.source for one, other in pairs):
        return None
    same = [(one, other) for one, other in pairs if one.series == other.series]
    return next(iter(same), (earlier, later))
