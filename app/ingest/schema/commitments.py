"""What was reported later: on announced actions, and on commitments of the forums."""

from pydantic import Field

from app.enums import CommitmentKind, ProgressRelation
from app.ingest.schema.base import (
    BilingualText,
    BilingualTitle,
    Day,
    Entity,
    Flag,
    Locator,
    Position,
    Quantity,
    Ref,
    Statement,
    StrictModel,
    Wording,
    Year,
)
from app.ingest.schema.editions import Action
from app.ingest.schema.reference import Event, Source


class LaterReport(Statement):
    """What a document says later."""

    date: Day
    """The day of what is reported; if none is stated, the day on which it was reported."""


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
