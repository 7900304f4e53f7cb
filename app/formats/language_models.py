"""The dataset for language models: llms.txt, and texts of tools that fit into a conversation."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Any, NamedTuple
from urllib.parse import urlencode

from sqlalchemy import Connection

from app import parameters
from app.db import Database
from app.db.columns import Record
from app.db.statements import Session
from app.formats import dataset_info, sentences, tables
from app.formats.tables import Table
from app.i18n import Bilingual, Language
from app.queries.pagination import QueryPage
from app.queries.search import search_records

OBSERVATIONS_TITLE = Bilingual("Observations", "数据")
COMMITMENTS_TITLE = Bilingual("Commitments of the forums", "高峰论坛承诺")
DOWNLOADS = Bilingual("Downloads", "下载")
START = Bilingual("Start here", "入口")
ENTRY_POINTS = (
    ("/v1/overview", Bilingual("Overview: everything in one request (JSON)", "概览（JSON）")),
    ("/v1/observations", OBSERVATIONS_TITLE),
    ("/v1/observations.md", Bilingual("Observations as a table (Markdown)", "数据表（Markdown）")),
    ("/v1/series", tables.SERIES.title),
    ("/v1/contradictions", tables.CONTRADICTIONS.title),
    ("/v1/editions", tables.EDITIONS.title),
    ("/v1/priority-areas", Bilingual("Priority areas and actions", "重点领域与举措")),
    ("/v1/commitments", COMMITMENTS_TITLE),
    ("/v1/search?q=trade", Bilingual("Full-text search", "全文检索")),
    (
        "/v1/quotation-check?text=over+700+aid+projects",
        Bilingual("Check of the figures quoted in a text", "核对文中引用的数据"),
    ),
    ("/v1/sources", tables.SOURCES.title),
    ("/guide", Bilingual("Guide to figures, formats and clients", "数据、格式和客户端指南")),
    ("/openapi.json", Bilingual("OpenAPI document", "OpenAPI文档")),
    ("/llms-full.txt", Bilingual("All figures as sentences", "以文字表述的全部数据")),
)
Describe = Callable[..., str]
DESCRIPTIONS: dict[str, Describe] = {
    "editions": sentences.describe_edition,
    "coverages": sentences.describe_coverage,
    "observations": sentences.describe_observation,
    "growth-rates": sentences.describe_growth_rate,
    "indicators": sentences.describe_indicator,
    "actions": sentences.describe_announcement,
    "outcomes": sentences.describe_announcement,
    "priority-areas": sentences.describe_priority_area,
    "commitments": sentences.describe_commitment,
    "contradictions": sentences.describe_contradiction,
    "related-datasets": sentences.describe_related_dataset,
    "sources": sentences.describe_source,
    "events": sentences.describe_event,
}
"""What describes a record of a collection as sentences."""
SECTIONS = (
    (tables.EDITIONS, tables.EDITIONS.title),
    (tables.COVERAGES, tables.COVERAGES.title),
    (tables.OBSERVATIONS, OBSERVATIONS_TITLE),
    (tables.OUTCOMES, tables.OUTCOMES.title),
    (tables.PRIORITY_AREAS, tables.PRIORITY_AREAS.title),
    (tables.COMMITMENTS, COMMITMENTS_TITLE),
    (tables.RELATED_DATASETS, tables.RELATED_DATASETS.title),
    (tables.SOURCES, tables.SOURCES.title),
)
"""The tables whose records llms-full.txt describes, with the titles of its sections."""

MAX_RECORDS = 50
MAX_BYTES = 30_000
"""The largest number of records, and of bytes, of a list; about 8,000 tokens."""
MORE_RECORDS = Bilingual(
    "{total} in total, {shown} of them above. For the rest, call the tool again with the same "
    "arguments and cursor={cursor}; or narrow the question with an argument.",
    "共{total}条，以上为其中{shown}条。如需其余内容，请以相同参数加cursor={cursor}再次调用，"
    "或用参数缩小范围。",
)
NO_RECORDS = Bilingual(
    "Nothing recorded matches. Use fewer or other words or arguments; list_indicators shows what "
    "is recorded. No figure is for a single country.",
    "无符合条件的记录。请减少或更换检索词或参数；可用list_indicators查看收录内容。未收录单个国家的数据。",
)
KEY = Bilingual(" Key: {key}", "标识：{key}")
COMPLETE = Bilingual("Complete as JSON: {url}", "完整内容（JSON）：{url}")


def write_index(
    distributions: Sequence[dataset_info.Distribution],
    related_datasets: Iterable[Record],
    release: Record,
    base: str,
    language: Language,
) -> str:
    """Write the index that a program reads first (llms.txt)."""
    lines = [*write_preamble(release, base, language), f"## {START.get(language)}", ""]
    lines += [f"- [{title.get(language)}]({base}{path})" for path, title in ENTRY_POINTS]
    lines += ["", f"## {DOWNLOADS.get(language)}", ""]
    lines += [f"- [{one.title.get(language)}]({base}{one.path})" for one in distributions]
    lines += ["", f"## {tables.RELATED_DATASETS.title.get(language)}", ""]
    lines += [f"- {sentences.describe_related_dataset(one, language)}" for one in related_datasets]
    return "\n".join([*lines, ""])


def write_full_text(
    read: Callable[[Table], Sequence[Record]], release: Record, base: str, language: Language
) -> str:
    """Write all records as sentences, each with the URL of its location (llms-full.txt)."""
    lines = write_preamble(release, base, language)
    for table, title in SECTIONS:
        describe = DESCRIPTIONS[table.name]
        lines += [f"## {title.get(language)}", ""]
        if table is tables.PRIORITY_AREAS:
            goals = (one for one in read(tables.SOURCES) if one["goal"])
            lines += [f"{sentences.describe_goal(one, language, base)}\n" for one in goals]
            lines += [f"{describe(one, language, base)}\n" for one in read(table)]
        else:
            lines += [*(f"- {describe(one, language, base)}" for one in read(table)), ""]
    return "\n".join(lines)


def write_preamble(release: Record, base: str, language: Language) -> list[str]:
    paragraphs = (
        f"# {dataset_info.TITLE.get(language)}",
        f"> {dataset_info.DESCRIPTION.get(language)}",
        dataset_info.HOW_TO_READ.get(language),
        dataset_info.DATA_LICENCE.get(language),
        dataset_info.cite_dataset(release, base, language),
    )
    return [line for paragraph in paragraphs for line in (paragraph, "")]


class RecordList(NamedTuple):
    """A list that a tool reads."""

    path: str
    list_page: Callable[[Session, Any], QueryPage]
    model: type[parameters.ListParameters]
    describe: Describe
    key: str = ""
    """The field with the key of a record, where its description does not contain that."""

    @classmethod
    def from_table(cls, table: Table, key: str = "") -> "RecordList":
        describe = DESCRIPTIONS[table.name]
        return cls(table.name, table.list_page, table.list_parameters, describe, key)


LIST_TOOLS = {
    "search": RecordList(
        "search", lambda *given: search_records(*given)[0], parameters.SearchParameters,
        sentences.describe_hit,
    ),
    "list_indicators": RecordList.from_table(tables.INDICATORS),
    "get_observations": RecordList.from_table(tables.OBSERVATIONS, "id"),
    "list_editions": RecordList.from_table(tables.EDITIONS),
    "list_priority_areas": RecordList.from_table(tables.PRIORITY_AREAS),
    "list_commitments": RecordList.from_table(tables.COMMITMENTS, "code"),
    "list_contradictions": RecordList.from_table(tables.CONTRADICTIONS, "code"),
}  # fmt: skip
"""The lists by the names of the tools that read them."""
RECORDS = (
    *(tables.OBSERVATIONS, tables.GROWTH_RATES, tables.ACTIONS, tables.OUTCOMES),
    *(tables.COMMITMENTS, tables.SOURCES, tables.EVENTS, tables.COVERAGES),
    *(tables.CONTRADICTIONS, tables.INDICATORS, tables.RELATED_DATASETS),
)
"""The tables whose records can be asked for by their keys."""


def format_list(
    database: Database,
    kind: RecordList,
    query: parameters.ListParameters,
    language: Language,
    base: str | None,
) -> list[str]:
    """Describe as many records as fit, and say how to ask for the others.

    Raises:
        InvalidParameters: if the cursor belongs to another list.
    """

    def read(connection: Connection, limit: int) -> QueryPage:
        limited = query.model_copy(update={"limit": limit})
        return kind.list_page(Session(connection, language), limited)

    page = database.read(read, MAX_RECORDS)
    lines = [kind.describe(record, language, base) for record in page.rows]
    if kind.key:
        keys = [KEY.format(key=record[kind.key]).get(language) for record in page.rows]
        lines = list(map("".join, zip(lines, keys, strict=True)))
    sizes = accumulate(len(f"{line}\n".encode()) for line in lines)
    shown = max(1, sum(size <= MAX_BYTES for size in sizes))
    if shown < len(lines):
        page = database.read(read, shown)  # Its cursor continues after the last one shown.
    if page.cursor is None:
        return lines or [NO_RECORDS.get(language)]
    more = MORE_RECORDS.format(total=page.total, shown=shown, cursor=page.cursor)
    return [*lines[:shown], more.get(language)]


def format_record(database: Database, key: str, language: Language, base: str | None) -> list[str]:
    """Describe a record and the document that is its source; return nothing for an unknown key."""

    def find(connection: Connection) -> tuple[str, Record] | None:
        session = Session(connection, language)
        found = ((table.name, table.get_record(session, key)) for table in RECORDS)
        return next(((name, record) for name, record in found if record is not None), None)

    if (found := database.read(find)) is None:
        return []
    name, record = found
    text = DESCRIPTIONS[name](record, language, base)
    words = sentences.describe_wording(record, language)
    lines = [text, *words, *link_records(name, base, language, key)]
    code = record.get("source", {}).get("code")
    return [*lines, *(format_record(database, code, language, base) if code else [])]


def link_records(
    path: str,
    base: str | None,
    language: Language,
    key: str = "",
    values: Mapping[str, object] | None = None,
) -> list[str]:
    """Link to complete records, which have more fields than a conversation needs."""
    if base is None:
        return []
    query = urlencode({**(values or {}), "lang": language}, doseq=True)
    url = f"{base}/v1/{path}{key and '/'}{key}?{query}"
    return [COMPLETE.format(url=url).get(language)]
