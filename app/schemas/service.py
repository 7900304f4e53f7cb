"""The service itself: entry point, overview, search, health."""

from enum import StrEnum

from pydantic import ConfigDict, Field

from app.enums import ChangeKind, Collection, SearchKind
from app.i18n import Language
from app.schemas.base import (
    Address,
    Code,
    Count,
    Day,
    Digest,
    Line,
    Page,
    Prose,
    Schema,
    list_field,
)
from app.schemas.commitments import PriorityArea
from app.schemas.observations import Indicator
from app.schemas.reference import Source


class Counts(Schema):
    """How many records the data set holds."""

    actions: Count = Field(examples=[24])
    """Commitments."""
    areas: Count = Field(examples=[4])
    """Countries and groups of countries."""
    growth_rates: Count = Field(examples=[13])
    """Published changes on a year earlier."""
    indicators: Count = Field(examples=[8])
    """Indicators."""
    instruments: Count = Field(examples=[18])
    """Platforms, exhibitions, project types, agreements and mechanisms."""
    observations: Count = Field(examples=[7])
    """Published figures."""
    outcomes: Count = Field(examples=[7])
    """Qualitative results."""
    priority_areas: Count = Field(examples=[4])
    """Priority areas."""
    reports: Count = Field(examples=[14])
    """Second reports of published figures."""
    sectors: Count = Field(examples=[6])
    """Fields of the economy."""
    series: Count = Field(examples=[7])
    """Series of comparable figures."""
    sources: Count = Field(examples=[4])
    """Documents."""
    topics: Count = Field(examples=[3])
    """Subjects."""
    units: Count = Field(examples=[4])
    """Units of measure."""


class Release(Schema):
    """Which release of the data set answers."""

    seed_hash: Digest = Field(
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"]
    )
    """The SHA-256 digest of the seed files; equal digests mean equal data."""
    schema_revision: Code = Field(examples=["2026.11.25"])
    """The revision of the database schema."""
    code: Code = Field(examples=["2026-11-25.2"])
    """The release: its day, and its number where the day has several."""
    released_on: Day = Field(examples=["2026-11-25"])
    """The day of the release."""
    note: Prose = Field(examples=["First release."])
    """What the release brought."""
    counts: Counts
    """How many records it holds."""


class Link(Schema):
    """An address to go on from."""

    rel: Code = Field(examples=["overview"])
    """What is there."""
    href: Address = Field(examples=["http://127.0.0.1:8000/v1/overview"])
    """The address."""
    title: Line = Field(examples=["Everything a dashboard needs in one answer"])
    """What it is good for, in the language of the answer."""


class Download(Schema):
    """A file that holds the whole data set."""

    href: Address = Field(examples=["http://127.0.0.1:8000/v1/dataset.sqlite"])
    """The address."""
    media_type: Line = Field(examples=["application/vnd.sqlite3"])
    """The media type."""
    title: Line = Field(examples=["The database itself"])
    """What it is, in the language of the answer."""
    sha256: Digest | None = Field(
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"]
    )
    """The SHA-256 digest of the file; null where it is made when it is asked for."""


class Limits(Schema):
    """What one request may ask for."""

    page_default: Count = Field(examples=[100])
    """Records on a page where no limit is given."""
    page_maximum: Count = Field(examples=[1000])
    """Records on a page at the most."""
    query_characters: Count = Field(examples=[200])
    """Characters in a search at the most."""


class Licence(Schema):
    """How the data may be used."""

    code: Line = Field(examples=["MIT"])
    """The licence of code, compilation and our own texts, by its SPDX identifier."""
    data: Prose = Field(examples=["Figures are facts; quote them with their source."])
    """What is to be said about the figures and the documents they come from."""


class Service(Schema):
    """What this service is, what it holds and where to go on."""

    title: Line = Field(examples=["Belt and Road Cooperation Indicators"])
    """The name of the service."""
    description: Prose = Field(examples=["Official figures with their exact reading."])
    """What it is."""
    version: Code = Field(examples=["1.0.0"])
    """The version of the program."""
    release: Release
    """Which release of the data set answers."""
    languages: list[Language] = list_field(of=10)
    """The languages of the texts."""
    formats: list[Line] = list_field(of=100)
    """The media types of the answers."""
    limits: Limits
    """What one request may ask for."""
    licence: Licence
    """How the data may be used."""
    citation: Prose = Field(examples=["Belt and Road Cooperation Indicators, release 2026-11-25"])
    """How to cite the data set as a whole."""
    contact: Prose = Field(examples=["Questions go to the operator of this address."])
    """Whom to ask."""
    downloads: list[Download] = list_field(of=10)
    """The whole data set in one file."""
    links: list[Link] = list_field(of=100)
    """Where to go on."""


