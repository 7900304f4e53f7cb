"""Editions: the yearly press conferences, and the comparison of two."""

from pydantic import Field

from app.enums import Completeness, PartCompleteness, Standing, ThemeChange, ThemeKind
from app.schemas import (
    Code,
    Count,
    Editorial,
    EditorialPaths,
    Line,
    Prose,
    Reference,
    Schema,
    Year,
    list_field,
)
from app.schemas.commitments import Outcome, PriorityArea
from app.schemas.observations import Observation, SourceReference
from app.schemas.reference import Event, TextReference


class EditionPart(Schema):
    """How much of a part of an edition is recorded."""

    completeness: Editorial[PartCompleteness] = Field(examples=["complete"])
    """complete if all of it was read; partial if some of it was not; none if nothing is recorded.
    Nothing is filled in."""
    note: Editorial[Prose] = Field(examples=["The whole report was read."])
    """What was read, and what was not."""
    count: Count = Field(examples=[4])
    """The number of records: figures of all documents of the edition, outcomes or priority
    areas."""
    standings: list[Standing] = list_field(of=3)
    """The standings of the documents that the records come from, the closest to the institution
    first; empty if nothing is recorded."""


class EditionParts(Schema):
    """How much of each part of an edition is recorded."""

    figures: EditionPart
    """The figures of the year before."""
    outcomes: EditionPart
    """The results of the year before that are stated in words."""
    priority_areas: EditionPart
    """The priority areas of the year, with their actions."""


class Edition(Schema):
    """A yearly press conference: the figures of the year before, and the priorities of its year."""

    year: Year = Field(examples=[2025])
    """The year of the press conference and of its priority areas; its figures are of the year
    before."""
    name: Editorial[Line] = Field(examples=["Press conference of 2025"])
    """The name, in the language of the response."""
    completeness: Editorial[Completeness] = Field(examples=["complete"])
    """complete if all three parts are; figures_only if no outcomes and no priority areas are
    recorded; else partial."""
    parts: EditionParts
    """How much of each part is recorded."""
    question: Editorial[Prose | None] = Field(examples=["What progress was made in 2024?"])
    """A summary of the question in our words; null if it was not read."""
    events: list[Event] = list_field(of=100)
    """The press conference, and a later one that gave what belongs to it: when and where, who
    spoke and who asked, and the documents of each with their standing."""
    source: SourceReference
    """The document that stands for the edition."""
    unstated_indicators: list[Reference] = list_field()
    """Indicators of the edition before for which this press conference stated no figure."""
    editorial: EditorialPaths


class EditionRecord(Edition):
    """An edition with everything that is recorded of it."""

    observations: list[Observation] = list_field()
    """All figures of its documents, as known on the day of the press conference: later figures and
    growth rates are left out. Some are of other years."""
    outcomes: list[Outcome] = list_field()
    """The outcomes, in order."""
    priority_areas: list[PriorityArea] = list_field()
    """The priority areas with their actions, in order."""


class ComparedTheme(Schema):
    """A sector, an instrument or a topic by which the actions of two editions are matched."""

    kind: ThemeKind = Field(examples=["sector"])
    """Whether it is a sector, an instrument or a topic."""
    code: Code = Field(examples=["artificial-intelligence"])
    """The key of the sector, instrument or topic."""
    name: Line = Field(examples=["Artificial intelligence"])
    """Its name, in the language of the response."""
    change: ThemeChange = Field(examples=["new"])
    """again if actions of both editions are linked to it, dropped if only those of the earlier one
    are, new if only those of the later one are."""
    certain: bool = Field(examples=[True])
    """Whether that follows from the links that this service recorded. It does not if the edition in
    which no action was found is recorded in part only. It says nothing about the wording: an action
    may concern the theme without being linked to it."""
    earlier: list[TextReference] = list_field()
    """The actions of the earlier edition."""
    later: list[TextReference] = list_field()
    """The actions of the later edition."""


class UnmatchedActions(Schema):
    """The actions that are linked to no sector, instrument or topic."""

    earlier: list[TextReference] = list_field()
    """Those of the earlier edition."""
    later: list[TextReference] = list_field()
    """Those of the later edition."""


class EditionComparison(Schema):
    """What two press conferences announced."""

    earlier: Edition
    """The earlier edition."""
    later: Edition
    """The later edition."""
    cautions: Editorial[list[Prose]] = list_field(of=10)
    """What to bear in mind, in the language of the response: which edition is recorded in part
    only, and what that means for the result."""
    themes: Editorial[list[ComparedTheme]] = list_field()
    """The sectors, instruments and topics of the actions, those of the earlier edition first."""
    unmatched: Editorial[UnmatchedActions]
    """The actions that cannot be matched."""
    editorial: EditorialPaths
