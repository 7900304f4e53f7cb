"""Topics, areas, sectors, instruments, units, events and sources."""

from pydantic import Field

from app import enums
from app.schemas import (
    Address,
    Code,
    Day,
    Editorial,
    EditorialPaths,
    LanguageCode,
    Line,
    Locator,
    Position,
    Prose,
    Reference,
    Schema,
    Year,
    list_field,
)
from app.schemas.observations import AreaReference, Citation, SourceReference, UnitReference


class TextReference(Schema):
    """A reference to an action or outcome."""

    id: Code = Field(examples=["2025-expand-trade"])
    """The key."""
    text: Prose = Field(examples=["Expand trade with BRI partner countries."])
    """The text, in the language of the response."""


class Linked(Reference):
    """A record of a code list, with the records that refer to it."""

    code: Code = Field(examples=["trade"])
    """The key."""
    indicators: Editorial[list[Reference]] = list_field()
    """The linked indicators."""
    outcomes: list[TextReference] = list_field()
    """The outcomes that name it."""
    actions: list[TextReference] = list_field()
    """The actions that name it."""


class Topic(Linked):
    """A subject of the press conferences."""

    name: Editorial[Line] = Field(examples=["Trade"])
    outcomes: Editorial[list[TextReference]] = list_field()
    """The outcomes concerned."""
    actions: Editorial[list[TextReference]] = list_field()
    """The actions concerned."""
    description: Editorial[Prose] = Field(examples=["Exports and imports of goods."])
    """What the topic covers."""
    editorial: EditorialPaths


class Sector(Linked):
    """An economic sector named in the texts."""

    code: Code = Field(examples=["digital-economy"])
    name: Line = Field(examples=["Digital economy"])
    description: Editorial[Prose] = Field(
        examples=["Economic activity built on digital technology."]
    )
    """What the sector covers."""
    note: Editorial[Prose | None] = Field(examples=[None])
    """A note on the term; null if there is none."""
    editorial: EditorialPaths


class Instrument(Linked):
    """A platform, exhibition, project type, agreement or mechanism named in the texts."""

    code: Code = Field(examples=["china-asean-expo"])
    name: Line = Field(examples=["China-ASEAN Expo"])
    kind: Editorial[enums.InstrumentKind] = Field(examples=["exhibition"])
    """The kind of instrument."""
    description: Editorial[Prose] = Field(examples=["A regional exhibition."])
    """What it is."""
    note: Editorial[Prose | None] = Field(examples=[None])
    """A note on the term; null if there is none."""
    editorial: EditorialPaths


class Area(AreaReference, Linked):
    """A country or a group of countries."""

    indicators: list[Reference] = list_field()
    """The indicators of which it is an area."""
    kind: enums.AreaKind = Field(examples=["group"])
    """Whether it is a single country or a group of countries."""
    definition: Editorial[Prose] = Field(
        examples=["The countries that take part in the initiative."]
    )
    """What the area covers; for a group, its members."""
    editorial: EditorialPaths


class Coverage(Reference):
    """Which countries a figure counts."""

    code: Code = Field(examples=["partner-2025"])
    """The key."""
    name: Editorial[Line] = Field(
        examples=["Partner countries (2025 scope, inferred by this service)"]
    )
    description: Editorial[Prose] = Field(
        examples=["The countries counted as partners from January 2025."]
    )
    """The group of countries."""
    basis: enums.EvidenceBasis = Field(examples=["inferred"])
    """stated if a source names the group; inferred if this service concludes from published
    figures that it changed."""
    first_published: Day | None = Field(examples=["2025-01-13"])
    """The date of the first figure with this coverage that this service knows; null if unknown."""
    last_published: Day | None = Field(examples=[None])
    """The date of the last figure with this coverage that this service knows; null if none has
    replaced it."""
    evidence: Editorial[Prose] = Field(examples=["22.1 / 19.47 = 1.135, up 13.5 percent."])
    """How the coverage is known, with the arithmetic if it is inferred."""
    editorial: EditorialPaths


