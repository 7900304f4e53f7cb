"""Parameters of commitments, code lists, sources, changes, the search, embeds and pages."""

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, field_validator
from pydantic_core import PydanticCustomError

from app import enums
from app.parameters.base import (
    CONTROL,
    WORDS,
    Areas,
    CodeListParameters,
    Day,
    Edition,
    Events,
    Filters,
    FormParameters,
    Indicators,
    Instruments,
    ListParameters,
    Omitted,
    Parameters,
    PriorityAreas,
    QueryText,
    Releases,
    Sectors,
    Sources,
    StrictInt,
    Topics,
    Year,
    create_repeatable,
    require_words,
)
from app.parameters.observations import ChartParameters, ImageParameters, Period

MAXIMUM_QUOTATION = 2000


class ChangeSort(StrEnum):
    """The orders of changes."""

    RELEASE, RELEASE_DESC = "release", "release_desc"


class RecordSort(StrEnum):
    """The orders of outcomes, priority areas and actions."""

    POSITION, POSITION_DESC = "position", "position_desc"
    ID, ID_DESC = "id", "id_desc"


class SourceSort(StrEnum):
    """The orders of sources."""

    PUBLISHED, PUBLISHED_DESC = "published", "published_desc"
    CODE, CODE_DESC = "code", "code_desc"


class EventSort(StrEnum):
    """The orders of events."""

    HELD, HELD_DESC = "held", "held_desc"
    CODE, CODE_DESC = "code", "code_desc"


class PassageSort(StrEnum):
    """The orders of passages."""

    DOCUMENT, DOCUMENT_DESC = "document", "document_desc"


class SearchSort(StrEnum):
    """The orders of search hits."""

    RELEVANCE = "relevance"


class ChangeListParameters(ListParameters):
    sort: ChangeSort = Field(ChangeSort.RELEASE, examples=["release_desc"])
    """The order: release (default, oldest first) or release_desc."""
    since: Day | Omitted = Field(None, examples=["2026-11-25"])
    """Only changes of releases on or after this date. Without it, all changes."""
    release: Releases = create_repeatable("Only changes of this release.", "2026-11-25")
    kind: list[enums.ChangeKind] = create_repeatable("Only changes of this kind.", "revised")
    collection: list[enums.Collection] = create_repeatable(
        "Only changes to records of this collection.", "observations"
    )


class RecordFilters(Filters):
    sort: RecordSort = Field(RecordSort.POSITION, examples=["id"])
    """The order: position (default: by year, then by position in the source) or id; add _desc for
    descending order."""
    year: list[Year] = create_repeatable("Only records of this year.", 2025)
    edition: list[Edition] = create_repeatable(
        "Only records of the press conference of this year.", 2025
    )


class OutcomeFilters(RecordFilters):
    year: list[Year] = create_repeatable(
        "Only outcomes of this year, which is the one before that of the edition.", 2024
    )
    topic: Topics = create_repeatable("Only outcomes of this topic.", "investment")
    sector: Sectors = create_repeatable("Only outcomes that name this sector.", "green-economy")
    instrument: Instruments = create_repeatable(
        "Only outcomes that name this instrument.", "two-countries-twin-parks"
    )
    area: Areas = create_repeatable("Only outcomes that name this area.", "MY")
    q: QueryText | Omitted = Field(None, examples=["twin parks"])
    """Only outcomes whose texts contain all these words, in either language."""


class OutcomeListParameters(OutcomeFilters, ListParameters): ...


class PriorityAreaListParameters(RecordFilters, ListParameters): ...


class ActionFilters(RecordFilters):
    priority_area: PriorityAreas = create_repeatable(
        "Only actions of this priority area.", "cooperation-mechanisms"
    )
    kind: list[enums.ActionKind] = create_repeatable("Only actions with this verb.", "sign")
    status: list[enums.ActionStatus] = create_repeatable(
        "Only actions with this status.", "reported"
    )
    sector: Sectors = create_repeatable("Only actions that name this sector.", "clean-energy")
    instrument: Instruments = create_repeatable(
        "Only actions that name this instrument.", "china-asean-expo"
    )
    area: Areas = create_repeatable(
        "Only actions whose text names this area; others may concern it without naming it.", "BRI"
    )
    topic: Topics = create_repeatable("Only actions that concern this topic.", "trade")
    q: QueryText | Omitted = Field(None, examples=["free trade"])
    """Only actions whose texts contain all these words, in either language."""


