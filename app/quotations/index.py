"""The record of a release as it is searched for quotations: by value, by digits, by period."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection, select
from sqlmodel import col

from app.db.columns import Record, Statement, select_fields
from app.db.models import (
    Action,
    Commitment,
    Contradiction,
    Coverage,
    Event,
    EventSpeaker,
    GrowthRate,
    Indicator,
    Observation,
    Series,
    Source,
    Unit,
    search_index,
)
from app.db.statements import fetch_uncached
from app.enums import ChangeMeasure, ContradictionCause, Qualifier, SearchKind, StockFlow
from app.i18n import Bilingual, Language, choose_suffix, format_change, format_value, name_period
from app.quotations.numbers import POINTS, count_digits, find_numbers, normalize_text
from app.quotations.terms import INSTITUTION_PATTERNS, Lexicon, find_words, list_words

MAX_ENTRIES = 5_000
"""How many of the newest numbers of each kind are held in memory, several times those of today.
With more, all threads would wait longer while the garbage collector visits them."""
MAX_VALIDITY = timedelta(days=400)
"""How long after its last date a stock may be quoted if no other number is known."""


class Origin(NamedTuple):
    """Who stated a number first-hand, and when."""

    source: str
    institutions: frozenset[str]
    institution: Bilingual
    event: str | None
    speakers: tuple[Bilingual, ...]
    days: tuple[date, ...]
    """The day of the event, or else of publication; then the other of them."""


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A published number: an observation, or a growth rate with the unit of its levels."""

    kind: SearchKind
    code: str
    series: str
    family: tuple[str, str, str]
    """Indicator, reporting area and counterpart area."""
    coverage: str
    coverage_name: Bilingual
    unit: str
    level_unit: str
    stock_flow: StockFlow
    months: int | None
    start: date
    end: date
    value: Decimal
    decimals: int
    power: int
    qualifier: Qualifier
    display: Bilingual
    period: Bilingual
    current_from: date
    current_until: date
    vintage: date
    is_disputed: bool
    """Whether another published number contradicts it, and nobody knows why."""
    origin: Origin

    @property
    def indicator(self) -> str:
        return self.family[0]

    @property
    def is_rate(self) -> bool:
        return self.kind == SearchKind.GROWTH_RATE

    @property
    def step(self) -> Decimal:
        return Decimal(1).scaleb(self.power - self.decimals)

    def is_current(self, day: date) -> bool:
        return self.current_from <= day < self.current_until


@dataclass(frozen=True, slots=True)
class Announcement:
    """A commitment or action, with its target and its deadline if it has them."""

    kind: SearchKind
    code: str
    text: Bilingual
    words: frozenset[str]
    """What it is about: stems of English words, and pairs of Chinese characters."""
    target: Decimal | None = None
    unit: str | None = None
    display: Bilingual | None = None
    deadline: Bilingual | None = None
    deadline_year: int | None = None

    def measure_overlap(self, words: frozenset[str]) -> tuple[int, float]:
        """Return how many of its words a sentence has, and their share of those in its language."""
        shared = self.words & words
        is_chinese = any(not word.isascii() for word in words) and any(
            not word.isascii() for word in shared
        )
        own = [word for word in self.words if word.isascii() != is_chinese]
        same = [word for word in shared if word.isascii() != is_chinese]
        return len(same), len(same) / max(len(own), 1)


