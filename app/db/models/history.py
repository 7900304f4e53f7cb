"""Tables of history: every release, and what each of them changed."""

from datetime import date

from sqlalchemy import String
from sqlmodel import Field, SQLModel

from app.db.models.base import KeyedModel, check_filled, check_member, check_positive, unique_key
from app.enums import ChangeKind


class ReleaseEntry(KeyedModel, table=True):
    """A release of the data set, the served one included."""

    __tablename__ = "release_entry"
    __table_args__ = (unique_key("released_on", "number"), check_positive("number"))

    released_on: date
    number: int
    note_en: str
    note_zh: str


class Change(KeyedModel, table=True):
    """What a release did to one record; the code joins the release, the collection and the key."""

    __table_args__ = (
        unique_key("release_entry_id", "collection", "record"),
        check_member("kind", ChangeKind),
        check_filled("title_en", "title_zh"),
    )

    release_entry_id: int = Field(foreign_key="release_entry.id")
    collection: str
    record: str
    kind: ChangeKind = Field(sa_type=String)
    title_en: str
    title_zh: str


class ChangedField(SQLModel, table=True):
    """One field of a changed record, with its content before and after as the seed spells it."""

    __tablename__ = "changed_field"

    change_id: int = Field(primary_key=True, foreign_key="change.id")
    position: int = Field(primary_key=True)
    field: str
    before: str | None
    after: str | None
