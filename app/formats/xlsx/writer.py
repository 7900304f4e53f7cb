"""Workbooks for people: sheets with real numbers and their words, ready to print."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import IO, TYPE_CHECKING, Any

from app.formats.file_stream import stream_file
from app.formats.tables import too_many_rows
from app.formats.xlsx.sheets import Cell, Kind, Sheet
from app.i18n import Bilingual, Language

if TYPE_CHECKING:
    from xlsxwriter import Workbook as XlsxFile
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_DIGITS = 15
"""A spreadsheet keeps no more digits of a number; a longer one is written as text."""
HEADER_HEIGHT = 24
LANDSCAPE_PAPER = 9
"""A4 by the number that the file format gives it."""
FONT = Bilingual("Calibri", "等线")
PAGE = Bilingual("Page &P of &N", "第&P页，共&N页")
LINK_COLOUR = "#0B5394"
MAX_ROWS = 50_000
"""The rows of a sheet at the most: Excel takes 65,530 links, and each row may have one."""


@dataclass(frozen=True)
class Workbook:
    """A workbook before it is written."""

    title: str
    subject: str
    released: Any
    """The day of the release, which stands for the day of writing, so that equal data make equal
    bytes."""
    language: Language
    sheets: Sequence[Sheet]


def write_workbook(book: Workbook) -> Iterator[bytes]:
    """Write a workbook as a whole.

    Raises:
        InvalidParameters: if a sheet has more rows than a workbook takes.
    """
    yield from stream_file(partial(write_file, book))


def write_file(book: Workbook, file: IO[bytes]) -> None:
    """Write a workbook into a file, row by row."""
    from xlsxwriter import Workbook as XlsxFile  # noqa: PLC0415

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with XlsxFile(file, options) as workbook:
        workbook.set_properties(
            {"title": book.title, "subject": book.subject, "created": to_midnight(book.released)}
        )
        styles = Styles(workbook, FONT.get(book.language))
        for sheet in book.sheets:
            write_sheet(workbook.add_worksheet(sheet.title), sheet, styles, book)


def to_midnight(day: Any) -> Any:
    """Give the first moment of a day."""
    from datetime import datetime, time  # noqa: PLC0415

    return datetime.combine(day, time.min)


class Styles:
    """The formats of a workbook, each made once."""

    def __init__(self, workbook: "XlsxFile", font: str) -> None:
        self.workbook = workbook
        self.common = {"font_name": font, "font_size": 11, "valign": "top"}
        self.made: dict[tuple[tuple[str, Any], ...], Format] = {}

    def __call__(self, **properties: Any) -> "Format":
        """Give the format with these properties beside the common ones."""
        key = tuple(sorted(properties.items()))
        if key not in self.made:
            self.made[key] = self.workbook.add_format({**self.common, **properties})
        return self.made[key]


def write_sheet(worksheet: "Worksheet", sheet: Sheet, styles: Styles, book: Workbook) -> None:
    """Write a sheet: its header stays in sight and comes again on each page in print."""
    heading = styles(bold=True, bottom=2, text_wrap=True, bg_color="#E8EEF4", indent=1)
    for place, column in enumerate(sheet.columns):
        worksheet.set_column(place, place, column.width)
    worksheet.set_row(0, HEADER_HEIGHT)
    for place, column in enumerate(sheet.columns):
        worksheet.write_string(0, place, column.title.get(book.language), heading)
    last = write_rows(worksheet, sheet.rows(), styles)
    worksheet.freeze_panes(1, 1)
    worksheet.print_area(0, 0, last, sheet.printed - 1)
    if last:
        worksheet.autofilter(0, 0, last, len(sheet.columns) - 1)
    worksheet.set_landscape()
    worksheet.set_paper(LANDSCAPE_PAPER)
    worksheet.fit_to_pages(1, 0)
    worksheet.repeat_rows(0)
    worksheet.set_margins(left=0.5, right=0.5, top=0.8, bottom=0.8)
    worksheet.set_header(f"&L&B{escape_header(book.title)}&R{escape_header(sheet.title)}")
    worksheet.set_footer(f"&L{escape_header(book.subject)}&R{PAGE.get(book.language)}")


def escape_header(text: str) -> str:
    """Write a text into a header or footer, where an ampersand begins a command."""
    return text.replace("&", "&&")


def write_rows(worksheet: "Worksheet", rows: Iterable[Sequence[Cell]], styles: Styles) -> int:
    """Write the rows below the header; give the number of the last one."""
    last = 0
    for last, row in enumerate(rows, start=1):
        if last > MAX_ROWS:
            raise too_many_rows(MAX_ROWS)
        for place, cell in enumerate(row):
            WRITERS[cell.kind](worksheet, last, place, cell, styles)
    return last


def write_text(sheet: "Worksheet", row: int, place: int, cell: Cell, styles: Styles) -> None:
    """Write a text, which wraps."""
    sheet.write_string(
        row, place, str(cell.value), styles(text_wrap=True, indent=1, bold=cell.bold)
    )


def write_number(sheet: "Worksheet", row: int, place: int, cell: Cell, styles: Styles) -> None:
    """Write a number that can be computed with, in the format that shows what limits it."""
    value = cell.value
    if isinstance(value, Decimal) and len(value.normalize().as_tuple().digits) > MAX_DIGITS:
        sheet.write_string(row, place, format(value, "f"), styles(align="right"))
        return
    side = {"align": "left", "indent": 1} if cell.left else {}
    style = styles(num_format=cell.shape, bold=cell.bold, **side)
    sheet.write_number(row, place, value, style)


def write_day(sheet: "Worksheet", row: int, place: int, cell: Cell, styles: Styles) -> None:
    """Write a day of the calendar."""
    style = styles(num_format="yyyy-mm-dd", align="left", indent=1)
    sheet.write_datetime(row, place, to_midnight(cell.value), style)


def write_link(sheet: "Worksheet", row: int, place: int, cell: Cell, styles: Styles) -> None:
    """Write an address that can be followed."""
    style = styles(text_wrap=True, indent=1, font_color=LINK_COLOUR)
    sheet.write_url(row, place, cell.value, style, cell.value)


def write_empty(sheet: "Worksheet", row: int, place: int, cell: Cell, styles: Styles) -> None:
    """Leave a cell empty."""
    del cell
    sheet.write_blank(row, place, None, styles())


WRITERS: dict[Kind, Callable[["Worksheet", int, int, Cell, Styles], None]] = {
    Kind.TEXT: write_text,
    Kind.NUMBER: write_number,
    Kind.DAY: write_day,
    Kind.LINK: write_link,
    Kind.NOTHING: write_empty,
}