class RelatedDataset(Reference):
    """A dataset of another publisher; its values are not copied here."""

    code: Code = Field(examples=["china-global-investment-tracker"])
    """The key."""
    name: Line = Field(examples=["China Global Investment Tracker"])
    publisher: Line = Field(examples=["American Enterprise Institute"])
    """The publisher."""
    description: Editorial[Prose] = Field(
        examples=["Transactions of 100 million US dollars or more."]
    )
    """What it counts."""
    difference: Editorial[Prose] = Field(
        examples=["Counts announced transactions instead of annual flows."]
    )
    """Why its totals differ from the figures here."""
    licence: Editorial[Prose] = Field(examples=["No open licence was found."])
    """The licence or the terms that were read."""
    address: Address = Field(examples=["https://www.example.org/dataset"])
    """Where it is published, or described."""
    checked_on: Day = Field(examples=["2026-11-26"])
    """The day on which the address and the licence were last read."""
    indicators: Editorial[list[Reference]] = list_field()
    """The indicators with which it could be confused."""
    editorial: EditorialPaths


class Unit(UnitReference):
    """A unit of measure."""

    decimals: int = Field(ge=0, le=10, examples=[2])
    """The usual number of decimals."""
    description: Editorial[Prose] = Field(examples=["The currency of China."])
    """What the unit is."""
    indicators: Editorial[list[Reference]] = list_field()
    """The indicators whose headline figure uses this unit."""
    editorial: EditorialPaths


class Speaker(Schema):
    """A person who presented figures at an event."""

    name: Line = Field(examples=["Li Yongjie"])
    """The name."""
    office: Line = Field(examples=["Deputy China international trade representative"])
    """The office held on the day of the event, which may have changed since."""


class Document(Schema):
    """A document that reports an event."""

    code: Code = Field(examples=["scio-2025-01-15"])
    """The key of the source."""
    publisher: Line = Field(examples=["ECNS"])
    """The publisher."""
    title: Line = Field(examples=["[Report on the SCIO press conference]"])
    """The title; titles of ours are in square brackets."""
    standing: enums.Standing = Field(examples=["repost"])
    """The relation of the document to the institution that produced the figures."""


class Event(Schema):
    """A press conference, briefing or release at which figures and commitments were announced."""

    code: Code = Field(examples=["mofcom-2025-01-15"])
    """The key: the institution and the day."""
    name: Editorial[Line] = Field(examples=["SCIO press conference on commerce work"])
    """What it was, in the language of the response."""
    held_on: Day = Field(examples=["2025-01-15"])
    """The day, which is the vintage of the figures announced."""
    part_of_day: enums.PartOfDay | None = Field(examples=["afternoon"])
    """The part of the day; null if no document states it."""
    place: Line | None = Field(examples=["Beijing"])
    """The place; null if no document states it."""
    organiser: Line = Field(examples=["State Council Information Office (SCIO)"])
    """The institution that held the event."""
    speakers: list[Speaker] = list_field(of=100)
    """The persons who presented what is recorded here; empty if no document names them."""
    questioner: Line | None = Field(examples=["Phoenix TV"])
    """The media organisation that asked; null if it is not known or there was no question."""
    note: Editorial[Prose | None] = Field(examples=[None])
    """A note on the description of the event; null if there is none."""
    documents: list[Document] = list_field()
    """The documents that report it. Two of them do not confirm each other independently."""
    editorial: EditorialPaths


class EventReference(Schema):
    """A reference to an event."""

    code: Code = Field(examples=["mofcom-2025-01-15"])
    """The key of the event."""
    name: Line = Field(examples=["SCIO press conference on commerce work"])
    """The name of the event, in the language of the response."""
    held_on: Day = Field(examples=["2025-01-15"])
    """The day of the event."""


class Goal(Schema):
    """The overall goal for the coming year."""

    text: Editorial[Prose] = Field(
        examples=["Continue cooperation and achieve more tangible results."]
    )
    """The goal, in the language of the response."""
    locator: Locator = Field(examples=["P5.S1"])
    """The location in the source."""


