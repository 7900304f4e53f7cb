"""What was reported later: on announced actions, and on commitments of the forums."""

from typing import Annotated

from pydantic import Field, StringConstraints

from app.enums import CommitmentKind, ProgressRelation, Qualifier
from app.ingest.schema.base import (
    BilingualText,
    BilingualTitle,
    Code,
    Day,
    Entity,
    Flag,
    Locator,
    Multiplier,
    Number,
    Position,
    Ref,
    StrictModel,
    Wording,
    Year,
)
from app.ingest.schema.editions import Action
from app.ingest.schema.reference import Event, Source


class Quantity(StrictModel):
    """A number as a document prints it, with its unit."""

    value: Number
    """The printed number: 350 for 350 billion."""
    multiplier: Multiplier = 0
    """The power of ten of the word after it: 12 for trillion, 9 for billion, 8 for 亿."""
    unit: Code
    """The key of the unit."""
    qualifier: Qualifier = Qualifier.NONE
    """How the wording limits the number."""
    classifier: Annotated[str, StringConstraints(min_length=1, max_length=4)] | None = None
    """The Chinese measure word for a count, if it differs from that of the unit."""


class LaterReport(StrictModel):
    """What a document says later, in our words and in a few of its own."""

    date: Day
    """The day of what is reported; if none is stated, the day on which it was reported."""
    text: BilingualText
    """What is reported, in our words."""
    quantity: Quantity | None = None
    """The number that is reported, if there is one."""
    wording: Wording
    """A few words of the document."""
    source: Code
    """The key of the document."""
    locator: Locator | None = None
    """The paragraph and sentence of the document, such as P2.S2."""


class ProgressReport(LaterReport):
    """What was reported later on an action."""

    relation: ProgressRelation
    """about_this, about_part, or context, which says nothing about the action itself."""
    note: BilingualText | None = None
    """What a reader must know to read the report."""


class Progress(Entity):
    """What was reported later on one action; the key is that of the action."""

    collection = "progress"

    action: Ref[Action]
    searched_on: Day
    """The day on which reports were last searched for."""
    note: BilingualText | None = None
    """What was searched for and not found."""
    reports: list[ProgressReport] = Field(default_factory=list)
    """The reports, oldest first; empty if nothing was found."""

    def natural_key(self) -> str:
        return str(self.action)


class Deadline(StrictModel):
    """The time by which something is to be done."""

    text: BilingualTitle
    """The time in the words of the announcement."""
    year: Year | None = None
    """The last year, if the announcement names it."""


class Reading(LaterReport):
    """A later figure beside the target of a commitment."""

    same_measure: Flag
    """Whether the document counts what the target counts."""
    reason: BilingualText | None = None
    """Why it does not; required with same_measure: false."""


class Commitment(Entity):
    """A commitment announced at a forum, with its target if it has one."""

    collection = "commitments"

    event: Ref[Event]
    """Where it was announced."""
    position: Position
    """The position among the commitments of the event."""
    kind: CommitmentKind
    """pledge for a promise, expectation for what is expected without one, result_list for the
    number of results on a list that many parties agreed."""
    name: BilingualTitle
    """What is counted, in a few words."""
    text: BilingualText
    """The commitment in our words."""
    target: Quantity | None = None
    """The number that was announced, if there is one."""
    deadline: Deadline | None = None
    """The time that was announced; omitted if none was."""
    wording: Wording
    """A few words of the announcement."""
    source: Ref[Source]
    locator: Locator | None = None
    """The paragraph and sentence of the source, such as P2.S2."""
    note: BilingualText | None = None
    """What a reader must know about the commitment."""
    searched_on: Day
    """The day on which readings were last searched for."""
    readings: list[Reading] = Field(default_factory=list)
    """Later figures, oldest first."""
