"""Collections that are short enough to be counted and sorted, and the links of their records.

A resource declares what is selected, the orders and filters of its list, and how selected rows are
completed. Lists that may be very long are read by ``long_lists``. The records that a record is
linked to are nested in its row.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial

from sqlalchemy import Label, bindparam, exists, inspect, or_, select, true
from sqlmodel import col

from app.db.columns import Column, LocalColumns, Record, Statement, Value, get_foreign_key
from app.db.fulltext import SEARCH_INDEXES, SearchIndex, select_found_codes
from app.db.models import (
    BASELINE,
    Action,
    Area,
    Contradiction,
    Edition,
    Event,
    GrowthRate,
    Indicator,
    Instrument,
    Observation,
    Outcome,
    PriorityArea,
    RelatedDataset,
    Report,
    Sector,
    Source,
    Topic,
    Unit,
    find_link,
)
from app.db.models.base import KeyedModel, NamedModel
from app.db.statements import LocalizedSelect, Session, fetch_by_keys, select_nested
from app.enums import SearchKind
from app.i18n import Language
from app.parameters import ListParameters
from app.queries.pagination import (
    MAX_STATEMENTS,
    FilterShape,
    PagePlan,
    QueryPage,
    SortOrder,
    plan_short_list,
    read_page,
    split_filters,
)

RecordReader = Callable[[Session, Sequence[str]], Mapping[str, Record]]
"""Reads the records that have some keys, by their keys."""


@dataclass(frozen=True, eq=False)
class Resource:
    table: type[KeyedModel]
    select: LocalizedSelect
    """Returns the joined statement."""
    orders: Mapping[str, Sequence[Column]]
    """The sort columns of each value of ``sort`` but the key; the last column is unique."""
    complete: Callable[[Record, Language], Record] | None = None
    """Completes a selected row, for example with labels."""
    relate: Callable[[Session, Sequence[Record]], list[Record]] | None = None
    """Adds to completed rows what is read of them all with further statements."""
    filters: Mapping[str, Column] = field(default_factory=dict)
    linked_filters: Mapping[str, type[KeyedModel]] = field(default_factory=dict)
    """The tables whose linked records are filtered by their keys."""
    since: Column | None = None
    scope: Mapping[str, str] = field(default_factory=dict)
    """What distinguishes the cursors of lists with the same parameters."""

    @property
    def kind(self) -> str:
        """The name of the collection in the tables of links and in the search index."""
        return str(self.table.__tablename__)

    def list_page(self, session: Session, filters: ListParameters) -> QueryPage:
        """Read a page of the list; InvalidParameters if the cursor belongs to another list."""
        shape, values = split_filters(filters)
        values |= self.scope
        words, index = vars(filters).get("q"), None
        if words is not None:
            index = SEARCH_INDEXES[session.connection.dialect.name]
            values |= index.bind_words(words)
        page = read_page(
            session.connection, plan_list(self, session.language, shape, index), filters, values
        )
        if self.complete is not None:
            page = page.map_rows(self.complete, session.language)
        if self.relate is None:
            return page
        return replace(page, rows=self.relate(session, page.rows))

    def read_records(self, session: Session, keys: Sequence[str]) -> dict[str, Record]:
        """Read the records that have some keys, by their keys."""
        rows = fetch_by_keys(session, self.select, col(self.table.code), keys)
        if self.complete is not None:
            rows = {key: self.complete(row, session.language) for key, row in rows.items()}
        if self.relate is None or not rows:
            return rows
        related = self.relate(session, list(rows.values()))
        return dict(zip(rows, related, strict=True))

    def get_record(self, session: Session, key: str) -> Record | None:
        return self.read_records(session, [key]).get(key)


@lru_cache(maxsize=MAX_STATEMENTS)
def plan_list(
    resource: Resource, language: Language, shape: FilterShape, index: SearchIndex | None
) -> PagePlan:
    # Some parameters call the key of a record its code, others its id.
    by_key = dict.fromkeys(("code", "id"), (col(resource.table.code),))
    order = SortOrder.from_shape({**by_key, **resource.orders}, shape)
    return plan_short_list(partial(select_records, resource, language, shape, index), order)


def select_records(
    resource: Resource, language: Language, shape: FilterShape, index: SearchIndex | None
) -> Statement:
    """Select the records that have what is filtered by, and the words if an index is given."""
    applied = {*resource.filters, *resource.linked_filters, "since"}
    if ignored := (shape.single | shape.multiple) - applied:
        raise LookupError(f"no filter of {resource.kind} has the names {sorted(ignored)}")
    statement = shape.apply_filters(resource.select(language), resource.filters)
    for name, target in resource.linked_filters.items():
        if name in shape:
            code = col(PriorityArea.slug) if target is PriorityArea else col(target.code)
            link = find_link(resource.table, target)
            assert link is not None, name  # noqa: S101 - a mistake in a declaration
            statement = statement.where(
                exists().where(
                    get_foreign_key(link, resource.table) == resource.table.id,
                    get_foreign_key(link, target) == target.id,
                    shape.build_condition(name, code),
                )
            )
    if resource.since is not None and "since" in shape:
        statement = statement.where(resource.since >= bindparam("since"))
    if index is not None:
        found = select_found_codes(index, resource.kind)
        statement = statement.where(col(resource.table.code).in_(found))
    return statement


ROLES: Mapping[type[KeyedModel], Mapping[str, type[KeyedModel]]] = {
    Indicator: {
        "sectors": Sector,
        "instruments": Instrument,
        "baseline_for": PriorityArea,
        "related_datasets": RelatedDataset,
        "contradictions": Contradiction,
    },
    RelatedDataset: {"indicators": Indicator},
    Contradiction: {"observations": Observation, "growth_rates": GrowthRate, "reports": Report},
    Outcome: {"sectors": Sector, "instruments": Instrument, "areas": Area, "indicators": Indicator},
    Action: {"sectors": Sector, "instruments": Instrument, "areas": Area, "topics": Topic},
    PriorityArea: {"baseline_indicators": Indicator},
    Topic: {"indicators": Indicator, "outcomes": Outcome, "actions": Action},
    Sector: {"indicators": Indicator, "outcomes": Outcome, "actions": Action},
    Instrument: {"indicators": Indicator, "outcomes": Outcome, "actions": Action},
    Area: {"indicators": Indicator, "outcomes": Outcome, "actions": Action},
    Unit: {"indicators": Indicator},
    Event: {"documents": Source},
    Edition: {"unstated_indicators": Indicator},
}
"""The records that are linked to those of each table: by a table of links, or foreign keys."""
NAMED_TABLES: tuple[type[NamedModel], ...] = (
    *(Area, Contradiction, Indicator, Instrument, RelatedDataset, Sector, Topic),
)
TARGET_ORDERS: Mapping[type[KeyedModel], Sequence[Column]] = {
    **{table: (col(table.position), col(table.code)) for table in NAMED_TABLES},
    Observation: (col(Observation.vintage), col(Observation.code)),
    GrowthRate: (col(GrowthRate.vintage), col(GrowthRate.code)),
    Report: (col(Report.code),),
    Action: (col(Action.position), col(Action.code)),
    Outcome: (col(Outcome.year), col(Outcome.position), col(Outcome.code)),
    PriorityArea: (col(PriorityArea.year), col(PriorityArea.position), col(PriorityArea.slug)),
    Source: (col(Source.published_on), col(Source.code)),
}


def select_target_columns(target: type[KeyedModel], language: Language) -> list[Label[Value]]:
    columns = LocalColumns(language)
    if target is PriorityArea:
        return [
            *columns.select_fields(PriorityArea, "year", "position", "slug"),
            *columns.select_texts(PriorityArea, "title"),
        ]
    if target is Source:
        return [
            *columns.select_fields(Source, "code", "standing"),
            *columns.select_texts(Source, "publisher", "title"),
        ]
    if target in {Observation, GrowthRate, Report}:
        return [col(target.code).label("id")]
    if target is Contradiction:
        return columns.select_contradiction()
    if target is RelatedDataset:
        texts = columns.select_texts(RelatedDataset, "name", "publisher", "difference")
        return [*columns.select_fields(RelatedDataset, "code", "address"), *texts]
    key, text = ("id", "text") if target in {Action, Outcome} else ("code", "name")
    return [col(target.code).label(key), columns.localize(target, text).label(text)]


def select_links(owner: type[KeyedModel], language: Language) -> list[Label[list[Record]]]:
    """Return a column for each role of the records that are linked to an owner."""
    return [
        select_nested(select_targets(owner, target, language), owner).label(role)
        for role, target in ROLES.get(owner, {}).items()
    ]


def select_targets(
    owner: type[KeyedModel], target: type[KeyedModel], language: Language
) -> Statement:
    statement: Statement = select(*select_target_columns(target, language))
    link = find_link(owner, target)
    if link is BASELINE:
        statement = statement.add_columns(true().label("editorial"))
    if link is None:
        key = inspect(owner).columns.id
        references = (one == owner.id for one in inspect(target).columns if one.references(key))
        statement = statement.where(or_(*references))
    else:
        statement = statement.join(link, get_foreign_key(link, target) == target.id).where(
            get_foreign_key(link, owner) == owner.id
        )
    return statement.order_by(*TARGET_ORDERS[target])


def build_record_url(base: str, record: Record) -> str:
    """Return the URL of a record by its code, and its kind as searches name it."""
    kind, code = record["kind"], record["code"]
    if kind == SearchKind.PRIORITY_AREA:
        year, _, slug = code.partition("-")
        return f"{base}/v1/priority-areas/{slug}?year={year}"
    if kind == SearchKind.RELEASE:
        return f"{base}/v1/changes?release={code}"
    return f"{base}/v1/{kind.replace('_', '-')}s/{code}"
