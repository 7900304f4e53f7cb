"""Workbooks: the sheets of a table, or of the whole dataset, between a cover and notes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from io import BytesIO
from itertools import chain
from pathlib import Path
from tempfile import gettempdir
from typing import IO, TYPE_CHECKING, NamedTuple

from app import parameters
from app.db.columns import Record
from app.formats import observation_sheets, sheets, tables
from app.formats.dataset_info import (
    DATA_LICENCE,
    DESCRIPTION,
    HOW_TO_READ,
    TITLE,
    cite_dataset,
    describe_contact,
)
from app.formats.sheets import LINK_COLOUR, Sheet, SheetLayout
from app.formats.tables import TableQuery, create_row_limit_error, read_all_records
from app.i18n import Bilingual, Language, format_day, name_edition
from app.processes import lock_temporary_folder, remove_abandoned_folders
from app.queries.editions import find_next_edition, read_contents
from app.queries.page_data import find_sources
from app.queries.series import read_breaks

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADER_ROW = 2
"""The row of column names, counted from 0, below the title and the source of the sheet."""
HEADER_HEIGHT = 24
HEADING = {"bold": True, "bottom": 2, "text_wrap": True, "bg_color": "#E8EEF4", "indent": 1}
TITLE_STYLE = {"bold": True, "font_size": 14}
SUBTITLE_STYLE = {"font_color": "#595959"}
LABEL_STYLE = {"bold": True, "text_wrap": True}
LABEL_LINK_STYLE = {"font_color": LINK_COLOUR, "underline": 1, "text_wrap": True}
TEXT_STYLE = {"text_wrap": True}
PAPER_A4 = 9
"""The number of A4 in the file format."""
FONT = Bilingual("Calibri", "等线")
PAGE = Bilingual("Page &P of &N", "第&P页，共&N页")
FOLDER_PREFIX = "bri-workbook-"
MAX_ROWS = 50_000
"""Excel opens at most 65,530 links in a sheet, and each row may contain one."""
LAYOUTS = {
    "observations": observation_sheets.OBSERVATION_SHEET,
    "indicators": sheets.INDICATOR_SHEET,
    "actions": sheets.ACTION_SHEET,
    "outcomes": sheets.OUTCOME_SHEET,
    "commitments": sheets.COMMITMENT_SHEET,
}
NOTES = (
    (Bilingual("How to read", "使用说明"), HOW_TO_READ),
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
    (
        Bilingual("Empty cells", "空单元格"),
        Bilingual(
            "An empty cell means that there is nothing to state. It never means zero.",
            "空单元格表示该处无内容，不表示零。",
        ),
    ),
)
SUBTITLE = Bilingual("Source: {citation}", "来源：{citation}")
COLUMN_NAME = Bilingual("Column “{label}”", "“{label}”列")
COVERAGE_NAME = Bilingual("Countries counted: {name}", "统计范围：{name}")
BREAK_NAME = Bilingual("Break in {series}, {day}", "序列中断（{series}，{day}）")
COVER = Bilingual("Cover", "封面")
COVER_WIDTHS = (26, 100)
EXPECTED = Bilingual(
    "After the next press conference, expected in {month}. No announced date is known.",
    "下次发布会之后，预计{month}。未见公布日期。",
)
UNKNOWN = Bilingual("Not known", "未知")
EVERYTHING = Bilingual("None: all rows", "无（全部数据）")
ONE_TABLE = Bilingual("Each sheet below has one table.", "以下各工作表均含一张表。")


class CoverRow(NamedTuple):
    label: str
    text: str
    sheet: str | None = None
    """The sheet to which the label leads."""


def write_table(query: TableQuery, file: IO[bytes]) -> None:
    layout = LAYOUTS[query.table.name]
    title = join_titles(layout.title.name)
    write_sheets(query, title, [Sheet(layout, chain.from_iterable(query.read_pages()))], file)


def write_overview(query: TableQuery, file: IO[bytes]) -> None:
    """Write an edition, by default the newest complete one, and all figures as a workbook.

    If there are more observations than a sheet holds, it contains those of the edition's
    indicators only.
    """
    assert isinstance(query.filters, parameters.OverviewParameters)  # noqa: S101 - for mypy
    overview = read_contents(query.session, query.filters.edition)
    edition = overview["edition"]["year"]
    headlines = [indicator["headline"] for indicator in overview["indicators"]]
    actions = [action for area in overview["priority_areas"] for action in area["actions"]]
    codes = [indicator["code"] for indicator in overview["indicators"]]
    table = tables.OBSERVATIONS
    whole = replace(query, table=table, filters=table.list_parameters())
    is_longer = table.exceeds(whole, MAX_ROWS)
    observations = read_all_records(table, query, **({"indicator": codes} if is_longer else {}))
    shown = [
        Sheet(observation_sheets.HEADLINE_SHEET, headlines),
        Sheet(sheets.PRIORITY_AREA_SHEET, overview["priority_areas"]),
        Sheet(sheets.ACTION_SHEET, actions),
        Sheet(sheets.OUTCOME_SHEET, read_all_records(tables.OUTCOMES, query, edition=[edition])),
        Sheet(observation_sheets.ALL_YEARS, observations),
    ]
    write_sheets(query, join_titles(name_edition(edition)), shown, file)


def join_titles(part: Bilingual) -> Bilingual:
    return Bilingual(f"{TITLE.en}: {part.en[0].lower()}{part.en[1:]}", f"{TITLE.zh}：{part.zh}")


def write_sheets(
    query: TableQuery, title: Bilingual, shown: Sequence[Sheet], file: IO[bytes]
) -> None:
    """Write sheets row by row as a workbook, between a cover and sheets of sources and notes.

    Raises:
        InvalidParameters: if a sheet has more rows than a workbook holds.
        OSError: if temporary files cannot be written.
    """
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import FileCreateError

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    output, parent = OutputFile(file), Path(gettempdir())
    remove_abandoned_folders(FOLDER_PREFIX, parent)
    try:
        # The package leaves its files behind if it fails, so they have a folder that is removed.
        with (
            lock_temporary_folder(FOLDER_PREFIX, parent) as folder,
            Workbook(output, {**options, "tmpdir": folder}) as workbook,
        ):
            fill_workbook(workbook, query, title, shown)
    except FileCreateError as error:
        # The package leaves a ZIP file open, which writes its end when it is deleted.
        output.file = BytesIO()
        raise OSError(str(error)) from error


class OutputFile:
    """A file that another one can replace while it is in use."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file

    def __getattr__(self, name: str) -> object:
        return getattr(self.file, name)


