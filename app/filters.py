"""What a request may ask for: one strict model of query parameters a list."""

import re
from collections import Counter
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, get_origin

from fastapi import Path
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

from app.text import Language
from app.vocabulary import (
    ActionKind,
    AreaKind,
    Direction,
    InstrumentKind,
    Qualifier,
    SearchKind,
    Standing,
    Status,
)

DEFAULT_LIMIT = 100
MAXIMUM_LIMIT = 1000
MAXIMUM_WORDS = 200
WHOLE = re.compile("-?(0|[1-9][0-9]*)")


@dataclass(frozen=True)
class Asked:
    """What validation needs to know of a request beyond the single value."""

    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The known keys of each collection."""
    counts: Counter[str] = field(default_factory=Counter)
    """How often each parameter stands in the query."""


ASKED: ContextVar[Asked] = ContextVar("asked", default=Asked())  # noqa: B039
"""Set before the parameters of a request are validated, so that all mistakes are told at once."""


def known(collection: str) -> AfterValidator:
    """Accept only the keys that the database holds."""

    def check(value: str) -> str:
        codes = ASKED.get().codes.get(collection, ())
        if value not in codes:
            raise PydanticCustomError(
                "unknown_code", "unknown code", {"found": value, "allowed": list(codes)}
            )
        return value

    return AfterValidator(check)


def calendar_day(value: object) -> object:
    """Accept a day as YYYY-MM-DD only; Pydantic alone would take a number of seconds too."""
    if isinstance(value, str):
        try:
            day = date.fromisoformat(value)
        except ValueError:
            day = None
        if day is not None and day.isoformat() == value:
            return day
    if value is None or isinstance(value, date):
        return value
    raise PydanticCustomError("iso_date", "not a day", {"found": str(value)})


def whole(value: object) -> object:
    """Accept plain digits only; Pydantic alone would take blanks and underscores too."""
    if isinstance(value, str) and not WHOLE.fullmatch(value):
        raise PydanticCustomError("int_parsing", "not a whole number", {"found": value})
    return value


CODE_SCHEMA: dict[str, Any] = {
    "type": "string",
    "minLength": 1,
    "maxLength": 200,
    "pattern": "^[A-Za-z0-9.-]+$",
}
Code = WithJsonSchema(CODE_SCHEMA)
Day = Annotated[
    date,
    BeforeValidator(calendar_day),
    WithJsonSchema({"type": "string", "format": "date", "minLength": 10, "maxLength": 10}),
]
Words = Annotated[
    str, StringConstraints(min_length=1, max_length=MAXIMUM_WORDS, pattern=r"^(.|\n|\r)+$")
]
Whole = BeforeValidator(whole)
Year = Annotated[int, Field(ge=1949, le=2100), Whole]
Absent = SkipJsonSchema[None]

Topics = list[Annotated[str, known("topics"), Code]]
Units = list[Annotated[str, known("units"), Code]]
Areas = list[Annotated[str, known("areas"), Code]]
Indicators = list[Annotated[str, known("indicators"), Code]]
Sources = list[Annotated[str, known("sources"), Code]]
Sectors = list[Annotated[str, known("sectors"), Code]]
Instruments = list[Annotated[str, known("instruments"), Code]]
PriorityAreas = list[Annotated[str, known("priority_areas"), Code]]


def several(description: str, example: Any) -> Any:  # noqa: ANN401
    """Declare a parameter that may stand several times; any of its values matches."""
    return Field(
        default_factory=list,
        max_length=50,
        description=f"{description} May stand several times; any of the values matches.",
        examples=[[example]],
    )


def key(description: str, example: str) -> Any:  # noqa: ANN401
    """Declare a key in a path; one of another form is simply not found."""
    form = {name: value for name, value in CODE_SCHEMA.items() if name != "type"}
    return Path(description=description, examples=[example], json_schema_extra=form)


class Parameters(BaseModel):
    """What every operation takes; anything unknown is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    lang: Language | Absent = Field(None, examples=["en"])
    """The language of the texts: en or zh. Without it the Accept-Language header decides, and
    English answers any other language."""

    @field_validator("*", mode="before")
    @classmethod
    def refuse_repetition(cls, value: object, info: ValidationInfo) -> object:
        """Refuse a parameter that stands twice where only one value makes sense."""
        name = str(info.field_name)
        takes_several = get_origin(cls.model_fields[name].annotation) is list
        if not takes_several and ASKED.get().counts[name] > 1:
            raise PydanticCustomError("repeated", "stands several times")
        return value


