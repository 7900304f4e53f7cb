"""Indicators, series, observations and second reports."""

from calendar import monthrange
from typing import Annotated

from pydantic import Field, StringConstraints

from app.enums import Agreement, Direction, GrowthBasis, Qualifier, Status
from app.ingest.schema.base import CodeListEntity, Entity
from app.ingest.schema.fields import (
    BilingualText,
    BilingualTitle,
    Code,
    Day,
    Decimals,
    Locator,
    Months,
    Multiplier,
    Number,
    StrictModel,
)


class Indicator(CodeListEntity):
    """A statistical measure."""

    collection = "indicators"

    definition: BilingualText
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
    note: BilingualText
    """Notes on method and on how to read it."""
    sectors: list[Code] = Field(default_factory=list)
    """The sectors it concerns."""
    instruments: list[Code] = Field(default_factory=list)
    """The instruments it measures."""


class Break(StrictModel):
    """A point in a series at which what it measures changed."""

    start: Day
    """The first day of the first period after the change."""
    note: BilingualText
    """What changed, and how that is known."""


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
    note: BilingualText | None = None
    """What it must not be compared with."""
    breaks: list[Break] = Field(default_factory=list)
    """Where figures before and after do not compare."""

    def natural_key(self) -> str:
        """Spell the key as statisticians do, dimension by dimension."""
        areas = f"{self.reporting_area}.{self.counterpart_area}"
        return f"{self.indicator}.{areas}.{self.unit}.P{self.months}M"


class Period(StrictModel):
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

    def has_whole_months(self) -> bool:
        """Tell whether both ends fall on the edges of months."""
        last = monthrange(self.end.year, self.end.month)[1]
        return self.start.day == 1 and self.end.day == last


class Published(StrictModel):
    """The figure as the source prints it."""

    value: Number
    """The number in print: 22.1 for 22.1 trillion."""
    multiplier: Multiplier
    """The power of ten that the words after it mean: 12 for trillion, 9 for billion."""
    decimals: Decimals
    """The number of decimals in print."""


class Bounds(StrictModel):
    """The limits that the wording states."""

    lower: Number | None = None
    """The figure is above this."""
    upper: Number | None = None
    """The figure is below this."""


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
    wording: BilingualTitle
    """The figure in words, with what limits it."""
    qualifier: Qualifier
    """How the wording limits it."""
    bounds: Bounds = Bounds()
    """The limits that the wording states."""
    status: Status
    """What the publisher says about how final it is."""
    source: Code
    """The source."""
    locator: Locator | None = None
    """The place in the source."""
    revision_reason: BilingualText | None = None
    """Why it differs from an earlier figure of the same period, where the source says so."""

    def natural_key(self) -> str:
        """Spell the series, the first month and the source."""
        return f"{self.series}.{self.period.start:%Y-%m}.{self.source}"


class GrowthRate(Entity):
    """A change from one period to another that a source prints; never one that was computed."""

    collection = "growth-rates"

    series: Code
    """The series whose figures changed."""
    period: Period
    """The period that it ends with."""
    base_period: Period
    """The period that it starts from."""
    value: Number
    """In percent, with a minus sign for a fall."""
    wording: BilingualTitle
    """The change in words."""
    basis: GrowthBasis
    """Whether the base is known to be restated, so that no published level leads to the rate."""
    source: Code
    """The source."""
    locator: Locator | None = None
    """The place in the source."""
    note: BilingualText | None = None
    """How the basis is known."""

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
    wording: BilingualTitle
    """What it says."""
    agreement: Agreement
    """How that compares."""
    locator: Locator | None = None
    """The place in the other source."""
    note: BilingualText
    """A sentence on the agreement or the difference."""

    def natural_key(self) -> str:
        """Spell the observation and the source."""
        return f"{self.observation}.{self.source}"
