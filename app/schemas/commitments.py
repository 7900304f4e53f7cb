"""Texts: outcomes of a year, priority areas and their actions."""

from pydantic import Field

from app.enums import ActionKind, ActionStatus
from app.schemas.base import (
    Code,
    Line,
    Locator,
    Page,
    Position,
    Prose,
    Reference,
    Schema,
    Year,
    list_field,
)
from app.schemas.observations import AreaReference, PriorityAreaReference, SourceReference


class BaselineIndicator(Reference):
    """An indicator that a priority area starts from."""

    code: Code = Field(examples=["goods-trade"])
    """The key of the indicator."""
    name: Line = Field(examples=["Trade in goods between China and BRI partner countries"])
    """The name of the indicator."""
    editorial: bool = Field(examples=[True])
    """Always true: the link is our reading, no statement of the source."""


class Outcome(Schema):
    """A qualitative result of a year."""

    id: Code = Field(examples=["2024-trade-expansion"])
    """The key: year and short name."""
    year: Year = Field(examples=[2024])
    """The year reviewed."""
    position: Position = Field(examples=[1])
    """Its place among the outcomes of the year."""
    topic: Reference
    """The topic it belongs to."""
    text: Prose = Field(examples=["Trade cooperation with partner countries kept growing."])
    """The outcome, in the language of the answer."""
    sectors: list[Reference] = list_field()
    """The sectors it names."""
    instruments: list[Reference] = list_field()
    """The instruments it names."""
    areas: list[AreaReference] = list_field()
    """The areas it names."""
    indicators: list[Reference] = list_field()
    """The indicators that measure it."""
    source: SourceReference
    """Where it was stated."""
    locator: Locator = Field(examples=["P2.S1"])
    """The place in the source."""


class Action(Schema):
    """One commitment, one verb. No target or deadline beyond the year was announced."""

    id: Code = Field(examples=["2025-expand-trade"])
    """The key: year and short name."""
    priority_area: PriorityAreaReference
    """The priority area it belongs to."""
    position: Position = Field(examples=[1])
    """Its place within the priority area."""
    kind: ActionKind = Field(examples=["expand"])
    """Its verb."""
    text: Prose = Field(examples=["Expand trade with BRI partner countries."])
    """The commitment, in the language of the answer."""
    status: ActionStatus = Field(examples=["announced"])
    """How far it has come; the source only announces."""
    sectors: list[Reference] = list_field()
    """The sectors it names."""
    instruments: list[Reference] = list_field()
    """The instruments it names."""
    areas: list[AreaReference] = list_field()
    """The areas it names."""
    topics: list[Reference] = list_field()
    """The topics it touches."""
    source: SourceReference
    """Where it was announced."""
    locator: Locator = Field(examples=["P6.S2"])
    """The place in the source."""


class PriorityArea(Schema):
    """One of the four priority areas announced for a year."""

    year: Year = Field(examples=[2025])
    """The year it is announced for."""
    position: Position = Field(examples=[1])
    """Its place among the four."""
    slug: Code = Field(examples=["industrial-and-supply-chains"])
    """Its short name in addresses."""
    title: Line = Field(examples=["Industrial and supply chains"])
    """Its title, in the language of the answer."""
    summary: Prose = Field(examples=["China wants more trade and investment with partners."])
    """What it comes to."""
    aim: Prose | None = Field(examples=[None])
    """The aim that the source states; null where it states none."""
    aim_locator: Locator | None = Field(examples=[None])
    """Where the source states the aim; null where it states none."""
    actions: list[Action] = list_field()
    """Its commitments, in order."""
    baseline_indicators: list[BaselineIndicator] = list_field()
    """The indicators it starts from."""
    source: SourceReference
    """Where it was announced."""
    locator: Locator = Field(examples=["P6.S1"])
    """The place in the source."""


class OutcomePage(Page[Outcome]):
    """One page of outcomes."""


class ActionPage(Page[Action]):
    """One page of actions."""


class PriorityAreaPage(Page[PriorityArea]):
    """One page of priority areas."""