@dataclass
class QuotationIndex:
    entries: list[Entry]
    announcements: list[Announcement]
    lexicon: Lexicon
    indicator_names: dict[str, Bilingual]
    speakers: dict[str, Bilingual]
    """The speakers of all events, by their names in lower case in both languages."""
    by_unit: dict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    values: dict[str, list[Decimal]] = field(default_factory=dict)
    """The magnitudes of the entries of each unit, sorted like them."""
    by_digits: dict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    levels_by_period: dict[tuple[str, date, date], list[Entry]] = field(
        default_factory=lambda: defaultdict(list)
    )
    rates_by_period: dict[tuple[str, date, date], list[Entry]] = field(
        default_factory=lambda: defaultdict(list)
    )
    unlimited_indicators: set[str] = field(default_factory=set)
    validity: dict[str, tuple[date, date]] = field(default_factory=dict)
    """The first and the last day on which a stock or total may be quoted, by its key."""

    def __post_init__(self) -> None:
        for entry in sorted(self.entries, key=lambda one: abs(one.value)):
            self.by_unit[entry.unit].append(entry)
            self.by_digits[count_digits(entry.value)].append(entry)
            by_period = self.rates_by_period if entry.is_rate else self.levels_by_period
            by_period[entry.indicator, entry.start, entry.end].append(entry)
        for unit, listed in self.by_unit.items():
            self.values[unit] = [abs(entry.value) for entry in listed]
        self.unlimited_indicators = {one.indicator for one in self.entries if one.coverage == "all"}
        self.validity = dict(list_validity(self.entries))

    def find_near(self, unit: str, value: Decimal, tolerance: Decimal) -> list[Entry]:
        """Find the entries of a unit whose magnitude is at most a tolerance away from a value."""
        sizes, size = self.values.get(unit, []), abs(value)
        first, last = bisect_left(sizes, size - tolerance), bisect_right(sizes, size + tolerance)
        return self.by_unit[unit][first:last] if first < last else []

    def list_same_numbers(self, entry: Entry) -> list[Entry]:
        """List the publications of a number for the same indicator and period."""
        by_period = self.rates_by_period if entry.is_rate else self.levels_by_period
        listed = by_period[entry.indicator, entry.start, entry.end]
        return [one for one in listed if one.value == entry.value and one.unit == entry.unit]

    def describe(self, language: Language, found: Entry | Announcement) -> Record:
        """Describe a figure or a rate with what it belongs to, or something announced."""
        display = found.display or found.text if isinstance(found, Announcement) else found.display
        record = {"id": found.code, "kind": found.kind, "display": display.get(language)}
        if isinstance(found, Announcement):
            return record | dict.fromkeys(("indicator", "period", "coverage", "source"))
        return record | {
            "indicator": self.indicator_names[found.indicator].get(language),
            "period": found.period.get(language),
            "coverage": found.coverage_name.get(language),
            "source": found.origin.source,
        }


def list_validity(entries: Iterable[Entry]) -> Iterator[tuple[str, tuple[date, date]]]:
    """List how long each stock or total may be quoted: until one of its series differs."""
    by_series: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.stock_flow in {StockFlow.STOCK, StockFlow.CUMULATIVE}:
            by_series[entry.series].append(entry)
    for stocks in by_series.values():
        stocks.sort(key=lambda one: one.end)
        for entry in stocks:
            content = entry.value, entry.qualifier
            days = [one.end for one in stocks if (one.value, one.qualifier) == content]
            first, last = days[0], days[-1]
            later = [one.end for one in stocks if one.end > last and one.value > entry.value]
            limit = min([*(day - timedelta(days=1) for day in later), last + MAX_VALIDITY])
            earlier = [one.end for one in stocks if one.end < first and one.value < entry.value]
            yield entry.code, (max([*earlier, first - timedelta(days=62)]), limit)


def read_index(connection: Connection) -> QuotationIndex:
    origins = read_origins(connection)
    names = select_fields(Indicator, "code", "name_en", "name_zh")
    indicators = fetch_uncached(connection, select(*names))
    speakers = {
        name.lower(): speaker
        for origin in origins.values()
        for speaker in origin.speakers
        for name in speaker
    }
    return QuotationIndex(
        [
            *(create_observation(row, origins) for row in read_numbers(connection, Observation)),
            *(create_rate(row, origins) for row in read_numbers(connection, GrowthRate)),
        ],
        read_announcements(connection),
        Lexicon(read_names(connection)),
        {row["code"]: Bilingual(row["name_en"], row["name_zh"]) for row in indicators},
        speakers,
    )


