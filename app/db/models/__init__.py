"""Tables of a release, declared with SQLModel."""

from app.db.models.base import ExactDecimal, cast_decimal, format_plain
from app.db.models.commitments import (
    Action,
    ActionArea,
    ActionInstrument,
    ActionSector,
    ActionTopic,
    Baseline,
    IndicatorInstrument,
    IndicatorSector,
    Outcome,
    OutcomeArea,
    OutcomeIndicator,
    OutcomeInstrument,
    OutcomeSector,
    PriorityArea,
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
from app.db.models.reference import (
    SEARCHED_COLUMNS,
    Area,
    Change,
    ChangedField,
    Instrument,
    Release,
    ReleaseEntry,
    Sector,
    Source,
    Topic,
    Unit,
    lexeme_index,
    search_index,
)

SCHEMA_REVISION = "2026_11_25_initial"
"""The revision in migrations/ that creates these tables."""
