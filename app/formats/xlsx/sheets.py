"""Sheets of a workbook: their columns, in the order in which people read them, and cells."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum, auto
from functools import partial
from typing import Any, NamedTuple

from app.enums import Datatype, Qualifier
from app.formats import columns
from app.formats.columns import Column, get_value
from app.i18n import Bilingual, Language, format_citation

Record = dict[str, Any]

NUMBER = re.compile(r"\d[\d,]*(\.\d+)?")
MAX_POWER = 16
"""Scale words such as trillion mean a power of ten below this."""


class CellType(Enum):
    """How a cell is written."""

    TEXT = auto()
    NUMBER = auto()
    DATE = auto()
    LINK = auto()
    EMPTY = auto()


@dataclass(frozen=True)
class Cell:
    """The content of a cell."""

    value: Any
    type: CellType
    number_format: str = ""
    is_bold: bool = False
    is_left_aligned: bool = False


@dataclass(frozen=True)
class SheetColumn:
    """A column of a sheet."""

    label: Bilingual
    width: float
    build_cell: Callable[[Record, Language], Cell]


@dataclass(frozen=True)
class SheetLayout:
    """A sheet without its records."""

    title: Bilingual
    columns: Sequence[SheetColumn]
    printed: int
    """How many columns are printed; the others contain keys."""


class Sheet(NamedTuple):
    """A sheet."""

    layout: SheetLayout
    records: Iterable[Record]


def show_text(value: Any, *, is_bold: bool = False) -> Cell:
    return Cell(value, CellType.TEXT, is_bold=is_bold) if value else EMPTY_CELL


def number_cell(value: Decimal) -> Cell:
    """Show a number with all its digits."""
    is_integer = value == value.to_integral_value()
    return Cell(value, CellType.NUMBER, "#,##0" if is_integer else "#,##0.##########")


def show_integer(value: int) -> Cell:
    """Show a year or another number without thousands separators."""
    return Cell(value, CellType.NUMBER, "0", is_left_aligned=True)


def date_cell(value: date | None) -> Cell:
    return EMPTY_CELL if value is None else Cell(value, CellType.DATE)


def link_cell(url: str | None) -> Cell:
    return Cell(url, CellType.LINK) if url else EMPTY_CELL


def show_observation(record: Record) -> Cell:
    """Show a value as a number whose format adds the qualifier and the unit.

    The number is the one in the display text: 22.1 before "trillion yuan", 700 after "over".
    """
    display = record["display"]
    match = NUMBER.search(display)
    if match is None:
        return show_text(display, is_bold=True)
    number = Decimal(match[0].replace(",", ""))
    if not any(number.scaleb(power) == record["value"] for power in range(MAX_POWER)):
        return show_text(display, is_bold=True)
    whole, _, decimals = match[0].partition(".")
    digits = ("#,##0" if "," in whole else "0") + (f".{'0' * len(decimals)}" if decimals else "")
    before, after = display[: match.start()], display[match.end() :]
    number_format = f"{quote_literal(before)}{digits}{quote_literal(after)}"
    return Cell(number, CellType.NUMBER, number_format, is_bold=True, is_left_aligned=True)


def quote_literal(text: str) -> str:
    """Quote a text in a number format."""
    return '"' + text.replace('"', "'") + '"' if text else ""


EMPTY_CELL = Cell(None, CellType.EMPTY)
CELLS: dict[Datatype, Callable[[Any], Cell]] = {
    Datatype.STRING: show_text,
    Datatype.INTEGER: show_integer,
    Datatype.DECIMAL: number_cell,
    Datatype.DATE: date_cell,
    Datatype.ADDRESS: link_cell,
}


def declare_sheet(
    title: Bilingual, table: Sequence[Column], first: Sequence[str | SheetColumn], *, printed: int
) -> SheetLayout:
    """Declare a sheet.

    Args:
        title: the title of the sheet.
        table: the columns of the table; those that have a width are part of the sheet.
        first: the columns to begin with, by their names or as columns of this sheet only.
        printed: how many columns are printed.
    """
    by_name = {column.name: column for column in table}
    shown = [convert_column(by_name[one]) if isinstance(one, str) else one for one in first]
    rest = [column for column in table if column.width is not None and column.name not in first]
    return SheetLayout(title, [*shown, *map(convert_column, rest)], printed)


def convert_column(column: Column) -> SheetColumn:
    """Show a column of a table in a sheet."""
    assert column.width is not None, column.name  # noqa: S101 - a mistake in a declaration

    def build_cell(record: Record, language: Language) -> Cell:
        del language
        return CELLS[column.datatype](get_value(record, column.path))

    return SheetColumn(column.label, column.width, build_cell)


QUALIFIERS = {
    Qualifier.EXACT: Bilingual("exact", "确数"),
    Qualifier.OVER: Bilingual("over (more than this)", "逾（高于此数）"),
    Qualifier.NEARLY: Bilingual("nearly (less than this)", "近（低于此数）"),
    Qualifier.ABOUT: Bilingual("about (around this)", "约（接近此数）"),
}


def join_names(field: str, record: Record, language: Language) -> Cell:
    """List the names of linked records."""
    separator = Bilingual(", ", "、").get(language)
    return show_text(separator.join(one["name"] for one in record[field]))


def cite_record(record: Record, language: Language) -> Cell:
    """Cite the source of a text with the place in it."""
    return show_text(format_citation(record["source"]["line"], record["locator"], language))


def show_headline(field: str, record: Record, language: Language) -> Cell:
    """Show a part of the headline observation of an indicator, if it has one."""
    del language
    headline = record["headline"]
    if headline is None:
        return EMPTY_CELL
    if field == "display":
        return show_observation(headline)
    return show_text(headline["period"]["label"] if field == "period" else headline[field])


CITATION = SheetColumn(Bilingual("Source", "来源"), 50, cite_record)
SOURCE_URL = SheetColumn(
    Bilingual("URL", "网址"), 50, lambda one, _: link_cell(one["source"]["address"])
)
TOPIC = SheetColumn(Bilingual("Topic", "主题"), 18, lambda one, _: show_text(one["topic"]["name"]))
AREAS = SheetColumn(Bilingual("Areas", "涉及国别"), 22, partial(join_names, "areas"))


def declare_observations(title: Bilingual) -> SheetLayout:
    """Declare a sheet of observations."""
    return declare_sheet(
        title,
        columns.OBSERVATIONS,
        [
            "indicator_name",
            SheetColumn(
                Bilingual("Period", "统计期"), 17, lambda one, _: show_text(one["period"]["label"])
            ),
            SheetColumn(Bilingual("Figure", "数据"), 24, lambda one, _: show_observation(one)),
            SheetColumn(
                Bilingual("Qualifier", "限定词"),
                22,
                lambda one, language: show_text(QUALIFIERS[one["qualifier"]].get(language)),
            ),
            SheetColumn(
                Bilingual("Published growth", "公布的增速"),
                20,
                lambda one, _: show_text(one["growth"] and one["growth"]["display"]),
            ),
            SheetColumn(Bilingual("Source", "来源"), 56, lambda one, _: show_text(one["citation"])),
            "value",
            "unit_name",
            "reporting_area_name",
            "counterpart_area_name",
            "vintage",
            "source_address",
            "series",
            "id",
        ],
        printed=6,
    )


OBSERVATIONS = declare_observations(Bilingual("Observations", "数据"))
HEADLINES = declare_observations(Bilingual("Headline values", "核心数据"))
ALL_YEARS = declare_observations(Bilingual("All years", "历年数据"))
INDICATORS = declare_sheet(
    Bilingual("Indicators", "指标"),
    columns.INDICATORS,
    [
        "name",
        SheetColumn(Bilingual("Headline", "核心数据"), 24, partial(show_headline, "display")),
        SheetColumn(Bilingual("Period", "统计期"), 17, partial(show_headline, "period")),
        TOPIC,
        "definition",
        "note",
        SheetColumn(Bilingual("Source", "来源"), 44, partial(show_headline, "citation")),
        "code",
    ],
    printed=7,
)
ACTIONS = declare_sheet(
    Bilingual("Priority areas and actions", "重点领域与举措"),
    columns.ACTIONS,
    [
        "priority_area_title",
        "year",
        "text",
        SheetColumn(Bilingual("Sectors", "涉及领域"), 20, partial(join_names, "sectors")),
        SheetColumn(Bilingual("Instruments", "合作载体"), 30, partial(join_names, "instruments")),
        AREAS,
        CITATION,
        SOURCE_URL,
        "id",
    ],
    printed=7,
)
OUTCOMES = declare_sheet(
    Bilingual("Other results", "其他成果"),
    columns.OUTCOMES,
    [TOPIC, "year", "text", AREAS, CITATION, SOURCE_URL, "id"],
    printed=5,
)
SOURCES = declare_sheet(
    Bilingual("Sources", "来源"),
    columns.SOURCES,
    ["title", "publisher", "body", "published_on", "address", "licence", "code"],
    printed=5,
)
NOTES = SheetLayout(
    Bilingual("Notes", "说明"),
    (
        SheetColumn(
            Bilingual("Note", "说明"), 24, lambda one, _: show_text(one["name"], is_bold=True)
        ),
        SheetColumn(Bilingual("Text", "内容"), 110, lambda one, _: show_text(one["text"])),
    ),
    printed=2,
)
