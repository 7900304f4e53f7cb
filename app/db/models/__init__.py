"""The SQLModel tables."""

from app.db.models.base import ExactDecimal, cast_decimal, format_plain
from app.db.models.commitments import Action, Baseline, Outcome, PriorityArea
from app.db.models.history import Change, ChangedField, ReleaseEntry
from app.db.models.links import (
    SEARCHED_COLUMNS,
    ActionArea,
    ActionInstrument,
    ActionSector,
    ActionTopic,
    IndicatorInstrument,
    IndicatorSector,
    OutcomeArea,
    OutcomeIndicator,
    OutcomeInstrument,
    OutcomeSector,
    lexeme_index,
    search_index,
)
from app.db.models.observations import (
    FOREVER,
    GrowthRate,
    Headline,
    Indicator,
    Observation,
    Report,
    Series,
    SeriesBreak,
)
from app.db.models.reference import Area, Instrument, Release, Sector, Source, Topic, Unit

SCHEMA_REVISION = "2026_11_25_initial"
"""The revision in migrations/ that these tables agree with."""

__all__ = [
    "FOREVER",
    "SCHEMA_REVISION",
    "SEARCHED_COLUMNS",
    "Action",
    "ActionArea",
    "ActionInstrument",
    "ActionSector",
    "ActionTopic",
    "Area",
    "Baseline",
    "Change",
    "ChangedField",
    "ExactDecimal",
    "GrowthRate",
    "Headline",
    "Indicator",
    "IndicatorInstrument",
    "IndicatorSector",
    "Instrument",
    "Observation",
    "Outcome",
    "OutcomeArea",
    "OutcomeIndicator",
    "OutcomeInstrument",
    "OutcomeSector",
    "PriorityArea",
    "Release",
    "ReleaseEntry",
    "Report",
    "Sector",
    "Series",
    "SeriesBreak",
    "Source",
    "Topic",
    "Unit",
    "cast_decimal",
    "format_plain",
    "lexeme_index",
    "search_index",
]
