"""Base classes and types of query parameters."""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Protocol, get_origin
from unicodedata import category, normalize

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
)
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

from app.i18n import Language
from app.schemas import read_field_docstrings

DEFAULT_LIMIT = 100
MAXIMUM_LIMIT = 1000
MAXIMUM_QUERY = 200
PIN = "release"
"""The parameter that pins any address to a release; the router checks it."""
DateSpan = tuple[date, date]
"""The first and the last day of a period."""
INTEGER = re.compile("-?(0|[1-9][0-9]*)")
LEADING_ZEROS = re.compile("(-?)0+(0|[1-9][0-9]*)")
EXAMPLE_KEYS = {
    "action": "2025-expand-trade",
    "area": "BRI",
    "commitment": "2023-joint-laboratories",
    "contradiction": "trade-share-2024",
    "coverage": "partner-2025",
    "edition": "2025",
    "event": "mofcom-2025-01-15",
    "growth_rate": "goods-trade.CN.BRI.partner-2025.CNY.P12M.2024-01.chinataiwan-2025-01-13",
    "indicator": "goods-trade",
    "instrument": "china-asean-expo",
    "observation": "aid-projects.CN.BRI.partner-2023.NB.P11M.2024-01.scio-2025-01-15",
    "outcome": "2024-trade-expansion",
    "priority_area": "emerging-fields",
    "related_dataset": "china-global-investment-tracker",
    "report": "aid-projects.CN.BRI.partner-2023.NB.P11M.2024-01.scio-2025-01-15.xinhua-2025-01-15",
    "sector": "digital-economy",
    "series": "goods-trade.CN.BRI.partner-2025.CNY.P12M",
    "source": "scio-2025-01-15",
    "topic": "trade",
    "unit": "CNY",
}
"""A key for each parameter in a path that is one."""


class KeySet(Protocol):
    def __contains__(self, key: str) -> bool:
        """Return whether the collection has a key."""

    def find_nearest_keys(self, key: str) -> tuple[str, ...]:
        """Return all keys, or those next to a key if there are too many."""


def validate_key(collection: str) -> AfterValidator:
    """Accept only keys of a collection; the context of the validation has all collections.

    The keys of editions are their years.
    """

    def check(value: str | int, info: ValidationInfo) -> str | int:
        # Without a context the filters are the program's own, whose keys exist.
        keys: KeySet | None = info.context and info.context[collection]
        if keys is not None and (key := str(value)) not in keys:
            raise PydanticCustomError(
                "unknown_code",
                "unknown code",
                {"found": key, "allowed": list(keys.find_nearest_keys(key))},
            )
        return value

    return AfterValidator(check)


def parse_day(value: object) -> object:
    """Accept only YYYY-MM-DD; Pydantic would also accept a number of seconds."""
    if isinstance(value, str):
        try:
            day = date.fromisoformat(value)
        except ValueError:
            day = None
        if day is not None and day.isoformat() == value:
            return day
    if value is None or isinstance(value, date):
        return value
    raise PydanticCustomError("iso_date", "not a date", {"found": str(value)})


def parse_integer(value: object) -> object:
    """Accept only digits; Pydantic would also accept spaces and underscores."""
    if isinstance(value, str) and not INTEGER.fullmatch(value):
        if plain := LEADING_ZEROS.fullmatch(value):
            found = {"found": value, "plain": f"{plain[1]}{plain[2]}"}
            raise PydanticCustomError("leading_zero", "starts with 0", found)
        raise PydanticCustomError("int_parsing", "not an integer", {"found": value})
    return value


def parse_boolean(value: object) -> object:
    """Accept true, false, 1 and 0 in any case, as clients write them; Pydantic also accepts yes."""
    if isinstance(value, str) and value.lower() not in {"true", "false", "1", "0"}:
        raise PydanticCustomError("bool_parsing", "not true or false", {"found": value})
    return value