def read_numbers(
    connection: Connection, table: type[Observation] | type[GrowthRate]
) -> list[Record]:
    own = ("multiplier", "qualifier") if table is Observation else ("measure", "wording_en")
    statement: Statement = (
        select(
            *select_fields(table, "code", "value", "decimals", "current_from", "current_until"),
            *select_fields(table, "vintage", *own),
            col(table.period_start).label("start"),
            col(table.period_end).label("end"),
            col(table.source_id).label("source"),
            col(Series.code).label("series"),
            col(Series.reporting_area_id).label("reporting_area"),
            col(Series.counterpart_area_id).label("counterpart_area"),
            *select_fields(Series, "stock_flow", "months"),
            col(Indicator.code).label("indicator"),
            *select_fields(Indicator, "classifier"),
            col(Coverage.code).label("coverage"),
            *select_fields(Coverage, "name_en", "name_zh", prefix="coverage_"),
            col(Unit.code).label("unit"),
            *select_fields(Unit, "suffix_en", "suffix_zh"),
            col(Unit.name_zh).label("unit_zh"),
            *select_fields(Contradiction, "cause"),
        )
        .select_from(table)
        .join(Series, col(Series.id) == table.series_id)
        .join(Indicator, col(Indicator.id) == Series.indicator_id)
        .join(Unit, col(Unit.id) == Series.unit_id)
        .join(Coverage, col(Coverage.id) == Series.coverage_id)
        .outerjoin(Contradiction, col(Contradiction.id) == table.contradiction_id)
        .order_by(col(table.vintage).desc(), col(table.code))
        .limit(MAX_ENTRIES)
    )
    return list(fetch_uncached(connection, statement))


def create_observation(row: Record, origins: dict[int, Origin]) -> Entry:
    qualifier = Qualifier(row["qualifier"])
    return Entry(
        kind=SearchKind.OBSERVATION,
        unit=row["unit"],
        power=row["multiplier"],
        qualifier=qualifier,
        display=write_number(row, qualifier),
        **list_shared_fields(row, origins),
    )


def create_rate(row: Record, origins: dict[int, Origin]) -> Entry:
    measure = ChangeMeasure(row["measure"])
    change = partial(format_change, row["value"], row["decimals"], measure=measure)
    is_points = measure == ChangeMeasure.PERCENTAGE_POINTS
    stated = find_numbers(normalize_text(row["wording_en"]))
    limits = {one.qualifier for one in stated if one.value == abs(row["value"])}
    return Entry(
        kind=SearchKind.GROWTH_RATE,
        unit=POINTS if is_points else "PT",
        power=0,
        qualifier=min(limits, default=Qualifier.NONE),
        display=Bilingual(*map(change, Language)),
        **list_shared_fields(row, origins),
    )


def list_shared_fields(row: Record, origins: dict[int, Origin]) -> Record:
    is_cumulative = row["stock_flow"] == StockFlow.CUMULATIVE
    copied = ["code", "series", "coverage", "months", "start", "end", "value", "decimals"]
    copied += ["current_from", "current_until", "vintage"]
    return {
        **{name: row[name] for name in copied},
        "family": (row["indicator"], row["reporting_area"], row["counterpart_area"]),
        "coverage_name": Bilingual(row["coverage_name_en"], row["coverage_name_zh"]),
        "level_unit": row["unit"],
        "stock_flow": StockFlow(row["stock_flow"]),
        "period": name_period(row["start"], row["end"], is_cumulative=is_cumulative),
        "is_disputed": row["cause"] == ContradictionCause.UNKNOWN,
        "origin": origins[row["source"]],
    }


