"""Tables of commitments, and the tables that link records to the records they name."""

from sqlalchemy import CheckConstraint, String
from sqlmodel import Field, SQLModel

from app.db.models.base import (
    KeyedModel,
    LocatedModel,
    add_unique_key,
    check_filled,
    check_member,
    check_positive,
)
from app.enums import ActionKind, ActionStatus


class Outcome(KeyedModel, LocatedModel, table=True):
    """A result of a year that the source describes without a figure."""

    __table_args__ = (
        add_unique_key("year", "position"),
        check_positive(),
        check_filled("text_en", "text_zh"),
    )

    year: int
    position: int
    topic_id: int = Field(foreign_key="topic.id", index=True)
    text_en: str
    text_zh: str


class PriorityArea(KeyedModel, LocatedModel, table=True):
    """One of the four priority areas announced for a year."""

    __tablename__ = "priority_area"
    __table_args__ = (
        add_unique_key("year", "slug"),
        add_unique_key("year", "position"),
        CheckConstraint("position BETWEEN 1 AND 4", name="position"),
        check_filled("title_en", "title_zh"),
    )

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


class Action(KeyedModel, LocatedModel, table=True):
    """One commitment of a priority area."""

    __table_args__ = (
        add_unique_key("priority_area_id", "position"),
        check_positive(),
        check_filled("text_en", "text_zh"),
        check_member("kind", ActionKind),
        check_member("status", ActionStatus),
    )

    priority_area_id: int = Field(foreign_key="priority_area.id")
    position: int
    kind: ActionKind = Field(sa_type=String)
    text_en: str
    text_zh: str
    status: ActionStatus = Field(sa_type=String)


class Baseline(SQLModel, table=True):
    """An editorial link from a priority area to an indicator."""

    __table_args__ = (CheckConstraint("editorial", name="editorial"),)

    priority_area_id: int = Field(primary_key=True, foreign_key="priority_area.id")
    indicator_id: int = Field(primary_key=True, foreign_key="indicator.id", index=True)
    editorial: bool = True


class IndicatorSector(SQLModel, table=True):
    __tablename__ = "indicator_sector"

    indicator_id: int = Field(primary_key=True, foreign_key="indicator.id")
    sector_id: int = Field(primary_key=True, foreign_key="sector.id", index=True)


class IndicatorInstrument(SQLModel, table=True):
    __tablename__ = "indicator_instrument"

    indicator_id: int = Field(primary_key=True, foreign_key="indicator.id")
    instrument_id: int = Field(primary_key=True, foreign_key="instrument.id", index=True)


class OutcomeSector(SQLModel, table=True):
    __tablename__ = "outcome_sector"

    outcome_id: int = Field(primary_key=True, foreign_key="outcome.id")
    sector_id: int = Field(primary_key=True, foreign_key="sector.id", index=True)


class OutcomeInstrument(SQLModel, table=True):
    __tablename__ = "outcome_instrument"

    outcome_id: int = Field(primary_key=True, foreign_key="outcome.id")
    instrument_id: int = Field(primary_key=True, foreign_key="instrument.id", index=True)


class OutcomeArea(SQLModel, table=True):
    __tablename__ = "outcome_area"

    outcome_id: int = Field(primary_key=True, foreign_key="outcome.id")
    area_id: int = Field(primary_key=True, foreign_key="area.id", index=True)


class OutcomeIndicator(SQLModel, table=True):
    __tablename__ = "outcome_indicator"

    outcome_id: int = Field(primary_key=True, foreign_key="outcome.id")
    indicator_id: int = Field(primary_key=True, foreign_key="indicator.id", index=True)


class ActionSector(SQLModel, table=True):
    __tablename__ = "action_sector"

    action_id: int = Field(primary_key=True, foreign_key="action.id")
    sector_id: int = Field(primary_key=True, foreign_key="sector.id", index=True)


class ActionInstrument(SQLModel, table=True):
    __tablename__ = "action_instrument"

    action_id: int = Field(primary_key=True, foreign_key="action.id")
    instrument_id: int = Field(primary_key=True, foreign_key="instrument.id", index=True)


class ActionArea(SQLModel, table=True):
    __tablename__ = "action_area"

    action_id: int = Field(primary_key=True, foreign_key="action.id")
    area_id: int = Field(primary_key=True, foreign_key="area.id", index=True)


class ActionTopic(SQLModel, table=True):
    __tablename__ = "action_topic"

    action_id: int = Field(primary_key=True, foreign_key="action.id")
    topic_id: int = Field(primary_key=True, foreign_key="topic.id", index=True)
