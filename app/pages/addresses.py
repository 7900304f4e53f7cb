"""The addresses of pages: which there are, and which shows a record of a kind."""

from typing import NamedTuple

from app.enums import SearchKind
from app.i18n import Bilingual
from app.pages.content import GUIDE_PATHS
from app.pages.listings import LISTINGS

SEARCH_KINDS = {
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
"""What the kinds of search results are called."""
YEAR_LENGTH = 4
SERIES_PARTS = 6
"""The parts of the key of a series, with which the keys of all that belongs to it begin."""
SERIES_RECORDS: dict[str, str] = {
    SearchKind.OBSERVATION: "",
    SearchKind.GROWTH_RATE: "growth.",
    "report": "report.",
}
"""What the identifiers of the records of a series begin with on its page, besides their keys."""
LIST_PAGES = ("/editions", "/commitments", *(listing.path for listing in LISTINGS))
"""The pages that list all records of a kind, each in its place."""
RECORD_PAGES: dict[str, str] = {
    SearchKind.EDITION: "/editions",
    SearchKind.INDICATOR: "/indicators",
    SearchKind.PRIORITY_AREA: "/priority-areas",
    "series": "/series",
    SearchKind.SOURCE: "/sources",
}
"""The lists whose records have pages of their own, at their keys below the list."""
PAGES = (
    *("/", "/editions", "/years", "/compare", "/history", "/commitments", "/changes"),
    *("/quotation-check", "/recipes", "/docs"),
    *(listing.path for listing in LISTINGS),
    *GUIDE_PATHS,
)
"""The pages that a site map lists whatever the records are."""


class PageAddress(NamedTuple):
    path: str
    query: dict[str, str]
    fragment: str = ""


def find_page(kind: str, code: str) -> PageAddress:
    """Return the address of the page of a record, or of its place on the page that shows it."""
    if kind == SearchKind.RELEASE:
        return PageAddress("/changes", {"release": code})
    if kind in SERIES_RECORDS:
        series = ".".join(code.split(".")[:SERIES_PARTS])
        return find_page("series", series)._replace(fragment=SERIES_RECORDS[kind] + code)
    if kind not in RECORD_PAGES:
        return PageAddress(f"/{kind.replace('_', '-')}s", {}, code)
    query = {}
    if kind == SearchKind.PRIORITY_AREA:
        query, code = {"year": code[:YEAR_LENGTH]}, code[YEAR_LENGTH + 1 :]
    return PageAddress(f"{RECORD_PAGES[kind]}/{code}", query)


def find_passage(source: str, locator: str) -> PageAddress:
    """Return the address of a sentence on the page of the sentences of its source."""
    return PageAddress(f"{find_page(SearchKind.SOURCE, source).path}/passages", {}, locator)
