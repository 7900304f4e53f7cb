"""Releases, sources and code lists."""

from datetime import date

from pydantic import Field

from app.enums import AreaKind, CoverageBasis, InstrumentKind, Precision, Standing
from app.ingest.schema.base import (
    Address,
    BilingualSuffix,
    BilingualText,
    BilingualTitle,
    CodeListEntity,
    Day,
    Decimals,
    Entity,
    LanguageCode,
    Locator,
    Position,
    RecordPath,
    StrictModel,
    Year,
)


class Release(Entity):
    """A dated release of the data set; the API serves the newest one."""

    collection = "releases"

    date: Day
    """The date of the release."""
    number: Position = 1
    """The number of the release on that day; omit it for the first."""
    note: BilingualText
    """What is new in the release."""
    corrections: list[RecordPath] = Field(default_factory=list)
    """The records of which the release corrects an error of this data set, as folder and key."""

    def natural_key(self) -> str:
        day = self.date.isoformat()
        return day if self.number == 1 else f"{day}.{self.number}"


class Speaker(StrictModel):
    """The person who announced the figures."""

    name: BilingualTitle
    title: BilingualText
    """The office held at the time of the event."""


class Goal(StrictModel):
    """The overall goal that a press conference states for the coming year."""

    text: BilingualText
    locator: Locator
    """The paragraph and sentence that state it."""


class Source(Entity):
    """A document or event that states figures and commitments."""

    collection = "sources"

    edition: Year | None = None
    """The year under review, for a press conference that the data set is based on; else omitted."""
    standing: Standing
    """How close the document is to the institution whose figures it states."""
    title: BilingualTitle
    event: BilingualText | None = None
    """The event that the document reports on."""
    publisher: BilingualTitle
    body: BilingualText
    """The institution that compiled the figures."""
    speaker: Speaker | None = None
    """The person who announced the figures."""
    place: BilingualText | None = None
    held_on: Day | None = None
    published_on: Day
    """The date of publication: the vintage of the figures, unless held_on gives the date of the
    event at which they were announced. If only the month is known, its last day."""
    published_precision: Precision = Precision.DAY
    """month if only the month of publication is known."""
    language: LanguageCode
    """The ISO 639-1 code of the document's language, such as en or zh."""
    address: Address | None = None
    """The web address of the document."""
    licence: BilingualText
    """What is known about reuse."""
    sentences: list[Position] | None = None
    """The number of sentences in each paragraph; locators are checked against it."""
    goal: Goal | None = None
    """The overall goal stated for the coming year."""

    @property
    def vintage(self) -> date:
        """The date on which the figures became known."""
        return self.held_on or self.published_on


class Topic(CodeListEntity):
    """A subject of the press conference."""

    collection = "topics"

    description: BilingualText


class Area(CodeListEntity):
    """A country, with its ISO 3166 alpha-2 code as the key, or a group of countries."""

    collection = "areas"

    kind: AreaKind
    """country or group."""
    definition: BilingualText
    """What the area covers; for a group, its members."""


class Unit(CodeListEntity):
    """A unit of measure."""

    collection = "units"

    symbol: BilingualTitle
    suffix: BilingualSuffix
    """What is printed after a number in this unit."""
    decimals: Decimals
    """The usual number of decimals."""
    description: BilingualText


class Coverage(CodeListEntity):
    """Which countries a figure counts."""

    collection = "coverages"

    description: BilingualText
    """The group of countries."""
    first_published: Day | None = None
    """The date of the first figure with this coverage, if it is known."""
    last_published: Day | None = None
    """The date of the last figure with this coverage, if another has replaced it."""
    basis: CoverageBasis
    """stated if a source names the group; inferred if it follows from published figures."""
    evidence: BilingualText
    """How the coverage and its dates are known, with the arithmetic if it is inferred."""


class Sector(CodeListEntity):
    """A sector of the economy."""

    collection = "sectors"

    description: BilingualText


class Instrument(CodeListEntity):
    """A platform, exhibition, project type, agreement or mechanism."""

    collection = "instruments"

    kind: InstrumentKind
    """The type of instrument."""
    description: BilingualText
