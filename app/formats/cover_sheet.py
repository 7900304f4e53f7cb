"""The first sheet of a workbook: what it is, its sheets, and whom to ask."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from app.formats import tables
from app.formats.dataset_info import DATA_LICENCE, DESCRIPTION, cite_dataset, describe_contact
from app.formats.sheets import SheetLayout
from app.formats.tables import TableQuery
from app.i18n import Bilingual, format_day
from app.queries.editions import find_next_edition

TITLE = Bilingual("Cover", "封面")
WIDTHS = (26, 100)
ABOUT = Bilingual("About", "内容")
RELEASE = Bilingual("Release", "版本")
UPDATE = Bilingual("Next expected update", "下次更新")
EXPECTED = Bilingual(
    "After the next press conference, expected in {month}. No announced date is known.",
    "下次发布会之后，预计{month}。未见公布日期。",
)
UNKNOWN = Bilingual("Not known", "未知")
SELECTION = Bilingual("Selection", "筛选条件")
EVERYTHING = Bilingual("None: all rows", "无（全部数据）")
SHEETS = Bilingual("Contents", "目录")
ONE_TABLE = Bilingual("Each sheet below has one table.", "以下各工作表均含一张表。")
LICENCE = Bilingual("Licence", "许可")
CONTACT = Bilingual("Contact", "联系方式")
CITE_AS = Bilingual("Cite as", "引用格式")
SEMICOLON = Bilingual("; ", "；")


class CoverRow(NamedTuple):
    label: str
    text: str
    sheet: str | None = None
    """The sheet to which the label leads."""


def build_rows(query: TableQuery, layouts: Sequence[SheetLayout]) -> Iterator[CoverRow]:
    """Yield the rows below the title, in the order in which readers need them."""
    language, release = query.language, query.release
    code, day = release["code"], format_day(release["released_on"], language)
    yield CoverRow(ABOUT.get(language), DESCRIPTION.get(language))
    dated = Bilingual(f"{day} ({code})", f"{day}（{code}）")
    yield CoverRow(RELEASE.get(language), dated.get(language))
    yield CoverRow(UPDATE.get(language), describe_next_update(query))
    yield CoverRow(SELECTION.get(language), describe_selection(query))
    yield CoverRow(SHEETS.get(language), ONE_TABLE.get(language))
    for layout in layouts:
        name = layout.title.name.get(language)
        yield CoverRow(name, layout.title.heading.get(language), name)
    yield CoverRow(LICENCE.get(language), DATA_LICENCE.get(language))
    yield CoverRow(CONTACT.get(language), describe_contact(query.contact).get(language))
    yield CoverRow(CITE_AS.get(language), cite_dataset(release, query.base, language))


def describe_next_update(query: TableQuery) -> str:
    """Say when the data are expected to grow: after the next press conference."""
    editions = tables.read_records(tables.EDITIONS, query)
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
    return SEMICOLON.get(query.language).join(texts)