def fill_workbook(
    workbook: "Workbook", query: TableQuery, title: Bilingual, shown: Sequence[Sheet]
) -> None:
    language, subject = query.language, cite_dataset(query.release, query.base, query.language)
    # The release dates the workbook, so that equal releases produce equal bytes.
    created = datetime.combine(query.release["released_on"], time.min)
    workbook.set_properties({"title": title.get(language), "subject": subject, "created": created})
    # Sheets are written in their order, so that the cited sources are known before their sheet.
    cited: set[str] = set()
    shown = [one._replace(records=collect_sources(one.records, cited)) for one in shown]
    all_sources = read_all_records(tables.SOURCES, query)
    sources = Sheet(sheets.SOURCE_SHEET, (one for one in all_sources if one["code"] in cited))
    notes = Sheet(sheets.NOTE_SHEET, build_notes(query, [one.layout for one in shown]))
    tables_shown = (*shown, sources, notes)
    styles = Styles(workbook, FONT.get(language))
    rows = build_cover(query, [one.layout for one in tables_shown])
    cover = workbook.add_worksheet(COVER.get(language))
    write_cover(cover, title.get(language), rows, styles)
    worksheets = [cover]
    for sheet in tables_shown:
        worksheet = workbook.add_worksheet(sheet.layout.title.name.get(language))
        write_sheet(worksheet, sheet, styles, language, subject)
        worksheets.append(worksheet)
    for worksheet in worksheets:
        header = f"&L&B{escape_header(title.get(language))}&R{escape_header(worksheet.name)}"
        worksheet.set_header(header)
        worksheet.set_footer(f"&L{escape_header(subject)}&R{PAGE.get(language)}")
        worksheet.set_landscape()
        worksheet.set_paper(PAPER_A4)
        worksheet.fit_to_pages(1, 0)
        worksheet.set_margins(left=0.5, right=0.5, top=0.8, bottom=0.8)


def collect_sources(records: Iterable[Record], cited: set[str]) -> Iterator[Record]:
    """Yield records, and add the keys of the sources that they cite to a set."""
    for record in records:
        cited.update(source["code"] for source in find_sources(record))
        yield record


def build_notes(query: TableQuery, layouts: Sequence[SheetLayout]) -> Iterator[Record]:
    """Say how to read the columns of the sheets, and which countries are counted."""
    language = query.language
    columns = {column.label: column.note for layout in layouts for column in layout.columns}
    explained = [(label, note) for label, note in columns.items() if note]
    notes = [(COLUMN_NAME.format(label=label), note) for label, note in explained]
    for name, text in (*NOTES, *notes):
        yield {"name": name.get(language), "text": text.get(language)}
    if explained:
        yield from build_context_notes(query)


def build_context_notes(query: TableQuery) -> Iterator[Record]:
    """Describe each coverage with its evidence, and each break in a series."""
    language = query.language
    for one in read_all_records(tables.COVERAGES, query):
        name = COVERAGE_NAME.format(name=one["name"]).get(language)
        yield {"name": name, "text": language.space.join([one["description"], one["evidence"]])}
    for series, breaks in read_breaks(query.session).items():
        for found in breaks:
            name = BREAK_NAME.format(series=series, day=found["start"]).get(language)
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


