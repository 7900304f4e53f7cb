"""Indicators, series and figures, and what else is said about them."""

import re
from typing import Annotated

from pydantic import Field, StringConstraints

from app import enums
from app.i18n import MONTHS, StatementMeasure, has_whole_months
from app.ingest.schema.base import (
    Address,
    BilingualText,
    BilingualTitle,
    Code,
    CodeListEntity,
    Day,
    Decimals,
    Entity,
    Locator,
    Months,
    Multiplier,
    Number,
    Quantity,
    Ref,
    ShortText,
    SourceStatement,
    StrictModel,
    Wording,
)
from app.ingest.schema.reference import Area, Coverage, Instrument, Sector, Source, Topic, Unit

FLOW_KEY = re.compile(r".*\.P[1-9][0-9]*M")
"""The key of a series of flows."""


def format_record_key(series: str, period: "Period", source: str) -> str:
    """Return the key of a figure: with the first month of a flow, or else with the last day.

    Cumulative totals of a series have the first day in common.
    """
    is_flow = FLOW_KEY.fullmatch(series)
    day = f"{period.start:%Y-%m}" if is_flow else f"{period.end}"
    return f"{series}.{day}.{source}"


class Indicator(CodeListEntity):
    """A statistical measure."""

    collection = "indicators"

    definition: BilingualText
    """What it measures."""
    topic: Ref[Topic]
    unit: Ref[Unit]
    """The unit of the headline figure."""
    stock_flow: enums.StockFlow = enums.StockFlow.FLOW
    """What its figures measure; series that measure something else never represent it."""
    direction: enums.Direction
    """The direction of the flow, seen from the reporting area."""
    reporting_area: Ref[Area]
    counterpart_area: Ref[Area]
    classifier: Annotated[str, StringConstraints(min_length=1, max_length=4)] | None = None
    """The Chinese measure word for its counts, if it differs from that of the unit."""
    note: BilingualText
    """Notes on method and interpretation."""
    sectors: list[Ref[Sector]] = Field(default_factory=list)
    instruments: list[Ref[Instrument]] = Field(default_factory=list)
    """The instruments that it measures."""


class RelatedDataset(CodeListEntity):
    """A dataset of another publisher, which is linked and never copied."""

    collection = "related-datasets"

    publisher: BilingualTitle
    description: BilingualText
    """What it counts."""
    difference: BilingualText
    """Why its totals differ from the figures here."""
    licence: BilingualText
    """The licence or the terms that were read, or that none was found."""
    address: Address
    checked_on: Day
    """The day on which the address and the licence were last read."""
    indicators: list[Ref[Indicator]] = Field(min_length=1)
    """The indicators with which it could be confused."""


class Break(StrictModel):
    """A point in a series at which the definition or method changed, but not the coverage."""

    start: Day
    """The first day of the first period after the change."""
    note: BilingualText
    """What changed, and how that is known."""


class Series(Entity):
    """Observations that can be compared with one another."""

    collection = "series"

    indicator: Ref[Indicator]
    reporting_area: Ref[Area]
    counterpart_area: Ref[Area]
    coverage: Ref[Coverage]
    """Which countries the figures count."""
    unit: Ref[Unit]
    months: Months | None = None
    """The months of each period of a flow: 12 for full years, 11 for January to November."""
    first_month: Annotated[int, Field(ge=2, le=12)] | None = None
    """The month in which each period of a flow begins, if it is not January."""
    start: Day | None = None
    """The first day from which cumulative totals count. A stock has neither months nor start."""
    note: BilingualText | None = None
    """What the series must not be compared with."""
    breaks: list[Break] = Field(default_factory=list)
    """The points before and after which figures are not comparable."""

    def natural_key(self) -> str:
        """Join the dimensions with dots, as SDMX does."""
        areas = f"{self.reporting_area}.{self.counterpart_area}"
        return f"{self.indicator}.{areas}.{self.coverage}.{self.unit}.{self.duration}"

    @property
    def stock_flow(self) -> enums.StockFlow:
        if self.months is not None:
            return enums.StockFlow.FLOW
        return enums.StockFlow.STOCK if self.start is None else enums.StockFlow.CUMULATIVE

    @property
    def duration(self) -> str:
        """Return what sets the periods of a series apart from those of others.

        P12M is for flows of 12 months from January, P1M-08 for one month from August, P0D for
        stocks, FROM2013-01-01 for totals since that day.
        """
        if self.months is not None:
            return f"P{self.months}M" + (f"-{self.first_month:02}" if self.first_month else "")
        return "P0D" if self.start is None else f"FROM{self.start}"

    def list_content(self) -> tuple[str, ...]:
        """Return what the figures state, without the unit in which they state it."""
        areas = self.reporting_area, self.counterpart_area
        return self.indicator, *areas, self.coverage, self.duration


class Period(StrictModel):
    """The days that a figure covers, both included: whole months for flows, one day for stocks."""

    start: Day
    """The first day."""
    end: Day
    """The last day."""

    @property
    def months(self) -> int:
        years = self.end.year - self.start.year
        return years * 12 + self.end.month - self.start.month + 1

    def has_whole_months(self) -> bool:
        return has_whole_months(self.start, self.end)

    def describe_mismatch(self, kind: enums.StockFlow) -> str | None:
        """Say what to write instead if figures of a kind do not have such periods."""
        if kind is enums.StockFlow.STOCK and self.start != self.end:
            return "write one day: a stock is the level on a date"
        if kind is enums.StockFlow.CUMULATIVE and self.start == self.end:
            return "write the first and the last day of the cumulative total"
        if kind is enums.StockFlow.FLOW and not self.has_whole_months():
            return "write whole months: the first day of one to the last day of another"
        if kind is enums.StockFlow.FLOW and self.months > MONTHS:
            return f"covers {self.months} months; more than {MONTHS} are a cumulative total"
        return None


