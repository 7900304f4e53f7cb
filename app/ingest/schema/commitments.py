"""Outcomes, priority areas and actions."""

from pydantic import Field

from app.enums import ActionKind, ActionStatus
from app.ingest.schema.base import Entity
from app.ingest.schema.fields import (
    AreaPosition,
    BilingualText,
    BilingualTitle,
    Code,
    Locator,
    Position,
    Year,
)


class Outcome(Entity):
    """A qualitative result of a year."""

    collection = "outcomes"

    year: Year
    """The year reviewed."""
    position: Position
    """Its place among the outcomes of the year."""
    topic: Code
    """The topic it belongs to."""
    text: BilingualText
    """The outcome."""
    sectors: list[Code] = Field(default_factory=list)
    """The sectors it names."""
    instruments: list[Code] = Field(default_factory=list)
    """The instruments it names."""
    areas: list[Code] = Field(default_factory=list)
    """The areas it names."""
    indicators: list[Code] = Field(default_factory=list)
    """The indicators that measure it."""
    source: Code
    """The source."""
    locator: Locator
    """The place in the source."""


class PriorityArea(Entity):
    """One of the four priority areas announced for a year."""

    collection = "priority-areas"

    year: Year
    """The year it is announced for."""
    slug: Code
    """Its short name in addresses."""
    position: AreaPosition
    """Its place among the four."""
    title: BilingualTitle
    """Its title."""
    summary: BilingualText
    """What it comes to."""
    aim: BilingualText | None = None
    """The aim that the source states, if any."""
    aim_locator: Locator | None = None
    """Where the source states the aim."""
    baseline_indicators: list[Code] = Field(default_factory=list)
    """The indicators it starts from; an editorial choice."""
    source: Code
    """The source."""
    locator: Locator
    """The place in the source."""

    def natural_key(self) -> str:
        """Spell the year and the slug."""
        return f"{self.year}-{self.slug}"


class Action(Entity):
    """One commitment, one verb."""

    collection = "actions"

    year: Year
    """The year it is announced for."""
    slug: Code
    """Its short name."""
    priority_area: Code
    """The priority area it belongs to, with its year."""
    position: Position
    """Its place within the priority area."""
    kind: ActionKind
    """Its verb."""
    text: BilingualText
    """The commitment."""
    status: ActionStatus
    """How far it has come."""
    sectors: list[Code] = Field(default_factory=list)
    """The sectors it names."""
    instruments: list[Code] = Field(default_factory=list)
    """The instruments it names."""
    areas: list[Code] = Field(default_factory=list)
    """The areas it names."""
    topics: list[Code] = Field(default_factory=list)
    """The topics it touches."""
    source: Code
    """The source."""
    locator: Locator
    """The place in the source."""

    def natural_key(self) -> str:
        """Spell the year and the slug."""
        return f"{self.year}-{self.slug}"
