"""Sheets of a workbook: their columns, in the order in which people read them, and cells."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

from app.db.columns import Record
from app.enums import PERCENT, Datatype
from app.formats import columns, record_columns
from app.formats.columns import Column
from app.formats.tables import get_value
from app.i18n import QUALIFIERS, Bilingual, Language, format_citation, format_growth

VALUE_UNITS = {
    "CNY": Bilingual("Value in yuan", "数值（元）"),
    "USD": Bilingual("Value in US dollars", "数值（美元）"),
    PERCENT: Bilingual("Value in percent", "数值（%）"),
}
"""The units that have a column of their own, so that no column mixes what cannot be added."""
OTHER_VALUE = Bilingual("Value, other units", "数值（其他计量单位）")
LINK_COLOUR = "#0B5394"
MAX_DIGITS = 15
"""Spreadsheets keep no more significant digits; longer numbers are written as texts."""


class Cell(NamedTuple):
    method: str
    """The method of a worksheet of XlsxWriter that writes the value."""
    value: Any
    style: Mapping[str, object]
    """The properties of the format."""


@dataclass(frozen=True)
class SheetColumn:
    label: Bilingual
    width: float
    build_cell: Callable[[Record, Language], Cell]


@dataclass(frozen=True)
class SheetLayout:
    title: Bilingual
    columns: Sequence[SheetColumn]
    printed: int
    """How many columns are printed; the others contain keys."""


class Sheet(NamedTuple):
    layout: SheetLayout
    records: Iterable[Record]


BREAK_BEFORE = Bilingual("do not compare with earlier values", "与此前数据不可比")
EMPTY_CELL = Cell("write_blank", None, {})
LEFT = {"align": "left", "indent": 1}


def show_text(value: Any, *, is_bold: bool = False) -> Cell:
    if not value:
        return EMPTY_CELL
    return Cell("write_string", str(value), {"text_wrap": True, "indent": 1, "bold": is_bold})


def show_decimal(value: Decimal | None) -> Cell:
    """Show a number with all its digits."""
    if value is None:
        return EMPTY_CELL
    if len(value.normalize().as_tuple().digits) > MAX_DIGITS:
        return Cell("write_string", format(value, "f"), {"align": "right"})
    number_format = "#,##0" if value == value.to_integral_value() else "#,##0.##########"
    return Cell("write_number", value, {"num_format": number_format, "bold": False})


def show_integer(value: int) -> Cell:
    """Show a year or another number without thousands separators."""
    return Cell("write_number", value, {"num_format": "0", "bold": False, **LEFT})


def show_date(value: date | None) -> Cell:
    if value is None:
        return EMPTY_CELL
    midnight = datetime.combine(value, time.min)
    return Cell("write_datetime", midnight, {"num_format": "yyyy-mm-dd", **LEFT})


def show_link(url: str | None) -> Cell:
    if not url:
        return EMPTY_CELL
    return Cell("write_url", url, {"text_wrap": True, "indent": 1, "font_color": LINK_COLOUR})


CELLS: dict[Datatype, Callable[[Any], Cell]] = {
    Datatype.STRING: show_text,
    Datatype.INTEGER: show_integer,
    Datatype.DECIMAL: show_decimal,
    Datatype.DATE: show_date,
    Datatype.ADDRESS: show_link,
}


def declare_sheet(
    title: Bilingual, table: Sequence[Column], first: Sequence[str | SheetColumn], *, printed: int
) -> SheetLayout:
    """Declare a sheet of the first columns, and of those of the table that have a width.

    The first columns are names of columns of the table, or columns of this sheet only.
    """
    by_name = {column.name: column for column in table}
    shown = [convert_column(by_name[one]) if isinstance(one, str) else one for one in first]
    rest = [column for column in table if column.width is not None and column.name not in first]
    return SheetLayout(title, [*shown, *map(convert_column, rest)], printed)


def convert_column(column: Column) -> SheetColumn:
    assert column.width is not None, column.name  # noqa: S101 - a mistake in a declaration

    def build_cell(record: Record, language: Language) -> Cell:
        del language
        return CELLS[column.datatype](get_value(record, column.path))

    return SheetColumn(column.label, column.width, build_cell)


def join_names(field: str, record: Record, language: Language) -> Cell:
    separator = Bilingual(", ", "、").get(language)
    return show_text(separator.join(one["name"] for one in record[field]))


def cite_record(record: Record, language: Language) -> Cell:
    return show_text(format_citation(record["source"]["line"], record["locator"], language))


def show_headline(field: str, record: Record, language: Language) -> Cell:
    del language
    headline = record["headline"]
    if headline is None:
        return EMPTY_CELL
    if field == "citation":
        return show_text(headline["citation"]["full"])
    if field == "display":
        return show_text(headline["display"], is_bold=True)
    return show_text(headline["period"]["label"] if field == "period" else headline[field])


CITATION = SheetColumn(Bilingual("Source", "来源"), 50, cite_record)
SOURCE_URL = SheetColumn(
    Bilingual("URL", "网址"), 50, lambda one, _: show_link(one["source"]["address"])
)
TOPIC = SheetColumn(
    Bilingual("Topic", "主题"), 18, lambda one, _: show_text(one["topic"] and one["topic"]["name"])
)
AREAS = SheetColumn(Bilingual("Areas", "涉及国别"), 22, partial(join_names, "areas"))


def show_growth(record: Record, language: Language) -> Cell:
    growth = record["growth"]
    if growth is None:
        return EMPTY_CELL
    return show_text(format_growth(growth["display"], growth["citation"]["full"], language))


def show_value(unit: str | None, record: Record, language: Language) -> Cell:
    """Show the value in the column of its unit; None is the column of all other units."""
    del language
    code = record["unit"]["code"]
    is_here = code == unit if unit else code not in VALUE_UNITS
    return show_decimal(record["value"]) if is_here else EMPTY_CELL


QUALIFIER = SheetColumn(
    Bilingual("Qualifier", "限定词"),
    22,
    lambda one, language: show_text(QUALIFIERS[one["qualifier"]].get(language)),
)
VALUES = (
    *(SheetColumn(label, 24, partial(show_value, unit)) for unit, label in VALUE_UNITS.items()),
    SheetColumn(OTHER_VALUE, 18, partial(show_value, None)),
)


def declare_observations(title: Bilingual) -> SheetLayout:
    return declare_sheet(
        title,
        columns.OBSERVATIONS,
        [
            "indicator_name",
            SheetColumn(
                Bilingual("Period", "统计期"), 17, lambda one, _: show_text(one["period"]["label"])
            ),
            "coverage_name",
            SheetColumn(
                Bilingual("Figure", "数据"),
                24,
                lambda one, _: show_text(one["display"], is_bold=True),
            ),
            QUALIFIER,
            SheetColumn(Bilingual("Published growth", "公布的增速"), 44, show_growth),
            SheetColumn(
                Bilingual("Source", "来源"), 56, lambda one, _: show_text(one["citation"]["full"])
            ),
            *VALUES,
            "unit_name",
            "rounding_lower",
            "rounding_upper",
            "lower_bound",
            "upper_bound",
            "wording",
            "wording_translated",
            "locator",
            "reporting_area_name",
            "counterpart_area_name",
            "vintage",
            "source_address",
            SheetColumn(
                Bilingual("Series: compare only within one", "所属序列（仅同一序列的数据可比）"),
                44,
                lambda one, _: show_text(one["series"]),
            ),
            SheetColumn(
                Bilingual("Break before", "此前中断"),
                20,
                lambda one, language: show_text(one["break_before"] and BREAK_BEFORE.get(language)),
            ),
            "id",
        ],
        printed=7,
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
    record_columns.ACTIONS,
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
    record_columns.OUTCOMES,
    [TOPIC, "year", "text", AREAS, CITATION, SOURCE_URL, "id"],
    printed=5,
)
COMMITMENTS = declare_sheet(
    Bilingual("Commitments", "高峰论坛承诺"),
    record_columns.COMMITMENTS,
    [
        "name",
        "text",
        "target",
        "deadline",
        "reading_texts",
        "distance",
        CITATION,
        SOURCE_URL,
        "code",
    ],
    printed=7,
)
SOURCES = declare_sheet(
    Bilingual("Sources", "来源"),
    record_columns.SOURCES,
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