def read_origins(connection: Connection) -> dict[int, Origin]:
    order = col(EventSpeaker.event_id), col(EventSpeaker.position)
    fields = select_fields(EventSpeaker, "event_id", "name_en", "name_zh")
    speakers: dict[int, list[Bilingual]] = defaultdict(list)
    for row in fetch_uncached(connection, select(*fields).order_by(*order)):
        speakers[row["event_id"]].append(Bilingual(row["name_en"], row["name_zh"]))
    columns = ("id", "code", "event_id", "published_on", "published_precision")
    statement: Statement = select(
        *select_fields(Source, *columns, "body_en", "body_zh"),
        *select_fields(Event, "held_on"),
        col(Event.code).label("event"),
    ).outerjoin(Event, col(Event.id) == Source.event_id)
    rows = fetch_uncached(connection, statement)
    return {row["id"]: create_origin(row, speakers) for row in rows}


def create_origin(row: Record, speakers: dict[int, list[Bilingual]]) -> Origin:
    body = Bilingual(row["body_en"], row["body_zh"])
    found = find_words(INSTITUTION_PATTERNS, f"{body.en}\n{body.zh}".lower())
    is_day = row["published_precision"] == "day"
    days = [row["held_on"]] if row["held_on"] else []
    return Origin(
        row["code"],
        frozenset(name for name, _ in found),
        body,
        row["event"],
        tuple(speakers.get(row["event_id"], ())),
        (*days, *([row["published_on"]] if is_day else [])),
    )


def read_names(connection: Connection) -> dict[str, list[str]]:
    """Read the names and synonyms of the indicators from the full-text index."""
    statement: Statement = select(
        search_index.c.code.label("code"), search_index.c.names.label("names")
    ).where(search_index.c.kind == SearchKind.INDICATOR)
    return {
        row["code"]: [
            name if name.isascii() else name.replace(" ", "")
            for name in row["names"].strip("|").split("|")
            if name and name != row["code"].replace("-", " ")
        ]
        for row in fetch_uncached(connection, statement)
    }


def read_announcements(connection: Connection) -> list[Announcement]:
    commitments: Statement = (
        select(
            *select_fields(Commitment, "code", "text_en", "text_zh", "name_en", "name_zh"),
            *select_fields(Commitment, "target_value", "target_multiplier", "target_decimals"),
            *select_fields(Commitment, "target_qualifier", "target_classifier", "deadline_year"),
            *select_fields(Commitment, "deadline_text_en", "deadline_text_zh"),
            *select_fields(Unit, "suffix_en", "suffix_zh"),
            col(Unit.code).label("unit"),
        )
        .select_from(Commitment)
        .outerjoin(Unit, col(Unit.id) == Commitment.target_unit_id)
        .order_by(col(Commitment.code))
    )
    actions = select(*select_fields(Action, "code", "text_en", "text_zh")).order_by(Action.code)
    announced = [create_commitment(row) for row in fetch_uncached(connection, commitments)]
    for row in fetch_uncached(connection, actions):
        text = Bilingual(row["text_en"], row["text_zh"])
        words = list_words("\n".join(text))
        announced.append(Announcement(SearchKind.ACTION, row["code"], text, words))
    return announced


def create_commitment(row: Record) -> Announcement:
    text, display, deadline = Bilingual(row["text_en"], row["text_zh"]), None, None
    if row["target_value"] is not None:
        display = write_number(row, Qualifier(row["target_qualifier"]), "target_")
    if row["deadline_text_en"] is not None:
        deadline = Bilingual(row["deadline_text_en"], row["deadline_text_zh"])
    return Announcement(
        SearchKind.COMMITMENT,
        row["code"],
        text,
        list_words("\n".join((*text, row["name_en"], row["name_zh"]))),
        row["target_value"],
        row["unit"],
        display,
        deadline,
        row["deadline_year"],
    )


def write_number(row: Record, qualifier: Qualifier, prefix: str = "") -> Bilingual:
    """Write the number of a row with a qualifier, in both languages."""
    number = [row[f"{prefix}{name}"] for name in ("value", "multiplier", "decimals")]
    classifier = row[f"{prefix}classifier"]
    suffixes = {one: choose_suffix(row[f"suffix_{one}"], classifier, one) for one in Language}
    return Bilingual(*(format_value(*number, qualifier, suffixes[one], one) for one in Language))
