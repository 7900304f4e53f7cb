"""Indicators with their headline figures."""

from pydantic import Field

from app.enums import Direction, StockFlow
from app.schemas import (
    Address,
    Code,
    Editorial,
    EditorialPaths,
    Line,
    Prose,
    Reference,
    Schema,
    list_field,
)
from app.schemas.observations import (
    AreaReference,
    BaselineArea,
    ContradictionReference,
    Observation,
    UnitReference,
)
from app.schemas.series import ObstacleText


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
