"""Sheets of a workbook: their columns, and the cells in them."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum, auto
from typing import Any

from app.i18n import Bilingual, Language

Record = dict[str, Any]

NUMBER_FORMATS = re.compile(r"\d[\d,]*(\.\d+)?")
MAX_POWER = 16
"""Words such as trillion stand for a power of ten below this."""


class Kind(Enum):
    """How a cell is written."""

    TEXT = auto()
    NUMBER = auto()
    DAY = auto()
    LINK = auto()
    NOTHING = auto()


@dataclass(frozen=True)
class Cell:
    """What stands in a cell."""

    value: Any
    kind: Kind
    shape: str = ""
    """The number format, with the words that belong to the number; none for a whole number."""
    bold: bool = False
    left: bool = False
    """Whether a number stands on the left, as one with words does."""


@dataclass(frozen=True)
class SheetColumn:
    """A column as people read it."""

    title: Bilingual
    width: float
    cell: Callable[[Record, Language], Cell]


@dataclass(frozen=True)
class Sheet:
    """A sheet before it is written."""

    title: str
    columns: Sequence[SheetColumn]
    rows: Callable[[], Iterable[Sequence[Cell]]]
    printed: int
    """How many columns go to print; those after them are keys, for look-ups."""


@dataclass(frozen=True)
class SheetLayout:
    """A sheet without its records."""

    title: Bilingual
    columns: Sequence[SheetColumn]
    printed: int

    def build_sheet(self, language: Language, records: Iterable[Record]) -> Sheet:
        """Lay records out."""
        columns = self.columns

        def rows() -> Iterator[list[Cell]]:
            for record in records:
                yield [column.cell(record, language) for column in columns]

        return Sheet(self.title.get(language), columns, rows, self.printed)


def text_cell(value: Any, *, bold: bool = False) -> Cell:
    """Show a text, or nothing."""
    return Cell(value, Kind.TEXT, bold=bold) if value else EMPTY_CELL


def number_cell(value: Decimal) -> Cell:
    """Show a number with all its digits."""
    whole = value == value.to_integral_value()
    return Cell(value, Kind.NUMBER, "#,##0" if whole else "#,##0.##########")


def year_cell(value: int) -> Cell:
    """Show a year."""
    return Cell(value, Kind.NUMBER, "0", left=True)


def day_cell(value: date | None) -> Cell:
    """Show a day, or nothing."""
    return EMPTY_CELL if value is None else Cell(value, Kind.DAY)


def link_cell(address: str) -> Cell:
    """Show an address that can be followed."""
    return Cell(address, Kind.LINK)


def observation_cell(record: Record) -> Cell:
    """Show a figure as a real number whose format adds the qualifier and the unit.

    The number is the one that people read: 22.1 before "trillion yuan", 700 after "over".
    """
    display = record["display"]
    found = NUMBER_FORMATS.search(display)
    if found is None or not is_scaled_value(
        read := Decimal(found[0].replace(",", "")), record["value"]
    ):
        return text_cell(display, bold=True)
    whole, _, decimals = found[0].partition(".")
    shape = ("#,##0" if "," in whole else "0") + (f".{'0' * len(decimals)}" if decimals else "")
    before, after = display[: found.start()], display[found.end() :]
    return Cell(
        read,
        Kind.NUMBER,
        f"{quote_format(before)}{shape}{quote_format(after)}",
        bold=True,
        left=True,
    )


def is_scaled_value(read: Decimal, value: Decimal) -> bool:
    """Tell whether a number times a power of ten is the value."""
    return any(read.scaleb(power) == value for power in range(MAX_POWER))


def quote_format(words: str) -> str:
    """Write words into a number format."""
    return '"' + words.replace('"', "'") + '"' if words else ""


EMPTY_CELL = Cell(None, Kind.NOTHING)
