"""What a seed file may hold: one strict Pydantic model a collection."""

from calendar import monthrange
from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from app.seeding.fields import (
    Address,
    AreaPosition,
    Code,
    Day,
    Decimals,
    Locator,
    Months,
    Multiplier,
    Number,
    Position,
    Strict,
    SuffixText,
    Text,
    Year,
)
from app.vocabulary import (
    ActionKind,
    ActionStatus,
    Agreement,
    AreaKind,
    Direction,
    InstrumentKind,
    Qualifier,
    Standing,
    Status,
)


class Entity(Strict):
    """The content of one seed file."""

    collection: ClassVar[str]
    """The folder under seed/ that holds these files."""

    def natural_key(self) -> str | None:
        """Give the key that the fields spell, or none where the file's name alone is the key."""
        return None


class Release(Entity):
    """A dated release of this data set; the newest one is what the API serves."""

    collection = "releases"

    date: Day
    """The day of the release."""
    note: Text
    """What the release brings."""

    def natural_key(self) -> str:
        """Name the file after its day."""
        return self.date.isoformat()


class Speaker(Strict):
    """The person who gave the figures."""

    name: Text
    """The speaker's name."""
    title: Text
    """The office held at the time of the event."""


class Goal(Strict):
    """The goal that a press conference states for the whole of the coming year's work."""

    text: Text
    """The goal."""
    locator: Locator
    """Where the source states it."""


class Source(Entity):
    """A document or event that figures and commitments come from."""

    collection = "sources"

    edition: Year | None = None
    """The year reviewed, for a press conference that the API is built on; else left out."""
    standing: Standing
    """How near the document stands to the institution whose figures it carries."""
    title: Text
    """The title of the document."""
    event: Text | None = None
    """The event that the document tells of."""
    publisher: Text
    """Who published the document."""
    body: Text
    """The institution whose figures these are."""
    speaker: Speaker | None = None
    """Who gave the figures."""
    place: Text | None = None
    """Where the event was held."""
    held_on: Day | None = None
    """The day of the event."""
    published_on: Day
    """The day of publication, which is the vintage of its figures."""
    language: Annotated[str, StringConstraints(pattern="^(en|zh)$")]
    """The language of the document: en or zh."""
    address: Address | None = None
    """The web address of the document."""
    licence: Text
    """What is known about reuse."""
    sentences: list[Position] | None = None
    """The number of sentences in each paragraph; locators are checked against it."""
    goal: Goal | None = None
    """The goal stated for the whole of the coming year's work."""


class Listed(Entity):
    """An entry of a code list."""

    position: Position
    """Its place in lists."""
    name: Text
    """Its name."""


class Topic(Listed):
    """A subject of the press conference."""

    collection = "topics"

    description: Text
    """What belongs to it."""


class Area(Listed):
    """A country by its ISO 3166 alpha-2 code, or a group of countries."""

    collection = "areas"

    kind: AreaKind
    """country or group."""
    definition: Text
    """What the area covers; for a group, who its members are."""


class Unit(Listed):
    """A unit of measure."""

    collection = "units"

    symbol: Text
    """The short sign of the unit."""
    suffix: SuffixText
    """What is printed after a number in this unit."""
    decimals: Decimals
    """The usual number of decimals."""
    description: Text
    """What the unit is."""


class Sector(Listed):
    """A field of the economy."""

    collection = "sectors"

    description: Text
    """What belongs to it."""


class Instrument(Listed):
    """A platform, exhibition, project type, agreement or mechanism."""

    collection = "instruments"

    kind: InstrumentKind
    """What sort of means it is."""
    description: Text
    """What it is."""


class Indicator(Listed):
    """A statistical measure."""

    collection = "indicators"

    definition: Text
    """What it counts."""
    topic: Code
    """The topic it belongs to."""
    unit: Code
    """The unit of its headline figure."""
    direction: Direction
    """Which way it flows, seen from the reporting area."""
    reporting_area: Code
    """The area that reports it."""
    counterpart_area: Code
    """The area on the other side."""
    classifier: Annotated[str, StringConstraints(min_length=1, max_length=4)] | None = None
    """The Chinese measure word after its counts, where the unit's own does not fit."""
    note: Text
    """Notes on method and on how to read it."""
    sectors: list[Code] = Field(default_factory=list)
    """The sectors it concerns."""
    instruments: list[Code] = Field(default_factory=list)
    """The instruments it measures."""


class Series(Entity):
    """Observations that can be compared with one another."""

    collection = "series"

    indicator: Code
    """The indicator."""
    reporting_area: Code
    """The area that reports."""
    counterpart_area: Code
    """The area on the other side."""
    unit: Code
    """The unit of all its observations."""
    months: Months
    """The length of all its periods in months: 12 for full years, 11 for January to November."""
    note: Text | None = None
    """What it must not be compared with."""

    def natural_key(self) -> str:
        """Spell the key as statisticians do, dimension by dimension."""
        areas = f"{self.reporting_area}.{self.counterpart_area}"
        return f"{self.indicator}.{areas}.{self.unit}.P{self.months}M"


