"""Workbooks: the sheets of a table, or of the whole data set."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from itertools import chain
from typing import IO, TYPE_CHECKING, Any

from app import parameters
from app.db.columns import Record
from app.enums import EvidenceBasis
from app.formats import observation_sheets, sheets, tables
from app.formats.dataset_info import (
    CONTACT,
    DATA_LICENCE,
    DESCRIPTION,
    HOW_TO_READ,
    TITLE,
    cite_dataset,
)
from app.formats.sheets import Sheet, SheetLayout
from app.formats.tables import Table, TableQuery, create_row_limit_error
from app.i18n import Bilingual, Language
from app.queries.editions import read_contents
from app.queries.series import list_breaks

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADER_HEIGHT = 24
HEADING = {"bold": True, "bottom": 2, "text_wrap": True, "bg_color": "#E8EEF4", "indent": 1}
PAPER_A4 = 9
"""The number of A4 in the file format."""
FONT = Bilingual("Calibri", "等线")
PAGE = Bilingual("Page &P of &N", "第&P页，共&N页")
MAX_ROWS = 50_000
"""Excel opens at most 65,530 links in a sheet, and each row may contain one."""
LAYOUTS = {
    "observations": observation_sheets.OBSERVATIONS,
    "indicators": sheets.INDICATORS,
    "actions": sheets.ACTIONS,
    "outcomes": sheets.OUTCOMES,
    "commitments": sheets.COMMITMENTS,
}
NOTES = (
    (Bilingual("Data set", "数据集"), DESCRIPTION),
    (
        Bilingual("Figures", "数据"),
        Bilingual(
            "The column Figure is the text to show: qualifier, number and unit. The columns of "
            "values contain the number to calculate with, in full, in the column of its unit. "
            "Compare only figures of the same series (the same indicator, countries counted, unit "
            "and length of period), and not those marked as not comparable in the column "
            "Comparability.",
            "“数据”列为供展示的文字，含限定词、数字和计量单位；各“数值”列为供计算的完整数字，按计量单位分列。"
            "仅同一序列的数据可比，即指标、统计范围、计量单位和统计期长度均相同；“可比性”列标明不可比的除外。",
        ),
    ),
    (Bilingual("How to read", "使用说明"), HOW_TO_READ),
    (Bilingual("Licence", "许可"), DATA_LICENCE),
    (Bilingual("Contact", "联系方式"), CONTACT),
)
CITE_AS = Bilingual("Cite as", "引用格式")
COLUMN_NAME = Bilingual("Column “{label}”", "“{label}”列")
COVERAGE_NAMES = {
    EvidenceBasis.STATED: Bilingual("Countries counted: {name}", "统计范围：{name}"),
    EvidenceBasis.INFERRED: Bilingual(
        "Countries counted, inferred by this service: {name}", "统计范围（本站推断）：{name}"
    ),
}
BREAK_NAME = Bilingual("Break in {series}, {day}", "序列中断（{series}，{day}）")


def write_table(query: TableQuery, file: IO[bytes]) -> None:
    records = chain.from_iterable(query.read_pages())
    sheet = Sheet(LAYOUTS[query.table.name], records)
    write_sheets(query, query.table.title, [sheet], file)


def write_overview(query: TableQuery, file: IO[bytes]) -> None:
    """Write an edition, by default the newest complete one, and all figures as a workbook.

    If there are more observations than a sheet holds, it contains those of the edition's
    indicators only.
    """
    assert isinstance(query.filters, parameters.OverviewParameters)  # noqa: S101 - for mypy
    overview = read_contents(query.connection, query.language, query.filters.edition)
    edition = overview["edition"]["year"]
    headlines = [indicator["headline"] for indicator in overview["indicators"]]
    actions = [action for area in overview["priority_areas"] for action in area["actions"]]
    codes = [indicator["code"] for indicator in overview["indicators"]]
    table = tables.OBSERVATIONS
    whole = replace(query, table=table, filters=table.list_parameters())
    is_longer = table.exceeds(whole, MAX_ROWS)
    observations = read_records(table, query, **({"indicator": codes} if is_longer else {}))
    shown = [
        Sheet(observation_sheets.HEADLINES, headlines),
        Sheet(sheets.PRIORITY_AREAS, overview["priority_areas"]),
        Sheet(sheets.ACTIONS, actions),
        Sheet(sheets.OUTCOMES, read_records(tables.OUTCOMES, query, edition=[edition])),
        Sheet(observation_sheets.ALL_YEARS, observations),
    ]
    write_sheets(query, TITLE, shown, file)


def read_records(table: Table, query: TableQuery, **filters: Any) -> Iterator[Record]:
    chosen = table.list_parameters.model_construct(**dict(table.list_parameters()) | filters)
    return chain.from_iterable(replace(query, table=table, filters=chosen).read_pages())


def write_sheets(
    query: TableQuery, title: Bilingual, shown: Sequence[Sheet], file: IO[bytes]
) -> None:
    """Write sheets row by row as a workbook, with sources and notes.

    Raises:
        InvalidParameters: if a sheet has more rows than a workbook holds.
    """
    from xlsxwriter import Workbook

    language, subject = query.language, cite_dataset(query.release, query.base, query.language)
    # The release dates the workbook, so that equal releases produce equal bytes.
    created = datetime.combine(query.release["released_on"], time.min)
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    sources = Sheet(sheets.SOURCES, read_records(tables.SOURCES, query))
    notes = Sheet(sheets.NOTES, build_notes(query, subject, [one.layout for one in shown]))
    with Workbook(file, options) as workbook:
        workbook.set_properties(
            {"title": title.get(language), "subject": subject, "created": created}
        )
        styles = Styles(workbook, FONT.get(language))
        for sheet in (*shown, sources, notes):
            name = sheet.layout.title.get(language)
            worksheet = workbook.add_worksheet(name)
            write_sheet(worksheet, sheet, styles, language)
            header = f"&L&B{escape_header(title.get(language))}&R{escape_header(name)}"
            worksheet.set_header(header)
            worksheet.set_footer(f"&L{escape_header(subject)}&R{PAGE.get(language)}")


def build_notes(
    query: TableQuery, citation: str, layouts: Sequence[SheetLayout]
) -> Iterator[Record]:
    """Say how to read the columns of the sheets, which countries are counted, and how to cite."""
    language = query.language
    columns = {column.label: column.note for layout in layouts for column in layout.columns}
    explained = [(label, note) for label, note in columns.items() if note]
    notes = [(COLUMN_NAME.format(label=label), note) for label, note in explained]
    for name, text in (*NOTES, *notes, (CITE_AS, Bilingual(citation, citation))):
        if name is CITE_AS and explained:
            yield from build_context_notes(query)
        yield {"name": name.get(language), "text": text.get(language)}


def build_context_notes(query: TableQuery) -> Iterator[Record]:
    """Describe each coverage with its evidence, and each break in a series."""
    language = query.language
    space = Bilingual(" ", "").get(language)
    for one in read_records(tables.COVERAGES, query):
        name = COVERAGE_NAMES[one["basis"]].format(name=one["name"]).get(language)
        yield {"name": name, "text": space.join([one["description"], one["evidence"]])}
    for found in list_breaks(query.connection, language):
        name = BREAK_NAME.format(series=found["series"], day=found["start"]).get(language)
        yield {"name": name, "text": found["note"]}


class Styles:
    """The cell formats of a workbook, each created once."""

    def __init__(self, workbook: "Workbook", font: str) -> None:
        self.workbook = workbook
        self.common = {"font_name": font, "font_size": 11, "valign": "top"}
        self.formats: dict[tuple[tuple[str, object], ...], Format] = {}

    def __call__(self, properties: Mapping[str, object]) -> "Format":
        key = tuple(properties.items())
        if key not in self.formats:
            self.formats[key] = self.workbook.add_format({**self.common, **properties})
        return self.formats[key]


def write_sheet(worksheet: "Worksheet", sheet: Sheet, styles: Styles, language: Language) -> None:
    """Write a sheet whose header stays visible and is repeated on each printed page."""
    heading = styles(HEADING)
    layout = sheet.layout
    # Widths come before all cells, since rows are written to the file as they are complete.
    for index, column in enumerate(layout.columns):
        worksheet.set_column(index, index, column.width)
    worksheet.set_row(0, HEADER_HEIGHT)
    for index, column in enumerate(layout.columns):
        worksheet.write_string(0, index, column.label.get(language), heading)
    last = 0
    for last, record in enumerate(sheet.records, start=1):
        if last > MAX_ROWS:
            raise create_row_limit_error(MAX_ROWS)
        for index, column in enumerate(layout.columns):
            cell = column.build_cell(record, language)
            write = getattr(worksheet, cell.method)
            write(last, index, cell.value, styles(cell.style))
    worksheet.freeze_panes(1, 1)
    worksheet.print_area(0, 0, last, layout.printed - 1)
    if last:
        worksheet.autofilter(0, 0, last, len(layout.columns) - 1)
    worksheet.set_landscape()
    worksheet.set_paper(PAPER_A4)
    worksheet.fit_to_pages(1, 0)
    worksheet.repeat_rows(0)
    worksheet.set_margins(left=0.5, right=0.5, top=0.8, bottom=0.8)


def escape_header(text: str) -> str:
    """Escape a text of a header or footer, where an ampersand begins a command."""
    return text.replace("&", "&&")
