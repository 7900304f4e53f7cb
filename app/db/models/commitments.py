"""Tables of texts: outcomes of a year, priority areas and their actions."""

from sqlalchemy import CheckConstraint, String
from sqlmodel import Field, SQLModel

from app.db.models.base import (
    KeyedModel,
    LocatedModel,
    check_filled,
    check_member,
    check_positive,
    unique_key,
)
from app.enums import ActionKind, ActionStatus


class Outcome(KeyedModel, LocatedModel, table=True):
    """A qualitative result of a year."""

    __table_args__ = (
        unique_key("year", "position"),
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
        unique_key("year", "slug"),
        unique_key("year", "position"),
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
    """One commitment, one verb."""

    __table_args__ = (
        unique_key("priority_area_id", "position"),
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
    """The indicator that a priority area starts from; always an editorial link."""

    __table_args__ = (CheckConstraint("editorial", name="editorial"),)

    priority_area_id: int = Field(primary_key=True, foreign_key="priority_area.id")
    indicator_id: int = Field(primary_key=True, foreign_key="indicator.id", index=True)
    editorial: bool = True
