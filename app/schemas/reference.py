"""Reference data: topics, areas, sectors, instruments, units and sources."""

from pydantic import Field

from app.enums import AreaKind, InstrumentKind, Precision, Standing
from app.schemas.base import (
    Address,
    Code,
    Day,
    Line,
    Locator,
    Page,
    Prose,
    Reference,
    Schema,
    Year,
    list_field,
)


class TextReference(Schema):
    """An action or outcome, by its key and text."""

    id: Code = Field(examples=["2025-expand-trade"])
    """The key."""
    text: Prose = Field(examples=["Expand trade with BRI partner countries."])
    """The text, in the language of the answer."""


class Linked(Schema):
    """A record of a code list with everything that names it."""

    code: Code = Field(examples=["trade"])
    """The key."""
    name: Line = Field(examples=["Trade"])
    """The name, in the language of the answer."""
    indicators: list[Reference] = list_field()
    """The indicators that it is linked to."""
    outcomes: list[TextReference] = list_field()
    """The outcomes that name it."""
    actions: list[TextReference] = list_field()
    """The actions that name it."""


class Topic(Linked):
    """A subject of the press conference."""

    description: Prose = Field(examples=["Exports and imports of goods."])
    """What belongs to it."""


class Sector(Linked):
    """A field of the economy that the texts name."""

    code: Code = Field(examples=["digital-economy"])
    """The key."""
    name: Line = Field(examples=["Digital economy"])
    """The name, in the language of the answer."""
    description: Prose = Field(examples=["Economic activity built on digital technology."])
    """What belongs to it."""


class Instrument(Linked):
    """A platform, exhibition, project type, agreement or mechanism that the texts name."""

    code: Code = Field(examples=["china-asean-expo"])
    """The key."""
    name: Line = Field(examples=["China-ASEAN Expo"])
    """The name, in the language of the answer."""
    kind: InstrumentKind = Field(examples=["exhibition"])
    """What sort of means it is."""
    description: Prose = Field(examples=["A regional exhibition."])
    """What it is."""


class Area(Linked):
    """A country by its ISO 3166 code, or a group with the definition of its members."""

    code: Code = Field(examples=["BRI"])
    """The code: ISO 3166 alpha-2 for a country, a code of ours for a group."""
    name: Line = Field(examples=["BRI partner countries"])
    """The name, in the language of the answer."""
    kind: AreaKind = Field(examples=["group"])
    """A single country, or a group of countries."""
    definition: Prose = Field(examples=["About 150 countries that joined the initiative."])
    """What it covers; for a group, who its members are."""


class Unit(Schema):
    """A unit of measure."""

    code: Code = Field(examples=["CNY"])
    """The code: an ISO 4217 currency, PT for percent, NB for a count."""
    name: Line = Field(examples=["Renminbi yuan"])
    """The name, in the language of the answer."""
    symbol: Line = Field(examples=["CNY"])
    """The short sign to print on an axis."""
    decimals: int = Field(ge=0, le=10, examples=[2])
    """The usual number of decimals of the unit."""
    description: Prose = Field(examples=["The currency of China."])
    """What it is."""
    indicators: list[Reference] = list_field()
    """The indicators whose headline figure is in this unit."""


class Speaker(Schema):
    """The person who gave the figures."""

    name: Line = Field(examples=["Li Yongjie"])
    """The name."""
    title: Line = Field(examples=["Deputy China international trade representative (at the time)"])
    """The office held on the day of the event, not today."""


class Goal(Schema):
    """The goal stated for the whole of the coming year's work."""

    text: Prose = Field(examples=["Keep cooperation going and bring more tangible results."])
    """The goal, in the language of the answer."""
    locator: Locator = Field(examples=["P5.S1"])
    """Where the source states it."""


class Source(Schema):
    """A document or event that figures and commitments come from."""

    code: Code = Field(examples=["scio-2025-01-15"])
    """The key."""
    edition: Year | None = Field(examples=[2024])
    """The year reviewed by a press conference that the API is built on; null for a source
    used only for comparison."""
    standing: Standing = Field(examples=["primary"])
    """How near the document stands to the institution whose figures it carries."""
    title: Line = Field(examples=["Report on the SCIO press conference"])
    """The title of the document."""
    event: Line | None = Field(examples=["SCIO press conference on commerce work"])
    """The event that it tells of; null where it tells of none."""
    publisher: Line = Field(examples=["ECNS"])
    """Who published it."""
    body: Line = Field(examples=["Ministry of Commerce"])
    """The institution whose figures these are."""
    speaker: Speaker | None
    """Who gave the figures; null where the document names nobody."""
    place: Line | None = Field(examples=["Beijing"])
    """Where the event was held; null where there was no event."""
    held_on: Day | None = Field(examples=["2025-01-15"])
    """The day of the event; null where there was no event."""
    published_on: Day = Field(examples=["2025-01-15"])
    """The day of publication. It is the vintage of the figures, unless held_on gives the day on
    which an event told them."""
    published_precision: Precision = Field(examples=["day"])
    """month where only the month of publication is known; the day is then its last one."""
    language: str = Field(min_length=2, max_length=2, pattern="^[a-z]{2}$", examples=["en"])
    """The language of the document by its ISO 639-1 code."""
    address: Address | None = Field(examples=[None])
    """The web address; null where the document was handed down without one."""
    licence: Prose = Field(examples=["No open licence is known."])
    """What is known about reuse of the document."""
    goal: Goal | None
    """The goal stated for the coming year; null where the document states none."""
    line: Line = Field(examples=["ECNS: report on the press conference, published 15 January 2025"])
    """A ready source line, to print under a figure."""


class TopicPage(Page[Topic]):
    """One page of topics."""


class AreaPage(Page[Area]):
    """One page of areas."""


class SectorPage(Page[Sector]):
    """One page of sectors."""


class InstrumentPage(Page[Instrument]):
    """One page of instruments."""


class UnitPage(Page[Unit]):
    """One page of units."""


class SourcePage(Page[Source]):
    """One page of sources."""
