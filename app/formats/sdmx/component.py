"""What a component of the data structure is, and how its value is read from a figure."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

from app.db.models import FOREVER, format_plain
from app.enums import Status
from app.i18n import Bilingual
from app.parameters.sdmx import ANNUAL

Record = dict[str, Any]
Value = str | Decimal | int | None

STATUSES = {
    Status.NORMAL: "A",
    Status.PROVISIONAL: "P",
    Status.ESTIMATED: "E",
    Status.REVISED: "R",
}


class Role(Enum):
    """What a component is in the structure."""

    DIMENSION = "Dimension"
    TIME = "TimeDimension"
    MEASURE = "Measure"
    ATTRIBUTE = "Attribute"


class TextType(Enum):
    """The type of a value that no code list holds, by its SDMX name."""

    STRING = "String"
    DECIMAL = "Decimal"
    INTEGER = "Integer"
    DAY = "GregorianDay"
    TIME = "ObservationalTimePeriod"


@dataclass(frozen=True)
class Component:
    """One component: its concept, what its values are, and how one is found."""

    id: str
    role: Role
    values: str | TextType
    """The code list, or the type."""
    name: Bilingual
    description: Bilingual
    value: Callable[[Record, Record], Value]
    """Gives the value from a series and a figure."""
    mandatory: bool = True

    @property
    def codelist(self) -> str | None:
        """Give the code list, if the values are codes."""
        return None if isinstance(self.values, TextType) else self.values

    @property
    def type(self) -> TextType | None:
        """Give the type, if the values are no codes."""
        return self.values if isinstance(self.values, TextType) else None


def declare_dimension(
    name: str, codelist: str, label: Bilingual, description: Bilingual
) -> Component:
    """Declare a dimension of the series key."""
    return Component(
        name, Role.DIMENSION, codelist, label, description, lambda s, _: read_code(name, s)
    )


def read_code(name: str, series: Record) -> str:
    """Give the value that a series has for a dimension."""
    if name == "FREQ":
        return ANNUAL
    return format_duration(series[name]) if name == "DURATION" else str(series[name])


def format_duration(months: int) -> str:
    """Write a number of months as an ISO 8601 duration."""
    return f"P{months}M"


def declare_attribute(
    name: str, values: str | TextType, label: Bilingual, description: Bilingual, field: str
) -> Component:
    """Declare an attribute that is always there."""
    return Component(
        name, Role.ATTRIBUTE, values, label, description, lambda _, figure: figure[field]
    )


def declare_optional(
    name: str,
    values: str | TextType,
    label: Bilingual,
    description: Bilingual,
    value: Callable[[Record], Value],
) -> Component:
    """Declare an attribute that may be absent."""
    return Component(
        name,
        Role.ATTRIBUTE,
        values,
        label,
        description,
        lambda _, figure: value(figure),
        mandatory=False,
    )


def count_decimals(_: Record, figure: Record) -> int:
    """Count the decimals of the value in the base unit."""
    return len(format_plain(figure["value"]).partition(".")[2])


def format_published(_: Record, figure: Record) -> str:
    """Write the number as it was printed, with its decimals."""
    return format(figure["published"], f".{figure['decimals']}f")


def superseded_on(figure: Record) -> str | None:
    """Give the day on which another figure took the place of one."""
    ended = figure["current_until"] not in {FOREVER, figure["current_from"]}
    return figure["current_until"].isoformat() if ended else None


def format_value(value: Value) -> str:
    """Write a value; a decimal number without exponent."""
    return format_plain(value) if isinstance(value, Decimal) else str(value)
