"""Which commitments, entries of code lists, sources, changes and search hits to list."""

from enum import StrEnum

from pydantic import Field

from app.enums import (
    ActionKind,
    AreaKind,
    ChangeKind,
    Collection,
    InstrumentKind,
    SearchKind,
    Standing,
)
from app.parameters.base import (
    Areas,
    CodeListParameters,
    Day,
    Filters,
    Instruments,
    ListParameters,
    Omitted,
    Parameters,
    PriorityAreas,
    QueryText,
    Releases,
    Sectors,
    Topics,
    Year,
    repeatable,
)


class ChangeSort(StrEnum):
    """Orders of changes."""

    RELEASE = "release"
    RELEASE_DESC = "release_desc"


class RecordSort(StrEnum):
    """Orders of outcomes, priority areas and actions."""

    POSITION = "position"
    POSITION_DESC = "position_desc"
    ID = "id"
    ID_DESC = "id_desc"


class SourceSort(StrEnum):
    """Orders of sources."""

    PUBLISHED = "published"
    PUBLISHED_DESC = "published_desc"
    CODE = "code"
    CODE_DESC = "code_desc"


class SearchSort(StrEnum):
    """Orders of search hits."""

    RELEVANCE = "relevance"


class ChangeListParameters(ListParameters):
    """Which changes to list."""

    sort: ChangeSort = Field(ChangeSort.RELEASE, examples=["release_desc"])
    """The order: release (without the parameter: the oldest first), or release_desc."""
    since: Day | Omitted = Field(None, examples=["2026-11-25"])
    """Only changes of releases of this day and later. Without it all, from the first on."""
    release: Releases = repeatable("Only changes of this release.", "2026-11-25")
    kind: list[ChangeKind] = repeatable("Only changes of this kind.", "revised")
    collection: list[Collection] = repeatable("Only records of this collection.", "observations")


class RecordFilters(Filters):
    """Records of a year in the order of their source."""

    sort: RecordSort = Field(RecordSort.POSITION, examples=["id"])
    """The order: position (without the parameter: year, then place in the source) or id, or
    either of them with _desc."""
    year: list[Year] = repeatable("Only records of this year.", 2025)


class OutcomeFilters(RecordFilters):
    """Which outcomes to give."""

    year: list[Year] = repeatable("Only outcomes of this year.", 2024)
    topic: Topics = repeatable("Only outcomes of this topic.", "investment")
    sector: Sectors = repeatable("Only outcomes that name this sector.", "green-economy")
    instrument: Instruments = repeatable(
        "Only outcomes that name this instrument.", "two-countries-twin-parks"
    )
    area: Areas = repeatable("Only outcomes that name this area.", "MY")
    q: QueryText | Omitted = Field(None, examples=["twin parks"])
    """Only outcomes whose texts hold all these words, in either language."""


class OutcomeListParameters(OutcomeFilters, ListParameters):
    """Which outcomes to list."""


class PriorityAreaListParameters(RecordFilters, ListParameters):
    """Which priority areas to list."""


class ActionFilters(RecordFilters):
    """Which actions to give."""

    priority_area: PriorityAreas = repeatable(
        "Only actions of this priority area.", "cooperation-mechanisms"
    )
    kind: list[ActionKind] = repeatable("Only actions with this verb.", "sign")
    sector: Sectors = repeatable("Only actions that name this sector.", "clean-energy")
    instrument: Instruments = repeatable(
        "Only actions that name this instrument.", "china-asean-expo"
    )
    area: Areas = repeatable("Only actions that name this area.", "BRI")
    topic: Topics = repeatable("Only actions that touch this topic.", "trade")
    q: QueryText | Omitted = Field(None, examples=["free trade"])
    """Only actions whose texts hold all these words, in either language."""


class ActionListParameters(ActionFilters, ListParameters):
    """Which actions to list."""


class AreaListParameters(CodeListParameters):
    """Which areas to list."""

    kind: list[AreaKind] = repeatable("Only areas of this kind.", "country")


class InstrumentListParameters(CodeListParameters):
    """Which instruments to list."""

    kind: list[InstrumentKind] = repeatable("Only instruments of this kind.", "agreement")


class SourceListParameters(ListParameters):
    """Which sources to list."""

    sort: SourceSort = Field(SourceSort.PUBLISHED, examples=["published_desc"])
    """The order: published (without the parameter) or code, or either of them with _desc."""
    standing: list[Standing] = repeatable("Only sources of this standing.", "primary")
    edition: list[Year] = repeatable("Only the source of the edition on this year.", 2024)


class SearchParameters(ListParameters):
    """What to search for."""

    q: QueryText = Field(examples=["digital economy"])
    """The words to find, in English or Chinese; all of them must occur. English words are found
    in all their forms."""
    kind: list[SearchKind] = repeatable("Only records of this kind.", "action")
    sort: SearchSort = Field(SearchSort.RELEVANCE, examples=["relevance"])
    """The order: relevance, best first."""


class PriorityAreaParameters(Parameters):
    """Which year's priority area to show."""

    year: Year | Omitted = Field(None, examples=[2025])
    """The year. Without it the newest year that has the priority area."""
