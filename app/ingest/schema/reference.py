"""Releases, events, sources and code lists."""

from typing import Annotated

from pydantic import Field

from app import enums
from app.ingest.schema.base import (
    Address,
    BilingualSuffix,
    BilingualText,
    BilingualTitle,
    Code,
    CodeListEntity,
    Day,
    Decimals,
    Entity,
    FieldName,
    Host,
    LanguageCode,
    Locator,
    Position,
    RecordPath,
    Ref,
    ShortText,
    StrictModel,
)


class Correction(StrictModel):
    """An error of this dataset that a release corrects, in some fields of some records."""

    records: Annotated[list[RecordPath], Field(min_length=1)]
    """The records, as folder and key."""
    fields: Annotated[list[FieldName], Field(min_length=1)]
    """The fields of these records that are corrected."""
    reason: BilingualText
    """What was wrong, in one sentence."""


class Release(Entity):
    """A dated release of the dataset; the API serves the newest one."""

    collection = "releases"

    date: Day
    """The date of the release."""
    number: Position = 1
    """The number of the release on that day; omit it for the first."""
    note: BilingualText
    """What is new in the release."""
    corrections: list[Correction] = Field(default_factory=list)
    """The errors of this dataset that the release corrects."""

    def natural_key(self) -> str:
        day = self.date.isoformat()
        return day if self.number == 1 else f"{day}.{self.number}"


class Speaker(StrictModel):
    """A person who announced figures at an event."""

    name: BilingualTitle
    office: BilingualTitle
    """The office held on the day of the event."""


class Event(Entity):
    """A press conference, briefing or release at which figures or commitments were announced."""

    collection = "events"

    name: BilingualTitle
    """What it was."""
    held_on: Day
    """The day: the vintage of the figures that were announced."""
    part_of_day: enums.PartOfDay | None = None
    """The part of the day, if a source states it."""
    place: BilingualTitle | None = None
    organiser: BilingualTitle
    """The institution that held the event."""
    speakers: list[Speaker] = Field(default_factory=list)
    """The persons who announced what is recorded here."""
    questioner: BilingualTitle | None = None
    """The media organisation that asked."""
    note: BilingualText | None = None
    """What a reader should know about this description."""


class Goal(StrictModel):
    """The overall goal that a press conference states for the coming year."""

    text: BilingualText
    locator: Locator
    """The paragraph and sentence that state it."""


class Difference(StrictModel):
    """How another text of the same event differs from a sentence, in our words."""

    source: Code
    """The key of the source that holds the other text."""
    locator: Locator
    """The sentence of the other text, such as P3.S2."""
    text: BilingualText


class Passage(StrictModel):
    """What is to be said of one sentence of a document, besides the records that cite it."""

    locator: Locator
    note: BilingualText | None = None
    """What the sentence does, if no record is taken from it or something remains to be said."""
    differences: list[Difference] = Field(default_factory=list)


class Publisher(BilingualTitle):
    """Who published a text first, which need not be the site that carries it."""

    short: BilingualTitle | None = None
    """The name in short citations; omit it if the full name is short."""
    kind: enums.PublisherKind = enums.PublisherKind.MEDIUM
    """authority, a news agency, or other media."""
    hosts: list[Host] = Field(default_factory=list)
    """The hosts of the publisher's own sites, such as ecns.cn, which includes www.ecns.cn."""

    @property
    def short_name(self) -> BilingualTitle:
        return self.short or self


class SourceTitle(BilingualTitle):
    """Our own title in both languages: a translation of the printed one, or else a description."""

    printed: ShortText | None = None
    """The title printed in the document, in its own language. The title in that language repeats
    it."""


class Source(Entity):
    """A document that states figures and commitments."""

    collection = "sources"

    event: Ref[Event] | None = None
    """The event that the document reports."""
    standing: enums.Standing
    """How close the document is to the institution whose figures it states; follows from the
    publisher and the carrier."""
    title: SourceTitle
    publisher: Publisher
    carrier: BilingualTitle | None = None
    """The site that reposts the text, if the address is not on the publisher's own site."""
    document_kind: enums.DocumentKind = enums.DocumentKind.ARTICLE
    """transcript for the official transcript of the event, article for all else."""
    body: BilingualText
    """The institution that compiled the figures."""
    published_on: Day
    """The day printed on the page at the address; if none is, that of the dateline or the address.
    It is the vintage of the figures unless an event announced them. If only the month is known,
    its last day."""
    published_precision: enums.Precision = enums.Precision.DAY
    """month if only the month of publication is known."""
    published_basis: enums.DateBasis = enums.DateBasis.PRINTED
    """Where the day is stated: printed on the page, in the dateline or in the address; event if the
    document states none, and the month of its event stands for it."""
    language: LanguageCode
    """The ISO 639-1 code of the document's language, such as en or zh."""
    address: Address | None = None
    """The web address of the document."""
    checked_on: Day | None = None
    """The day on which the page was last found and compared."""
    licence: BilingualText
    """What is known about reuse."""
    note: BilingualText | None = None
    """What a reader should know about the document and its description here."""
    sentences: list[Position] | None = None
    """The number of sentences in each paragraph; locators are checked against it."""
    event_locator: Locator | None = None
    """The paragraph and sentence that state the event."""
    passages: list[Passage] = Field(default_factory=list)
    """Sentences that carry nothing, or differ from another text of the event."""
    goal: Goal | None = None
    """The overall goal stated for the coming year."""

    @property
    def title_kind(self) -> enums.TitleKind:
        return enums.TitleKind.PRINTED if self.title.printed else enums.TitleKind.DESCRIPTIVE


class Topic(CodeListEntity):
    """A subject of the press conference."""

    collection = "topics"

    description: BilingualText


class Area(CodeListEntity):
    """A country, with its ISO 3166 alpha-2 code as the key, or a group of countries."""

    collection = "areas"

    kind: enums.AreaKind
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
    basis: enums.EvidenceBasis
    """stated if a source names the group; inferred if it follows from published figures."""
    evidence: BilingualText
    """How the coverage and its dates are known, with the arithmetic if it is inferred."""


class Sector(CodeListEntity):
    """A sector of the economy."""

    collection = "sectors"

    description: BilingualText
    note: BilingualText | None = None
    """What a reader should know about the term."""


class Instrument(CodeListEntity):
    """A platform, exhibition, project type, agreement or mechanism."""

    collection = "instruments"

    kind: enums.InstrumentKind
    """The type of instrument."""
    description: BilingualText
    note: BilingualText | None = None
    """What a reader should know about the term."""
