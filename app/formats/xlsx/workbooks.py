"""Workbooks: the sheets of a table, or of the whole data set."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import IO, Any

from app.formats import tables
from app.formats.dataset_info import (
    CONTACT,
    DATA_LICENCE,
    DESCRIPTION,
    HOW_TO_READ,
    TITLE,
    cite_dataset,
)
from app.formats.tables import Table, TableQuery
from app.formats.xlsx import sheets, writer
from app.formats.xlsx.sheets import Sheet
from app.i18n import Bilingual, Language
from app.queries.releases import read_overview

Record = dict[str, Any]
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
    """Write a table as a workbook, with its sources and notes."""
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
    is_longer = table.exceeds(query.connection, table.list_parameters(), writer.MAX_ROWS)
    observations = read_records(table, query, **({"indicator": codes} if is_longer else {}))
    shown = [
        Sheet(sheets.HEADLINES, headlines),
        Sheet(sheets.ACTIONS, actions),
        Sheet(sheets.OUTCOMES, read_records(tables.OUTCOMES, query)),
        Sheet(sheets.ALL_YEARS, observations),
    ]
    write_sheets(query, TITLE, shown, file)


def read_records(table: Table, query: TableQuery, **filters: Any) -> Iterator[Record]:
    """Read the records of a table that match filters."""
    chosen = table.list_parameters.model_construct(**dict(table.list_parameters()) | filters)
    return chain.from_iterable(table.read_pages(query.connection, query.language, chosen))


def write_sheets(
    query: TableQuery, title: Bilingual, shown: Sequence[Sheet], file: IO[bytes]
) -> None:
    """Write sheets as a workbook, with sources and notes."""
    language = query.language
    workbook = writer.Workbook(
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
    writer.write_workbook(workbook, file)


def build_notes(release: Record, base: str, language: Language) -> Iterable[Record]:
    """Explain how to read and cite the figures."""
    for name, text in NOTES:
        yield {"name": name.get(language), "text": text.get(language)}
    cite_as = Bilingual("Cite as", "引用格式").get(language)
    yield {"name": cite_as, "text": cite_dataset(release, base, language)}
