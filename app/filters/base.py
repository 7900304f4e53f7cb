"""What all query parameters share: strictness, known codes, limits and cursors."""

import re
from collections import Counter
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Protocol, get_origin

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

DEFAULT_LIMIT = 100
MAXIMUM_LIMIT = 1000
MAXIMUM_WORDS = 200
WHOLE = re.compile("-?(0|[1-9][0-9]*)")


class Known(Protocol):
    """The keys of a collection."""

    def __contains__(self, key: str) -> bool:
        """Tell whether there is such a key."""

    def near(self, key: str) -> tuple[str, ...]:
        """Give all keys, or those around a key where there are too many."""


@dataclass(frozen=True)
class Asked:
    """What validation needs to know of a request beyond the single value."""

    keys: Mapping[str, "Known"] = field(default_factory=dict)
    """The known keys of each collection."""
    counts: Counter[str] = field(default_factory=Counter)
    """How often each parameter stands in the query."""


ASKED: ContextVar[Asked] = ContextVar("asked", default=Asked())  # noqa: B039
"""Set before the parameters of a request are validated, so that all mistakes are told at once."""


def known(collection: str) -> AfterValidator:
    """Accept only the keys that the database holds."""

    def check(value: str) -> str:
        keys = ASKED.get().keys[collection]
        if value not in keys:
            raise PydanticCustomError(
                "unknown_code", "unknown code", {"found": value, "allowed": list(keys.near(value))}
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


def truth(value: object) -> object:
    """Accept true and false only; Pydantic alone would take yes, on and 1 too."""
    if isinstance(value, str) and value not in {"true", "false"}:
        raise PydanticCustomError("bool_parsing", "not true or false", {"found": value})
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
# An address that spells a control character is refused before anything is read from it.
Words = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=MAXIMUM_WORDS, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+$"
    ),
]
Whole = BeforeValidator(whole)
Truth = Annotated[bool, BeforeValidator(truth)]
Year = Annotated[int, Field(ge=1949, le=2100), Whole]
Absent = SkipJsonSchema[None]

Topics = list[Annotated[str, known("topics"), Code]]
Units = list[Annotated[str, known("units"), Code]]
Areas = list[Annotated[str, known("areas"), Code]]
Indicators = list[Annotated[str, known("indicators"), Code]]
SeriesKeys = list[Annotated[str, known("series"), Code]]
Sources = list[Annotated[str, known("sources"), Code]]
Sectors = list[Annotated[str, known("sectors"), Code]]
Instruments = list[Annotated[str, known("instruments"), Code]]
Releases = list[Annotated[str, known("releases"), Code]]
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


class Selection(Parameters):
    """Which records to give, all at once."""

    def narrowing(self) -> dict[str, Any]:
        """Give the parameters that decide which records are given, and in what order."""
        return self.model_dump(mode="json", exclude={"limit", "cursor", "lang"})


class Listing(Selection):
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


class CodeSort(StrEnum):
    """Orders of a code list."""

    POSITION = "position"
    POSITION_DESC = "position_desc"
    CODE = "code"
    CODE_DESC = "code_desc"


class CodeSelection(Selection):
    """A code list in its own order."""

    sort: CodeSort = Field(CodeSort.POSITION, examples=["code"])
    """The order: position (without the parameter) or code, or either of them with _desc."""


class CodeListing(CodeSelection, Listing):
    """One page of a code list."""


class DetailParameters(Parameters):
    """What every single record takes."""
