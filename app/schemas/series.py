"""Indicators, series, growth rates, second reports, contradictions, and comparisons."""

from pydantic import Field

from app.enums import ChangeMeasure, CheckMethod, Direction, Obstacle, StockFlow
from app.i18n import StatementMeasure
from app.schemas import (
    Address,
    Code,
    Count,
    Day,
    Editorial,
    EditorialPaths,
    Line,
    Number,
    Prose,
    Reference,
    Schema,
    list_field,
)
from app.schemas.commitments import Quantity
from app.schemas.observations import (
    AreaReference,
    BaselineArea,
    CitedWording,
    ContradictionReference,
    CoverageReference,
    Growth,
    Observation,
    Period,
    Report,
    UnitReference,
)


class GrowthRate(Growth):
    """A published change with its series and period."""

    indicator: Reference
    """The indicator."""
    reporting_area: AreaReference
    """The area that reports the rate."""
    counterpart_area: AreaReference
    """The counterpart area."""
    coverage: Editorial[CoverageReference]
    """Which countries are counted."""
    period: Period
    """The period whose change from the base period is given."""
    current: bool = Field(examples=[True])
    """Whether this is the current rate for its series and period."""
    current_from: Day | None = Field(examples=["2025-01-13"])
    """The date from which it was the current rate; null if it never was."""
    superseded_on: Day | None = Field(examples=[None])
    """The date on which another rate superseded it; null if it is current or never was."""
    checked_on: Day | None = Field(examples=["2026-11-26"])
    """The day on which the rate was last compared with its source; null if no day is recorded."""
    check_method: CheckMethod | None = Field(examples=["stored_text"])
    """page if the page itself was read then, stored_text if a stored copy of its text was."""
    editorial: EditorialPaths


class ReportEntry(Report):
    """A second report with the figure that it is about."""

    id: Code = Field(
        examples=[
            "aid-projects.CN.BRI.partner-2023.NB.P11M.2024-01.scio-2025-01-15.xinhua-2025-01-15"
        ]
    )
    """The key: observation and source."""
    observation: Code = Field(
        examples=["aid-projects.CN.BRI.partner-2023.NB.P11M.2024-01.scio-2025-01-15"]
    )
    """The key of the observation."""
    indicator: Reference
    """The indicator."""
    period: Period
    """The period of the figure."""
    published_wording: Line = Field(examples=["over 700 aid projects"])
    """The figure published here as text, for comparison."""
    contradiction: Editorial[ContradictionReference | None]
    """The contradiction, if the report does not agree with the figure published here; else null."""
    editorial: EditorialPaths


class ObstacleText(Schema):
    """A reason why figures are not comparable."""

    kind: Obstacle = Field(examples=["months"])
    """What differs, or what contradicts the figures: unit, coverage, stock_flow, months,
    first_month, start (of cumulative totals), break, basis (published growth on a restated base),
    rate (published growth that does not fit the figures), other_unit_rate (growth published in
    another unit that does not), qualifier, base (a figure that may be zero) or cumulative (totals
    from one start, so that one contains the other). The last three forbid only the calculation of
    a change."""
    text: Prose = Field(examples=["One figure covers 12 months, the other 11."])
    """The reason, in the language of the response."""


class SeriesObstacles(Schema):
    """Another series of the same indicator and areas, and why its figures are not comparable."""

    series: Code = Field(examples=["outward-direct-investment.CN.BRI.partner-2023.CNY.P11M"])
    """The key of the other series."""
    name: Line = Field(examples=["Direct investment, renminbi yuan, January to November"])
    """The name of the other series."""
    obstacles: list[ObstacleText] = list_field(of=10)
    """The reasons."""


class SeriesBreak(Schema):
    """A date before and after which the figures of a series are not comparable."""

    start: Day = Field(examples=["2024-01-01"])
    """The first day of the first period after the break."""
    note: Editorial[Prose] = Field(examples=["The definition of the indicator changed."])
    """What changed, and how this is known."""


class PointObstacle(ObstacleText):
    """A reason why a figure is not comparable with an earlier one of its series."""

    observation: Code = Field(examples=["goods-trade.CN.BRI.partner-2023.CNY.P12M.2022-01"])
    """The key of the earlier observation."""
    period: Period
    """The period of the earlier observation."""


class SeriesPoint(Observation):
    """A figure of a series, and which earlier figures of the series it is not comparable with."""

    obstacles: list[PointObstacle] = list_field(of=1000)
    """Why it is not comparable with earlier figures of the series: a break, or a published rate
    that does not fit the two figures; empty if it is comparable with all of them."""


