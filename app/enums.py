"""The code lists that tables, filters and responses share."""

from enum import StrEnum


class Standing(StrEnum):
    """How near a document stands to the institution whose figures it carries."""

    PRIMARY = "primary"
    REPOST = "repost"
    SECONDARY = "secondary"


class Precision(StrEnum):
    """How exactly a day of publication is known."""

    DAY = "day"
    MONTH = "month"


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


class GrowthBasis(StrEnum):
    """What a published rate of growth was measured against."""

    UNSTATED = "unstated"
    RESTATED = "restated"


class RevisionKind(StrEnum):
    """How a later figure of the same series and period compares with the one before it."""

    CONFIRMED = "confirmed"
    ROUNDED = "rounded"
    REFINED = "refined"
    REVISED = "revised"


class Obstacle(StrEnum):
    """Why two figures, or the figures of two series, are not like for like."""

    UNIT = "unit"
    MONTHS = "months"
    BREAK = "break"
    QUALIFIER = "qualifier"
    BASIS = "basis"


class DerivedMeasure(StrEnum):
    """In what a computed change is measured."""

    PERCENT = "percent"
    PERCENTAGE_POINTS = "percentage_points"


class ChangeKind(StrEnum):
    """What a release did to a record."""

    ADDED = "added"
    REVISED = "revised"
    CORRECTED = "corrected"
    REMOVED = "removed"


class Datatype(StrEnum):
    """What a column of a table holds, by its name in XML Schema."""

    STRING = "string"
    DATE = "date"
    DECIMAL = "decimal"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    ADDRESS = "anyURI"


class Collection(StrEnum):
    """What sort of record a release added or changed."""

    ACTIONS = "actions"
    AREAS = "areas"
    GROWTH_RATES = "growth-rates"
    INDICATORS = "indicators"
    INSTRUMENTS = "instruments"
    OBSERVATIONS = "observations"
    OUTCOMES = "outcomes"
    PRIORITY_AREAS = "priority-areas"
    REPORTS = "reports"
    SECTORS = "sectors"
    SERIES = "series"
    SOURCES = "sources"
    TOPICS = "topics"
    UNITS = "units"


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


class LogFormat(StrEnum):
    """How a request is told of in the log."""

    OFF = "off"
    TEXT = "text"
    JSON = "json"