class ActionListParameters(ActionFilters, ListParameters): ...


class CommitmentSort(StrEnum):
    """The orders of commitments."""

    ANNOUNCED, ANNOUNCED_DESC = "announced", "announced_desc"
    CODE, CODE_DESC = "code", "code_desc"


class CommitmentFilters(Filters):
    sort: CommitmentSort = Field(CommitmentSort.ANNOUNCED, examples=["announced_desc"])
    """The order: announced (default: by the day of the event, then by position in the
    announcement) or code; add _desc for descending order."""
    event: Events = create_repeatable("Only commitments announced at this event.", "brf-2023-10-18")
    kind: list[enums.CommitmentKind] = create_repeatable("Only commitments of this kind.", "pledge")
    q: QueryText | Omitted = Field(None, examples=["laboratories"])
    """Only commitments whose texts contain all these words, in either language."""


class CommitmentListParameters(CommitmentFilters, ListParameters): ...


class AreaListParameters(CodeListParameters):
    kind: list[enums.AreaKind] = create_repeatable("Only areas of this kind.", "country")


class CoverageListParameters(CodeListParameters):
    basis: list[enums.EvidenceBasis] = create_repeatable(
        "Only coverages with this basis.", "inferred"
    )


class ContradictionListParameters(CodeListParameters):
    indicator: Indicators = create_repeatable(
        "Only contradictions about this indicator.", "trade-share"
    )
    cause: list[enums.ContradictionCause] = create_repeatable(
        "Only contradictions that have this cause.", "rounding"
    )
    basis: list[enums.EvidenceBasis] = create_repeatable(
        "Only contradictions whose reason has this basis.", "inferred"
    )


class InstrumentListParameters(CodeListParameters):
    kind: list[enums.InstrumentKind] = create_repeatable(
        "Only instruments of this kind.", "agreement"
    )


class SourceListParameters(ListParameters):
    sort: SourceSort = Field(SourceSort.PUBLISHED, examples=["published_desc"])
    """The order: published (default) or code; add _desc for descending order."""
    standing: list[enums.Standing] = create_repeatable("Only sources of this standing.", "primary")
    edition: list[Edition] = create_repeatable(
        "Only documents of the press conference of this year.", 2025
    )
    event: Events = create_repeatable("Only documents of this event.", "mofcom-2025-01-15")


class EventListParameters(ListParameters):
    sort: EventSort = Field(EventSort.HELD, examples=["held_desc"])
    """The order: held (default, oldest first) or code; add _desc for descending order."""


class PassageListParameters(ListParameters):
    sort: PassageSort = Field(PassageSort.DOCUMENT, examples=["document_desc"])
    """The order: document (default) or document_desc."""


class SourcePassageParameters(PassageListParameters):
    """The parameters of the list of passages, with the source that the path names."""

    source: Sources = create_repeatable("Only passages of this source.", "scio-2025-01-15")


class SearchParameters(ListParameters):
    q: QueryText = Field(examples=["digital economy"])
    """The words to search for, in English or Chinese; records contain all of them. English words
    match in all their forms; synonyms, numbers and years match too."""
    kind: list[enums.SearchKind] = create_repeatable("Only records of this kind.", "action")
    sort: SearchSort = Field(SearchSort.RELEVANCE, examples=["relevance"])
    """The order: relevance. Records that the query names come first, then those with all words in
    the title, then all others; figures are in order from the newest period."""


class CitationStyle(StrEnum):
    """The styles in which citations are written as text."""

    APA = "apa"
    GB_T_7714 = "gb-t-7714"


class QuotationParameters(Parameters):
    text: Annotated[
        str,
        StringConstraints(min_length=1, max_length=MAXIMUM_QUOTATION, pattern=rf"^[^{CONTROL}]+$"),
        AfterValidator(require_words),
        WORDS,
    ] = Field(examples=["China carried out 700 aid projects in January to November 2024."])
    """The text with the figures to be checked: one or several sentences in English or Chinese, of
    at most 2,000 characters."""
    asked_on: Day | Omitted = Field(None, examples=["2026-11-26"])
    """The day from which “last year” and “this year” are counted, and on which figures have to be
    in force. The default is today in Beijing; only responses for a stated day are cached."""


