"""Tables of figures: indicators, series, observations, growth rates and reports."""

from datetime import date
from decimal import Decimal

from sqlalchemy import String
from sqlmodel import Field

from app import enums
from app.db.models.base import (
    ExactDecimal,
    KeyedModel,
    LocatedModel,
    NamedModel,
    NotedModel,
    StatementModel,
    TableModel,
    WordedModel,
)
from app.i18n import StatementMeasure

FOREVER = date.max
"""``current_until`` of a number that has not been superseded."""


class Indicator(NamedModel, table=True):
    definition_en: str
    definition_zh: str
    note_en: str
    note_zh: str
    topic_id: int = Field(foreign_key="topic.id")
    unit_id: int = Field(foreign_key="unit.id")
    stock_flow: enums.StockFlow = Field(sa_type=String)
    direction: enums.Direction = Field(sa_type=String)
    reporting_area_id: int = Field(foreign_key="area.id")
    counterpart_area_id: int = Field(foreign_key="area.id")
    classifier: str | None


class Contradiction(NamedModel, table=True):
    """Published numbers that differ."""

    indicator_id: int = Field(foreign_key="indicator.id")
    cause: enums.ContradictionCause = Field(sa_type=String)
    reason_en: str
    reason_zh: str
    basis: enums.EvidenceBasis = Field(sa_type=String)
    numbers_en: str
    """All its numbers as text: a JSON array of display text, source, citation and address."""
    numbers_zh: str


class ContradictoryStatement(StatementModel, WordedModel, table=True):
    """A number in a contradiction that is not a figure, rate or report."""

    contradiction_id: int = Field(primary_key=True, foreign_key="contradiction.id")
    position: int = Field(primary_key=True)
    measure: StatementMeasure = Field(sa_type=String)
    period_start: date
    period_end: date
    base_start: date | None
    base_end: date | None
    coverage_id: int = Field(foreign_key="coverage.id")
    value: Decimal = Field(sa_type=ExactDecimal)
    multiplier: int
    decimals: int
    qualifier: enums.Qualifier = Field(sa_type=String)
    unit_id: int = Field(foreign_key="unit.id")
    classifier: str | None


class Series(KeyedModel, NotedModel, table=True):
    """Comparable observations: one indicator, pair of areas, coverage, unit and duration."""

    indicator_id: int = Field(foreign_key="indicator.id")
    reporting_area_id: int = Field(foreign_key="area.id")
    counterpart_area_id: int = Field(foreign_key="area.id")
    coverage_id: int = Field(foreign_key="coverage.id")
    unit_id: int = Field(foreign_key="unit.id")
    stock_flow: enums.StockFlow = Field(sa_type=String)
    duration: str
    """P12M for flows of 12 months, P1M-08 for those of August, P0D for stocks, FROM2013-01-01 for
    totals since that day."""
    months: int | None
    first_month: int | None
    """The month in which each period of a flow begins, if it is not January."""
    start: date | None
    other_unit_id: int | None
    """The series that differs in the unit only, if there is one. It has no foreign key, because
    two such series refer to each other and neither can be inserted first."""
    observations: int
    first_period_start: date | None
    first_period_end: date | None
    last_period_start: date | None
    last_period_end: date | None


class SeriesBreak(TableModel, table=True):
    series_id: int = Field(primary_key=True, foreign_key="series.id")
    start: date = Field(primary_key=True)
    note_en: str
    note_zh: str


class VintageModel(KeyedModel, LocatedModel):
    """A number of a series for one period from one source.

    It is current from ``current_from`` until the day before ``current_until``. The two dates are
    equal if it was never current; ``current_until`` is ``FOREVER`` if it still is.
    """

    series_id: int = Field(foreign_key="series.id")
    period_start: date
    period_end: date
    period_label_en: str
    period_label_zh: str
    display_en: str
    """The number as text, with the qualifier and unit of a figure: over 700, 2146.6亿元."""
    display_zh: str
    vintage: date
    current_from: date
    current_until: date
    checked_on: date | None
    check_method: enums.CheckMethod | None = Field(sa_type=String)
    contradiction_id: int | None = Field(foreign_key="contradiction.id")


class Observation(VintageModel, NotedModel, WordedModel, table=True):
    """A published figure of a series for one period, from one source."""

    value: Decimal = Field(sa_type=ExactDecimal)
    published_value: Decimal = Field(sa_type=ExactDecimal)
    multiplier: int
    decimals: int
    qualifier: enums.Qualifier = Field(sa_type=String)
    lower_bound: Decimal | None = Field(sa_type=ExactDecimal)
    upper_bound: Decimal | None = Field(sa_type=ExactDecimal)
    rounding_lower: Decimal = Field(sa_type=ExactDecimal)
    rounding_upper: Decimal = Field(sa_type=ExactDecimal)
    break_before: bool
    """Whether there is a break between this figure and the one before it in the series."""
    status: enums.Status = Field(sa_type=String)
    previous_id: int | None = Field(foreign_key="observation.id")
    revision: enums.RevisionKind | None = Field(sa_type=String)
    revision_reason_en: str | None
    revision_reason_zh: str | None
    comparability_en: str | None
    comparability_zh: str | None
    """With which earlier current observations of the series it is not comparable, and why. It is
    written after all rows are there, because it depends on them."""


class GrowthRate(VintageModel, NotedModel, WordedModel, table=True):
    """A published change between two periods of a series, from one source."""

    base_start: date
    base_end: date
    base_label_en: str
    base_label_zh: str
    display_with_unit_en: str
    """The change with the unit of the levels that grew, for figures in another one."""
    display_with_unit_zh: str
    value: Decimal = Field(sa_type=ExactDecimal)
    decimals: int
    """The number of printed decimals, since the value is stored without trailing zeros."""
    measure: enums.ChangeMeasure = Field(sa_type=String)
    basis: enums.GrowthBasis = Field(sa_type=String)


class Headline(TableModel, table=True):
    """The observation that represents an indicator: that of the newest complete edition."""

    indicator_id: int = Field(primary_key=True, foreign_key="indicator.id")
    observation_id: int = Field(foreign_key="observation.id")


class EditionHeadline(TableModel, table=True):
    """The observation that represents an indicator in an edition."""

    edition_id: int = Field(primary_key=True, foreign_key="edition.id")
    indicator_id: int = Field(primary_key=True, foreign_key="indicator.id")
    observation_id: int = Field(foreign_key="observation.id")


class LatestObservation(TableModel, table=True):
    """The newest official figure of an indicator, for any period and any countries counted.

    There is one for each time span: from ``current_from`` until the day before ``current_until``.
    """

    indicator_id: int = Field(primary_key=True, foreign_key="indicator.id")
    current_from: date = Field(primary_key=True)
    current_until: date
    observation_id: int = Field(foreign_key="observation.id")


class Report(KeyedModel, LocatedModel, WordedModel, table=True):
    observation_id: int = Field(foreign_key="observation.id")
    contradiction_id: int | None = Field(foreign_key="contradiction.id")
    agreement: enums.Agreement = Field(sa_type=String)
    relation: enums.ReportRelation = Field(sa_type=String)
    note_en: str
    note_zh: str
