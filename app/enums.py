"""Code lists used by tables, filters and responses."""

from enum import StrEnum


class Standing(StrEnum):
    """The relation of a document to the institution that produced the figures."""

    PRIMARY = "primary"
    REPOST = "repost"
    SECONDARY = "secondary"


class PublisherKind(StrEnum):
    """What the publisher of a document is."""

    AUTHORITY = "authority"
    AGENCY = "agency"
    MEDIUM = "medium"


PERCENT = "PT"
"""The code of the unit percent, in which shares are given."""


class DocumentKind(StrEnum):
    """What a document is."""

    ARTICLE = "article"
    TRANSCRIPT = "transcript"


class TitleKind(StrEnum):
    """Whether a title is the document's own, or a description of ours in square brackets."""

    PRINTED = "printed"
    DESCRIPTIVE = "descriptive"


class Precision(StrEnum):
    """The precision of a date of publication."""

    DAY = "day"
    MONTH = "month"


class DateBasis(StrEnum):
    """Where a date of publication is stated."""

    PRINTED = "printed"
    DATELINE = "dateline"
    ADDRESS = "address"
    EVENT = "event"


class PartOfDay(StrEnum):
    """The part of the day at which an event was held."""

    MORNING = "morning"
    AFTERNOON = "afternoon"


class ReportRelation(StrEnum):
    """Whether a report and the figure come from one event, from one authority, or from neither."""

    SAME_EVENT = "same_event"
    SAME_AUTHORITY = "same_authority"
    INDEPENDENT = "independent"


class AreaKind(StrEnum):
    """Whether an area is a single country or a group of countries."""

    COUNTRY = "country"
    GROUP = "group"


class Direction(StrEnum):
    """The direction of a flow of goods, money or projects, seen from the reporting area."""

    OUTWARD = "outward"
    INWARD = "inward"
    TWO_WAY = "two_way"


class EvidenceBasis(StrEnum):
    """Whether a source states something, or this service infers it."""

    STATED = "stated"
    INFERRED = "inferred"


class Qualifier(StrEnum):
    """How the wording of the source limits a figure; none if it has no qualifier."""

    NONE = "none"
    OVER = "over"
    NEARLY = "nearly"
    ABOUT = "about"


class Status(StrEnum):
    """Whether the publisher calls a figure provisional, estimated or revised."""

    NORMAL = "normal"
    PROVISIONAL = "provisional"
    ESTIMATED = "estimated"
    REVISED = "revised"


class CheckMethod(StrEnum):
    """How a figure was compared with its source again."""

    PAGE = "page"
    STORED_TEXT = "stored_text"


class Completeness(StrEnum):
    """How much of an edition could be read and is recorded."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    FIGURES_ONLY = "figures_only"


class PartCompleteness(StrEnum):
    """How much of a part of an edition could be read and is recorded."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    NONE = "none"


class ThemeKind(StrEnum):
    """What actions of two editions are compared by."""

    SECTOR = "sector"
    INSTRUMENT = "instrument"
    TOPIC = "topic"


class ThemeChange(StrEnum):
    """Whether actions of a theme were announced in the later of two editions, or in both."""

    AGAIN = "again"
    DROPPED = "dropped"
    NEW = "new"


class StockFlow(StrEnum):
    """What a figure measures.

    A flow is the total of a period, a cumulative total that since a fixed start, and a stock the
    level on a date. They are never compared with one another.
    """

    FLOW = "flow"
    CUMULATIVE = "cumulative"
    STOCK = "stock"


class Agreement(StrEnum):
    """How a report of another source agrees with a figure."""

    SAME = "same"
    DIFFERS = "differs"
    ROUNDED = "rounded"
    OTHER_UNIT = "other_unit"


class ContradictionCause(StrEnum):
    """Why published numbers do not agree."""

    REVISION = "revision"
    ROUNDING = "rounding"
    QUALIFIER = "qualifier"
    CURRENCY = "currency"
    COVERAGE = "coverage"
    DEFINITION = "definition"
    MISPRINT = "misprint"
    TRANSLATION = "translation"
    UNKNOWN = "unknown"


class GrowthBasis(StrEnum):
    """The basis of a published growth rate."""

    UNSTATED = "unstated"
    RESTATED = "restated"


class RevisionKind(StrEnum):
    """How a figure differs from the one in force until then for its series and period."""

    REPEATED = "repeated"
    ROUNDED = "rounded"
    REFINED = "refined"
    REVISED = "revised"


class Obstacle(StrEnum):
    """Why two figures, or the figures of two series, are not comparable.

    With a qualifier, with a base that may be zero, or as cumulative totals of one start, two
    figures are comparable, but the change between them cannot be calculated.
    """

    UNIT = "unit"
    COVERAGE = "coverage"
    STOCK_FLOW = "stock_flow"
    MONTHS = "months"
    FIRST_MONTH = "first_month"
    START = "start"
    BREAK = "break"
    BASIS = "basis"
    RATE = "rate"
    OTHER_UNIT_RATE = "other_unit_rate"
    QUALIFIER = "qualifier"
    BASE = "base"
    CUMULATIVE = "cumulative"