class Overview(Schema):
    """Everything that a dashboard needs: the figures, the priority areas, the source."""

    release: Release
    """Which release of the data set answers."""
    indicators: list[Indicator] = list_field()
    """The indicators of the newest edition, each with its figure."""
    priority_areas: list[PriorityArea] = list_field(of=4)
    """The priority areas of the newest year, with their actions."""
    source: Source
    """The document of the newest edition."""


class Fragment(Schema):
    """A piece of a text: what was searched for, or what stands between."""

    text: str = Field(min_length=1, max_length=5000, pattern="^(.|\\n)", examples=["trade"])
    """The piece, as plain text."""
    match: bool = Field(examples=[True])
    """Whether it is what was searched for."""


class SearchHit(Schema):
    """A record that matches a search."""

    kind: SearchKind = Field(examples=["indicator"])
    """What sort of record it is."""
    code: Code = Field(examples=["goods-trade"])
    """Its key."""
    href: Address = Field(examples=["http://127.0.0.1:8000/v1/indicators/goods-trade"])
    """Its address."""
    title: list[Fragment] = list_field(of=1000)
    """Its title in the language of the answer, cut where the search matches."""
    snippet: list[Fragment] = list_field(of=1000)
    """A passage around the match, cut where the search matches; empty where only the title
    matches."""
    snippet_language: Language = Field(examples=["en"])
    """The language of the passage, which is the other one where only that matches."""


class Facet(Schema):
    """How many hits there are of one kind."""

    kind: SearchKind = Field(examples=["indicator"])
    """The kind."""
    count: Count = Field(examples=[3])
    """The number of hits."""


class SearchPage(Page[SearchHit]):
    """One page of search hits, best first."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    facets: list[Facet] = list_field(of=100)
    """How many hits there are of each kind, whatever kind was asked for."""


class FieldChange(Schema):
    """One field of a changed record."""

    field: Line = Field(examples=["published.value"])
    """The field, by its path in the seed file of the record."""
    before: str | None = Field(max_length=10_000, pattern="^[^\\x00]*$", examples=[None])
    """What it held before; null where it held nothing."""
    after: str | None = Field(max_length=10_000, pattern="^[^\\x00]*$", examples=["22.1"])
    """What it holds after; null where it holds nothing."""


class Change(Schema):
    """What a release did to one record."""

    id: Line = Field(examples=["2026-11-25.observations.goods-trade"])
    """The stable key: release, collection and record."""
    release: Code = Field(examples=["2026-11-25"])
    """The release."""
    released_on: Day = Field(examples=["2026-11-25"])
    """Its day."""
    kind: ChangeKind = Field(examples=["added"])
    """added: a new record; revised: a new figure beside an older one of the same period, whose
    fields stand under before; corrected: a record that was changed here; removed."""
    collection: Collection = Field(examples=["observations"])
    """What sort of record it is."""
    key: Code = Field(examples=["goods-trade.CN.BRI.CNY.P12M.2024-01.scio-2025-01-15"])
    """The key of the record."""
    title: Prose = Field(examples=["Trade in goods: 22.1 trillion yuan"])
    """The record in words, in the language of the answer."""
    fields: list[FieldChange] = list_field()
    """The fields that differ, with both contents; all fields of a new record."""


class ChangePage(Page[Change]):
    """One page of changes."""


class FeedItem(Schema):
    """A release, as an item of a JSON Feed."""

    id: Address = Field(examples=["http://127.0.0.1:8000/v1/changes?release=2026-11-25"])
    """The address of its changes, which identifies it."""
    url: Address = Field(examples=["http://127.0.0.1:8000/v1/changes?release=2026-11-25"])
    """Where to read them."""
    title: Line = Field(examples=["Release 2026-11-25: 109 added"])
    """The release and how much it changed."""
    content_text: str = Field(
        min_length=1, max_length=300_000, pattern="^[^ ]", examples=["First release."]
    )
    """What it brought, and what it revised, corrected or removed."""
    date_published: str = Field(
        min_length=20, max_length=20, pattern="^[0-9T:-]+Z$", examples=["2026-11-25T00:00:00Z"]
    )
    """Its day."""


class Feed(Schema):
    """The releases as a JSON Feed 1.1, the newest first."""

    version: Address = Field(examples=["https://jsonfeed.org/version/1.1"])
    """The version of the format."""
    title: Line = Field(examples=["Belt and Road Cooperation Indicators"])
    """The name of the feed."""
    home_page_url: Address = Field(examples=["http://127.0.0.1:8000/"])
    """The page that it belongs to."""
    feed_url: Address = Field(examples=["http://127.0.0.1:8000/v1/changes.feed.json"])
    """Its own address."""
    language: Code = Field(examples=["en"])
    """The language of the texts."""
    items: list[FeedItem] = list_field()
    """The releases, the newest first."""


class HealthStatus(StrEnum):
    """Whether the service can do its work."""

    OK = "ok"


class Health(Schema):
    """The state of the service."""

    status: HealthStatus = Field(examples=["ok"])
    """Always ok; a service that is not gives a problem instead."""
