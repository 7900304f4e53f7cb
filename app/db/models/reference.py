"""Reference tables: the release, sources, and the code lists with their texts."""

from datetime import date

from sqlalchemy import JSON, CheckConstraint, String
from sqlmodel import Field, SQLModel

from app.db.models.base import (
    DescribedModel,
    KeyedModel,
    NamedModel,
    check_filled,
    check_member,
    check_positive,
    unique_key,
)
from app.enums import AreaKind, InstrumentKind, Precision, Standing


class Release(SQLModel, table=True):
    """What this database holds; one row."""

    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: int = Field(default=1, primary_key=True)
    seed_hash: str
    schema_revision: str
    code: str
    released_on: date
    note_en: str
    note_zh: str
    counts: dict[str, int] = Field(sa_type=JSON)


class Source(KeyedModel, table=True):
    """A document or event that figures and commitments come from."""

    __table_args__ = (
        check_member("standing", Standing),
        check_member("published_precision", Precision),
        CheckConstraint("length(language) = 2", name="language"),
        unique_key("edition"),
        CheckConstraint("held_on <= published_on", name="dates_order"),
        check_filled("title_en", "title_zh", "publisher_en", "publisher_zh"),
    )

    edition: int | None
    standing: Standing = Field(sa_type=String)
    title_en: str
    title_zh: str
    event_en: str | None
    event_zh: str | None
    publisher_en: str
    publisher_zh: str
    body_en: str
    body_zh: str
    speaker_en: str | None
    speaker_zh: str | None
    speaker_title_en: str | None
    speaker_title_zh: str | None
    place_en: str | None
    place_zh: str | None
    held_on: date | None
    published_on: date
    published_precision: Precision = Field(sa_type=String)
    language: str
    address: str | None
    licence_en: str
    licence_zh: str
    goal_en: str | None
    goal_zh: str | None
    goal_locator: str | None


class Topic(DescribedModel, table=True):
    """One of the subjects of the press conference: trade, investment, projects."""

    __table_args__ = (check_positive(), check_filled("name_en", "name_zh"))


class Area(NamedModel, table=True):
    """A country by its ISO 3166 code, or a group with the definition of its members."""

    __table_args__ = (
        check_positive(),
        check_filled("name_en", "name_zh"),
        check_member("kind", AreaKind),
    )

    kind: AreaKind = Field(sa_type=String)
    definition_en: str
    definition_zh: str


class Unit(DescribedModel, table=True):
    """A unit of measure, with what is printed after a number in it."""

    __table_args__ = (
        check_positive(),
        check_filled("name_en", "name_zh"),
        CheckConstraint("decimals >= 0", name="decimals"),
    )

    symbol_en: str
    symbol_zh: str
    suffix_en: str
    suffix_zh: str
    decimals: int


class Sector(DescribedModel, table=True):
    """A field of the economy named in the texts."""

    __table_args__ = (check_positive(), check_filled("name_en", "name_zh"))


class Instrument(DescribedModel, table=True):
    """A platform, exhibition, project type, agreement or mechanism named in the texts."""

    __table_args__ = (
        check_positive(),
        check_filled("name_en", "name_zh"),
        check_member("kind", InstrumentKind),
    )

    kind: InstrumentKind = Field(sa_type=String)