class ChangeMeasure(StrEnum):
    """The measure of a change."""

    PERCENT = "percent"
    PERCENTAGE_POINTS = "percentage_points"


class ChangeKind(StrEnum):
    """What a release did to a record."""

    ADDED = "added"
    REVISED = "revised"
    CORRECTED = "corrected"
    ANNOTATED = "annotated"
    REMOVED = "removed"


class Collection(StrEnum):
    """The collection of a changed record."""

    ACTIONS = "actions"
    AREAS = "areas"
    COMMITMENTS = "commitments"
    CONTRADICTIONS = "contradictions"
    COVERAGES = "coverages"
    EDITIONS = "editions"
    EVENTS = "events"
    GROWTH_RATES = "growth-rates"
    INDICATORS = "indicators"
    INSTRUMENTS = "instruments"
    OBSERVATIONS = "observations"
    OUTCOMES = "outcomes"
    PRIORITY_AREAS = "priority-areas"
    PROGRESS = "progress"
    RELATED_DATASETS = "related-datasets"
    REPORTS = "reports"
    SECTORS = "sectors"
    SERIES = "series"
    SOURCES = "sources"
    TOPICS = "topics"
    UNITS = "units"


class ActionKind(StrEnum):
    """The verb of an action."""

    EXPAND = "expand"
    USE = "use"
    HOST = "host"
    PROMOTE = "promote"
    IMPROVE = "improve"
    STRENGTHEN = "strengthen"
    DEEPEN = "deepen"
    REALISE = "realise"
    SIGN = "sign"
    TAP = "tap"
    ENCOURAGE = "encourage"
    BUILD = "build"
    FOSTER = "foster"
    DEVELOP = "develop"
    OPTIMISE = "optimise"
    PARTICIPATE = "participate"
    PUBLISH = "publish"
    PROVIDE = "provide"
    GUIDE = "guide"
    NEGOTIATE = "negotiate"


class ActionStatus(StrEnum):
    """Whether something was reported later on an action or a part of it, or nothing was found.

    A report does not say whether the action was carried out as announced.
    """

    ANNOUNCED = "announced"
    REPORTED = "reported"


class ProgressRelation(StrEnum):
    """Whether a later report is about the whole action, a part of it, or only what surrounds it."""

    ABOUT_THIS = "about_this"
    ABOUT_PART = "about_part"
    CONTEXT = "context"


class CommitmentKind(StrEnum):
    """Whether something is promised, or only expected, or a list of results that many agreed."""

    PLEDGE = "pledge"
    EXPECTATION = "expectation"
    RESULT_LIST = "result_list"


class DistanceLimit(StrEnum):
    """Whether the actual distance is the one computed, below it, or above it.

    A reading of over 70 leaves less than 30 to a target of 100.
    """

    EXACT = "exact"
    BELOW = "below"
    ABOVE = "above"


class InstrumentKind(StrEnum):
    """The kind of an instrument."""

    PLATFORM = "platform"
    EXHIBITION = "exhibition"
    PROJECT_TYPE = "project_type"
    AGREEMENT = "agreement"
    MECHANISM = "mechanism"


class SearchKind(StrEnum):
    """The kind of record that a search finds."""

    INDICATOR = "indicator"
    OBSERVATION = "observation"
    GROWTH_RATE = "growth_rate"
    OUTCOME = "outcome"
    PRIORITY_AREA = "priority_area"
    ACTION = "action"
    COMMITMENT = "commitment"
    TOPIC = "topic"
    AREA = "area"
    COVERAGE = "coverage"
    UNIT = "unit"
    SECTOR = "sector"
    INSTRUMENT = "instrument"
    SOURCE = "source"
    EVENT = "event"
    RELATED_DATASET = "related_dataset"
    CONTRADICTION = "contradiction"
    EDITION = "edition"
    RELEASE = "release"


class PassageRecordKind(StrEnum):
    """The kind of what is recorded from a sentence."""

    EVENT = "event"
    OBSERVATION = "observation"
    GROWTH_RATE = "growth_rate"
    REPORT = "report"
    OUTCOME = "outcome"
    GOAL = "goal"
    PRIORITY_AREA = "priority_area"
    AIM = "aim"
    ACTION = "action"
    PROGRESS = "progress"
    COMMITMENT = "commitment"
    PASSAGE = "passage"


class LogFormat(StrEnum):
    OFF = "off"
    TEXT = "text"
    JSON = "json"


class Theme(StrEnum):
    """A colour theme."""

    LIGHT = "light"
    DARK = "dark"


class OpenApiVersion(StrEnum):
    """The versions of OpenAPI in which the API is described."""

    V3_1 = "3.1"
    V3_0 = "3.0"
