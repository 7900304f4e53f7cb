"""The kinds of value that seed files hold."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic import WithJsonSchema as JsonSchema
from pydantic_core import PydanticCustomError


def parse_iso_date(value: object) -> date:
    """Read a day written as YYYY-MM-DD, and nothing else."""
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        day = None
    if day is None or day.isoformat() != value:
        raise PydanticCustomError("iso_date", "Write a day of the calendar as 2025-01-15")
    return day


def parse_exact(value: object) -> Decimal:
    """Read a number as it is written, without quotes and without exponent."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Decimal(value)
    raise PydanticCustomError("exact_number", "Write a plain number such as 36 or 22.1")


Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]+([-.][A-Za-z0-9]+)*$")]
TEXT = r"^[^\s=+@-](.*\S)?$"
"""No blanks around it, and no beginning that a spreadsheet takes for a formula."""
LongText = Annotated[str, StringConstraints(min_length=1, max_length=4000, pattern=TEXT)]
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=TEXT)]
Suffix = Annotated[str, StringConstraints(max_length=20)]
Day = Annotated[
    date, BeforeValidator(parse_iso_date), JsonSchema({"type": "string", "format": "date"})
]
Number = Annotated[
    Decimal,
    BeforeValidator(parse_exact),
    Field(max_digits=28, decimal_places=10),
    JsonSchema({"type": "number"}),
]
Address = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$")]
Locator = Annotated[str, StringConstraints(pattern=r"^P[1-9][0-9]*(\.S[1-9][0-9]*)?$")]
Position = Annotated[int, Field(strict=True, ge=1, le=10_000)]
Year = Annotated[int, Field(strict=True, ge=1949, le=2100)]
AreaPosition = Annotated[int, Field(strict=True, ge=1, le=4)]
Months = Annotated[int, Field(strict=True, ge=1, le=12)]
Decimals = Annotated[int, Field(strict=True, ge=0, le=10)]
Multiplier = Annotated[int, Field(strict=True, ge=0, le=15)]


class StrictModel(BaseModel):
    """Nothing unknown, nothing coerced, nothing changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class BilingualText(StrictModel):
    """A text in both languages."""

    en: LongText
    """English."""
    zh: LongText
    """Simplified Chinese."""


class BilingualTitle(BilingualText):
    """A text that stands in one line, alone or with others."""

    en: ShortText
    """English."""
    zh: ShortText
    """Simplified Chinese."""


class BilingualSuffix(StrictModel):
    """What is printed after a number, in both languages; empty where nothing is."""

    en: Suffix
    """English, with the space that separates it from the number."""
    zh: Suffix
    """Simplified Chinese."""
