"""Workbooks: the sheets of a table, or of the whole data set."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from itertools import chain
from typing import IO, TYPE_CHECKING, Any

from app.db.columns import Record
from app.formats import sheets, tables
from app.formats.dataset_info import (
    CONTACT,
    DATA_LICENCE,
    DESCRIPTION,
    HOW_TO_READ,
    TITLE,
    cite_dataset,
)
from app.formats.sheets import Cell, CellType, Sheet
from app.formats.tables import Table, TableQuery, create_row_limit_error
from app.i18n import Bilingual, Language
from app.queries.release import read_overview

LAYOUTS = {
    "observations": sheets.OBSERVATIONS,
    "indicators": sheets.INDICATORS,
    "actions": sheets.ACTIONS,
    "outcomes": sheets.OUTCOMES,
}
NOTES = (
    (Bilingual("Data set", "数据集"), DESCRIPTION),
    (
        Bilingual("Figures", "数据"),
        Bilingual(
            "Figures are numbers as published; the number format adds the qualifier and the unit.",
            "“数据”列为原文公布的数字，可用于计算，显示格式附有限定词和计量单位。",
        ),
    ),
    (Bilingual("How to read", "使用说明"), HOW_TO_READ),
    (Bilingual("Licence", "许可"), DATA_LICENCE),
    (Bilingual("Contact", "联系方式"), CONTACT),
)


def write_table(query: TableQuery, file: IO[bytes]) -> None:
    records = chain.from_iterable(query.read_pages())
    sheet = Sheet(LAYOUTS[query.table.name], records)
    write_sheets(query, query.table.title, [sheet], file)


def write_overview(query: TableQuery, file: IO[bytes]) -> None:
    """Write the newest edition and the figures of all years as a workbook.

    If there are more observations than a sheet holds, it contains those of the edition's
    indicators only.
    """
    overview = read_overview(query.connection, query.language)
    headlines = [indicator["headline"] for indicator in overview["indicators"]]
    actions = [action for area in overview["priority_areas"] for action in area["actions"]]
    codes = [indicator["code"] for indicator in overview["indicators"]]
    table = tables.OBSERVATIONS
    whole = replace(query, table=table, filters=table.list_parameters())
    is_longer = table.exceeds(whole, MAX_ROWS)
    observations = read_records(table, query, **({"indicator": codes} if is_longer else {}))
    shown = [
        Sheet(sheets.HEADLINES, headlines),
        Sheet(sheets.ACTIONS, actions),
        Sheet(sheets.OUTCOMES, read_records(tables.OUTCOMES, query)),
        Sheet(sheets.ALL_YEARS, observations),
    ]
    write_sheets(query, TITLE, shown, file)


def read_records(table: Table, query: TableQuery, **filters: Any) -> Iterator[Record]:
    chosen = table.list_parameters.model_construct(**dict(table.list_parameters()) | filters)
    return chain.from_iterable(replace(query, table=table, filters=chosen).read_pages())


def write_sheets(
    query: TableQuery, title: Bilingual, shown: Sequence[Sheet], file: IO[bytes]
) -> None:
    language = query.language
    workbook = Workbook(
        title.get(language),
        cite_dataset(query.release, query.base, language),
        query.release["released_on"],
        language,
        [
            *shown,
            Sheet(sheets.SOURCES, read_records(tables.SOURCES, query)),
            Sheet(sheets.NOTES, build_notes(query.release, query.base, language)),
        ],
    )
    write_workbook(workbook, file)


def build_notes(release: Record, base: str, language: Language) -> Iterable[Record]:
    for name, text in NOTES:
        yield {"name": name.get(language), "text": text.get(language)}
    cite_as = Bilingual("Cite as", "引用格式").get(language)
    yield {"name": cite_as, "text": cite_dataset(release, base, language)}


if TYPE_CHECKING:
    from xlsxwriter import Workbook as XlsxFile
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_DIGITS = 15
"""Spreadsheets keep no more significant digits; longer numbers are written as texts."""
HEADER_HEIGHT = 24
PAPER_A4 = 9
"""The number of A4 in the file format."""
FONT = Bilingual("Calibri", "等线")
PAGE = Bilingual("Page &P of &N", "第&P页，共&N页")
LINK_COLOUR = "#0B5394"
MAX_ROWS = 50_000
"""Excel opens at most 65,530 links in a sheet, and each row may contain one."""


@dataclass(frozen=True)
class Workbook:
    title: str
    subject: str
    released_on: date
    """Written as the creation date, so that equal releases produce equal bytes."""
    language: Language
    sheets: Sequence[Sheet]


def write_workbook(book: Workbook, file: IO[bytes]) -> None:
    """Write a workbook row by row.

    Raises:
        InvalidParameters: if a sheet has more rows than a workbook holds.
    """
    from xlsxwriter import Workbook as XlsxFile

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with XlsxFile(file, options) as workbook:
        workbook.set_properties(
            {"title": book.title, "subject": book.subject, "created": to_midnight(book.released_on)}
        )
        styles = Styles(workbook, FONT.get(book.language))
        for sheet in book.sheets:
            worksheet = workbook.add_worksheet(sheet.layout.title.get(book.language))
            write_sheet(worksheet, sheet, styles, book)


def to_midnight(day: date) -> datetime:
    return datetime.combine(day, time.min)


class Styles:
    """The cell formats of a workbook, each created once."""

    def __init__(self, workbook: "XlsxFile", font: str) -> None:
        self.workbook = workbook
        self.common = {"font_name": font, "font_size": 11, "valign": "top"}
        self.formats: dict[tuple[tuple[str, Any], ...], Format] = {}

    def __call__(self, **properties: Any) -> "Format":
        key = tuple(properties.items())
        if key not in self.formats:
            self.formats[key] = self.workbook.add_format({**self.common, **properties})
        return self.formats[key]


def write_sheet(worksheet: "Worksheet", sheet: Sheet, styles: Styles, book: Workbook) -> None:
    """Write a sheet whose header stays visible and is repeated on each printed page."""
    heading = styles(bold=True, bottom=2, text_wrap=True, bg_color="#E8EEF4", indent=1)
    layout, title = sheet.layout, sheet.layout.title.get(book.language)
    # Widths come before all cells, since rows are written to the file as they are complete.
    for index, column in enumerate(layout.columns):
        worksheet.set_column(index, index, column.width)
    worksheet.set_row(0, HEADER_HEIGHT)
    for index, column in enumerate(layout.columns):
        worksheet.write_string(0, index, column.label.get(book.language), heading)
    last = write_rows(worksheet, sheet, styles, book.language)
    worksheet.freeze_panes(1, 1)
    worksheet.print_area(0, 0, last, layout.printed - 1)
    if last:
        worksheet.autofilter(0, 0, last, len(layout.columns) - 1)
    worksheet.set_landscape()
    worksheet.set_paper(PAPER_A4)
    worksheet.fit_to_pages(1, 0)
    worksheet.repeat_rows(0)
    worksheet.set_margins(left=0.5, right=0.5, top=0.8, bottom=0.8)
    worksheet.set_header(f"&L&B{escape_header(book.title)}&R{escape_header(title)}")
    worksheet.set_footer(f"&L{escape_header(book.subject)}&R{PAGE.get(book.language)}")


def escape_header(text: str) -> str:
    """Escape a text of a header or footer, where an ampersand begins a command."""
    return text.replace("&", "&&")


def write_rows(worksheet: "Worksheet", sheet: Sheet, styles: Styles, language: Language) -> int:
    """Write the records below the header and return the index of the last row."""
    last = 0
    for last, record in enumerate(sheet.records, start=1):
        if last > MAX_ROWS:
            raise create_row_limit_error(MAX_ROWS)
        for index, column in enumerate(sheet.layout.columns):
            cell = column.build_cell(record, language)
            WRITERS[cell.type](worksheet, last, index, cell, styles)
    return last


def write_text(sheet: "Worksheet", row: int, column: int, cell: Cell, styles: Styles) -> None:
    sheet.write_string(
        row, column, str(cell.value), styles(text_wrap=True, indent=1, bold=cell.is_bold)
    )


def write_number(sheet: "Worksheet", row: int, column: int, cell: Cell, styles: Styles) -> None:
    value = cell.value
    if isinstance(value, Decimal) and len(value.normalize().as_tuple().digits) > MAX_DIGITS:
        sheet.write_string(row, column, format(value, "f"), styles(align="right"))
        return
    alignment = {"align": "left", "indent": 1} if cell.is_left_aligned else {}
    style = styles(num_format=cell.number_format, bold=cell.is_bold, **alignment)
    sheet.write_number(row, column, value, style)


def write_date(sheet: "Worksheet", row: int, column: int, cell: Cell, styles: Styles) -> None:
    style = styles(num_format="yyyy-mm-dd", align="left", indent=1)
    sheet.write_datetime(row, column, to_midnight(cell.value), style)


def write_link(sheet: "Worksheet", row: int, column: int, cell: Cell, styles: Styles) -> None:
    style = styles(text_wrap=True, indent=1, font_color=LINK_COLOUR)
    sheet.write_url(row, column, cell.value, style, cell.value)


def write_empty(sheet: "Worksheet", row: int, column: int, cell: Cell, styles: Styles) -> None:
    del cell
    sheet.write_blank(row, column, None, styles())


WRITERS: dict[CellType, Callable[["Worksheet", int, int, Cell, Styles], None]] = {
    CellType.TEXT: write_text,
    CellType.NUMBER: write_number,
    CellType.DATE: write_date,
    CellType.LINK: write_link,
    CellType.EMPTY: write_empty,
}