class Series(Schema):
    """Figures of one indicator, pair of areas, coverage, unit and duration."""

    code: Code = Field(examples=["goods-trade.CN.BRI.partner-2025.CNY.P12M"])
    """The key: indicator, areas, coverage, unit, and the duration: P12M for flows of 12 months,
    P1M-08 for those of August, P0D for stocks, FROM and the first day for cumulative totals."""
    name: Editorial[Line] = Field(
        examples=["Trade in goods, Partner countries (2023 scope), renminbi yuan, full years"]
    )
    """The name, in the language of the response."""
    indicator: Reference
    """The indicator."""
    reporting_area: AreaReference
    """The area that reports the figures."""
    counterpart_area: AreaReference
    """The counterpart area."""
    coverage: Editorial[CoverageReference]
    """Which countries the figures count."""
    unit: UnitReference
    """The unit of all figures."""
    stock_flow: StockFlow = Field(examples=["flow"])
    """What the figures measure: the total of a period, the total since a fixed start, or the level
    on a date."""
    months: int | None = Field(ge=1, le=12, examples=[12])
    """The number of months in each period of a flow; null otherwise."""
    first_month: int | None = Field(ge=2, le=12, examples=[None])
    """The month in which each period of a flow begins; null for January, and for stocks and
    totals."""
    start: Day | None = Field(examples=[None])
    """The day from which cumulative totals count; null otherwise."""
    span: Line = Field(examples=["Full years"])
    """The months of each period, in words; or that the figures are stocks or cumulative totals."""
    note: Editorial[Prose | None] = Field(
        examples=["Not comparable with figures for eleven months."]
    )
    """What the figures are not comparable with; null if there is no note."""
    breaks: list[SeriesBreak] = list_field()
    """The breaks of the series."""
    observations: Count = Field(examples=[4])
    """The number of periods with a figure."""
    first_period: Period | None
    """The first of these periods; null if there is none."""
    last_period: Period | None
    """The last of these periods; null if there is none."""
    not_comparable_with: Editorial[list[SeriesObstacles]] = list_field()
    """The other series of the indicator and areas, and why they are not comparable."""
    editorial: EditorialPaths


class SeriesDetail(Series):
    """A series with its figures."""

    as_of: Day | None = Field(examples=[None])
    """The date for which the figures are shown; null for today."""
    first_vintage: Day | None = Field(examples=["2025-01-15"])
    """The date on which the first of its figures became known: with an earlier as_of there are no
    points. Null if the series has no figure."""
    points: list[SeriesPoint] = list_field(of=10_000)
    """The current figure of each period, in the order of periods."""


class ContradictoryStatement(CitedWording):
    """A number in a contradiction that this service does not publish as a figure or a rate."""

    measure: StatementMeasure = Field(examples=["average_growth"])
    """level for an amount, a count or a share; growth on a year earlier, average_growth in each
    year of the period, share_change in percentage points on base_period."""
    text: Editorial[Prose] = Field(examples=["Average annual growth of trade in yuan."])
    """What the number is, in the words of this service."""
    period: Period
    """The period."""
    base_period: Period | None
    """The period on which a share changed; else null."""
    coverage: Editorial[CoverageReference]
    """Which countries are counted."""
    quantity: Quantity
    """The number; changes have the unit percent."""
    wording: Line = Field(examples=["average annual growth rate of 6.4 percent"])


class Contradiction(ContradictionReference):
    """Published numbers that differ, each with its source, and why they differ."""

    indicator: Reference
    """The indicator."""
    observations: list[Observation] = list_field()
    """The figures, in the order in which they became known."""
    growth_rates: list[GrowthRate] = list_field()
    """The growth rates, in the order in which they became known."""
    reports: list[ReportEntry] = list_field()
    """The reports of other sources that differ from one of the figures. What they report is not
    published here as a figure of its own."""
    statements: list[ContradictoryStatement] = list_field()
    """Numbers that are not figures, growth rates or reports here, such as average rates."""
    editorial: EditorialPaths


