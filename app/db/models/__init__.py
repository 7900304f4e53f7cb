"""Tables of a release, declared with SQLModel."""

from app.db.models.base import ExactDecimal, format_plain
from app.db.models.observations import (
    FOREVER,
    Contradiction,
    ContradictoryStatement,
    EditionHeadline,
    GrowthRate,
    Headline,
    Indicator,
    LatestObservation,
    Observation,
    Report,
    Series,
    SeriesBreak,
)
from app.db.models.records import (
    BASELINE,
    EDITION_EVENT,
    LINK_TABLES,
    SEARCHED_COLUMNS,
    SHOWN_COLUMNS,
    Action,
    Area,
    Change,
    ChangedField,
    Commitment,
    CommitmentReading,
    Coverage,
    Instrument,
    Outcome,
    PriorityArea,
    Progress,
    ProgressReport,
    RelatedDataset,
    Release,
    ReleaseEntry,
    Sector,
    Topic,
    Unit,
    find_link,
    lexeme_index,
    search_index,
)
from app.db.models.sources import (
    Edition,
    Event,
    EventSpeaker,
    Passage,
    PassageDifference,
    PassageRecord,
    Source,
)

SCHEMA_REVISION = "2026_11_27_initial"
"""The revision in migrations/ that creates these tables."""