class Source(Schema):
    """A document from which figures and commitments are taken."""

    code: Code = Field(examples=["scio-2025-01-15"])
    """The key."""
    edition: Year | None = Field(examples=[2025])
    """The year of the yearly press conference to which the document belongs; null if it belongs to
    none."""
    event: EventReference | None
    """The event that the document reports, whose day is the vintage of its figures; null if it
    reports none."""
    standing: Editorial[enums.Standing] = Field(examples=["repost"])
    """The relation of the document to the institution that produced the figures. primary: the page
    of the authority itself, or the official transcript of the event. repost: a text of an
    authority or a news agency, carried by another site. secondary: the words of other media."""
    title: Editorial[Line] = Field(examples=["[Report on the SCIO press conference]"])
    """The title as displayed. It is in square brackets if the document does not print it: a
    description of ours, or our translation of a title in another language."""
    title_kind: enums.TitleKind = Field(examples=["descriptive"])
    """printed if the document has a title of its own, descriptive if ours describes it."""
    printed_title: Line | None = Field(examples=[None])
    """The title that the document prints, in its own language; null if it prints none."""
    publisher: Line = Field(examples=["ECNS"])
    """The publisher of the text, which may be carried by another site."""
    carrier: Line | None = Field(examples=["21cmcc.org.cn"])
    """The site that carries the text at the address; null if that is the publisher's own."""
    document_kind: enums.DocumentKind = Field(examples=["article"])
    """transcript if the document is the official transcript of the event, else article."""
    body: Line = Field(examples=["Ministry of Commerce"])
    """The institution that produced the figures."""
    published_on: Day = Field(examples=["2025-01-15"])
    """The date of publication. It is the vintage of the figures unless an event presented them."""
    published_precision: enums.Precision = Field(examples=["day"])
    """month if only the month of publication is known; the date is then its last day."""
    published_basis: enums.DateBasis = Field(examples=["dateline"])
    """Where the date is stated: printed on the page at the address; in the dateline of the text or
    in the address, if the page prints none; or event, if none is stated and the month of the event
    stands for it."""
    language: LanguageCode = Field(examples=["en"])
    """The language of the document, as an ISO 639-1 code."""
    address: Address | None = Field(examples=["https://21cmcc.org.cn/t20250117_2413.htm"])
    """The URL of the document; null if none is known."""
    checked_on: Day | None = Field(examples=["2026-11-26"])
    """The day on which the page was last found and compared; null if it was not."""
    licence: Editorial[Prose] = Field(examples=["No open licence is known."])
    """What is known about the reuse of the document."""
    note: Editorial[Prose | None] = Field(examples=["The report carries no headline."])
    """A note on the document and its description; null if there is none."""
    goal: Goal | None
    """The overall goal for the coming year; null if the document states none."""
    line: Line = Field(
        examples=["ECNS: [report on the press conference], published 15 January 2025"]
    )
    """The source line, to be shown with a figure."""
    citation: Citation
    """The citation of the document."""
    editorial: EditorialPaths


class PassageRecord(Schema):
    """A record that is taken from a sentence."""

    kind: enums.PassageRecordKind = Field(examples=["outcome"])
    """What is recorded. An aim is that of a priority area; event and goal belong to the source. A
    passage is a sentence of another source that is compared with this one."""
    code: Code = Field(examples=["2024-trade-expansion"])
    """The key of the record; for a passage, its source and its locator."""
    title: Prose = Field(examples=["Trade cooperation continued to expand."])
    """The title or the text of the record, in the language of the response."""
    href: Address = Field(examples=["http://127.0.0.1:8000/v1/outcomes/2024-trade-expansion"])
    """The URL of the record."""


class PassageDifference(Schema):
    """How another text of the same event differs from a sentence."""

    source: SourceReference
    """The source of the other text."""
    locator: Locator = Field(examples=["P3.S2"])
    """The location in the other text."""
    label: Line = Field(examples=["paragraph 3, sentence 2"])
    """The location in words, in the language of the response."""
    text: Editorial[Prose] = Field(examples=["The transcript does not say that trade is in goods."])
    """The difference, in our words."""


class Passage(Schema):
    """A sentence of a source, with everything that is recorded from it, but without its text."""

    source: Code = Field(examples=["scio-2025-01-15"])
    """The key of the source."""
    locator: Locator = Field(examples=["P4.S2"])
    """The location in the source, as records cite it."""
    paragraph: Position | None = Field(examples=[4])
    """The number of the paragraph; null if the paragraphs of the source are not numbered."""
    sentence: Position | None = Field(examples=[2])
    """The number of the sentence in the paragraph or the answer; null for a whole paragraph."""
    label: Line = Field(examples=["paragraph 4, sentence 2"])
    """The location in words, in the language of the response."""
    href: Address = Field(examples=["http://127.0.0.1:8000/sources/scio-2025-01-15/passages#P4.S2"])
    """The URL of the sentence on its page."""
    records: list[PassageRecord] = list_field()
    """Everything recorded from the sentence; empty if it carries no record."""
    note: Editorial[Prose | None] = Field(examples=[None])
    """What else the sentence does, or why it carries no record; null if nothing remains to be
    said."""
    differences: list[PassageDifference] = list_field()
    """How other texts of the same event differ from the sentence."""
    editorial: EditorialPaths
