"""Collections that are short enough to be counted and sorted, and the links of their records.

A resource declares what is selected, the orders and filters of its list, and how selected rows are
completed. Lists that may be very long are read by ``long_lists``. The records that a record is
linked to are nested in its row.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Connection, Label, bindparam, exists, or_, select, true
from sqlmodel import col

from app.db.columns import (
    Column,
    Record,
    Statement,
    Table,
    Value,
    get_foreign_key,
    localize,
    select_contradiction,
    select_fields,
    select_texts,
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
    Contradiction,
    Edition,
    EditionIndicator,
    Event,
    GrowthRate,
    Indicator,
    IndicatorInstrument,
    IndicatorSector,
    Instrument,
    Observation,
    Outcome,
    OutcomeArea,
    OutcomeIndicator,
    OutcomeInstrument,
    OutcomeSector,
    PriorityArea,
    RelatedDataset,
    RelatedDatasetIndicator,
    Report,
    Sector,
    Source,
    Topic,
    Unit,
)
from app.db.models.base import KeyedModel, NamedModel
from app.db.statements import fetch_one, select_nested
from app.enums import SearchKind
from app.i18n import Language
from app.parameters import ListParameters
from app.queries.pagination import (
    MAX_STATEMENTS,
    FilterShape,
    PagePlan,
    QueryPage,
    SortOrder,
    read_page,
    split_filters,
)


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
    complete: Callable[[Record, Language], Record] | None = None
    """Completes a selected row, for example with labels."""
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
        """Read a page of the list; InvalidParameters if the cursor belongs to another list."""
        shape, values = split_filters(filters)
        values |= self.scope
        words = vars(filters).get("q")
        plan = plan_list(self, language, shape)
        if words is not None:
            # The words become part of the statement, which therefore cannot be cached.
            code = col(self.table.code)
            found = filter_by_text(connection, plan.matching, code, words, self.kind)
            plan = PagePlan(found, plan.order, is_cached=False)
        page = read_page(connection, plan, filters, values)
        return page if self.complete is None else page.map_rows(self.complete, language)

    def get(self, connection: Connection, language: Language, key: str) -> Record | None:
        row = fetch_one(connection, self.select(language), col(self.table.code), key)
        return row if row is None or self.complete is None else self.complete(row, language)


@lru_cache(maxsize=MAX_STATEMENTS)
def plan_list(resource: Resource, language: Language, shape: FilterShape) -> PagePlan:
    applied = {*resource.filters, *resource.linked_filters, "since"}
    if ignored := (shape.single | shape.multiple) - applied:
        raise LookupError(f"no filter of {resource.kind} has the names {sorted(ignored)}")
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
    return PagePlan(statement, SortOrder.from_shape(resource.orders, shape))


class LinkRole(NamedTuple):
    """A role of linked records for their owner, through a link table or foreign keys of theirs."""

    owner: type[KeyedModel]
    name: str
    target: type[KeyedModel]
    through: Table | tuple[str, ...]


ROLES = (
    LinkRole(Indicator, "sectors", Sector, IndicatorSector),
    LinkRole(Indicator, "instruments", Instrument, IndicatorInstrument),
    LinkRole(Indicator, "baseline_for", PriorityArea, Baseline),
    LinkRole(Indicator, "related_datasets", RelatedDataset, RelatedDatasetIndicator),
    LinkRole(RelatedDataset, "indicators", Indicator, RelatedDatasetIndicator),
    LinkRole(Indicator, "contradictions", Contradiction, ("indicator_id",)),
    LinkRole(Contradiction, "observations", Observation, ("contradiction_id",)),
    LinkRole(Contradiction, "growth_rates", GrowthRate, ("contradiction_id",)),
    LinkRole(Contradiction, "reports", Report, ("contradiction_id",)),
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
    LinkRole(Event, "documents", Source, ("event_id",)),
    LinkRole(Edition, "unstated_indicators", Indicator, EditionIndicator),
)
NAMED: tuple[type[NamedModel], ...] = (
    *(Area, Contradiction, Indicator, Instrument, RelatedDataset, Sector, Topic),
)
TARGET_ORDERS: Mapping[type[KeyedModel], Sequence[Column]] = {
    **{table: (col(table.position), col(table.code)) for table in NAMED},
    Observation: (col(Observation.vintage), col(Observation.code)),
    GrowthRate: (col(GrowthRate.vintage), col(GrowthRate.code)),
    Report: (col(Report.code),),
    Action: (col(Action.position), col(Action.code)),
    Outcome: (col(Outcome.year), col(Outcome.position), col(Outcome.code)),
    PriorityArea: (col(PriorityArea.year), col(PriorityArea.position), col(PriorityArea.slug)),
    Source: (col(Source.published_on), col(Source.code)),
}


def select_target_columns(target: type[KeyedModel], language: Language) -> list[Label[Value]]:
    if target is PriorityArea:
        return [
            *select_fields(PriorityArea, "year", "position", "slug"),
            localize(PriorityArea, "title", language).label("title"),
        ]
    if target is Source:
        return [
            *select_fields(Source, "code", "standing"),
            *select_texts(Source, language, "publisher", "title"),
        ]
    if target in {Observation, GrowthRate, Report}:
        return [col(target.code).label("id")]
    if target is Contradiction:
        return select_contradiction(language)
    if target is RelatedDataset:
        texts = select_texts(RelatedDataset, language, "name", "publisher", "difference")
        return [*select_fields(RelatedDataset, "code", "address"), *texts]
    key, text = ("id", "text") if target in {Action, Outcome} else ("code", "name")
    return [col(target.code).label(key), localize(target, text, language).label(text)]


def select_links(owner: type[KeyedModel], language: Language) -> list[Label[list[Record]]]:
    """Return a column for each role of the records that are linked to an owner."""
    return [
        select_nested(select_targets(role, language), owner).label(role.name)
        for role in ROLES
        if role.owner is owner
    ]


def select_targets(role: LinkRole, language: Language) -> Statement:
    owner, target = role.owner, role.target
    statement: Statement = select(*select_target_columns(target, language))
    if role.through is Baseline:
        statement = statement.add_columns(true().label("editorial"))
    if isinstance(role.through, tuple):
        columns: list[Column] = [getattr(target, column) for column in role.through]
        statement = statement.where(or_(*(column == owner.id for column in columns)))
    else:
        link = role.through
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
