"""Everything that records are linked to, in one SELECT however many roles there are."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    cast,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy import Integer as Int

from app.db import models
from app.db.columns import Record, Table, localized_column
from app.db.statements import fetch_cached
from app.i18n import Language
from app.queries.listing.shape import equals_or_any

LinkedRecords = dict[tuple[str, str, str], list[Record]]
"""The linked records by kind and key of their owner, and by the role that they play for it."""


@dataclass(frozen=True)
class LinkRole:
    """What one kind of record is to another, through a link table or a column of the target."""

    kind: str
    name: str
    owner: Any
    target: Any
    through: Table | tuple[str, ...]

    def select_targets(self, language: Language, *, several: bool) -> Select[Any]:
        """Select the linked records of some owners, whose keys are bound by their kind."""
        named = next(
            part for part in ("name", "title", "text") if hasattr(self.target, part + "_en")
        )
        target: Any = self.target
        year = target.year if hasattr(target, "year") else cast(null(), Int)
        code = target.slug if self.target is models.PriorityArea else target.code
        columns: list[Any] = [
            literal(self.kind).label("kind"),
            self.owner.code.label("owner"),
            literal(self.name).label("role"),
            code.label("code"),
            localized_column(self.target, named, language).label("text"),
            year.label("year"),
            target.position.label("position"),
        ]
        statement = select(*columns).where(
            equals_or_any(self.owner.code, self.kind, several=several)
        )
        if isinstance(self.through, tuple):
            either = [getattr(target, column) == self.owner.id for column in self.through]
            return statement.join_from(self.owner, target, or_(*either))
        return (
            statement.select_from(self.owner)
            .join(self.through, target_column(self.through, self.owner) == self.owner.id)
            .join(self.target, target_column(self.through, self.target) == self.target.id)
        )


def target_column(link: Any, table: Any) -> Any:
    """Find the column of a link table that points at a table."""
    return getattr(link, f"{table.__tablename__}_id")


LINK_ROLES = (
    LinkRole("indicator", "sectors", models.Indicator, models.Sector, models.IndicatorSector),
    LinkRole(
        "indicator", "instruments", models.Indicator, models.Instrument, models.IndicatorInstrument
    ),
    LinkRole("indicator", "baseline_for", models.Indicator, models.PriorityArea, models.Baseline),
    LinkRole("outcome", "sectors", models.Outcome, models.Sector, models.OutcomeSector),
    LinkRole("outcome", "instruments", models.Outcome, models.Instrument, models.OutcomeInstrument),
    LinkRole("outcome", "areas", models.Outcome, models.Area, models.OutcomeArea),
    LinkRole("outcome", "indicators", models.Outcome, models.Indicator, models.OutcomeIndicator),
    LinkRole("action", "sectors", models.Action, models.Sector, models.ActionSector),
    LinkRole("action", "instruments", models.Action, models.Instrument, models.ActionInstrument),
    LinkRole("action", "areas", models.Action, models.Area, models.ActionArea),
    LinkRole("action", "topics", models.Action, models.Topic, models.ActionTopic),
    LinkRole(
        "priority_area",
        "baseline_indicators",
        models.PriorityArea,
        models.Indicator,
        models.Baseline,
    ),
    LinkRole("topic", "indicators", models.Topic, models.Indicator, ("topic_id",)),
    LinkRole("topic", "outcomes", models.Topic, models.Outcome, ("topic_id",)),
    LinkRole("topic", "actions", models.Topic, models.Action, models.ActionTopic),
    LinkRole("sector", "indicators", models.Sector, models.Indicator, models.IndicatorSector),
    LinkRole("sector", "outcomes", models.Sector, models.Outcome, models.OutcomeSector),
    LinkRole("sector", "actions", models.Sector, models.Action, models.ActionSector),
    LinkRole(
        "instrument", "indicators", models.Instrument, models.Indicator, models.IndicatorInstrument
    ),
    LinkRole("instrument", "outcomes", models.Instrument, models.Outcome, models.OutcomeInstrument),
    LinkRole("instrument", "actions", models.Instrument, models.Action, models.ActionInstrument),
    LinkRole(
        "area",
        "indicators",
        models.Area,
        models.Indicator,
        ("reporting_area_id", "counterpart_area_id"),
    ),
    LinkRole("area", "outcomes", models.Area, models.Outcome, models.OutcomeArea),
    LinkRole("area", "actions", models.Area, models.Action, models.ActionArea),
    LinkRole("unit", "indicators", models.Unit, models.Indicator, ("unit_id",)),
)


@cache
def select_links(kinds: tuple[str, ...], language: Language, *, several: bool) -> Any:
    """Select what records of some kinds are linked to."""
    selects = [
        role.select_targets(language, several=several) for role in LINK_ROLES if role.kind in kinds
    ]
    return union_all(*selects).order_by("kind", "owner", "role", "year", "position", "code")


def read_links(
    connection: Connection, language: Language, owners: Mapping[str, Sequence[str]]
) -> LinkedRecords:
    """Read what some records are linked to.

    Args:
        connection: the database.
        language: the language of the names and texts.
        owners: the keys of the records by their kind.
    """
    several = any(len(keys) != 1 for keys in owners.values())
    statement = select_links(tuple(owners), language, several=several)
    bound = {kind: keys if several else keys[0] for kind, keys in owners.items()}
    found: LinkedRecords = defaultdict(list)
    for row in fetch_cached(connection, statement, bound):
        found[row["kind"], row["owner"], row["role"]].append(shape_target(row["role"], row))
    return found


def shape_target(role: str, row: Record) -> Record:
    """Give a linked record the form that its role has in answers."""
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


def attach_links(record: Record, found: LinkedRecords, kind: str, key: str) -> Record:
    """Put everything that a record is linked to into it."""
    for role in LINK_ROLES:
        if role.kind == kind:
            record[role.name] = found.get((kind, key, role.name), [])
    return record
