"""Tables of what was reported later: on actions, and on commitments of the forums."""

import datetime as dt
from decimal import Decimal

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlmodel import Field

from app.db.models.base import (
    ExactDecimal,
    KeyedModel,
    LocatedModel,
    NotedModel,
    WordedModel,
    check_filled,
    check_member,
    check_positive,
)
from app.enums import CommitmentKind, ProgressRelation, Qualifier


def check_quantity(prefix: str = "") -> CheckConstraint:
    """A number has a unit and a qualifier."""
    value = f"({prefix}value IS NULL)"
    sql = f"{value} = ({prefix}unit_id IS NULL) AND {value} = ({prefix}qualifier IS NULL)"
    return CheckConstraint(sql, name=f"{prefix}quantity")


class Progress(KeyedModel, NotedModel, table=True):
    """When reports on an action were last searched for; the code is that of the action."""

    action_id: int = Field(foreign_key="action.id", unique=True)
    searched_on: dt.date


class LaterReport(LocatedModel, WordedModel):
    """What a document says later, with a number if it has one."""

    date: dt.date
    text_en: str
    text_zh: str
    value: Decimal | None = Field(sa_type=ExactDecimal)
    multiplier: int | None
    decimals: int | None
    qualifier: Qualifier | None = Field(sa_type=String)
    unit_id: int | None = Field(foreign_key="unit.id", index=True)
    classifier: str | None


class ProgressReport(LaterReport, NotedModel, table=True):
    __tablename__ = "progress_report"
    __table_args__ = (
        check_positive(),
        check_filled("text_en", "text_zh", "wording_en", "wording_zh"),
        check_member("relation", ProgressRelation),
        check_member("qualifier", Qualifier),
        check_quantity(),
    )

    progress_id: int = Field(primary_key=True, foreign_key="progress.id")
    position: int = Field(primary_key=True)
    relation: ProgressRelation = Field(sa_type=String)


class Commitment(KeyedModel, LocatedModel, NotedModel, WordedModel, table=True):
    """A commitment announced at an event, with its target if it has one."""

    __table_args__ = (
        UniqueConstraint("event_id", "position"),
        check_positive(),
        check_filled("name_en", "name_zh", "text_en", "text_zh", "wording_en", "wording_zh"),
        check_member("kind", CommitmentKind),
        check_member("target_qualifier", Qualifier),
        check_quantity("target_"),
    )

    event_id: int = Field(foreign_key="event.id")
    position: int
    kind: CommitmentKind = Field(sa_type=String)
    name_en: str
    name_zh: str
    text_en: str
    text_zh: str
    target_value: Decimal | None = Field(sa_type=ExactDecimal)
    target_multiplier: int | None
    target_decimals: int | None
    target_qualifier: Qualifier | None = Field(sa_type=String)
    target_unit_id: int | None = Field(foreign_key="unit.id", index=True)
    target_classifier: str | None
    deadline_text_en: str | None
    deadline_text_zh: str | None
    deadline_year: int | None
    searched_on: dt.date


class CommitmentReading(LaterReport, table=True):
    __tablename__ = "commitment_reading"
    __table_args__ = (
        check_positive(),
        check_filled("text_en", "text_zh", "wording_en", "wording_zh"),
        check_member("qualifier", Qualifier),
        check_quantity(),
        CheckConstraint("same_measure = (reason_en IS NULL)", name="reason"),
    )

    commitment_id: int = Field(primary_key=True, foreign_key="commitment.id")
    position: int = Field(primary_key=True)
    same_measure: bool
    reason_en: str | None
    reason_zh: str | None