def build_cover(query: TableQuery, layouts: Sequence[SheetLayout]) -> Iterator[CoverRow]:
    """Yield the rows below the title, in the order in which readers need them."""
    language, release = query.language, query.release
    code, day = release["code"], format_day(release["released_on"], language)
    dated = Bilingual(f"{day} ({code})", f"{day}（{code}）")
    before = {
        Bilingual("About", "内容"): DESCRIPTION.get(language),
        Bilingual("Release", "版本"): dated.get(language),
        Bilingual("Next expected update", "下次更新"): describe_next_update(query),
        Bilingual("Selection", "筛选条件"): describe_selection(query),
        Bilingual("Contents", "目录"): ONE_TABLE.get(language),
    }
    after = {
        Bilingual("Licence", "许可"): DATA_LICENCE.get(language),
        Bilingual("Contact", "联系方式"): describe_contact(query.contact).get(language),
        Bilingual("Cite as", "引用格式"): cite_dataset(release, query.base, language),
    }
    for label, text in before.items():
        yield CoverRow(label.get(language), text)
    for layout in layouts:
        name = layout.title.name.get(language)
        yield CoverRow(name, layout.title.heading.get(language), name)
    for label, text in after.items():
        yield CoverRow(label.get(language), text)


def describe_next_update(query: TableQuery) -> str:
    """Say when the data are expected to grow: after the next press conference."""
    editions = read_all_records(tables.EDITIONS, query)
    following = find_next_edition(list(editions), query.language)
    text = EXPECTED.format(month=following.month) if following else UNKNOWN
    return text.get(query.language)


def describe_selection(query: TableQuery) -> str:
    """Name the parameters that select the rows, as in the address of the download."""
    given = query.filters.model_dump(mode="json", exclude_defaults=True, exclude={"lang"})
    if not given:
        return EVERYTHING.get(query.language)
    lists = {name: one if isinstance(one, list) else [one] for name, one in given.items()}
    texts = [f"{name}={','.join(map(str, values))}" for name, values in lists.items()]
    return query.language.semicolon.join(texts)


def write_cover(
    worksheet: "Worksheet", title: str, rows: Iterable[CoverRow], styles: Styles
) -> None:
    for index, width in enumerate(COVER_WIDTHS):
        worksheet.set_column(index, index, width)
    worksheet.set_row(0, HEADER_HEIGHT)
    worksheet.write_string(0, 0, title, styles(TITLE_STYLE))
    for index, row in enumerate(rows, start=1):
        if row.sheet is None:
            worksheet.write_string(index, 0, row.label, styles(LABEL_STYLE))
        else:
            target = f"internal:'{row.sheet}'!A1"
            worksheet.write_url(index, 0, target, styles(LABEL_LINK_STYLE), row.label)
        worksheet.write_string(index, 1, row.text, styles(TEXT_STYLE))


def write_sheet(
    worksheet: "Worksheet", sheet: Sheet, styles: Styles, language: Language, source: str
) -> None:
    """Write a table, whose header stays visible and is repeated on each printed page."""
    heading = styles(HEADING)
    layout = sheet.layout
    # Widths come before all cells, since rows are written to the file as they are complete.
    for index, column in enumerate(layout.columns):
        worksheet.set_column(index, index, column.width)
    worksheet.write_string(0, 0, layout.title.heading.get(language), styles(TITLE_STYLE))
    subtitle = SUBTITLE.get(language).format(citation=source)
    worksheet.write_string(1, 0, subtitle, styles(SUBTITLE_STYLE))
    worksheet.set_row(HEADER_ROW, HEADER_HEIGHT)
    for index, column in enumerate(layout.columns):
        worksheet.write_string(HEADER_ROW, index, column.label.get(language), heading)
    last = HEADER_ROW
    for last, record in enumerate(sheet.records, start=HEADER_ROW + 1):
        if last > HEADER_ROW + MAX_ROWS:
            raise create_row_limit_error(MAX_ROWS)
        for index, column in enumerate(layout.columns):
            method, value, style = column.build_cell(record)
            shown = value.get(language) if isinstance(value, Bilingual) else value
            getattr(worksheet, method)(last, index, shown, styles(style))
    worksheet.freeze_panes(HEADER_ROW + 1, 1)
    worksheet.print_area(0, 0, last, layout.printed - 1)
    if last > HEADER_ROW:
        worksheet.autofilter(HEADER_ROW, 0, last, len(layout.columns) - 1)
    worksheet.repeat_rows(HEADER_ROW)


def escape_header(text: str) -> str:
    """Escape a text of a header or footer, where an ampersand begins a command."""
    return text.replace("&", "&&")
