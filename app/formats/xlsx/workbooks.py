"""What goes into a workbook: the sheets of a table, or of everything."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from app.formats import tables
from app.formats.dataset_info import CONTACT, DATA_LICENCE, DESCRIPTION, TITLE, cite_dataset
from app.formats.tables import Table, TableQuery
from app.formats.xlsx import layouts, writer
from app.formats.xlsx.sheets import Sheet
from app.formats.xlsx.writer import Workbook
from app.i18n import Bilingual, Language
from app.queries.release import read_overview

Record = dict[str, Any]
LAYOUTS = {
    "observations": layouts.OBSERVATIONS,
    "indicators": layouts.INDICATORS,
    "actions": layouts.ACTIONS,
    "outcomes": layouts.OUTCOMES,
}
"""The sheet of each table."""

READING = (
    (
        Bilingual("Figures", "数据"),
        Bilingual(
            "A figure is a real number in the form in which it was printed; its format adds the "
            "qualifier and the unit, which belong to it. “Over” means more than the number, "
            "“nearly” less.",
            "“数值”列为可计算的数字，显示格式附有原文限定语和计量单位，引用时不可省略。“逾”表示高于该数，“近”表示低于该数。",
        ),
    ),
    (
        Bilingual("Periods", "统计期"),
        Bilingual(
            "A full year and January to November are different series. Only figures of one series "
            "can be compared; nothing here is annualised or converted.",
            "全年数据与1—11月数据分属不同系列。仅同一系列的数据可比；所有数据均未经年化或换算。",
        ),
    ),
    (
        Bilingual("Growth", "增速"),
        Bilingual(
            "Growth is what a source prints, never computed from the levels.",
            "增速均为公布值，未以绝对额推算。",
        ),
    ),
    (
        Bilingual("Actions", "举措"),
        Bilingual(
            "Every action is announced; the source states no targets and no results yet.",
            "各项举措均为已宣布事项，来源未公布量化目标和完成情况。",
        ),
    ),
)
"""How to read the sheets."""


def write_table(contents: TableQuery) -> Iterator[bytes]:
    """Write a table as a workbook, with its sources and notes."""
    records = chain.from_iterable(
        contents.table.read_pages(contents.connection, contents.language, contents.asked)
    )
    shown = LAYOUTS[contents.table.name].build_sheet(contents.language, records)
    yield from writer.write_workbook(build_workbook(contents, contents.table.title, [shown]))


def write_overview(contents: TableQuery) -> Iterator[bytes]:
    """Write everything that a reader of the newest edition needs as a workbook.

    Where there are more figures than a sheet takes, they are those of the edition's indicators.
    """
    language, found = contents.language, read_overview(contents.connection, contents.language)
    headlines = [one["headline"] for one in found["indicators"]]
    steps = [action for area in found["priority_areas"] for action in area["actions"]]
    told = [one["code"] for one in found["indicators"]]
    table, everything = tables.OBSERVATIONS, tables.OBSERVATIONS.list_parameters()
    is_longer = table.exceeds(contents.connection, everything, writer.MAX_ROWS)
    figures = read_records(table, contents, **({"indicator": told} if is_longer else {}))
    shown = [
        layouts.HEADLINES.build_sheet(language, headlines),
        layouts.ACTIONS.build_sheet(language, steps),
        layouts.OUTCOMES.build_sheet(language, read_records(tables.OUTCOMES, contents)),
        layouts.ALL_YEARS.build_sheet(language, figures),
    ]
    yield from writer.write_workbook(build_workbook(contents, TITLE, shown))


def read_records(table: Table, contents: TableQuery, **chosen: Any) -> Iterator[Record]:
    """Read all records of a table, or those that are chosen."""
    asked = table.list_parameters.model_construct(**dict(table.list_parameters()) | chosen)
    return chain.from_iterable(table.read_pages(contents.connection, contents.language, asked))


def build_workbook(contents: TableQuery, title: Bilingual, shown: Sequence[Sheet]) -> Workbook:
    """Put sheets together with their sources and notes."""
    language = contents.language
    told = build_notes(contents.release, contents.base, language)
    return Workbook(
        title.get(language),
        cite_dataset(contents.release, contents.base, language),
        contents.release["released_on"],
        language,
        [
            *shown,
            layouts.SOURCES.build_sheet(language, read_records(tables.SOURCES, contents)),
            layouts.NOTES.build_sheet(language, told),
        ],
    )


def build_notes(release: Record, base: str, language: Language) -> Iterable[Record]:
    """Tell how to read the figures, where they are from, and whom to ask."""
    told = [
        (Bilingual("Data set", "数据集"), DESCRIPTION),
        *READING,
        (Bilingual("Licence", "许可"), DATA_LICENCE),
        (Bilingual("Contact", "联系"), CONTACT),
    ]
    for name, text in told:
        yield {"name": name.get(language), "text": text.get(language)}
    cite = Bilingual("Cite as", "引用格式").get(language)
    yield {"name": cite, "text": cite_dataset(release, base, language)}
