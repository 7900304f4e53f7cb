"""Figures: indicators, observations, second reports."""

from pydantic import Field

from app.enums import (
    Agreement,
    Direction,
    GrowthBasis,
    Precision,
    Qualifier,
    RevisionKind,
    Standing,
    Status,
)
from app.schemas.base import (
    Address,
    Code,
    Day,
    Line,
    Locator,
    Number,
    Page,
    Position,
    Prose,
    Reference,
    Schema,
    Year,
    list_field,
)


class UnitReference(Reference):
    """A unit of measure, by its code, name and sign."""

    code: Code = Field(examples=["CNY"])
    """The code: an ISO 4217 currency, PT for percent, NB for a count."""
    name: Line = Field(examples=["Renminbi yuan"])
    """The name, in the language of the answer."""
    symbol: Line = Field(examples=["CNY"])
    """The short sign to print on an axis."""


class AreaReference(Reference):
    """A country or group of countries, by its code and name."""

    code: Code = Field(examples=["BRI"])
    """The code: ISO 3166 alpha-2 for a country, a code of ours for a group."""
    name: Line = Field(examples=["BRI partner countries"])
    """The name, in the language of the answer."""


class SourceReference(Schema):
    """The document that a record comes from."""

    code: Code = Field(examples=["scio-2025-01-15"])
    """The key of the source."""
    line: Line = Field(
        examples=["ECNS: report on the SCIO press conference, published 15 January 2025"]
    )
    """A ready source line, to print under a figure."""
    published_on: Day = Field(examples=["2025-01-15"])
    """The day of publication."""
    published_precision: Precision = Field(examples=["day"])
    """month where only the month of publication is known; the day is then its last one."""
    standing: Standing = Field(examples=["primary"])
    """How near the document stands to the institution whose figures it carries."""
    address: Address | None = Field(examples=[None])
    """The web address, or null where the document was handed down without one."""


class PriorityAreaReference(Schema):
    """A priority area, by its year and slug."""

    year: Year = Field(examples=[2025])
    """The year it is announced for."""
    position: Position = Field(examples=[1])
    """Its place among the four areas of the year."""
    slug: Code = Field(examples=["industrial-and-supply-chains"])
    """Its short name in addresses."""
    title: Line = Field(examples=["Industrial and supply chains"])
    """Its title, in the language of the answer."""


class BaselineArea(PriorityAreaReference):
    """A priority area that starts from an indicator."""

    editorial: bool = Field(examples=[True])
    """Always true: the link is our reading, no statement of the source."""


class Period(Schema):
    """The time that a figure covers: whole months, both ends included."""

    start: Day = Field(examples=["2024-01-01"])
    """The first day."""
    end: Day = Field(examples=["2024-11-30"])
    """The last day."""
    months: int = Field(ge=1, le=12, examples=[11])
    """The number of months. Never compare figures of different lengths."""
    label: Line = Field(examples=["January to November 2024"])
    """The period in words, in the language of the answer."""


class Bounds(Schema):
    """The limits that the wording states."""

    lower: Number | None = Field(examples=[700])
    """The figure is above this; null where the source states no lower limit."""
    upper: Number | None = Field(examples=[None])
    """The figure is below this; null where the source states no upper limit."""


class Published(Schema):
    """The figure as the source prints it."""

    value: Number = Field(examples=[22.1])
    """The number in print."""
    multiplier: int = Field(ge=0, le=15, examples=[12])
    """The power of ten that the printed words mean: 12 for trillion, 9 for billion, 0 for none."""
    decimals: int = Field(ge=0, le=10, examples=[1])
    """The number of decimals in print, and so the precision of the figure."""
    wording: Line = Field(examples=["22.1 trillion yuan"])
    """The figure in words."""


class Growth(Schema):
    """A change on a year earlier, as a source prints it; never computed from levels."""

    id: Code = Field(examples=["goods-trade.CN.BRI.CNY.P12M.2024-01.chinataiwan-2025-01-13"])
    """The stable key: series, first month and source."""
    value: Number = Field(examples=[6.4])
    """The change in percent."""
    display: Line = Field(examples=["up 6.4% on a year earlier"])
    """What to print, in the language of the answer."""
    wording: Line = Field(examples=["up 6.4 percent on a year earlier"])
    """The change as the source words it."""
    base_period: Period
    """The period that it starts from."""
    basis: GrowthBasis = Field(examples=["restated"])
    """restated where the base is known to differ from the level once published for it, so that
    no two published levels lead to the rate; unstated where the source does not say."""
    note: Prose | None = Field(examples=[None])
    """How the basis is known; null where there is nothing to say."""
    source: SourceReference
    """Where it was published, which may be elsewhere than the figure."""
    vintage: Day = Field(examples=["2025-01-13"])
    """The day on which it became known."""


class Revision(Schema):
    """How a figure differs from the one known before it for the same period."""

    kind: RevisionKind = Field(examples=["rounded"])
    """confirmed, rounded (the same with fewer digits), refined (with more), or revised."""
    previous: Code = Field(examples=["goods-trade.CN.BRI.CNY.P12M.2023-01.yuduxx-2024-01-12"])
    """The figure before it."""
    difference: Number = Field(examples=[30000000000])
    """This value less the one before, in the base unit."""
    reason: Prose | None = Field(examples=[None])
    """Why it differs, in the words of the source; null where the source gives no reason."""


class Report(Schema):
    """Another source's account of the same figure."""

    source: SourceReference
    """The other source."""
    wording: Line = Field(examples=["700 aid projects"])
    """What it says."""
    agreement: Agreement = Field(examples=["differs"])
    """How that compares with the figure published here."""
    locator: Locator | None = Field(examples=[None])
    """The place in the other source; null where it has no numbered paragraphs."""
    note: Prose = Field(examples=["Xinhua prints 700 without the word over."])
    """A sentence on the agreement or the difference."""