class Listing(Parameters):
    """What every list takes."""

    limit: Annotated[int, Field(ge=1, le=MAXIMUM_LIMIT), Whole] = Field(
        DEFAULT_LIMIT, examples=[100]
    )
    """How many records a page holds at the most. Without it 100."""
    cursor: (
        Annotated[
            str,
            StringConstraints(max_length=1000),
            WithJsonSchema(
                {
                    "type": "string",
                    "minLength": 1,
                    "maxLength": 1000,
                    "pattern": "^[A-Za-z0-9_.-]+$",
                }
            ),
        ]
        | Absent
    ) = None
    """Where the page starts: taken from the next address of the page before, never made up."""

    def narrowing(self) -> dict[str, Any]:
        """Give the parameters that decide which records are listed, and in what order."""
        return self.model_dump(mode="json", exclude={"limit", "cursor", "lang"})


class CodeSort(StrEnum):
    """Orders of a code list."""

    POSITION = "position"
    POSITION_DESC = "position_desc"
    CODE = "code"
    CODE_DESC = "code_desc"


class ObservationSort(StrEnum):
    """Orders of observations."""

    INDICATOR = "indicator"
    INDICATOR_DESC = "indicator_desc"
    PERIOD = "period"
    PERIOD_DESC = "period_desc"
    VINTAGE = "vintage"
    VINTAGE_DESC = "vintage_desc"
    VALUE = "value"
    VALUE_DESC = "value_desc"


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


class CodeListing(Listing):
    """A code list in its own order."""

    sort: CodeSort = Field(CodeSort.POSITION, examples=["code"])
    """The order: position (without the parameter) or code, or either of them with _desc."""


class IndicatorFilters(CodeListing):
    """Which indicators to list."""

    topic: Topics = several("Only indicators of this topic.", "trade")
    unit: Units = several("Only indicators in this unit.", "CNY")
    direction: list[Direction] = several("Only flows in this direction.", "outward")
    priority_area: PriorityAreas = several(
        "Only baseline indicators of this priority area.", "emerging-fields"
    )
    q: Words | Absent = Field(None, examples=["investment"])
    """Only indicators whose texts hold all these words, in either language."""


class IndicatorObservationFilters(Listing):
    """Which observations of one indicator to list."""

    sort: ObservationSort = Field(ObservationSort.INDICATOR, examples=["period_desc"])
    """The order: indicator (without the parameter), period, vintage or value, or any of them
    with _desc. Values of different units do not compare; filter by one indicator first."""
    area: Areas = several("Only figures that this area reports.", "CN")
    counterpart: Areas = several("Only figures with this area on the other side.", "BRI")
    unit: Units = several("Only figures in this unit.", "CNY")
    source: Sources = several("Only figures from this source.", "scio-2025-01-15")
    status: list[Status] = several("Only figures of this status.", "normal")
    qualifier: list[Qualifier] = several("Only figures limited in this way.", "over")
    months: Annotated[int, Field(ge=1, le=12), Whole] | Absent = Field(None, examples=[11])
    """Only figures whose period has this many months: 12 for full years."""
    since: Day | Absent = Field(None, examples=["2024-01-01"])
    """Only periods that start on or after this day."""
    until: Day | Absent = Field(None, examples=["2024-12-31"])
    """Only periods that end on or before this day."""
    as_of: Day | Absent = Field(None, examples=["2025-01-31"])
    """Only figures that were published on or before this day."""

    @field_validator("until")
    @classmethod
    def follows_since(cls, value: date | None, info: ValidationInfo) -> date | None:
        """Refuse a range that ends before it starts."""
        since = info.data.get("since")
        if value is not None and since is not None and value < since:
            raise PydanticCustomError("before_since", "before since", {"since": str(since)})
        return value


class ObservationFilters(IndicatorObservationFilters):
    """Which observations of all indicators to list."""

    indicator: Indicators = several("Only figures of this indicator.", "goods-trade")
    topic: Topics = several("Only figures of this topic.", "trade")


class RecordListing(Listing):
    """Records of a year in the order of their source."""

    sort: RecordSort = Field(RecordSort.POSITION, examples=["id"])
    """The order: position (without the parameter: year, then place in the source) or id, or
    either of them with _desc."""
    year: list[Year] = several("Only records of this year.", 2025)


class OutcomeFilters(RecordListing):
    """Which outcomes to list."""

    year: list[Year] = several("Only outcomes of this year.", 2024)
    topic: Topics = several("Only outcomes of this topic.", "investment")
    sector: Sectors = several("Only outcomes that name this sector.", "green-economy")
    instrument: Instruments = several(
        "Only outcomes that name this instrument.", "two-countries-twin-parks"
    )
    area: Areas = several("Only outcomes that name this area.", "MY")
    q: Words | Absent = Field(None, examples=["twin parks"])
    """Only outcomes whose texts hold all these words, in either language."""


class PriorityAreaFilters(RecordListing):
    """Which priority areas to list."""


class ActionFilters(RecordListing):
    """Which actions to list."""

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


class DetailParameters(Parameters):
    """What every single record takes."""


class PriorityAreaParameters(Parameters):
    """Which year's priority area to show."""

    year: Year | Absent = Field(None, examples=[2025])
    """The year. Without it the newest year that has the priority area."""
