"""Tables that link a record to the things that its text names."""

from sqlalchemy import Integer, String, column, table
from sqlmodel import Field, SQLModel

search_index = table(
    "search_index",
    *(column(name) for name in ("kind", "code", "title_en", "text_en", "title_zh", "text_zh")),
)
"""The full-text index, which is no table of SQLModel's."""

SEARCHED_COLUMNS = ("title_en", "text_en", "title_zh", "text_zh")
"""The columns of the full-text index that hold text."""

lexeme_index = table(
    "search_index",
    column("id", Integer),
    *(column(name, String) for name in ("kind", "code", *SEARCHED_COLUMNS)),
    *(column(f"{name}_lexemes", String) for name in SEARCHED_COLUMNS),
    column("vector"),
)
"""The full-text index on PostgreSQL, which keeps the stem of each word beside the texts."""


class IndicatorSector(SQLModel, table=True):
    """An indicator that names a sector."""

    __tablename__ = "indicator_sector"

    indicator_id: int = Field(primary_key=True, foreign_key="indicator.id")
    sector_id: int = Field(primary_key=True, foreign_key="sector.id", index=True)


class IndicatorInstrument(SQLModel, table=True):
    """An indicator that names an instrument."""

    __tablename__ = "indicator_instrument"

    indicator_id: int = Field(primary_key=True, foreign_key="indicator.id")
    instrument_id: int = Field(primary_key=True, foreign_key="instrument.id", index=True)


class OutcomeSector(SQLModel, table=True):
    """An outcome that names a sector."""

    __tablename__ = "outcome_sector"

    outcome_id: int = Field(primary_key=True, foreign_key="outcome.id")
    sector_id: int = Field(primary_key=True, foreign_key="sector.id", index=True)


class OutcomeInstrument(SQLModel, table=True):
    """An outcome that names an instrument."""

    __tablename__ = "outcome_instrument"

    outcome_id: int = Field(primary_key=True, foreign_key="outcome.id")
    instrument_id: int = Field(primary_key=True, foreign_key="instrument.id", index=True)


class OutcomeArea(SQLModel, table=True):
    """An outcome that names an area."""

    __tablename__ = "outcome_area"

    outcome_id: int = Field(primary_key=True, foreign_key="outcome.id")
    area_id: int = Field(primary_key=True, foreign_key="area.id", index=True)


class OutcomeIndicator(SQLModel, table=True):
    """An outcome that names an indicator."""

    __tablename__ = "outcome_indicator"

    outcome_id: int = Field(primary_key=True, foreign_key="outcome.id")
    indicator_id: int = Field(primary_key=True, foreign_key="indicator.id", index=True)


class ActionSector(SQLModel, table=True):
    """An action that names a sector."""

    __tablename__ = "action_sector"

    action_id: int = Field(primary_key=True, foreign_key="action.id")
    sector_id: int = Field(primary_key=True, foreign_key="sector.id", index=True)


class ActionInstrument(SQLModel, table=True):
    """An action that names an instrument."""

    __tablename__ = "action_instrument"

    action_id: int = Field(primary_key=True, foreign_key="action.id")
    instrument_id: int = Field(primary_key=True, foreign_key="instrument.id", index=True)


class ActionArea(SQLModel, table=True):
    """An action that names an area."""

    __tablename__ = "action_area"

    action_id: int = Field(primary_key=True, foreign_key="action.id")
    area_id: int = Field(primary_key=True, foreign_key="area.id", index=True)


class ActionTopic(SQLModel, table=True):
    """An action that names a topic."""

    __tablename__ = "action_topic"

    action_id: int = Field(primary_key=True, foreign_key="action.id")
    topic_id: int = Field(primary_key=True, foreign_key="topic.id", index=True)
