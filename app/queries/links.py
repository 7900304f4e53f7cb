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

from app import models
from app.queries.columns import Record, Table, localized
from app.queries.prepared import read
from app.queries.shapes import holds
from app.text import Language

Linked = dict[tuple[str, str, str], list[Record]]
"""The linked records by kind and key of their owner, and by the role that they play for it."""


@dataclass(frozen=True)
class Role:
    """What one kind of record is to another, through a link table or a column of the target."""

    kind: str
    name: str
    owner: Any
    target: Any
    through: Table | tuple[str, ...]

    def select(self, language: Language, *, several: bool) -> Select[Any]:
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
            localized(self.target, named, language).label("text"),
            year.label("year"),
            target.position.label("position"),
        ]
        statement = select(*columns).where(holds(self.owner.code, self.kind, several=several))
        if isinstance(self.through, tuple):
            either = [getattr(target, column) == self.owner.id for column in self.through]
            return statement.join_from(self.owner, target, or_(*either))
        return (
            statement.select_from(self.owner)
            .join(self.through, ending(self.through, self.owner) == self.owner.id)
            .join(self.target, ending(self.through, self.target) == self.target.id)
        )


def ending(link: Any, table: Any) -> Any:  # noqa: ANN401
    """Find the column of a link table that points at a table."""
    return getattr(link, f"{table.__tablename__}_id")


ROLES = (
    Role("indicator", "sectors", models.Indicator, models.Sector, models.IndicatorSector),
    Role(
        "indicator", "instruments", models.Indicator, models.Instrument, models.IndicatorInstrument
    ),
    Role("indicator", "baseline_for", models.Indicator, models.PriorityArea, models.Baseline),
    Role("outcome", "sectors", models.Outcome, models.Sector, models.OutcomeSector),
    Role("outcome", "instruments", models.Outcome, models.Instrument, models.OutcomeInstrument),
    Role("outcome", "areas", models.Outcome, models.Area, models.OutcomeArea),
    Role("outcome", "indicators", models.Outcome, models.Indicator, models.OutcomeIndicator),
    Role("action", "sectors", models.Action, models.Sector, models.ActionSector),
    Role("action", "instruments", models.Action, models.Instrument, models.ActionInstrument),
    Role("action", "areas", models.Action, models.Area, models.ActionArea),
    Role("action", "topics", models.Action, models.Topic, models.ActionTopic),
    Role(
        "priority_area",
        "baseline_indicators",
        models.PriorityArea,
        models.Indicator,
        models.Baseline,
    ),
    Role("topic", "indicators", models.Topic, models.Indicator, ("topic_id",)),
    Role("topic", "outcomes", models.Topic, models.Outcome, ("topic_id",)),
    Role("topic", "actions", models.Topic, models.Action, models.ActionTopic),
    Role("sector", "indicators", models.Sector, models.Indicator, models.IndicatorSector),
    Role("sector", "outcomes", models.Sector, models.Outcome, models.OutcomeSector),
    Role("sector", "actions", models.Sector, models.Action, models.ActionSector),
    Role(
        "instrument", "indicators", models.Instrument, models.Indicator, models.IndicatorInstrument
    ),
    Role("instrument", "outcomes", models.Instrument, models.Outcome, models.OutcomeInstrument),
    Role("instrument", "actions", models.Instrument, models.Action, models.ActionInstrument),
    Role(
        "area",
        "indicators",
        models.Area,
        models.Indicator,
        ("reporting_area_id", "counterpart_area_id"),
    ),
    Role("area", "outcomes", models.Area, models.Outcome, models.OutcomeArea),
    Role("area", "actions", models.Area, models.Action, models.ActionArea),
    Role("unit", "indicators", models.Unit, models.Indicator, ("unit_id",)),
)


@cache
def links_statement(kinds: tuple[str, ...], language: Language, *, several: bool) -> Any:  # noqa: ANN401
    """Select what records of some kinds are linked to."""
    selects = [role.select(language, several=several) for role in ROLES if role.kind in kinds]
    return union_all(*selects).order_by("kind", "owner", "role", "year", "position", "code")


def links(
    connection: Connection, language: Language, owners: Mapping[str, Sequence[str]]
) -> Linked:
    """Read what some records are linked to.

    Args:
        connection: the database.
        language: the language of the names and texts.
        owners: the keys of the records by their kind.
    """
    several = any(len(keys) != 1 for keys in owners.values())
    statement = links_statement(tuple(owners), language, several=several)
    bound = {kind: keys if several else keys[0] for kind, keys in owners.items()}
    found: Linked = defaultdict(list)
    for row in read(connection, statement, bound):
        found[row["kind"], row["owner"], row["role"]].append(shaped(row["role"], row))
    return found


def shaped(role: str, row: Record) -> Record:
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


def attach(record: Record, found: Linked, kind: str, key: str) -> Record:
    """Put everything that a record is linked to into it."""
    for role in ROLES:
        if role.kind == kind:
            record[role.name] = found.get((kind, key, role.name), [])
    return record
