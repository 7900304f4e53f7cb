"""The code lists that tables, filters and responses share."""

from enum import StrEnum


class Standing(StrEnum):
    """How near a document stands to the institution whose figures it carries."""

    PRIMARY = "primary"
    REPOST = "repost"
    SECONDARY = "secondary"


class AreaKind(StrEnum):
    """A single country, or a group of countries."""

    COUNTRY = "country"
    GROUP = "group"


class Direction(StrEnum):
    """Which way goods, money or projects flow, seen from the reporting area."""

    OUTWARD = "outward"
    INWARD = "inward"
    TWO_WAY = "two_way"


class Qualifier(StrEnum):
    """How the source limits a figure: as it stands, above it, below it, or around it."""

    EXACT = "exact"
    OVER = "over"
    NEARLY = "nearly"
    ABOUT = "about"


class Status(StrEnum):
    """What the publisher says about how final a figure is."""

    NORMAL = "normal"
    PROVISIONAL = "provisional"
    ESTIMATED = "estimated"
    REVISED = "revised"


class Agreement(StrEnum):
    """How another source's account of a figure compares with the figure."""

    SAME = "same"
    DIFFERS = "differs"
    ROUNDED = "rounded"
    OTHER_UNIT = "other_unit"


class ActionKind(StrEnum):
    """The one verb of a commitment."""

    EXPAND = "expand"
    USE = "use"
    HOST = "host"
    PROMOTE = "promote"
    IMPROVE = "improve"
    BUILD = "build"
    DEEPEN = "deepen"
    SIGN = "sign"
    COORDINATE = "coordinate"


class ActionStatus(StrEnum):
    """How far a commitment has come; the source only announces."""

    ANNOUNCED = "announced"


class InstrumentKind(StrEnum):
    """What sort of means a text names."""

    PLATFORM = "platform"
    EXHIBITION = "exhibition"
    PROJECT_TYPE = "project_type"
    AGREEMENT = "agreement"
    MECHANISM = "mechanism"


class SearchKind(StrEnum):
    """What sort of record a search hit is."""

    INDICATOR = "indicator"
    OBSERVATION = "observation"
    OUTCOME = "outcome"
    PRIORITY_AREA = "priority_area"
    ACTION = "action"
    TOPIC = "topic"
    AREA = "area"
    UNIT = "unit"
    SECTOR = "sector"
    INSTRUMENT = "instrument"
    SOURCE = "source"
