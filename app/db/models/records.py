"""Tables of releases, sources, code lists and commitments, links between records, and the index."""

import datetime as dt
from decimal import Decimal

from sqlalchemy import JSON, Column, ForeignKey, Integer, String, Table, column, table
from sqlmodel import Field, SQLModel

from app import enums
from app.db.models.base import (
    DescribedModel,
    ExactDecimal,
    KeyedModel,
    LocatedModel,
    NamedModel,
    NotedModel,
    StatementModel,
    TableModel,
    WordedModel,
)
from app.db.models.observations import Indicator
from app.db.models.sources import Edition, Event

SHOWN_COLUMNS = ("title_en", "text_en", "title_zh", "text_zh")
"""The columns of the full-text index that titles and snippets of hits are made from."""
SEARCHED_COLUMNS = (*SHOWN_COLUMNS, "names", "keywords")
"""The columns of the full-text index that contain words. ``names`` has whole names between bars, in
lower case, each of which makes a record the first hit; ``keywords`` has other terms."""

search_index = table(
    "search_index", *(column(name) for name in ("kind", "code", *SEARCHED_COLUMNS))
)
"""The FTS5 index of SQLite, a virtual table."""

lexeme_index = table(
    "search_index",
    column("id", Integer),
    *(column(name, String) for name in ("kind", "code", *SEARCHED_COLUMNS)),
    *(column(f"{name}_lexemes", String) for name in SHOWN_COLUMNS),
    column("vector"),
)
"""The full-text index of PostgreSQL, with the stems of all words."""


class Release(TableModel, table=True):
    """The release in this database; one row."""

    id: int = Field(default=1, primary_key=True)
    seed_hash: str
    schema_revision: str
    code: str
    released_on: dt.date
    note_en: str
    note_zh: str
    counts: dict[str, int] = Field(sa_type=JSON)


class ReleaseEntry(KeyedModel, table=True):
    released_on: dt.date
    number: int
    note_en: str
    note_zh: str


class Change(KeyedModel, table=True):
    """A change to one record; the code consists of release, collection and key of the record."""

    release_entry_id: int = Field(foreign_key="release_entry.id")
    collection: str
    record: str
    kind: enums.ChangeKind = Field(sa_type=String)
    title_en: str
    title_zh: str
    reason_en: str | None
    reason_zh: str | None


class ChangedField(TableModel, table=True):
    """A field of a changed record, before and after, as written in the seed."""

    change_id: int = Field(primary_key=True, foreign_key="change.id")
    position: int = Field(primary_key=True)
    field: str
    before: str | None
    after: str | None


class Topic(DescribedModel, table=True):
    """A subject of the press conference, such as trade."""


class Area(NamedModel, table=True):
    kind: enums.AreaKind = Field(sa_type=String)
    definition_en: str
    definition_zh: str


class Unit(DescribedModel, table=True):
    """A unit of measure; the suffix is printed after a number."""

    symbol_en: str
    symbol_zh: str
    suffix_en: str
    suffix_zh: str
    decimals: int


class Coverage(DescribedModel, table=True):
    """Which countries a figure counts."""

    first_published: dt.date | None
    last_published: dt.date | None
    basis: enums.EvidenceBasis = Field(sa_type=String)
    evidence_en: str
    evidence_zh: str


class Sector(DescribedModel, NotedModel, table=True): ...


class Instrument(DescribedModel, NotedModel, table=True):
    kind: enums.InstrumentKind = Field(sa_type=String)


class RelatedDataset(DescribedModel, table=True):
    """A dataset of another publisher."""

    publisher_en: str
    publisher_zh: str
    difference_en: str
    difference_zh: str
    licence_en: str
    licence_zh: str
    address: str
    checked_on: dt.date


class Outcome(KeyedModel, StatementModel, NotedModel, table=True):
    """A result of a year that the source states in words."""

    year: int
    edition: int
    """The year of the press conference, which is the one after."""
    position: int
    topic_id: int | None = Field(foreign_key="topic.id")
    has_examples: bool


