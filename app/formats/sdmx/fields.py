"""What a component of the data structure is, and how its value is read from a figure."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

from app.filters.sdmx import ANNUAL
from app.models import FOREVER, plain
from app.text import Words
from app.vocabulary import Status

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


class Text(Enum):
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
    values: str | Text
    """The code list, or the type."""
    name: Words
    description: Words
    value: Callable[[Record, Record], Value]
    """Gives the value from a series and a figure."""
    mandatory: bool = True

    @property
    def codelist(self) -> str | None:
        """Give the code list, if the values are codes."""
        return None if isinstance(self.values, Text) else self.values

    @property
    def type(self) -> Text | None:
        """Give the type, if the values are no codes."""
        return self.values if isinstance(self.values, Text) else None


def dimension(name: str, codelist: str, label: Words, description: Words) -> Component:
    """Declare a dimension of the series key."""
    return Component(
        name, Role.DIMENSION, codelist, label, description, lambda s, _: coded(name, s)
    )


def coded(name: str, series: Record) -> str:
    """Give the value that a series has for a dimension."""
    if name == "FREQ":
        return ANNUAL
    return duration(series[name]) if name == "DURATION" else str(series[name])


def duration(months: int) -> str:
    """Write a number of months as an ISO 8601 duration."""
    return f"P{months}M"


def attribute(
    name: str, values: str | Text, label: Words, description: Words, field: str
) -> Component:
    """Declare an attribute that is always there."""
    return Component(
        name, Role.ATTRIBUTE, values, label, description, lambda _, figure: figure[field]
    )


def optional(
    name: str,
    values: str | Text,
    label: Words,
    description: Words,
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


def decimals(_: Record, figure: Record) -> int:
    """Count the decimals of the value in the base unit."""
    return len(plain(figure["value"]).partition(".")[2])


def in_print(_: Record, figure: Record) -> str:
    """Write the number as it was printed, with its decimals."""
    return format(figure["published"], f".{figure['decimals']}f")


def held_until(figure: Record) -> str | None:
    """Give the day on which another figure took the place of one."""
    ended = figure["current_until"] not in {FOREVER, figure["current_from"]}
    return figure["current_until"].isoformat() if ended else None


def spelled(value: Value) -> str:
    """Write a value; a decimal number without exponent."""
    return plain(value) if isinstance(value, Decimal) else str(value)
