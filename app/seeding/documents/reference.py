"""Releases, sources and the code lists."""

from typing import Annotated

from pydantic import StringConstraints

from app.seeding.documents.base import Entity, Listed
from app.seeding.fields import (
    Address,
    Day,
    Decimals,
    Locator,
    Position,
    Strict,
    SuffixText,
    Text,
    Year,
)
from app.vocabulary import AreaKind, InstrumentKind, Standing


class Release(Entity):
    """A dated release of this data set; the newest one is what the API serves."""

    collection = "releases"

    date: Day
    """The day of the release."""
    note: Text
    """What the release brings."""

    def natural_key(self) -> str:
        """Name the file after its day."""
        return self.date.isoformat()


class Speaker(Strict):
    """The person who gave the figures."""

    name: Text
    """The speaker's name."""
    title: Text
    """The office held at the time of the event."""


class Goal(Strict):
    """The goal that a press conference states for the whole of the coming year's work."""

    text: Text
    """The goal."""
    locator: Locator
    """Where the source states it."""


class Source(Entity):
    """A document or event that figures and commitments come from."""

    collection = "sources"

    edition: Year | None = None
    """The year reviewed, for a press conference that the API is built on; else left out."""
    standing: Standing
    """How near the document stands to the institution whose figures it carries."""
    title: Text
    """The title of the document."""
    event: Text | None = None
    """The event that the document tells of."""
    publisher: Text
    """Who published the document."""
    body: Text
    """The institution whose figures these are."""
    speaker: Speaker | None = None
    """Who gave the figures."""
    place: Text | None = None
    """Where the event was held."""
    held_on: Day | None = None
    """The day of the event."""
    published_on: Day
    """The day of publication, which is the vintage of its figures."""
    language: Annotated[str, StringConstraints(pattern="^(en|zh)$")]
    """The language of the document: en or zh."""
    address: Address | None = None
    """The web address of the document."""
    licence: Text
    """What is known about reuse."""
    sentences: list[Position] | None = None
    """The number of sentences in each paragraph; locators are checked against it."""
    goal: Goal | None = None
    """The goal stated for the whole of the coming year's work."""


class Topic(Listed):
    """A subject of the press conference."""

    collection = "topics"

    description: Text
    """What belongs to it."""


class Area(Listed):
    """A country by its ISO 3166 alpha-2 code, or a group of countries."""

    collection = "areas"

    kind: AreaKind
    """country or group."""
    definition: Text
    """What the area covers; for a group, who its members are."""


class Unit(Listed):
    """A unit of measure."""

    collection = "units"

    symbol: Text
    """The short sign of the unit."""
    suffix: SuffixText
    """What is printed after a number in this unit."""
    decimals: Decimals
    """The usual number of decimals."""
    description: Text
    """What the unit is."""


class Sector(Listed):
    """A field of the economy."""

    collection = "sectors"

    description: Text
    """What belongs to it."""


class Instrument(Listed):
    """A platform, exhibition, project type, agreement or mechanism."""

    collection = "instruments"

    kind: InstrumentKind
    """What sort of means it is."""
    description: Text
    """What it is."""