class PriorityArea(KeyedModel, LocatedModel, NotedModel, table=True):
    """A priority area announced for a year."""

    year: int
    slug: str
    position: int
    title_en: str
    title_zh: str
    summary_en: str
    summary_zh: str
    aim_en: str | None
    aim_zh: str | None
    aim_locator: str | None


class Action(KeyedModel, StatementModel, NotedModel, table=True):
    """One commitment of a priority area."""

    priority_area_id: int = Field(foreign_key="priority_area.id")
    position: int
    kind: enums.ActionKind = Field(sa_type=String)
    aim_en: str | None
    aim_zh: str | None
    has_examples: bool
    status: enums.ActionStatus = Field(sa_type=String)


class Progress(KeyedModel, NotedModel, table=True):
    """When reports on an action were last searched for; the code is that of the action."""

    action_id: int = Field(foreign_key="action.id")
    searched_on: dt.date


class LaterReport(StatementModel, WordedModel):
    """What a document says later, with a number if it has one."""

    date: dt.date
    value: Decimal | None = Field(sa_type=ExactDecimal)
    multiplier: int | None
    decimals: int | None
    qualifier: enums.Qualifier | None = Field(sa_type=String)
    unit_id: int | None = Field(foreign_key="unit.id")
    classifier: str | None


class ProgressReport(LaterReport, NotedModel, table=True):
    progress_id: int = Field(primary_key=True, foreign_key="progress.id")
    position: int = Field(primary_key=True)
    relation: enums.ProgressRelation = Field(sa_type=String)


class Commitment(KeyedModel, StatementModel, NotedModel, WordedModel, table=True):
    """A commitment announced at an event, with its target if it has one."""

    event_id: int = Field(foreign_key="event.id")
    position: int
    kind: enums.CommitmentKind = Field(sa_type=String)
    name_en: str
    name_zh: str
    target_value: Decimal | None = Field(sa_type=ExactDecimal)
    target_multiplier: int | None
    target_decimals: int | None
    target_qualifier: enums.Qualifier | None = Field(sa_type=String)
    target_unit_id: int | None = Field(foreign_key="unit.id")
    target_classifier: str | None
    deadline_text_en: str | None
    deadline_text_zh: str | None
    deadline_year: int | None
    searched_on: dt.date


class CommitmentReading(LaterReport, table=True):
    commitment_id: int = Field(primary_key=True, foreign_key="commitment.id")
    position: int = Field(primary_key=True)
    same_measure: bool
    reason_en: str | None
    reason_zh: str | None


Keyed = type[KeyedModel]
LINK_TABLES: dict[tuple[Keyed, Keyed], Table] = {}
"""The tables of the links from records of one table to those of another."""


def declare_link(owner: Keyed, target: Keyed, name: str = "") -> Table:
    """Declare a table of links, without a model, which would take 5 ms of each start."""
    names = str(owner.__tablename__), str(target.__tablename__)
    columns = (
        Column(f"{one}_id", Integer, ForeignKey(f"{one}.id"), primary_key=True) for one in names
    )
    link = LINK_TABLES[owner, target] = Table(name or "_".join(names), SQLModel.metadata, *columns)
    return link


def find_link(one: Keyed, other: Keyed) -> Table | None:
    """Return the table of the links between two tables, whichever of them has the list."""
    return LINK_TABLES.get((one, other), LINK_TABLES.get((other, one)))


BASELINE = declare_link(PriorityArea, Indicator, "baseline")
declare_link(Indicator, Sector)
declare_link(Indicator, Instrument)
declare_link(RelatedDataset, Indicator)
declare_link(Outcome, Sector)
declare_link(Outcome, Instrument)
declare_link(Outcome, Area)
declare_link(Outcome, Indicator)
EDITION_EVENT = declare_link(Edition, Event)
declare_link(Edition, Indicator)
declare_link(Action, Sector)
declare_link(Action, Instrument)
declare_link(Action, Area)
declare_link(Action, Topic)