class QuotationPageParameters(FormParameters):
    text: str = ""
    asked_on: str = ""

    @field_validator("text")
    @classmethod
    def normalize_breaks(cls, text: str) -> str:
        """Count a line break as one character, though forms send two."""
        return text.replace("\r\n", "\n")


class CitationFileParameters(Parameters):
    accessed_on: Day | Omitted = Field(None, examples=["2026-11-26"])
    """The day of access that the citation states. Without it, the citation of a document states the
    day on which this service last found it at its address, and any other citation states none."""


class CitationParameters(CitationFileParameters):
    style: CitationStyle = Field(CitationStyle.APA, examples=["gb-t-7714"])
    """The style: apa (APA, 7th edition; the default) or gb-t-7714 (GB/T 7714-2015)."""


class PriorityAreaParameters(Parameters):
    year: Year | Omitted = Field(None, examples=[2025])
    """The year. The default is the latest year that has the priority area."""


class EmbedTheme(StrEnum):
    """The colour theme of an embed."""

    LIGHT = "light"
    DARK = "dark"
    AUTO = "auto"


class EmbedParameters(Parameters):
    theme: EmbedTheme = Field(EmbedTheme.LIGHT, examples=["dark"])
    """The colour theme: light, the default, since most sites are; dark; or auto, which follows the
    system of the reader."""


class ObservationEmbedParameters(EmbedParameters):
    period: Period | Omitted = Field(None, examples=["2024"])
    """The period of the figure, written as in /v1/compare. By default, the newest figure is
    shown."""


class OembedParameters(Parameters):
    """The parameters of oEmbed 1.0.

    Others are ignored, since consumers send the same to all providers.
    """

    model_config = ConfigDict(extra="ignore")

    url: Annotated[str, StringConstraints(min_length=1, max_length=2000)]
    """The address of a page of this service."""
    format: str = "json"
    """The format of the response: json or xml."""
    maxwidth: Annotated[int, Field(ge=1), StrictInt] | Omitted = None
    maxheight: Annotated[int, Field(ge=1), StrictInt] | Omitted = None


class PriorityAreaEmbedParameters(EmbedParameters, PriorityAreaParameters): ...


class EditionSort(StrEnum):
    """The orders of editions."""

    YEAR, YEAR_DESC = "year", "year_desc"


class EditionListParameters(ListParameters):
    sort: EditionSort = Field(EditionSort.YEAR_DESC, examples=["year"])
    """The order: year_desc (default, newest first) or year."""
    completeness: list[enums.Completeness] = create_repeatable(
        "Only editions of this completeness.", "complete"
    )


class EditionComparisonParameters(Parameters):
    edition: list[Edition] = Field(min_length=2, max_length=2, examples=[[2024, 2025]])
    """The years of two press conferences. Repeat the parameter."""

    @field_validator("edition")
    @classmethod
    def require_different_editions(cls, value: list[int]) -> list[int]:
        if len(set(value)) == 1:
            raise PydanticCustomError("same_edition", "same edition", {"found": value[0]})
        return value


class OverviewParameters(Filters):
    edition: Edition | Omitted = Field(None, examples=[2025])
    """The year of the press conference. The default is the newest one that is complete."""


class OverviewChartParameters(ChartParameters, OverviewParameters): ...


class OverviewImageParameters(ImageParameters, OverviewParameters): ...


class ListingParameters(Parameters):
    """The parameters of a page that lists records."""

    cursor: Annotated[str, StringConstraints(max_length=1000)] | Omitted = None
    """The start of the page, from the link at the end of the previous page."""


class ChangePageParameters(ListingParameters):
    release: Annotated[str, StringConstraints(max_length=20)] | Omitted = None
    """The release whose changes are listed. Without it, only the releases are."""


class DashboardParameters(OverviewParameters):
    topic: Topics = create_repeatable("Only records with this topic.", "investment")
    sector: Sectors = create_repeatable("Only records that name this sector.", "clean-energy")
    q: QueryText | Omitted = Field(None, examples=["digital economy"])
    """Only records whose texts contain all these words, in either language."""


class DashboardPageParameters(FormParameters):
    edition: str = ""
    topic: list[str] = Field(default_factory=list)
    sector: list[str] = Field(default_factory=list)
    q: str = ""
