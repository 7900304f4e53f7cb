"""Outcomes, priority areas and their actions, what was reported later, and commitments."""

from pydantic import Field

from app import enums
from app.schemas import (
    Code,
    Day,
    Editorial,
    EditorialPaths,
    Line,
    Locator,
    Number,
    Position,
    Prose,
    Reference,
    Schema,
    Year,
    list_field,
)
from app.schemas.observations import (
    AreaReference,
    CitedWording,
    PriorityAreaReference,
    SourceReference,
    UnitReference,
)
from app.schemas.reference import EventReference


class Quantity(Schema):
    """A number with its unit, as a document states it; nothing is converted."""

    value: Number = Field(examples=[350000000000])
    """The number, in the unit."""
    qualifier: enums.Qualifier = Field(examples=["none"])
    """How the wording limits the number."""
    unit: UnitReference
    """The unit."""
    display: Line = Field(examples=["350 billion yuan"])
    """The display text, in the language of the response."""


class ProgressReport(CitedWording):
    """What was reported later on an action; it does not say whether the action was carried out."""

    date: Day = Field(examples=["2025-07-18"])
    """The day of what is reported; if no day is stated, the day on which it was reported."""
    relation: Editorial[enums.ProgressRelation] = Field(examples=["about_this"])
    """about_this or about_part of the action; context says nothing about the action itself."""
    text: Editorial[Prose] = Field(
        examples=["There are 36 partner countries of Silk Road e-commerce."]
    )
    """What is reported, in the words of this service."""
    quantity: Quantity | None
    """The number that is reported; null if there is none."""
    note: Editorial[Prose | None] = Field(examples=[None])
    """A note on how to read the report; null if there is none."""


class BaselineIndicator(Reference):
    """A related indicator of a priority area."""

    code: Code = Field(examples=["goods-trade"])
    """The key of the indicator."""
    name: Line = Field(examples=["Trade in goods between China and BRI partner countries"])
    """The name of the indicator."""
    editorial: bool = Field(examples=[True])
    """Always true: this service made the link; the source does not state it."""


class Outcome(Schema):
    """A result of a year that the source states in words."""

    id: Code = Field(examples=["2024-trade-expansion"])
    """The key: year and short name."""
    year: Year = Field(examples=[2024])
    """The year reviewed."""
    edition: Year = Field(examples=[2025])
    """The year of the press conference that reviewed it."""
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
    editorial: EditorialPaths


class Action(Schema):
    """One announced action with one verb. No target or deadline within the year was announced."""

    id: Code = Field(examples=["2025-expand-trade"])
    """The key: year and short name."""
    priority_area: PriorityAreaReference
    """The priority area."""
    position: Position = Field(examples=[1])
    """The position within the priority area."""
    kind: Editorial[enums.ActionKind] = Field(examples=["expand"])
    """The verb."""
    text: Editorial[Prose] = Field(examples=["Expand trade with BRI partner countries."])
    """The text, in the language of the response."""
    aim: Editorial[Prose | None] = Field(examples=[None])
    """The aim that the same sentence states for this action; null if it states none."""
    has_examples: bool = Field(examples=[False])
    """Whether the source names what the text lists as examples, in words such as "such as" or "and
    other". The sectors, instruments and areas are then not all that the source may mean."""
    note: Editorial[Prose | None] = Field(examples=[None])
    """A note on how to read the text; null if there is none. It says what the examples are."""
    status: enums.ActionStatus = Field(examples=["announced"])
    """reported if a later report is about the action or a part of it, else announced. No status
    says that an action was carried out, because no authority has said so."""
    progress_searched_on: Day | None = Field(examples=["2026-11-26"])
    """The day on which later reports were last searched for; null if they never were."""
    progress_note: Editorial[Prose | None] = Field(examples=[None])
    """What was searched for and not found; null if there is no note."""
    progress: list[ProgressReport] = list_field()
    """What was reported later, oldest first; empty if nothing was found."""
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
    editorial: EditorialPaths


class PriorityArea(PriorityAreaReference):
    """A priority area announced for a year."""

    title: Editorial[Line] = Field(examples=["Industrial and supply chains"])
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
    editorial: EditorialPaths


class Deadline(Schema):
    """The time by which something is to be done."""

    text: Line = Field(examples=["by 2030"])
    """The time in words, in the language of the response."""
    year: Year | None = Field(examples=[2030])
    """The last year; null if the announcement does not name it."""


class Reading(CitedWording):
    """A later figure beside the target of a commitment."""

    date: Day = Field(examples=["2025-09-18"])
    """The day of the figure; if no day is stated, the day on which it was reported."""
    text: Editorial[Prose] = Field(
        examples=["Over 70 joint laboratories with nearly 50 countries."]
    )
    """What is reported, in the words of this service."""
    quantity: Quantity | None
    """The number that is reported; null if there is none."""
    same_measure: Editorial[bool] = Field(examples=[True])
    """Whether the document counts what the target counts."""
    reason: Editorial[Prose | None] = Field(examples=[None])
    """Why it does not; null if it does."""


class Distance(Schema):
    """The target minus a reading that counts the same; computed by this service."""

    value: Number = Field(examples=[30])
    """The difference of the two numbers; negative if the reading is above the target."""
    limit: enums.DistanceLimit = Field(examples=["below"])
    """exact, or below or above if the reading is qualified: with a reading of over 70, less than
    30 is left to a target of 100."""
    unit: UnitReference
    """The unit of both numbers."""
    reading_date: Day = Field(examples=["2025-09-18"])
    """The date of the reading."""
    derived: bool = Field(examples=[True])
    """Always true: this service computed the distance."""
    display: Line = Field(examples=["less than 30 short of the target"])
    """The display text, in the language of the response."""


class Commitment(CitedWording):
    """A commitment announced at a forum, with its target and later readings.

    No field says whether it was kept.
    """

    code: Code = Field(examples=["2023-joint-laboratories"])
    """The key: year and short name."""
    event: EventReference
    """Where it was announced."""
    position: Position = Field(examples=[12])
    """The position among the commitments of the event."""
    kind: Editorial[enums.CommitmentKind] = Field(examples=["pledge"])
    """pledge for a promise, expectation for what the speaker expects without promising it,
    result_list for the number of results on a list that many parties agreed."""
    name: Editorial[Line] = Field(examples=["Joint laboratories"])
    """What is counted, in the language of the response."""
    text: Editorial[Prose] = Field(examples=["Raise the number of joint laboratories to 100."])
    """The commitment, in the words of this service."""
    target: Quantity | None
    """The number that was announced; null if there is none."""
    deadline: Deadline | None
    """The time that was announced; null if none was stated."""
    note: Editorial[Prose | None] = Field(examples=[None])
    """A note on how to read the commitment; null if there is none."""
    searched_on: Day = Field(examples=["2026-11-26"])
    """The day on which later readings were last searched for."""
    readings: list[Reading] = list_field()
    """Later figures, oldest first; empty if none was found. Those with same_measure: false must
    not be compared with the target."""
    distance: Editorial[Distance | None]
    """How far the newest comparable reading is from the target; null if no reading is comparable,
    or if the target has a qualifier."""
