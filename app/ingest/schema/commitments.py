"""Yearly press conferences with their outcomes and actions, commitments, and later reports."""

from pydantic import Field

from app import enums
from app.ingest.schema.base import (
    BilingualText,
    BilingualTitle,
    Code,
    Day,
    Entity,
    Flag,
    Locator,
    Position,
    Quantity,
    Ref,
    SourceStatement,
    StrictModel,
    Wording,
    Year,
)
from app.ingest.schema.records import Indicator
from app.ingest.schema.reference import Area, Event, Instrument, Sector, Source, Topic


class EditionPart(StrictModel):
    """How much of one part of an edition is recorded."""

    completeness: enums.PartCompleteness
    """complete, partial or none."""
    note: BilingualText
    """Why: what was read, and what was not."""


class Edition(Entity):
    """A yearly press conference: the figures of the year before, and the priorities of its year."""

    collection = "editions"

    year: Year
    """The year of the press conference and of its priority areas; its figures are of the year
    before."""
    events: list[Ref[Event]] = Field(min_length=1)
    """The press conference, and a later one that gave what belongs to it. Whatever their documents
    state belongs to the edition."""
    source: Ref[Source]
    """The document that stands for the edition."""
    question: BilingualText | None = None
    """A summary of the question in our words, if it was read."""
    figures: EditionPart
    unstated_indicators: list[Ref[Indicator]] = Field(default_factory=list)
    """Indicators of the edition before for which this press conference stated no figure."""
    outcomes: EditionPart
    priority_areas: EditionPart

    def natural_key(self) -> str:
        return str(self.year)

    @property
    def completeness(self) -> enums.Completeness:
        parts = self.figures, self.outcomes, self.priority_areas
        if all(part.completeness is enums.PartCompleteness.COMPLETE for part in parts):
            return enums.Completeness.COMPLETE
        has_words = any(part.completeness is not enums.PartCompleteness.NONE for part in parts[1:])
        return enums.Completeness.PARTIAL if has_words else enums.Completeness.FIGURES_ONLY


class Outcome(Entity):
    """A result of a year that is stated in words."""

    collection = "outcomes"

    year: Year
    """The year under review."""
    position: Position
    """The position among the outcomes of the year."""
    topic: Ref[Topic] | None = None
    """The topic; omitted if the text concerns all of them."""
    text: BilingualText
    has_examples: Flag = False
    """Whether the source names what the text lists as examples, such as in "such as"."""
    note: BilingualText | None = None
    """What a reader should know; required with has_examples."""
    sectors: list[Ref[Sector]] = Field(default_factory=list)
    instruments: list[Ref[Instrument]] = Field(default_factory=list)
    areas: list[Ref[Area]] = Field(default_factory=list)
    indicators: list[Ref[Indicator]] = Field(default_factory=list)
    """The indicators that measure it."""
    source: Ref[Source]
    locator: Locator
    """The paragraph and sentence of the source, such as P2.S2."""


class PriorityArea(Entity):
    """A priority area announced for a year."""

    collection = "priority-areas"

    year: Year
    """The year for which it is announced."""
    slug: Code
    """The short name in addresses."""
    position: Position
    """The position among the priority areas of the year."""
    title: BilingualTitle
    summary: BilingualText
    """A summary of the actions."""
    note: BilingualText | None = None
    """What a reader should know."""
    aim: BilingualText | None = None
    """The aim, if the source states one."""
    aim_locator: Locator | None = None
    """The paragraph and sentence that state the aim."""
    baseline_indicators: list[Ref[Indicator]] = Field(default_factory=list)
    """The indicators that describe the starting point; an editorial choice."""
    source: Ref[Source]
    locator: Locator
    """The paragraph and sentence of the source, such as P2.S2."""

    def natural_key(self) -> str:
        return f"{self.year}-{self.slug}"


class Action(Entity):
    """One announced action with one verb."""

    collection = "actions"

    year: Year
    """The year for which it is announced."""
    slug: Code
    """The short name."""
    priority_area: Ref[PriorityArea]
    """The priority area, of the same year."""
    position: Position
    """The position within the priority area."""
    kind: enums.ActionKind
    """The verb."""
    text: BilingualText
    aim: BilingualText | None = None
    """The aim that the same sentence states for this action."""
    has_examples: Flag = False
    """Whether the source names what the text lists as examples, such as in "such as"."""
    note: BilingualText | None = None
    """What a reader should know; required with has_examples."""
    status: enums.ActionStatus
    """The state of implementation."""
    sectors: list[Ref[Sector]] = Field(default_factory=list)
    instruments: list[Ref[Instrument]] = Field(default_factory=list)
    areas: list[Ref[Area]] = Field(default_factory=list)
    topics: list[Ref[Topic]] = Field(default_factory=list)
    """The topics that the text concerns."""
    source: Ref[Source]
    locator: Locator
    """The paragraph and sentence of the source, such as P2.S2."""

    def natural_key(self) -> str:
        return f"{self.year}-{self.slug}"


class LaterReport(SourceStatement):
    """What a document says later."""

    date: Day
    """The day of what is reported; if none is stated, the day on which it was reported."""


class ProgressReport(LaterReport):
    """What was reported later on an action."""

    relation: enums.ProgressRelation
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
    kind: enums.CommitmentKind
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
