"""Releases, sources and the code lists."""

from datetime import date
from typing import Annotated

from pydantic import StringConstraints

from app.enums import AreaKind, InstrumentKind, Precision, Standing
from app.ingest.schema.base import CodeListEntity, Entity
from app.ingest.schema.fields import (
    Address,
    BilingualSuffix,
    BilingualText,
    BilingualTitle,
    Day,
    Decimals,
    Locator,
    Position,
    StrictModel,
    Year,
)


class Release(Entity):
    """A dated release of this data set; the newest one is what the API serves."""

    collection = "releases"

    date: Day
    """The day of the release."""
    number: Position = 1
    """Which release of that day it is; left out where it is the only one."""
    note: BilingualText
    """What the release brings."""

    def natural_key(self) -> str:
        """Name the file after its day, and after its number where the day has several."""
        day = self.date.isoformat()
        return day if self.number == 1 else f"{day}.{self.number}"


class Speaker(StrictModel):
    """The person who gave the figures."""

    name: BilingualTitle
    """The speaker's name."""
    title: BilingualText
    """The office held at the time of the event."""


class Goal(StrictModel):
    """The goal that a press conference states for the whole of the coming year's work."""

    text: BilingualText
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
    title: BilingualTitle
    """The title of the document."""
    event: BilingualText | None = None
    """The event that the document tells of."""
    publisher: BilingualTitle
    """Who published the document."""
    body: BilingualText
    """The institution whose figures these are."""
    speaker: Speaker | None = None
    """Who gave the figures."""
    place: BilingualText | None = None
    """Where the event was held."""
    held_on: Day | None = None
    """The day of the event."""
    published_on: Day
    """The day of publication. It is the vintage of the figures, unless held_on gives the day on
    which an event told them; where only the month is known, the last day of it."""
    published_precision: Precision = Precision.DAY
    """month where only the month of publication is known."""
    language: Annotated[str, StringConstraints(pattern="^[a-z]{2}$")]
    """The language of the document by its ISO 639-1 code, such as en or zh."""
    address: Address | None = None
    """The web address of the document."""
    licence: BilingualText
    """What is known about reuse."""
    sentences: list[Position] | None = None
    """The number of sentences in each paragraph; locators are checked against it."""
    goal: Goal | None = None
    """The goal stated for the whole of the coming year's work."""

    @property
    def vintage(self) -> date:
        """Give the day on which its figures became known."""
        return self.held_on or self.published_on


class Topic(CodeListEntity):
    """A subject of the press conference."""

    collection = "topics"

    description: BilingualText
    """What belongs to it."""


class Area(CodeListEntity):
    """A country by its ISO 3166 alpha-2 code, or a group of countries."""

    collection = "areas"

    kind: AreaKind
    """country or group."""
    definition: BilingualText
    """What the area covers; for a group, who its members are."""


class Unit(CodeListEntity):
    """A unit of measure."""

    collection = "units"

    symbol: BilingualTitle
    """The short sign of the unit."""
    suffix: BilingualSuffix
    """What is printed after a number in this unit."""
    decimals: Decimals
    """The usual number of decimals."""
    description: BilingualText
    """What the unit is."""


class Sector(CodeListEntity):
    """A field of the economy."""

    collection = "sectors"

    description: BilingualText
    """What belongs to it."""


class Instrument(CodeListEntity):
    """A platform, exhibition, project type, agreement or mechanism."""

    collection = "instruments"

    kind: InstrumentKind
    """What sort of means it is."""
    description: BilingualText
    """What it is."""
