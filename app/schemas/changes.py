"""The history of releases: what each added, revised, corrected or removed."""

from pydantic import Field

from app.enums import ChangeKind, Collection
from app.schemas.base import Address, Code, Day, Line, Page, Prose, Schema, list_field


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