class Published(StrictModel):
    """The figure as the source prints it."""

    value: Number
    """The printed number: 22.1 for 22.1 trillion."""
    multiplier: Multiplier
    """The power of ten of the word after it: 12 for trillion, 9 for billion."""
    decimals: Decimals
    """The number of printed decimals."""


class Bounds(StrictModel):
    """The limits that the wording states."""

    lower: Number | None = None
    """The figure is above this number."""
    upper: Number | None = None
    """The figure is below this number."""


class ContradictoryStatement(SourceStatement):
    """A published number in a contradiction that is not a figure, rate or report here."""

    measure: StatementMeasure = StatementMeasure.LEVEL
    """level for an amount, a count or a share; growth on a year earlier, average_growth in each
    year of the period, or share_change in percentage points on base_period."""
    period: Period
    """The days that it covers."""
    base_period: Period | None = None
    """The period on which a share changed; for share_change only."""
    coverage: Code
    """The key of the countries that it counts."""
    quantity: Quantity
    """The number; the unit of changes is PT."""


class Contradiction(CodeListEntity):
    """Published numbers that do not agree, and why, as far as that can be known.

    The figures, growth rates and reports concerned name it; what is none of these is stated here.
    """

    collection = "contradictions"

    indicator: Ref[Indicator]
    """The indicator that all its numbers are about."""
    cause: enums.ContradictionCause
    """Why the numbers differ. Those that differ by rounding agree within it, and those that differ
    in the qualifier alone are the same number; with any other cause they do not agree."""
    reason: BilingualText
    """What the numbers are, and why they differ: what sources say, or what this service infers."""
    basis: enums.EvidenceBasis
    """stated if a source gives the reason; inferred if this service does."""
    statements: list[ContradictoryStatement] = Field(default_factory=list)
    """The numbers that are not figures, rates or reports of this dataset, oldest first."""


class PublishedNumber(Entity):
    """A number of a series for a period, as a source publishes it."""

    series: Ref[Series]
    period: Period
    wording: Wording
    """The number in the words of the source, with its qualifier if it has one."""
    source: Ref[Source]
    locator: Locator | None = None
    """The paragraph and sentence of the source, such as P2.S2."""
    checked_on: Day | None = None
    """The day on which it was last compared with the source."""
    check_method: enums.CheckMethod | None = None
    """How it was compared."""
    contradiction: Ref[Contradiction] | None = None
    """The contradiction, if it does not agree with another published number."""

    def natural_key(self) -> str:
        return format_record_key(self.series, self.period, self.source)


class Observation(PublishedNumber):
    """One published figure for one period from one source."""

    collection = "observations"

    value: Number
    """The figure in the base unit, written out."""
    published: Published
    """The figure as printed."""
    qualifier: enums.Qualifier
    """How the wording limits the figure."""
    bounds: Bounds = Bounds()
    """The limits that the wording states."""
    status: enums.Status
    """How final the figure is, according to the publisher."""
    revision_reason: BilingualText | None = None
    """Why it differs from an earlier figure for the same period, if the source says so."""
    note: BilingualText | None = None
    """What else a reader must know about this figure, in our own words."""


class GrowthRate(PublishedNumber):
    """A rate of change from an earlier period, as a source states it; rates are never computed."""

    collection = "growth-rates"

    base_period: Period
    """The earlier period."""
    value: Number
    """The change in percent or percentage points; negative for a decline."""
    measure: enums.ChangeMeasure = enums.ChangeMeasure.PERCENT
    """percentage_points for the change of a share that the source gives in points."""
    basis: enums.GrowthBasis
    """restated if the base is stated or inferred to differ from the level published for it."""
    note: BilingualText | None = None
    """How the basis is known."""


Figure = Observation | GrowthRate
"""A published number of a series for a period; what both have is checked and dated alike."""


class Report(Entity):
    """What another source says about an observation."""

    collection = "reports"

    observation: Ref[Observation]
    source: Ref[Source]
    """The other source."""
    wording: Wording
    """The figure in the words of the other source."""
    agreement: enums.Agreement
    """How it compares with the observation."""
    locator: Locator | None = None
    """The paragraph and sentence of the other source, such as P2.S2."""
    note: BilingualText
    """A sentence on the agreement or the difference."""
    contradiction: Ref[Contradiction] | None = None
    """The contradiction, if it does not agree with the observation."""

    def natural_key(self) -> str:
        return f"{self.observation}.{self.source}"


class Synonym(Entity):
    """Terms and abbreviations that mean the same, for search only; they are not served."""

    collection = "synonyms"

    en: list[ShortText]
    """English terms; a plural in -s is found by itself."""
    zh: list[ShortText] = Field(default_factory=list)
    """Chinese terms."""
    indicators: list[Ref[Indicator]] = Field(default_factory=list)
    """The indicators that the terms name. They, and their figures, are found first."""
    instruments: list[Ref[Instrument]] = Field(default_factory=list)
    """The instruments that the terms name."""
    sectors: list[Ref[Sector]] = Field(default_factory=list)
    """The sectors that the terms name."""
    areas: list[Ref[Area]] = Field(default_factory=list)
    """The areas that the terms name."""
    units: list[Ref[Unit]] = Field(default_factory=list)
    """The units that the terms name."""
    coverages: list[Ref[Coverage]] = Field(default_factory=list)
    """The coverages that the terms name."""
