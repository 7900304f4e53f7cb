"""The SQLModel tables."""

from app.models.base import (
    ExactDecimal,
    as_number,
    plain,
)
from app.models.commitments import (
    Action,
    Baseline,
    Outcome,
    PriorityArea,
)
from app.models.figures import (
    FOREVER,
    GrowthRate,
    Headline,
    Indicator,
    Observation,
    Report,
    Series,
    SeriesBreak,
)
from app.models.history import (
    Change,
    ChangedField,
    ReleaseEntry,
)
from app.models.links import (
    SEARCHED,
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
from app.models.reference import (
    Area,
    Instrument,
    Release,
    Sector,
    Source,
    Topic,
    Unit,
)

SCHEMA_REVISION = "2026_11_25_covering"
"""The revision in migrations/ that these tables agree with."""

__all__ = [
    "FOREVER",
    "SCHEMA_REVISION",
    "SEARCHED",
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
    "as_number",
    "lexeme_index",
    "plain",
    "search_index",
]
