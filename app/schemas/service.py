"""Entry point, overview, search, history and health."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from app.enums import ChangeKind, Collection, Qualifier, SearchKind
from app.i18n import Language
from app.schemas import (
    TEXT,
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
from app.schemas.editions import Edition
from app.schemas.observations import CoverageReference, Period, SourceReference
from app.schemas.reference import Source
from app.schemas.series import Indicator


class Counts(Schema):
    """The number of records in the dataset."""

    actions: Count = Field(examples=[24])
    """Actions."""
    areas: Count = Field(examples=[4])
    """Countries and groups of countries."""
    commitments: Count = Field(examples=[27])
    """Commitments of the forums."""
    contradictions: Count = Field(examples=[1])
    """Published numbers that differ."""
    coverages: Count = Field(examples=[3])
    """Groups of countries that figures count."""
    editions: Count = Field(examples=[5])
    """Yearly press conferences."""
    events: Count = Field(examples=[11])
    """Events at which figures were announced."""
    growth_rates: Count = Field(examples=[13])
    """Published changes from a year earlier."""
    indicators: Count = Field(examples=[8])
    """Indicators."""
    instruments: Count = Field(examples=[18])
    """Platforms, exhibitions, project types, agreements and mechanisms."""
    observations: Count = Field(examples=[7])
    """Published figures."""
    outcomes: Count = Field(examples=[7])
    """Results stated in words."""
    passages: Count = Field(examples=[25])
    """Sentences of sources, and other locations that records cite."""
    priority_areas: Count = Field(examples=[4])
    """Priority areas."""
    progress: Count = Field(examples=[24])
    """Actions for which later reports were searched."""
    reports: Count = Field(examples=[14])
    """Second reports of published figures."""
    related_datasets: Count = Field(examples=[7])
    """Datasets of other publishers."""
    sectors: Count = Field(examples=[6])
    """Economic sectors."""
    series: Count = Field(examples=[7])
    """Series of comparable figures."""
    sources: Count = Field(examples=[4])
    """Documents."""
    topics: Count = Field(examples=[3])
    """Topics."""
    units: Count = Field(examples=[4])
    """Units of measure."""


class Release(Schema):
    """The release of the dataset that is served."""

    seed_hash: Digest = Field(
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"]
    )
    """The SHA-256 digest of the seed files. Equal digests mean equal data."""
    schema_revision: Code = Field(examples=["2026.11.25"])
    """The revision of the database schema."""
    code: Code = Field(examples=["2026-11-25.2"])
    """The release: its date, with a number if there are several on one day."""
    released_on: Day = Field(examples=["2026-11-25"])
    """The date of the release."""
    note: Prose = Field(examples=["First release."])
    """What the release contains."""
    counts: Counts
    """The number of records."""


class Link(Schema):
    """A link."""

    rel: Code = Field(examples=["overview"])
    """The link relation."""
    href: Address = Field(examples=["http://127.0.0.1:8000/v1/overview"])
    """The URL."""
    title: Line = Field(examples=["All data for a dashboard"])
    """The title, in the language of the response."""


class Download(Schema):
    """A file with the whole dataset."""

    href: Address = Field(examples=["http://127.0.0.1:8000/v1/dataset.sqlite"])
    """The URL."""
    media_type: Line = Field(examples=["application/vnd.sqlite3"])
    """The media type."""
    title: Line = Field(examples=["SQLite database"])
    """The title, in the language of the response."""
    sha256: Digest | None = Field(
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"]
    )
    """The SHA-256 digest of the file; null if the file is generated on request."""


class Limits(Schema):
    """The limits of a request."""

    page_default: Count = Field(examples=[100])
    """The number of records on a page without limit."""
    page_maximum: Count = Field(examples=[1000])
    """The largest number of records on a page."""
    query_characters: Count = Field(examples=[200])
    """The largest number of characters in a search."""


class Licence(Schema):
    """The terms of use."""

    code: Line = Field(examples=["MIT"])
    """The SPDX identifier of the licence for code, compilation and texts of this service."""
    data: Prose = Field(examples=["Figures are facts; cite them with their source."])
    """The terms for the figures and the source documents."""


class Service(Schema):
    """The service, its content and its links."""

    title: Line = Field(examples=["Belt and Road Cooperation Indicators"])
    """The name of the service."""
    description: Prose = Field(examples=["Official figures, each with its qualifier and source."])
    """The description."""
    version: Code = Field(examples=["0.1.0"])
    """The version of the program."""
    release: Release
    """The release that is served."""
    languages: list[Language] = list_field(of=10)
    """The languages of the texts."""
    formats: list[Line] = list_field(of=100)
    """The media types of the responses."""
    limits: Limits
    """The limits of a request."""
    licence: Licence
    """The terms of use."""
    citation: Prose = Field(examples=["Belt and Road Cooperation Indicators, release 2026-11-25"])
    """The citation of the whole dataset."""
    contact: Prose = Field(examples=["Contact the operator of this address."])
    """Whom to contact."""
    downloads: list[Download] = list_field(of=10)
    """The files with the whole dataset."""
    links: list[Link] = list_field(of=100)
    """Links to all collections and documents."""


class Overview(Schema):
    """All data for a dashboard: figures, priority areas and the source."""

    release: Release
    """The release that is served."""
    edition: Edition
    """The press conference whose figures and priority areas are shown."""
    indicators: list[Indicator] = list_field()
    """The indicators for which it stated a figure, each with that figure and the newest one."""
    priority_areas: list[PriorityArea] = list_field()
    """The priority areas that it announced, with their actions."""
    source: Source
    """The document that stands for the edition."""


class Fragment(Schema):
    """A fragment of a text: a match, or the text between two matches."""

    text: str = Field(min_length=1, max_length=5000, pattern=r"^[\s\S]+$", examples=["trade"])
    """The fragment, as plain text."""
    match: bool = Field(examples=[True])
    """Whether it is a match."""


class SearchHit(Schema):
    """A record that matches a search."""

    kind: SearchKind = Field(examples=["indicator"])
    """The kind of record."""
    code: Code = Field(examples=["goods-trade"])
    """The key of the record."""
    href: Address = Field(examples=["http://127.0.0.1:8000/v1/indicators/goods-trade"])
    """The URL of the record."""
    title: list[Fragment] = list_field(of=1000)
    """The title in the language of the response, split into fragments."""
    snippet: list[Fragment] = list_field(of=1000)
    """A passage around the match, split into fragments; empty if only the title matches."""
    snippet_language: Language = Field(examples=["en"])
    """The language of the passage; the other language if only that one matches."""
    period: Period | None
    """The period, for an observation or growth rate; else null."""
    display: Line | None = Field(examples=[None])
    """The figure with its qualifier and unit, or the change; null if the record is neither."""
    qualifier: Qualifier | None = Field(examples=["over"])
    """The qualifier, for an observation; else null."""
    coverage: CoverageReference | None
    """Which countries the figure counts; null if the record is not a figure."""
    source: SourceReference | None
    """The source of a figure, outcome, priority area, action or commitment; else null."""
    current: bool | None = Field(examples=[True])
    """Whether the figure or growth rate is the current one for its series and period; null if the
    record is neither."""
    superseded_on: Day | None = Field(examples=[None])
    """The date on which another one superseded it; null if it is current or never was."""


class Facet(Schema):
    """The number of hits of one kind."""

    kind: SearchKind = Field(examples=["indicator"])
    """The kind of record."""
    count: Count = Field(examples=[3])
    """The number of hits."""


class SearchPage(Page[SearchHit]):
    """One page of search hits, best first."""

    facets: list[Facet] = list_field(of=100)
    """The number of hits of each kind, independent of the filter kind."""


class FieldChange(Schema):
    """A field of a changed record."""

    field: Line = Field(examples=["published.value"])
    """The path of the field in the seed file."""
    before: str | None = Field(max_length=10_000, pattern="^[^\\x00]*$", examples=[None])
    """The value before the change; null if there was none."""
    after: str | None = Field(max_length=10_000, pattern="^[^\\x00]*$", examples=["22.1"])
    """The value after the change; null if there is none."""


class Change(Schema):
    """A change that a release made to one record."""

    id: Line = Field(examples=["2026-11-25.observations.goods-trade"])
    """The key: release, collection and key of the record."""
    release: Code = Field(examples=["2026-11-25"])
    """The release."""
    released_on: Day = Field(examples=["2026-11-25"])
    """The date of the release."""
    kind: ChangeKind = Field(examples=["added"])
    """added: a new record; revised: a figure that differs from the one known before for the same
    series and period by more than rounding, with the fields of that one under before, or whose
    publisher changed it; corrected: an error of this service, in a figure or in any text that says
    what a source says; annotated: notes, descriptions, links or more fields, while everything that
    the record said before stays; removed: a removed record."""
    collection: Collection = Field(examples=["observations"])
    """The collection of the record."""
    key: Code = Field(examples=["goods-trade.CN.BRI.partner-2025.CNY.P12M.2024-01.scio-2025-01-15"])
    """The key of the record."""
    title: Prose = Field(examples=["Trade in goods: 22.1 trillion yuan"])
    """The title of the record, in the language of the response."""
    reason: Prose | None = Field(examples=[None])
    """What was wrong, for a correction; otherwise null."""
    fields: list[FieldChange] = list_field()
    """The fields that differ, with the values before and after; for a new record, all fields."""


class FeedItem(Schema):
    """A release, as an item of a JSON Feed."""

    id: Address = Field(examples=["http://127.0.0.1:8000/v1/changes?release=2026-11-25"])
    """The URL of the changes of the release, which identifies the item."""
    url: Address = Field(examples=["http://127.0.0.1:8000/changes?release=2026-11-25&lang=en"])
    """The page of the changes."""
    title: Line = Field(examples=["Release 2026-11-25: 109 added"])
    """The release and the number of its changes."""
    content_text: str = Field(
        min_length=1, max_length=300_000, pattern=TEXT, examples=["First release."]
    )
    """What the release added, revised, corrected, annotated or removed."""
    date_published: datetime = Field(examples=["2026-11-25T00:00:00Z"])
    """The date of the release."""


class Feed(Schema):
    """The releases as a JSON Feed 1.1, latest first."""

    version: Address = Field(examples=["https://jsonfeed.org/version/1.1"])
    """The version of the format."""
    title: Line = Field(examples=["Belt and Road Cooperation Indicators"])
    """The title of the feed."""
    home_page_url: Address = Field(examples=["http://127.0.0.1:8000/"])
    """The URL of the site."""
    feed_url: Address = Field(examples=["http://127.0.0.1:8000/v1/changes.feed.json"])
    """The URL of the feed."""
    language: Code = Field(examples=["en"])
    """The language of the texts."""
    items: list[FeedItem] = list_field()
    """The releases, latest first."""


class HealthStatus(StrEnum):
    """The state of the service."""

    OK = "ok"
    RELEASE_FAILED = "release_failed"
    NO_TEMPORARY_FILES = "no_temporary_files"


class Health(Schema):
    """The state of the service."""

    status: HealthStatus = Field(examples=["ok"])
    """ok; or release_failed if the newest release cannot be opened and the previous one is served;
    or no_temporary_files if some file formats respond with 503. If no data can be served, the
    response is a problem document."""