class Derived(Schema):
    """A change that this service calculated from two published figures."""

    value: Number = Field(examples=[6.8])
    """The change, rounded to one decimal."""
    lower: Number = Field(examples=[6.3])
    """The smallest possible change, given the rounding of the figures."""
    upper: Number = Field(examples=[7.3])
    """The largest possible change, given the rounding of the figures."""
    measure: ChangeMeasure = Field(examples=["percent"])
    """percent for amounts, percentage_points for shares."""
    formula: Line = Field(examples=["(later / earlier - 1) * 100"])
    """The formula."""
    inputs: list[Code] = Field(min_length=2, max_length=2)
    """The keys of the earlier and the later observation."""
    warning: Prose = Field(examples=["Calculated by this service from two published figures."])
    """What to observe when using the value."""


class Comparison(Schema):
    """Two periods of an indicator."""

    indicator: Reference
    """The indicator."""
    earlier: Observation
    """The figure of the earlier period."""
    later: Observation
    """The figure of the later period."""
    like_for_like: bool = Field(examples=[True])
    """Whether the two figures are comparable: they have the same coverage, unit, stock_flow,
    number of months, first month and start of cumulative totals, there is no break between them,
    and no published rate contradicts them."""
    obstacles: list[ObstacleText] = list_field(of=1000)
    """Why they are not comparable; empty if they are."""
    published_rates: list[GrowthRate] = list_field(of=1000)
    """All published rates for the later period, in every unit, for every base period and coverage
    and from every source; empty if none was known. Each has its own source."""
    derivable: bool = Field(examples=[True])
    """Whether derived=true would calculate the change."""
    derivation_obstacles: list[ObstacleText] = list_field(of=1000)
    """Why the change cannot be calculated: the obstacles above, a qualifier, an earlier figure
    that may be zero, or cumulative totals from one start; empty if it can."""
    derived: Derived | None
    """The calculated change; null unless requested with derived=true."""


class RelatedDatasetReference(Reference):
    """A dataset of another publisher."""

    code: Code = Field(examples=["china-global-investment-tracker"])
    """The key."""
    name: Line = Field(examples=["China Global Investment Tracker"])
    publisher: Line = Field(examples=["American Enterprise Institute"])
    """The publisher."""
    difference: Editorial[Prose] = Field(
        examples=["Counts announced transactions instead of annual flows."]
    )
    """Why its totals differ from the figures here."""
    address: Address = Field(examples=["https://www.example.org/dataset"])
    """Where it is published, or described."""


class LatestObservation(Schema):
    """The newest official figure of an indicator, for any period and any countries counted."""

    observation: Observation
    """The figure, which measures what the indicator measures: the total of a period, the total
    since a fixed start, or the level on a date."""
    obstacles: list[ObstacleText] = list_field()
    """Why it is not comparable with the headline; empty if it is, if it is the headline, or if
    there is no headline."""


class Indicator(Schema):
    """A statistical measure with its headline figure and its newest figure."""

    code: Code = Field(examples=["goods-trade"])
    """The key."""
    name: Editorial[Line] = Field(
        examples=["Trade in goods between China and BRI partner countries"]
    )
    """The name, in the language of the response."""
    definition: Editorial[Prose] = Field(examples=["Exports plus imports of goods in the period."])
    """The definition."""
    note: Editorial[Prose] = Field(examples=["The figure covers a full year."])
    """Notes on the method and on how to read the figures."""
    topic: Editorial[Reference]
    """The topic."""
    unit: UnitReference
    """The unit of the headline figure."""
    stock_flow: StockFlow = Field(examples=["flow"])
    """What its figures measure; other series never represent it."""
    direction: Direction = Field(examples=["two_way"])
    """The direction of the flow, seen from the reporting area."""
    reporting_area: AreaReference
    """The area that reports the figures."""
    counterpart_area: AreaReference
    """The counterpart area."""
    headline: Observation | None
    """The figure of the newest press conference that is recorded completely, or in an overview of
    the press conference that it shows; null if that stated none."""
    latest: LatestObservation | None
    """The newest official figure, which may be of a later press conference, of another length of
    period or of other countries; null if no figure is current."""
    baseline_for: Editorial[list[BaselineArea]] = list_field()
    """The priority areas to which the indicator is related."""
    sectors: Editorial[list[Reference]] = list_field()
    """The sectors concerned."""
    instruments: Editorial[list[Reference]] = list_field()
    """The instruments measured."""
    contradictions: Editorial[list[ContradictionReference]] = list_field()
    """Published numbers of the indicator that differ."""
    related_datasets: Editorial[list[RelatedDatasetReference]] = list_field()
    """Datasets of other publishers that measure something similar, and why their totals differ."""
    editorial: EditorialPaths