def require_words(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("string_too_short", "no words")
    return text


def normalize_words(text: str) -> str:
    """Return a query without full-width and invisible characters.

    Chinese keyboards type full-width letters and digits as well as plain ones.
    """
    narrow = ((normalize("NFKC", one), one) for one in text if category(one) != "Cf")
    return require_words("".join(plain if len(plain) == 1 else one for plain, one in narrow))


CODE_SCHEMA: dict[str, Any] = {
    "type": "string",
    "minLength": 1,
    "maxLength": 200,
    "pattern": "^[A-Za-z0-9.-]+$",
}
Code = WithJsonSchema(CODE_SCHEMA)
Day = Annotated[
    date, BeforeValidator(parse_day), WithJsonSchema({"type": "string", "format": "date"})
]
CONTROL = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f"
"""Control characters, with which requests are rejected earlier; patterns document that."""
WORDS = Field(json_schema_extra={"pattern": rf"^[^{CONTROL}]*[^\s{CONTROL}][^{CONTROL}]*$"})
"""Documents that a blank text is refused, which has an error message of its own."""
QueryText = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAXIMUM_QUERY, pattern=rf"^[^{CONTROL}]+$"),
    AfterValidator(normalize_words),
    WORDS,
]
StrictInt = BeforeValidator(parse_integer)
Boolean = Annotated[bool, BeforeValidator(parse_boolean)]
Year = Annotated[int, Field(ge=1949, le=2100), StrictInt]
YearSchema = WithJsonSchema({"type": "integer", "maximum": 2100, "minimum": 1949})
Edition = Annotated[int, validate_key("editions"), YearSchema, StrictInt]
"""The key of an edition. An error names the editions, whatever the year."""
Omitted = SkipJsonSchema[None]

Topics = list[Annotated[str, validate_key("topics"), Code]]
Units = list[Annotated[str, validate_key("units"), Code]]
Coverages = list[Annotated[str, validate_key("coverages"), Code]]
Areas = list[Annotated[str, validate_key("areas"), Code]]
Indicators = list[Annotated[str, validate_key("indicators"), Code]]
SeriesKeys = list[Annotated[str, validate_key("series"), Code]]
Events = list[Annotated[str, validate_key("events"), Code]]
Sources = list[Annotated[str, validate_key("sources"), Code]]
Sectors = list[Annotated[str, validate_key("sectors"), Code]]
Instruments = list[Annotated[str, validate_key("instruments"), Code]]
Releases = list[Annotated[str, validate_key("releases"), Code]]
PriorityAreas = list[Annotated[str, validate_key("priority_areas"), Code]]


def create_repeatable(description: str, example: Any) -> Any:
    return Field(
        default_factory=list,
        max_length=50,
        description=f"{description} Repeatable, or separated by commas (OR).",
        examples=[[example]],
    )


def create_path_key(name: str, description: str) -> Any:
    """Declare a key in the path; a key of another form is not found."""
    schema = {name: value for name, value in CODE_SCHEMA.items() if name != "type"}
    return Path(description=description, examples=[EXAMPLE_KEYS[name]], json_schema_extra=schema)


class Parameters(BaseModel):
    """The parameters of every operation; unknown parameters are rejected."""

    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)

    lang: Language | Omitted = Field(None, examples=["en"])
    """The language of the texts: en or zh. Without it, the Accept-Language header decides; the
    default is English."""

    @classmethod
    def describe_fields(cls) -> None:
        """Have the OpenAPI document describe the parameters with the docstrings below them."""
        for name, text in read_field_docstrings(cls).items():
            cls.model_fields[name].description = text

    @classmethod
    def list_repeatable(cls) -> frozenset[str]:
        """Return the names of the parameters of this model that take several values."""
        fields = cls.model_fields.items()
        return frozenset(name for name, info in fields if get_origin(info.annotation) is list)


class Filters(Parameters):
    """The parameters that determine which records are found."""


class ListParameters(Filters):
    limit: Annotated[int, Field(ge=1, le=MAXIMUM_LIMIT), StrictInt] = Field(
        DEFAULT_LIMIT, examples=[100]
    )
    """The maximum number of records on a page. The default is 100."""
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
        | Omitted
    ) = None
    """The start of the page, from the next URL of the previous page. Do not construct it."""


class CodeSort(StrEnum):
    """The orders of a code list."""

    POSITION, POSITION_DESC = "position", "position_desc"
    CODE, CODE_DESC = "code", "code_desc"


class CodeFilters(Filters):
    sort: CodeSort = Field(CodeSort.POSITION, examples=["code"])
    """The order: position (default) or code; add _desc for descending order."""


class CodeListParameters(CodeFilters, ListParameters): ...


class DetailParameters(Parameters): ...


class FormParameters(Parameters):
    """The fields of a form, which its page validates itself to show errors beside them."""


class OperationFormParameters(Parameters):
    """The fields of the form of an operation, which are passed on to it; empty ones are not."""

    model_config = ConfigDict(extra="allow")

    lang: Annotated[Language | Omitted, BeforeValidator(lambda value: value or None)] = None
    release: str | Omitted = None
    """Pins the response of the operation, and not the redirect to it."""
