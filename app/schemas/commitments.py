"""Outcomes, priority areas and their actions."""

from pydantic import Field

from app.enums import ActionKind, ActionStatus
from app.schemas import (
    Code,
    Editorial,
    FieldPath,
    Line,
    Locator,
    Position,
    Prose,
    Reference,
    Schema,
    Year,
    declare_editorial,
    list_field,
)
from app.schemas.observations import AreaReference, PriorityAreaReference, SourceReference


class BaselineIndicator(Reference):
    """A related indicator of a priority area."""

    code: Code = Field(examples=["goods-trade"])
    """The key of the indicator."""
    name: Line = Field(examples=["Trade in goods between China and BRI partner countries"])
    """The name of the indicator."""
    editorial: bool = Field(examples=[True])
    """Always true: this service made the link; the source does not state it."""


class Outcome(Schema):
    """A result of a year that the source describes without a figure."""

    id: Code = Field(examples=["2024-trade-expansion"])
    """The key: year and short name."""
    year: Year = Field(examples=[2024])
    """The year reviewed."""
    position: Position = Field(examples=[1])
    """The position among the outcomes of the year."""
    topic: Editorial[Reference | None]
    """The topic; null if the text concerns all of them."""
    text: Editorial[Prose] = Field(
        examples=["Trade cooperation with partner countries continued to expand."]
    )
    """The text, in the language of the response."""
    has_examples: bool = Field(examples=[False])
    """Whether the source names what the text lists as examples, in words such as "such as" or "and
    other". The sectors, instruments and areas are then not all that the source may mean."""
    note: Editorial[Prose | None] = Field(examples=[None])
    """A note on how to read the text; null if there is none. It says what the examples are."""
    sectors: list[Reference] = list_field()
    """The sectors named in the text."""
    instruments: list[Reference] = list_field()
    """The instruments named in the text."""
    areas: list[AreaReference] = list_field()
    """The areas named in the text."""
    indicators: Editorial[list[Reference]] = list_field()
    """The indicators that measure the outcome."""
    source: SourceReference
    """The source of the text."""
    locator: Locator = Field(examples=["P2.S1"])
    """The location in the source."""
    editorial: tuple[FieldPath, ...] = declare_editorial()


class Action(Schema):
    """One commitment with one verb. No target and no deadline within the year was announced."""

    id: Code = Field(examples=["2025-expand-trade"])
    """The key: year and short name."""
    priority_area: PriorityAreaReference
    """The priority area."""
    position: Position = Field(examples=[1])
    """The position within the priority area."""
    kind: Editorial[ActionKind] = Field(examples=["expand"])
    """The verb."""
    text: Editorial[Prose] = Field(examples=["Step up efforts to expand trade with BRI countries."])
    """The text, in the language of the response."""
    aim: Editorial[Prose | None] = Field(examples=[None])
    """The aim that the same sentence states for this action; null if it states none."""
    has_examples: bool = Field(examples=[False])
    """Whether the source names what the text lists as examples, in words such as "such as" or "and
    other". The sectors, instruments and areas are then not all that the source may mean."""
    note: Editorial[Prose | None] = Field(examples=[None])
    """A note on how to read the text; null if there is none. It says what the examples are."""
    status: ActionStatus = Field(examples=["announced"])
    """The status; the source only announces actions."""
    sectors: list[Reference] = list_field()
    """The sectors named in the text."""
    instruments: list[Reference] = list_field()
    """The instruments named in the text."""
    areas: list[AreaReference] = list_field()
    """The areas named in the text."""
    topics: Editorial[list[Reference]] = list_field()
    """The topics concerned."""
    source: SourceReference
    """The source of the text."""
    locator: Locator = Field(examples=["P6.S2"])
    """The location in the source."""
    editorial: tuple[FieldPath, ...] = declare_editorial()


class PriorityArea(Schema):
    """A priority area announced for a year."""

    year: Year = Field(examples=[2025])
    """The year for which it was announced."""
    position: Position = Field(examples=[1])
    """The position among the priority areas of the year."""
    slug: Code = Field(examples=["industrial-and-supply-chains"])
    """The short name used in URLs."""
    title: Editorial[Line] = Field(examples=["Industrial and supply chains"])
    """The title, in the language of the response."""
    summary: Editorial[Prose] = Field(
        examples=["China wants more trade and investment with partners."]
    )
    """The summary, in the language of the response."""
    note: Editorial[Prose | None] = Field(examples=[None])
    """A note on how to read the record; null if there is none."""
    aim: Editorial[Prose | None] = Field(examples=[None])
    """The aim according to the source; null if the source states none for the whole area. The aim
    of a single action is in that action."""
    aim_locator: Locator | None = Field(examples=[None])
    """The location of the aim in the source; null if the source states none."""
    actions: list[Action] = list_field()
    """The actions, in order."""
    baseline_indicators: Editorial[list[BaselineIndicator]] = list_field()
    """The related indicators."""
    source: SourceReference
    """The source of the text."""
    locator: Locator = Field(examples=["P6.S1"])
    """The location in the source."""
    editorial: tuple[FieldPath, ...] = declare_editorial()
