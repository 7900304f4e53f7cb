"""Series of comparable figures, and two periods side by side."""

from pydantic import Field

from app.enums import DerivedMeasure, Obstacle
from app.schemas.base import (
    Code,
    Count,
    Day,
    Line,
    Number,
    Page,
    Prose,
    Reference,
    Schema,
    list_field,
)
from app.schemas.observations import AreaReference, Growth, Observation, Period, UnitReference


class ObstacleText(Schema):
    """A reason why figures are not like for like."""

    kind: Obstacle = Field(examples=["months"])
    """What differs."""
    text: Prose = Field(examples=["One covers periods of 12 months, the other of 11."])
    """The reason in a sentence, in the language of the answer."""


class SeriesObstacles(Schema):
    """Another series of the same indicator and areas, and why its figures cannot join."""

    series: Code = Field(examples=["outward-direct-investment.CN.BRI.CNY.P11M"])
    """The other series."""
    name: Line = Field(examples=["Direct investment, renminbi yuan, January to November"])
    """Its name."""
    obstacles: list[ObstacleText] = list_field(of=10)
    """What stands between."""


class SeriesBreak(Schema):
    """A point before and after which the figures of a series do not compare."""

    start: Day = Field(examples=["2024-01-01"])
    """The first day of the first period after the break."""
    note: Prose = Field(examples=["The base of the published growth was restated."])
    """What changed, and how that is known."""


class Series(Schema):
    """Figures that can be compared: one indicator, pair of areas, unit and length of period."""

    code: Code = Field(examples=["goods-trade.CN.BRI.CNY.P12M"])
    """The stable key: indicator, areas, unit, and P with the months of the period."""
    name: Line = Field(examples=["Trade in goods, renminbi yuan, full years"])
    """The name, in the language of the answer."""
    indicator: Reference
    """What is measured."""
    reporting_area: AreaReference
    """The area that reports."""
    counterpart_area: AreaReference
    """The area on the other side."""
    unit: UnitReference
    """The unit of all figures."""
    months: int = Field(ge=1, le=12, examples=[12])
    """The number of months in each period."""
    span: Line = Field(examples=["Full years"])
    """The months in words."""
    note: Prose | None = Field(examples=["Do not put it beside figures for eleven months."])
    """What it must not be compared with; null where there is nothing to say."""
    breaks: list[SeriesBreak] = list_field()
    """Where its own figures do not compare."""
    observations: Count = Field(examples=[4])
    """For how many periods there is a figure."""
    first_period: Period | None
    """The first of them; null where there is none yet."""
    last_period: Period | None
    """The last of them; null where there is none yet."""
    not_comparable_with: list[SeriesObstacles] = list_field()
    """The other series of the indicator between the same areas, and why their figures cannot join
    this one."""


class SeriesDetail(Series):
    """A series with its figures."""

    as_of: Day | None = Field(examples=[None])
    """The day whose knowledge the figures show; null for today's."""
    points: list[Observation] = list_field(of=10_000)
    """The figure that holds for each period, in the order of periods."""


class SeriesPage(Page[Series]):
    """One page of series."""


class Derived(Schema):
    """A change computed here, which no source states."""

    value: Number = Field(examples=[6.8])
    """The change, rounded to one decimal."""
    lower: Number = Field(examples=[6.3])
    """The least it can be, given the rounding of the two figures."""
    upper: Number = Field(examples=[7.3])
    """The most it can be, given the rounding of the two figures."""
    measure: DerivedMeasure = Field(examples=["percent"])
    """percent for amounts, percentage_points for shares."""
    formula: Line = Field(examples=["(later / earlier - 1) * 100"])
    """How it was computed."""
    inputs: list[Code] = Field(min_length=2, max_length=2)
    """The keys of the two observations: the earlier and the later one."""
    warning: Prose = Field(examples=["Computed here; no source states it."])
    """What to keep in mind."""


class Comparison(Schema):
    """Two periods of an indicator side by side."""

    indicator: Reference
    """What is measured."""
    earlier: Observation
    """The figure of the earlier period."""
    later: Observation
    """The figure of the later period."""
    like_for_like: bool = Field(examples=[True])
    """Whether the two can be compared."""
    obstacles: list[ObstacleText] = list_field(of=20)
    """Why they cannot; empty where they can."""
    published_growth: Growth | None
    """The published change from the one to the other; null where none is published."""
    derivable: bool = Field(examples=[True])
    """Whether derived=true would compute the change."""
    derivation_obstacles: list[ObstacleText] = list_field(of=20)
    """Why it would not; empty where it would."""
    derived: Derived | None
    """The computed change; null unless derived=true asks for it."""
