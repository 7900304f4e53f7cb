"""Outcomes, priority areas and actions."""

from pydantic import Field

from app.enums import ActionKind, ActionStatus
from app.ingest.schema.base import Entity, Ref
from app.ingest.schema.fields import (
    AreaPosition,
    BilingualText,
    BilingualTitle,
    Code,
    Locator,
    Position,
    Year,
)
from app.ingest.schema.observations import Indicator
from app.ingest.schema.reference import Area, Instrument, Sector, Source, Topic


class Outcome(Entity):
    """A result of a year that is stated without a figure."""

    collection = "outcomes"

    year: Year
    """The year under review."""
    position: Position
    """The position among the outcomes of the year."""
    topic: Ref[Topic]
    text: BilingualText
    sectors: list[Ref[Sector]] = Field(default_factory=list)
    instruments: list[Ref[Instrument]] = Field(default_factory=list)
    areas: list[Ref[Area]] = Field(default_factory=list)
    indicators: list[Ref[Indicator]] = Field(default_factory=list)
    """The indicators that measure it."""
    source: Ref[Source]
    locator: Locator
    """The paragraph and sentence of the source, such as P2.S2."""


class PriorityArea(Entity):
    """One of the four priority areas announced for a year."""

    collection = "priority-areas"

    year: Year
    """The year for which it is announced."""
    slug: Code
    """The short name in addresses."""
    position: AreaPosition
    """The position among the four."""
    title: BilingualTitle
    summary: BilingualText
    """A summary in one sentence."""
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
    """One announced commitment with one verb."""

    collection = "actions"

    year: Year
    """The year for which it is announced."""
    slug: Code
    """The short name."""
    priority_area: Ref[PriorityArea]
    """The priority area, of the same year."""
    position: Position
    """The position within the priority area."""
    kind: ActionKind
    """The verb."""
    text: BilingualText
    status: ActionStatus
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
