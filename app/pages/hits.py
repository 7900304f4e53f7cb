"""Search results on pages: what each kind is called, and the page that shows the record."""

from collections.abc import Callable
from typing import NamedTuple

from app.enums import SearchKind
from app.i18n import Bilingual

KINDS = {
    SearchKind.OBSERVATION: Bilingual("figure", "数据"),
    SearchKind.GROWTH_RATE: Bilingual("growth rate", "增速"),
    SearchKind.RELEASE: Bilingual("release", "版本"),
    SearchKind.TOPIC: Bilingual("topic", "主题"),
    SearchKind.AREA: Bilingual("country or group", "国家或国家组"),
    SearchKind.COVERAGE: Bilingual("countries counted", "统计范围"),
    SearchKind.UNIT: Bilingual("unit", "计量单位"),
    SearchKind.SECTOR: Bilingual("sector", "产业领域"),
    SearchKind.INSTRUMENT: Bilingual("instrument", "合作载体与机制"),
    SearchKind.EVENT: Bilingual("event", "活动"),
    SearchKind.COMMITMENT: Bilingual("commitment", "承诺"),
    SearchKind.CONTRADICTION: Bilingual("contradiction", "存在差异的公布数据"),
    SearchKind.RELATED_DATASET: Bilingual("other dataset", "其他数据集"),
    SearchKind.SOURCE: Bilingual("source", "来源"),
    SearchKind.EDITION: Bilingual("press conference", "发布会"),
    SearchKind.INDICATOR: Bilingual("indicator", "指标"),
    SearchKind.OUTCOME: Bilingual("result", "成果"),
    SearchKind.PRIORITY_AREA: Bilingual("priority area", "重点领域"),
    SearchKind.ACTION: Bilingual("action", "举措"),
}
YEAR_LENGTH = 4


SERIES_PARTS = 6
"""The parts of the key of a series, with which the keys of all that belongs to it begin."""


class PageAddress(NamedTuple):
    path: str
    query: dict[str, str]
    fragment: str = ""


def find_page(kind: str, code: str) -> PageAddress:
    """Return the address of the page of a record, or of its place on the page that shows it."""
    if kind in SERIES_RECORDS:
        series = ".".join(code.split(".")[:SERIES_PARTS])
        return PageAddress(f"/series/{series}", {}, SERIES_RECORDS[kind] + code)
    build = PAGES.get(kind)
    return build(code) if build else PageAddress(f"/{kind.replace('_', '-')}s", {}, code)


def find_priority_area(code: str) -> PageAddress:
    year, slug = code[:YEAR_LENGTH], code[YEAR_LENGTH + 1 :]
    return PageAddress(f"/priority-areas/{slug}", {"year": year})


SERIES_RECORDS: dict[str, str] = {
    SearchKind.OBSERVATION: "",
    SearchKind.GROWTH_RATE: "growth.",
    "report": "report.",
}
"""What the identifiers of the records of a series begin with on its page, besides their keys."""
PAGES: dict[str, Callable[[str], PageAddress]] = {
    SearchKind.INDICATOR: lambda code: PageAddress(f"/indicators/{code}", {}),
    SearchKind.SOURCE: lambda code: PageAddress(f"/sources/{code}", {}),
    SearchKind.PRIORITY_AREA: find_priority_area,
    SearchKind.EDITION: lambda code: PageAddress(f"/editions/{code}", {}),
    SearchKind.RELEASE: lambda code: PageAddress("/changes", {"release": code}),
}
"""The pages of records that have one of their own; all others have a place in a list."""