class Observation(Schema):
    """One published figure for one period from one source."""

    id: Code = Field(examples=["aid-projects.CN.BRI.NB.P11M.2024-01.scio-2025-01-15"])
    """The stable key: series, first month and source."""
    indicator: Reference
    """What was measured."""
    series: Code = Field(examples=["aid-projects.CN.BRI.NB.P11M"])
    """The series it belongs to. Only figures of one series can be compared."""
    reporting_area: AreaReference
    """The area that reports the figure."""
    counterpart_area: AreaReference
    """The area on the other side."""
    period: Period
    """The time it covers."""
    value: Number = Field(examples=[700])
    """The figure in the base unit, written out. Read it together with the qualifier."""
    unit: UnitReference
    """The unit of the value."""
    qualifier: Qualifier = Field(examples=["over"])
    """What limits the value: it is exact as published, above, below, or around it."""
    bounds: Bounds
    """The limits that the wording states."""
    display: Line = Field(examples=["over 700"])
    """What to print: number, unit and qualifier, in the language of the answer."""
    published: Published
    """The figure as printed in the source."""
    growth: Growth | None
    """The published change on a year earlier for this series and period, with its own source;
    null where none is published."""
    status: Status = Field(examples=["normal"])
    """How final the publisher says the figure is."""
    source: SourceReference
    """Where it was published."""
    locator: Locator | None = Field(examples=["P4.S2"])
    """The place in the source; null where the source has no numbered paragraphs."""
    citation: Line = Field(
        examples=["ECNS: report on the SCIO press conference, paragraph 4, sentence 2"]
    )
    """A ready reference with the place in the source, in the language of the answer."""
    vintage: Day = Field(examples=["2025-01-15"])
    """The day on which this value became known."""
    current: bool = Field(examples=[True])
    """Whether it is the figure that holds today for its series and period."""
    current_from: Day | None = Field(examples=["2025-01-15"])
    """The day from which it held; null if a better source was always there."""
    superseded_on: Day | None = Field(examples=[None])
    """The day on which another figure took its place; null if it holds still, or never held."""
    revision: Revision | None
    """How it differs from the figure known before it; null where it is the first."""
    headline: bool = Field(examples=[True])
    """Whether this is the figure that stands for its indicator."""
    reports: list[Report] = list_field(of=1000)
    """What other sources say of the same figure, also where they differ."""


class Indicator(Schema):
    """A statistical measure with its newest official figure."""

    code: Code = Field(examples=["goods-trade"])
    """The key."""
    name: Line = Field(examples=["Trade in goods between China and BRI partner countries"])
    """The name, in the language of the answer."""
    definition: Prose = Field(examples=["Exports plus imports of goods in the period."])
    """What it counts."""
    note: Prose = Field(examples=["The figure covers a full year."])
    """Notes on method and on how to read it."""
    topic: Reference
    """The topic it belongs to."""
    unit: UnitReference
    """The unit of its headline figure."""
    direction: Direction = Field(examples=["two_way"])
    """Which way it flows, seen from the reporting area."""
    reporting_area: AreaReference
    """The area that reports it."""
    counterpart_area: AreaReference
    """The area on the other side."""
    headline: Observation | None
    """Its figure in the newest edition; null where no edition has one."""
    baseline_for: list[BaselineArea] = list_field()
    """The priority areas that start from it."""
    sectors: list[Reference] = list_field()
    """The sectors it concerns."""
    instruments: list[Reference] = list_field()
    """The instruments it measures."""


class GrowthRate(Growth):
    """A published change that stands by itself, with what has grown."""

    indicator: Reference
    """What has grown."""
    series: Code = Field(examples=["goods-trade.CN.BRI.CNY.P12M"])
    """The series whose figures it is about."""
    reporting_area: AreaReference
    """The area that reports it."""
    counterpart_area: AreaReference
    """The area on the other side."""
    period: Period
    """The period that it ends with."""
    locator: Locator | None = Field(examples=[None])
    """The place in the source; null where the source has no numbered paragraphs."""
    citation: Line = Field(examples=["General Administration of Customs, 13 January 2025"])
    """A ready reference, in the language of the answer."""
    current: bool = Field(examples=[True])
    """Whether it is the rate that holds today for its series and period."""
    current_from: Day | None = Field(examples=["2025-01-13"])
    """The day from which it held; null if a better source was always there."""
    superseded_on: Day | None = Field(examples=[None])
    """The day on which another rate took its place; null if it holds still, or never held."""


class ReportEntry(Report):
    """A second report that stands by itself, with what it tells of."""

    id: Code = Field(
        examples=["aid-projects.CN.BRI.NB.P11M.2024-01.scio-2025-01-15.xinhua-2025-01-15"]
    )
    """The stable key: observation and source."""
    observation: Code = Field(examples=["aid-projects.CN.BRI.NB.P11M.2024-01.scio-2025-01-15"])
    """The figure that it tells of."""
    indicator: Reference
    """What was measured."""
    period: Period
    """The time that the figure covers."""
    published_wording: Line = Field(examples=["over 700 aid projects"])
    """The figure as published here, to set beside the report's own wording."""


class GrowthRatePage(Page[GrowthRate]):
    """One page of growth rates."""


class ReportPage(Page[ReportEntry]):
    """One page of second reports."""


class IndicatorPage(Page[Indicator]):
    """One page of indicators."""


class ObservationPage(Page[Observation]):
    """One page of observations."""
