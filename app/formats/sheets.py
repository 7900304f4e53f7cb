"""Sheets of a workbook: their columns, in the order in which people read them, and cells.

Sheets of observations are in ``observation_sheets``.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

from app.db.columns import Record
from app.enums import Precision
from app.formats import indicator_columns, record_columns
from app.formats.columns import Column, get_value
from app.i18n import Bilingual, Language, format_citation, join_names
from app.schemas.formats import Datatype

LINK_COLOUR = "#0B5394"
MAX_DIGITS = 15
"""Spreadsheets keep no more significant digits; longer numbers are written as texts."""


class Cell(NamedTuple):
    method: str
    """The method of a worksheet of XlsxWriter that writes the value."""
    value: Any
    """The value, or a text in both languages."""
    style: Mapping[str, object]
    """The properties of the format."""


@dataclass(frozen=True)
class SheetColumn:
    label: Bilingual
    width: float
    build_cell: Callable[[Record], Cell]
    note: Bilingual | None = None
    """How to read the column, for the sheet of notes."""


class SheetTitle(NamedTuple):
    name: Bilingual
    """The name of the sheet, of at most 31 characters."""
    heading: Bilingual
    """What one row is, above the table and in the contents."""


@dataclass(frozen=True)
class SheetLayout:
    title: SheetTitle
    columns: Sequence[SheetColumn]
    printed: int
    """How many columns are printed; the others contain keys."""


class Sheet(NamedTuple):
    layout: SheetLayout
    records: Iterable[Record]


EMPTY_CELL = Cell("write_blank", None, {})
LEFT = {"align": "left", "indent": 1}


def show_text(value: Any, *, is_bold: bool = False) -> Cell:
    if not value:
        return EMPTY_CELL
    text = value if isinstance(value, Bilingual) else str(value)
    return Cell("write_string", text, {"text_wrap": True, "indent": 1, "bold": is_bold})


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
    title: SheetTitle,
    table: Sequence[Column],
    first: Sequence[str | SheetColumn],
    notes: Mapping[str, Bilingual] | None = None,
    *,
    printed: int,
) -> SheetLayout:
    """Declare a sheet of the first columns, and of those of the table that have a width.

    The first columns are names of columns of the table, or columns of this sheet only. The notes
    say how to read columns of the table, by name.
    """
    by_name = {
        column.name: convert_column(column, (notes or {}).get(column.name))
        for column in table
        if column.width is not None
    }
    shown = [by_name[one] if isinstance(one, str) else one for one in first]
    rest = [column for name, column in by_name.items() if name not in first]
    return SheetLayout(title, [*shown, *rest], printed)


def convert_column(column: Column, note: Bilingual | None) -> SheetColumn:
    assert column.width is not None, column.name  # noqa: S101 - a mistake in a declaration

    def build_cell(record: Record) -> Cell:
        return CELLS[column.datatype](column.read_value(record))

    return SheetColumn(column.label, column.width, build_cell, note)


def declare_text(
    en: str,
    zh: str,
    width: float,
    describe: Callable[[Record], Bilingual | str | None] | str,
    note: Bilingual | None = None,
) -> SheetColumn:
    """Declare a column of texts: those at a path in the record, or what a function returns."""
    read: Callable[[Record], object] = (
        partial(get_value, path=tuple(describe.split(".")))
        if isinstance(describe, str)
        else describe
    )
    return SheetColumn(Bilingual(en, zh), width, lambda record: show_text(read(record)), note)


def name_members(field: str, record: Record) -> Bilingual | None:
    members = record[field]
    return join_names(one["name"] for one in members) if members else None


def cite_record(record: Record) -> Bilingual:
    line, locator = record["source"]["line"], record["locator"]
    return Bilingual(*(format_citation(line, locator, one) for one in Language))


CITATION = declare_text("Source", "来源", 50, cite_record)
SOURCE_URL = SheetColumn(
    Bilingual("URL", "网址"), 50, lambda one: show_link(one["source"]["address"])
)
TOPIC = declare_text("Topic", "主题", 18, "topic.name")
AREAS = declare_text("Areas", "涉及国别", 22, partial(name_members, "areas"))


COVERAGE_NOTE = Bilingual(
    "Which countries the figure counts. Figures that count different countries are not comparable. "
    "How each group of countries is known, and where this service infers it, is said below.",
    "数据统计所涵盖的国家。统计范围不同的数据不可比。各统计范围的依据及本站推断之处见下文。",
)
GROWTH_NOTE = Bilingual(
    "The change on a year earlier as a source published it. It is not calculated from the values "
    "in this workbook, has its own source, and may be measured in another unit, which is then "
    "named.",
    "来源公布的同比变动，并非由本工作簿中的数值计算得出；单独注明来源，计量单位不同时予以注明。",
)
INDICATOR_SHEET = declare_sheet(
    SheetTitle(Bilingual("Indicators", "指标"), Bilingual(
        "Indicators with their headline figures, one row each",
        "指标及其核心数据，每行一项",
    )),
    indicator_columns.INDICATOR_COLUMNS,
    [
        "name",
        SheetColumn(
            Bilingual("Headline", "核心数据"), 24,
            lambda one: show_text(one["headline"] and one["headline"]["display"], is_bold=True),
        ),
        declare_text("Period", "统计期", 17, "headline.period.label"),
        "headline_coverage", TOPIC, "definition", "note",
        declare_text("Source", "来源", 44, "headline.citation.full"),
        "headline_growth", "headline_growth_citation", "headline_note", "headline_growth_note",
        "headline_contradiction_reason", "code",
    ],
    {"headline_coverage": COVERAGE_NOTE, "headline_growth": GROWTH_NOTE}, printed=8,
)  # fmt: skip
ACTION_SHEET = declare_sheet(
    SheetTitle(Bilingual("Priority areas and actions", "重点领域与举措"), Bilingual(
        "Actions announced in the priority areas, one row each",
        "重点领域中已宣布的举措，每行一项",
    )),
    record_columns.ACTION_COLUMNS,
    [
        "priority_area_title", "year", "text", "aim", "note",
        declare_text("Sectors", "涉及领域", 20, partial(name_members, "sectors")),
        declare_text("Instruments", "合作载体与机制", 30, partial(name_members, "instruments")),
        AREAS, CITATION, SOURCE_URL, "id",
    ],
    printed=9,
)  # fmt: skip
PRIORITY_AREA_SHEET = declare_sheet(
    SheetTitle(Bilingual("Priority areas", "重点领域"), Bilingual(
        "Priority areas announced for the year, one row each",
        "已公布的当年重点领域，每行一项",
    )),
    record_columns.PRIORITY_AREA_COLUMNS,
    [
        "title", "year", "summary", "aim", "note", CITATION,
        declare_text(
            "Related indicators (editorial link)", "对应指标（本站编辑关联）", 44,
            partial(name_members, "baseline_indicators"),
        ),
    ],
    printed=6,
)  # fmt: skip
OUTCOME_SHEET = declare_sheet(
    SheetTitle(Bilingual("Other results", "其他成果"), Bilingual(
        "Results that sources state in words, one row each",
        "来源以文字表述的成果，每行一项",
    )),
    record_columns.OUTCOME_COLUMNS,
    [TOPIC, "year", "text", "note", AREAS, CITATION, SOURCE_URL, "id"], printed=6,
)  # fmt: skip
PRECISIONS = {Precision.DAY: Bilingual("day", "日"), Precision.MONTH: Bilingual("month", "月")}
PRECISION = declare_text(
    "Date precision", "发布日期精度", 10, lambda one: PRECISIONS[one["published_precision"]]
)
COMMITMENT_SHEET = declare_sheet(
    SheetTitle(Bilingual("Commitments", "高峰论坛承诺"), Bilingual(
        "Commitments announced at forums, with later readings, one row each",
        "高峰论坛宣布的承诺及其后续数据，每行一项",
    )),
    record_columns.COMMITMENT_COLUMNS,
    [
        "name", "text", "target", "deadline", "reading_texts", "distance", CITATION, SOURCE_URL,
        "code",
    ],
    printed=7,
)  # fmt: skip
SOURCE_SHEET = declare_sheet(
    SheetTitle(Bilingual("Sources", "来源"), Bilingual(
        "Documents that state the figures and texts, one row each",
        "数据和文字的来源文件，每行一份",
    )),
    record_columns.SOURCE_COLUMNS,
    ["title", "publisher", "body", "published_on", PRECISION, "address", "licence", "code"],
    printed=6,
)  # fmt: skip
NOTE_SHEET = SheetLayout(
    SheetTitle(
        Bilingual("Notes", "说明"),
        Bilingual("How to read the columns, and which countries are counted", "各列说明及统计范围"),
    ),
    (
        SheetColumn(
            Bilingual("Note", "说明"), 24, lambda one: show_text(one["name"], is_bold=True)
        ),
        declare_text("Text", "内容", 110, "text"),
    ),
    printed=2,
)