class Period(Strict):
    """Whole months, both ends included."""

    start: Day
    """The first day of the first month."""
    end: Day
    """The last day of the last month."""

    @property
    def months(self) -> int:
        """Count the months."""
        years = self.end.year - self.start.year
        return years * 12 + self.end.month - self.start.month + 1

    def is_whole_months(self) -> bool:
        """Tell whether both ends fall on the edges of months."""
        last = monthrange(self.end.year, self.end.month)[1]
        return self.start.day == 1 and self.end.day == last


class Published(Strict):
    """The figure as the source prints it."""

    value: Number
    """The number in print: 22.1 for 22.1 trillion."""
    multiplier: Multiplier
    """The power of ten that the words after it mean: 12 for trillion, 9 for billion."""
    decimals: Decimals
    """The number of decimals in print."""


class Bounds(Strict):
    """The limits that the wording states."""

    lower: Number | None = None
    """The figure is above this."""
    upper: Number | None = None
    """The figure is below this."""


class Growth(Strict):
    """The change on a year earlier, as the source states it."""

    value: Number
    """In percent."""


class Observation(Entity):
    """One published figure for one period from one source."""

    collection = "observations"

    series: Code
    """The series it belongs to."""
    period: Period
    """The period it covers."""
    value: Number
    """The figure in the base unit, written out."""
    published: Published
    """The figure as printed."""
    wording: Text
    """The figure in words, with what limits it."""
    qualifier: Qualifier
    """How the wording limits it."""
    bounds: Bounds = Bounds()
    """The limits that the wording states."""
    status: Status
    """What the publisher says about how final it is."""
    growth: Growth | None = None
    """The published change on a year earlier; never one that was computed."""
    source: Code
    """The source."""
    locator: Locator | None = None
    """The place in the source."""

    def natural_key(self) -> str:
        """Spell the series, the first month and the source."""
        return f"{self.series}.{self.period.start:%Y-%m}.{self.source}"


class Report(Entity):
    """Another source's account of an observation."""

    collection = "reports"

    observation: Code
    """The observation."""
    source: Code
    """The other source."""
    wording: Text
    """What it says."""
    agreement: Agreement
    """How that compares."""
    locator: Locator | None = None
    """The place in the other source."""
    note: Text
    """A sentence on the agreement or the difference."""

    def natural_key(self) -> str:
        """Spell the observation and the source."""
        return f"{self.observation}.{self.source}"


class Outcome(Entity):
    """A qualitative result of a year."""

    collection = "outcomes"

    year: Year
    """The year reviewed."""
    position: Position
    """Its place among the outcomes of the year."""
    topic: Code
    """The topic it belongs to."""
    text: Text
    """The outcome."""
    sectors: list[Code] = Field(default_factory=list)
    """The sectors it names."""
    instruments: list[Code] = Field(default_factory=list)
    """The instruments it names."""
    areas: list[Code] = Field(default_factory=list)
    """The areas it names."""
    indicators: list[Code] = Field(default_factory=list)
    """The indicators that measure it."""
    source: Code
    """The source."""
    locator: Locator
    """The place in the source."""


class PriorityArea(Entity):
    """One of the four priority areas announced for a year."""

    collection = "priority-areas"

    year: Year
    """The year it is announced for."""
    slug: Code
    """Its short name in addresses."""
    position: AreaPosition
    """Its place among the four."""
    title: Text
    """Its title."""
    summary: Text
    """What it comes to."""
    aim: Text | None = None
    """The aim that the source states, if any."""
    aim_locator: Locator | None = None
    """Where the source states the aim."""
    baseline_indicators: list[Code] = Field(default_factory=list)
    """The indicators it starts from; an editorial choice."""
    source: Code
    """The source."""
    locator: Locator
    """The place in the source."""

    def natural_key(self) -> str:
        """Spell the year and the slug."""
        return f"{self.year}-{self.slug}"


class Action(Entity):
    """One commitment, one verb."""

    collection = "actions"

    year: Year
    """The year it is announced for."""
    slug: Code
    """Its short name."""
    priority_area: Code
    """The priority area it belongs to, with its year."""
    position: Position
    """Its place within the priority area."""
    kind: ActionKind
    """Its verb."""
    text: Text
    """The commitment."""
    status: ActionStatus
    """How far it has come."""
    sectors: list[Code] = Field(default_factory=list)
    """The sectors it names."""
    instruments: list[Code] = Field(default_factory=list)
    """The instruments it names."""
    areas: list[Code] = Field(default_factory=list)
    """The areas it names."""
    topics: list[Code] = Field(default_factory=list)
    """The topics it touches."""
    source: Code
    """The source."""
    locator: Locator
    """The place in the source."""

    def natural_key(self) -> str:
        """Spell the year and the slug."""
        return f"{self.year}-{self.slug}"


ENTITIES: tuple[type[Entity], ...] = (
    Release,
    Source,
    Topic,
    Area,
    Unit,
    Sector,
    Instrument,
    Indicator,
    Series,
    Observation,
    Report,
    Outcome,
    PriorityArea,
    Action,
)
"""Every collection, in an order in which references point backwards only."""
