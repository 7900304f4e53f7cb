"""What goes into a workbook: the sheets of a table, or of everything."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from app.formats import sheet_layouts as layouts
from app.formats import tables, workbook
from app.formats.about import CONTACT, DATA_LICENCE, DESCRIPTION, TITLE, citation
from app.formats.sheets import Sheet
from app.formats.tables import Contents, Table
from app.formats.workbook import Book
from app.queries.release import overview
from app.text import Language, Words

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
        Words("Figures", "数据"),
        Words(
            "A figure is a real number in the form in which it was printed; its format adds the "
            "qualifier and the unit, which belong to it. “Over” means more than the number, "
            "“nearly” less.",
            "“数值”列为可计算的数字，显示格式附有原文限定语和计量单位，引用时不可省略。“逾”表示高于该数，“近”表示低于该数。",
        ),
    ),
    (
        Words("Periods", "统计期"),
        Words(
            "A full year and January to November are different series. Only figures of one series "
            "can be compared; nothing here is annualised or converted.",
            "全年数据与1—11月数据分属不同系列。仅同一系列的数据可比；所有数据均未经年化或换算。",
        ),
    ),
    (
        Words("Growth", "增速"),
        Words(
            "Growth is what a source prints, never computed from the levels.",
            "增速均为公布值，未以绝对额推算。",
        ),
    ),
    (
        Words("Actions", "举措"),
        Words(
            "Every action is announced; the source states no targets and no results yet.",
            "各项举措均为已宣布事项，来源未公布量化目标和完成情况。",
        ),
    ),
)
"""How to read the sheets."""


def write(contents: Contents) -> Iterator[bytes]:
    """Write a table as a workbook, with its sources and notes."""
    records = chain.from_iterable(
        contents.table.pages(contents.connection, contents.language, contents.asked)
    )
    shown = LAYOUTS[contents.table.name].sheet(contents.language, records)
    yield from workbook.write(book(contents, contents.table.title, [shown]))


def write_overview(contents: Contents) -> Iterator[bytes]:
    """Write everything that a reader of the newest edition needs as a workbook.

    Where there are more figures than a sheet takes, they are those of the edition's indicators.
    """
    language, found = contents.language, overview(contents.connection, contents.language)
    headlines = [one["headline"] for one in found["indicators"]]
    steps = [action for area in found["priority_areas"] for action in area["actions"]]
    told = [one["code"] for one in found["indicators"]]
    table, everything = tables.OBSERVATIONS, tables.OBSERVATIONS.listing()
    is_longer = table.is_longer(contents.connection, everything, workbook.MOST_ROWS)
    figures = every(table, contents, **({"indicator": told} if is_longer else {}))
    shown = [
        layouts.HEADLINES.sheet(language, headlines),
        layouts.ACTIONS.sheet(language, steps),
        layouts.OUTCOMES.sheet(language, every(tables.OUTCOMES, contents)),
        layouts.ALL_YEARS.sheet(language, figures),
    ]
    yield from workbook.write(book(contents, TITLE, shown))


def every(table: Table, contents: Contents, **chosen: Any) -> Iterator[Record]:  # noqa: ANN401
    """Read all records of a table, or those that are chosen."""
    asked = table.listing.model_construct(**dict(table.listing()) | chosen)
    return chain.from_iterable(table.pages(contents.connection, contents.language, asked))


def book(contents: Contents, title: Words, shown: Sequence[Sheet]) -> Book:
    """Put sheets together with their sources and notes."""
    language = contents.language
    told = notes(contents.release, contents.base, language)
    return Book(
        title.to(language),
        citation(contents.release, contents.base, language),
        contents.release["released_on"],
        language,
        [
            *shown,
            layouts.SOURCES.sheet(language, every(tables.SOURCES, contents)),
            layouts.NOTES.sheet(language, told),
        ],
    )


def notes(release: Record, base: str, language: Language) -> Iterable[Record]:
    """Tell how to read the figures, where they are from, and whom to ask."""
    told = [
        (Words("Data set", "数据集"), DESCRIPTION),
        *READING,
        (Words("Licence", "许可"), DATA_LICENCE),
        (Words("Contact", "联系"), CONTACT),
    ]
    for name, text in told:
        yield {"name": name.to(language), "text": text.to(language)}
    cite = Words("Cite as", "引用格式").to(language)
    yield {"name": cite, "text": citation(release, base, language)}
