"""Collections that are short enough to be counted and sorted, and the links of their records.

A resource declares what is selected, the orders and filters of its list, and how selected rows are
completed. Lists that may be very long are read by ``long_lists``. The records that records are
linked to are read in one SELECT for any number of roles.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import NamedTuple

from sqlalchemy import (
    CompoundSelect,
    Connection,
    Integer,
    bindparam,
    cast,
    exists,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlmodel import col

from app.db.columns import (
    Column,
    Record,
    Statement,
    Table,
    Value,
    build_equals_or_in,
    get_foreign_key,
    localize,
)
from app.db.fulltext import filter_by_text
from app.db.models import (
    Action,
    ActionArea,
    ActionInstrument,
    ActionSector,
    ActionTopic,
    Area,
    Baseline,
    Indicator,
    IndicatorInstrument,
    IndicatorSector,
    Instrument,
    Outcome,
    OutcomeArea,
    OutcomeIndicator,
    OutcomeInstrument,
    OutcomeSector,
    PriorityArea,
    Sector,
    Topic,
    Unit,
)
from app.db.models.base import KeyedModel, NamedModel
from app.db.statements import fetch_one, fetch_records
from app.i18n import Language
from app.parameters import ListParameters
from app.queries.pagination import MAX_STATEMENTS, FilterShape, QueryPage, read_page, split_filters


class LinkedFilter(NamedTuple):
    link: Table
    target: type[KeyedModel]
    code: Column


@dataclass(frozen=True, eq=False)
class Resource:
    table: type[KeyedModel]
    select: Callable[[Language], Statement]
    """Returns the joined statement in a language, the same object each time."""
    orders: Mapping[str, Sequence[Column]]
    """The sort columns of each value of ``sort``; the last column is unique."""
    complete: Callable[[Connection, Language, list[Record]], list[Record]]
    """Completes selected rows, for example with links and labels."""
    filters: Mapping[str, Column] = field(default_factory=dict)
    linked_filters: Mapping[str, LinkedFilter] = field(default_factory=dict)
    since: Column | None = None
    scope: Mapping[str, str] = field(default_factory=dict)
    """What distinguishes the cursors of lists with the same parameters."""

    @property
    def kind(self) -> str:
        """The name of the collection in the tables of links and in the search index."""
        return str(self.table.__tablename__)

    def list_page(
        self, connection: Connection, language: Language, filters: ListParameters
    ) -> QueryPage:
        """Read one page of the list.

        Raises:
            InvalidParameters: if the cursor belongs to another list.
        """
        shape, values = split_filters(filters)
        statement = select_matching(self, language, shape)
        # The words become part of the statement, which therefore cannot be cached.
        if (words := vars(filters).get("q")) is not None:
            code = col(self.table.code)
            statement = filter_by_text(connection, statement, code, words, self.kind)
        page = read_page(connection, statement, self.orders, filters, {**values, **self.scope})
        return page.replace_rows(self.complete(connection, language, page.rows))

    def get(self, connection: Connection, language: Language, key: str) -> Record | None:
        row = fetch_one(connection, self.select(language), col(self.table.code), key)
        return self.complete(connection, language, [row])[0] if row else None


@lru_cache(maxsize=MAX_STATEMENTS)
def select_matching(resource: Resource, language: Language, shape: FilterShape) -> Statement:
    statement = shape.apply_filters(resource.select(language), resource.filters)
    for name, (link, target, code) in resource.linked_filters.items():
        if name in shape:
            statement = statement.where(
                exists().where(
                    get_foreign_key(link, resource.table) == resource.table.id,
                    get_foreign_key(link, target) == target.id,
                    shape.build_condition(name, code),
                )
            )
    if resource.since is not None and "since" in shape:
        statement = statement.where(resource.since >= bindparam("since"))
    return statement


LinkedRecords = dict[tuple[str, str, str], list[Record]]
"""Linked records by the kind and the key of their owner and by their role."""


class LinkRole(NamedTuple):
    """A role of linked records for their owner, through a link table or foreign keys of theirs."""

    owner: type[KeyedModel]
    name: str
    target: type[KeyedModel]
    through: Table | tuple[str, ...]

    @property
    def kind(self) -> str:
        return str(self.owner.__tablename__)


ROLES = (
    LinkRole(Indicator, "sectors", Sector, IndicatorSector),
    LinkRole(Indicator, "instruments", Instrument, IndicatorInstrument),
    LinkRole(Indicator, "baseline_for", PriorityArea, Baseline),
    LinkRole(Outcome, "sectors", Sector, OutcomeSector),
    LinkRole(Outcome, "instruments", Instrument, OutcomeInstrument),
    LinkRole(Outcome, "areas", Area, OutcomeArea),
    LinkRole(Outcome, "indicators", Indicator, OutcomeIndicator),
    LinkRole(Action, "sectors", Sector, ActionSector),
    LinkRole(Action, "instruments", Instrument, ActionInstrument),
    LinkRole(Action, "areas", Area, ActionArea),
    LinkRole(Action, "topics", Topic, ActionTopic),
    LinkRole(PriorityArea, "baseline_indicators", Indicator, Baseline),
    LinkRole(Topic, "indicators", Indicator, ("topic_id",)),
    LinkRole(Topic, "outcomes", Outcome, ("topic_id",)),
    LinkRole(Topic, "actions", Action, ActionTopic),
    LinkRole(Sector, "indicators", Indicator, IndicatorSector),
    LinkRole(Sector, "outcomes", Outcome, OutcomeSector),
    LinkRole(Sector, "actions", Action, ActionSector),
    LinkRole(Instrument, "indicators", Indicator, IndicatorInstrument),
    LinkRole(Instrument, "outcomes", Outcome, OutcomeInstrument),
    LinkRole(Instrument, "actions", Action, ActionInstrument),
    LinkRole(Area, "indicators", Indicator, ("reporting_area_id", "counterpart_area_id")),
    LinkRole(Area, "outcomes", Outcome, OutcomeArea),
    LinkRole(Area, "actions", Action, ActionArea),
    LinkRole(Unit, "indicators", Indicator, ("unit_id",)),
)
# SQLModel computes the name of a table each time, which would be slow for every record.
ROLE_NAMES: Mapping[str, Sequence[str]] = {
    kind: [role.name for role in ROLES if role.kind == kind]
    for kind in {role.kind for role in ROLES}
}

Target = tuple[Column, str, Column, Column]
NO_YEAR = cast(null(), Integer)
NAMED: tuple[type[NamedModel], ...] = (Area, Indicator, Instrument, Sector, Topic)
TARGETS: Mapping[type[KeyedModel], Target] = {
    **{table: (col(table.code), "name", NO_YEAR, col(table.position)) for table in NAMED},
    Action: (col(Action.code), "text", NO_YEAR, col(Action.position)),
    Outcome: (col(Outcome.code), "text", col(Outcome.year), col(Outcome.position)),
    PriorityArea: (
        *(col(PriorityArea.slug), "title"),
        *(col(PriorityArea.year), col(PriorityArea.position)),
    ),
}
"""What is selected of a linked record: its key, its text, its year and its position."""


def select_targets(role: LinkRole, language: Language, *, several: bool) -> Statement:
    owner, target = role.owner, role.target
    code, text, year, position = TARGETS[target]
    statement: Statement = select(
        literal(role.kind).label("kind"),
        col(owner.code).label("owner"),
        literal(role.name).label("role"),
        code.label("code"),
        localize(target, text, language).label("text"),
        year.label("year"),
        position.label("position"),
    ).where(build_equals_or_in(col(owner.code), role.kind, several=several))
    if isinstance(role.through, tuple):
        columns: list[Column] = [getattr(target, column) for column in role.through]
        return statement.join_from(owner, target, or_(*(column == owner.id for column in columns)))
    return (
        statement.select_from(owner)
        .join(role.through, get_foreign_key(role.through, owner) == owner.id)
        .join(target, get_foreign_key(role.through, target) == target.id)
    )


@cache
def select_links(
    kinds: tuple[str, ...], language: Language, *, several: bool
) -> CompoundSelect[*tuple[Value, ...]]:
    roles = (role for role in ROLES if role.kind in kinds)
    selects = [select_targets(role, language, several=several) for role in roles]
    return union_all(*selects).order_by("kind", "owner", "role", "year", "position", "code")


def read_links(
    connection: Connection, language: Language, owners: Mapping[str, Sequence[str]]
) -> LinkedRecords:
    """Read the records that records are linked to, whose keys are listed by kind."""
    found: LinkedRecords = defaultdict(list)
    if ROLE_NAMES.keys().isdisjoint(owners):
        return found
    several = any(len(keys) != 1 for keys in owners.values())
    statement = select_links(tuple(owners), language, several=several)
    values = {kind: keys if several else keys[0] for kind, keys in owners.items()}
    for row in fetch_records(connection, statement, values):
        found[row["kind"], row["owner"], row["role"]].append(format_target(row["role"], row))
    return found


def format_target(role: str, row: Record) -> Record:
    match role:
        case "outcomes" | "actions":
            return {"id": row["code"], "text": row["text"]}
        case "baseline_for":
            return {
                "year": row["year"],
                "position": row["position"],
                "slug": row["code"],
                "title": row["text"],
                "editorial": True,
            }
        case "baseline_indicators":
            return {"code": row["code"], "name": row["text"], "editorial": True}
        case _:
            return {"code": row["code"], "name": row["text"]}


def attach_links(record: Record, links: LinkedRecords, kind: str, key: str) -> Record:
    for role in ROLE_NAMES.get(kind, ()):
        record[role] = links.get((kind, key, role), [])
    return record


def add_links(
    kind: str, connection: Connection, language: Language, rows: list[Record]
) -> list[Record]:
    links = read_links(connection, language, {kind: [row["code"] for row in rows]})
    return [attach_links(row, links, kind, row["code"]) for row in rows]
