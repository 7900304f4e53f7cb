"""The types of the values in seed files."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic import WithJsonSchema as JsonSchema
from pydantic_core import PydanticCustomError

CODE_PATTERN = r"^[A-Za-z0-9]+([-.][A-Za-z0-9]+)*$"
# Spreadsheets take a text that starts with one of these characters for a formula.
TEXT_PATTERN = r"^[^\s=+@-](.*\S)?$"
ADDRESS_PATTERN = r"^https?://[^\s]+$"
LOCATOR_PATTERN = r"^P[1-9][0-9]*(\.S[1-9][0-9]*)?$"
LANGUAGE_PATTERN = "^[a-z]{2}$"


def parse_iso_date(value: object) -> date:
    """Parse a date in the one form YYYY-MM-DD; Pydantic would also accept numbers and times."""
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        day = None
    if day is None or day.isoformat() != value:
        raise PydanticCustomError("iso_date", "Write a calendar date such as 2025-01-15")
    return day


def parse_exact(value: object) -> Decimal:
    """Accept the numbers of the YAML reader, which keeps every digit, and no other type."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Decimal(value)
    raise PydanticCustomError("exact_number", "Write a plain number such as 36 or 22.1")


Code = Annotated[str, StringConstraints(pattern=CODE_PATTERN)]
LongText = Annotated[str, StringConstraints(min_length=1, max_length=4000, pattern=TEXT_PATTERN)]
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=TEXT_PATTERN)]
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
Address = Annotated[str, StringConstraints(pattern=ADDRESS_PATTERN)]
Locator = Annotated[str, StringConstraints(pattern=LOCATOR_PATTERN)]
LanguageCode = Annotated[str, StringConstraints(pattern=LANGUAGE_PATTERN)]
Position = Annotated[int, Field(strict=True, ge=1, le=10_000)]
Year = Annotated[int, Field(strict=True, ge=1949, le=2100)]
AreaPosition = Annotated[int, Field(strict=True, ge=1, le=4)]
Months = Annotated[int, Field(strict=True, ge=1, le=12)]
Decimals = Annotated[int, Field(strict=True, ge=0, le=10)]
Multiplier = Annotated[int, Field(strict=True, ge=0, le=15)]


class StrictModel(BaseModel):
    """A model that rejects unknown fields; docstrings below fields become their descriptions."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class BilingualText(StrictModel):
    """A text in English and Chinese."""

    en: LongText
    """English."""
    zh: LongText
    """Simplified Chinese."""


class BilingualTitle(BilingualText):
    """A text short enough for one line of a list or a table."""

    en: ShortText
    """English."""
    zh: ShortText
    """Simplified Chinese."""


class BilingualSuffix(StrictModel):
    """What is printed after a number; empty if nothing is."""

    en: Suffix
    """English, including the space that separates it from the number."""
    zh: Suffix
    """Simplified Chinese."""
