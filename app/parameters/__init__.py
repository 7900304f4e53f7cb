"""Models of query parameters: one for each operation."""

from app.parameters.base import (
    DEFAULT_LIMIT,
    MAXIMUM_LIMIT,
    MAXIMUM_QUERY,
    PIN,
    Boolean,
    CodeListParameters,
    DetailParameters,
    Filters,
    ListParameters,
    Parameters,
    Span,
    create_path_key,
)
from app.parameters.embeds import (
    EmbedParameters,
    EmbedTheme,
    ObservationEmbedParameters,
    OembedParameters,
    OperationFormParameters,
)
from app.parameters.observations import (
    Aspect,
    ChartParameters,
    ComparisonPageParameters,
    ComparisonParameters,
    CubeFilters,
    GrowthRateListParameters,
    GrowthSort,
    HistoryPageParameters,
    HistoryParameters,
    ImageParameters,
    IndicatorFilters,
    IndicatorListParameters,
    IndicatorObservationListParameters,
    IndicatorPageParameters,
    ObservationFilters,
    ObservationListParameters,
    ObservationSort,
    ReportListParameters,
    SeriesListParameters,
    SeriesParameters,
    Theme,
    VintageListParameters,
    Vintages,
    format_period,
    parse_period,
)
from app.parameters.records import (
    MAXIMUM_QUOTATION,
    ActionFilters,
    ActionListParameters,
    AreaListParameters,
    ChangeListParameters,
    ChangePageParameters,
    CitationFileParameters,
    CitationParameters,
    CitationStyle,
    CommitmentFilters,
    CommitmentListParameters,
    ContradictionListParameters,
    CoverageListParameters,
    DashboardPageParameters,
    DashboardParameters,
    EditionComparisonParameters,
    EditionListParameters,
    EventListParameters,
    InstrumentListParameters,
    ListingParameters,
    OutcomeFilters,
    OutcomeListParameters,
    OverviewChartParameters,
    OverviewImageParameters,
    OverviewParameters,
    PassageListParameters,
    PriorityAreaEmbedParameters,
    PriorityAreaListParameters,
    PriorityAreaParameters,
    QuotationPageParameters,
    QuotationParameters,
    SearchParameters,
    SourceListParameters,
    SourcePassageParameters,
)


def list_models(model: type[Parameters]) -> list[type[Parameters]]:
    return [model, *(one for child in model.__subclasses__() for one in list_models(child))]


REPEATABLE = frozenset[str]().union(*(one.list_repeatable() for one in list_models(Parameters)))
"""The parameters that take several values in some operation; no value of them has a comma."""
