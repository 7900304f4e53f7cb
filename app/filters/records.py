"""Which commitments, entries of code lists, sources, changes and search hits to list."""

from enum import StrEnum

from pydantic import Field

from app.filters.base import (
    Absent,
    Areas,
    CodeListing,
    Day,
    Instruments,
    Listing,
    Parameters,
    PriorityAreas,
    Releases,
    Sectors,
    Selection,
    Topics,
    Words,
    Year,
    several,
)
from app.vocabulary import (
    ActionKind,
    AreaKind,
    ChangeKind,
    Collection,
    InstrumentKind,
    SearchKind,
    Standing,
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


class ChangeFilters(Listing):
    """Which changes to list."""

    sort: ChangeSort = Field(ChangeSort.RELEASE, examples=["release_desc"])
    """The order: release (without the parameter: the oldest first), or release_desc."""
    since: Day | Absent = Field(None, examples=["2026-11-25"])
    """Only changes of releases of this day and later. Without it all, from the first on."""
    release: Releases = several("Only changes of this release.", "2026-11-25")
    kind: list[ChangeKind] = several("Only changes of this kind.", "revised")
    collection: list[Collection] = several("Only records of this collection.", "observations")


class RecordSelection(Selection):
    """Records of a year in the order of their source."""

    sort: RecordSort = Field(RecordSort.POSITION, examples=["id"])
    """The order: position (without the parameter: year, then place in the source) or id, or
    either of them with _desc."""
    year: list[Year] = several("Only records of this year.", 2025)


class OutcomeSelection(RecordSelection):
    """Which outcomes to give."""

    year: list[Year] = several("Only outcomes of this year.", 2024)
    topic: Topics = several("Only outcomes of this topic.", "investment")
    sector: Sectors = several("Only outcomes that name this sector.", "green-economy")
    instrument: Instruments = several(
        "Only outcomes that name this instrument.", "two-countries-twin-parks"
    )
    area: Areas = several("Only outcomes that name this area.", "MY")
    q: Words | Absent = Field(None, examples=["twin parks"])
    """Only outcomes whose texts hold all these words, in either language."""


class OutcomeFilters(OutcomeSelection, Listing):
    """Which outcomes to list."""


class PriorityAreaFilters(RecordSelection, Listing):
    """Which priority areas to list."""


class ActionSelection(RecordSelection):
    """Which actions to give."""

    priority_area: PriorityAreas = several(
        "Only actions of this priority area.", "cooperation-mechanisms"
    )
    kind: list[ActionKind] = several("Only actions with this verb.", "sign")
    sector: Sectors = several("Only actions that name this sector.", "clean-energy")
    instrument: Instruments = several("Only actions that name this instrument.", "china-asean-expo")
    area: Areas = several("Only actions that name this area.", "BRI")
    topic: Topics = several("Only actions that touch this topic.", "trade")
    q: Words | Absent = Field(None, examples=["free trade"])
    """Only actions whose texts hold all these words, in either language."""


class ActionFilters(ActionSelection, Listing):
    """Which actions to list."""


class AreaFilters(CodeListing):
    """Which areas to list."""

    kind: list[AreaKind] = several("Only areas of this kind.", "country")


class InstrumentFilters(CodeListing):
    """Which instruments to list."""

    kind: list[InstrumentKind] = several("Only instruments of this kind.", "agreement")


class SourceFilters(Listing):
    """Which sources to list."""

    sort: SourceSort = Field(SourceSort.PUBLISHED, examples=["published_desc"])
    """The order: published (without the parameter) or code, or either of them with _desc."""
    standing: list[Standing] = several("Only sources of this standing.", "primary")
    edition: list[Year] = several("Only the source of the edition on this year.", 2024)


class SearchFilters(Listing):
    """What to search for."""

    q: Words = Field(examples=["digital economy"])
    """The words to find, in English or Chinese; all of them must occur. English words are found
    in all their forms."""
    kind: list[SearchKind] = several("Only records of this kind.", "action")
    sort: SearchSort = Field(SearchSort.RELEVANCE, examples=["relevance"])
    """The order: relevance, best first."""


class PriorityAreaParameters(Parameters):
    """Which year's priority area to show."""

    year: Year | Absent = Field(None, examples=[2025])
    """The year. Without it the newest year that has the priority area."""
