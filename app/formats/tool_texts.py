"""Records as texts that fit into a conversation, for the tools for language models."""

from collections.abc import Callable, Mapping
from functools import partial
from itertools import accumulate
from typing import Any, NamedTuple
from urllib.parse import urlencode

from sqlalchemy import Connection

from app import parameters
from app.db import Database
from app.db.columns import Record
from app.formats import sentences
from app.i18n import Bilingual, Language
from app.queries.commitments import get_commitment, list_commitments
from app.queries.editions import list_editions
from app.queries.indicators import list_indicators
from app.queries.observations import get_observation, list_observations
from app.queries.pagination import QueryPage
from app.queries.priority_areas import get_action, get_outcome, list_priority_areas
from app.queries.reference import get_event, get_source
from app.queries.search import build_hit_url, search_records

Describe = Callable[[Record, Language, str | None], str]
"""Describes a record in sentences, with links if the address of the service is known."""

MAX_RECORDS = 50
MAX_BYTES = 30_000
"""The largest number of records, and of bytes, of a list; about 8,000 tokens."""
MORE_RECORDS = Bilingual(
    "{total} in total, {shown} of them above. For the rest, call the tool again with the same "
    "arguments and cursor={cursor}; or narrow the question with an argument.",
    "共{total}条，以上为其中{shown}条。如需其余内容，请以相同参数加cursor={cursor}再次调用，"
    "或用参数缩小范围。",
)
NO_RECORDS = Bilingual("No records.", "无记录。")
KEY = Bilingual(" Key: {key}", "标识：{key}")
COMPLETE = Bilingual("Complete as JSON: {url}", "完整内容（JSON）：{url}")


class RecordList(NamedTuple):
    """A list that a tool reads."""

    path: str
    query: Callable[[Connection, Language, Any], QueryPage]
    model: type[parameters.ListParameters]
    describe: Describe
    key: str = ""
    """The field with the key of a record, where its description does not contain that."""


class SourcedKind(NamedTuple):
    """A kind of record with a source."""

    path: str
    query: Callable[..., Record | None]
    describe: Describe


def omit_links(describe: Callable[[Record, Language], str]) -> Describe:
    return lambda record, language, _: describe(record, language)


def describe_hit(record: Record, language: Language, base: str | None) -> str:
    text = sentences.describe_hit(record, language)
    return f"{text} {build_hit_url(base, record)}" if base else text


def search_hits(
    connection: Connection, language: Language, filters: parameters.SearchParameters
) -> QueryPage:
    return search_records(connection, language, filters)[0]


HITS = RecordList("search", search_hits, parameters.SearchParameters, describe_hit)
INDICATORS = RecordList(
    "indicators",
    list_indicators,
    parameters.IndicatorListParameters,
    omit_links(sentences.describe_indicator),
)
OBSERVATIONS = RecordList(
    "observations",
    list_observations,
    parameters.ObservationListParameters,
    sentences.describe_observation,
    "id",
)
EDITIONS = RecordList(
    "editions",
    list_editions,
    parameters.EditionListParameters,
    omit_links(sentences.describe_edition),
)
PRIORITY_AREAS = RecordList(
    "priority-areas",
    list_priority_areas,
    parameters.PriorityAreaListParameters,
    sentences.describe_priority_area,
)
COMMITMENTS = RecordList(
    "commitments",
    list_commitments,
    parameters.CommitmentListParameters,
    sentences.describe_commitment,
    "code",
)
SOURCES = SourcedKind("sources", get_source, omit_links(sentences.describe_source))
SOURCED_KINDS = (
    SourcedKind("observations", get_observation, sentences.describe_observation),
    SourcedKind("actions", get_action, sentences.describe_announcement),
    SourcedKind("outcomes", get_outcome, sentences.describe_announcement),
    SourcedKind("commitments", get_commitment, sentences.describe_commitment),
    SOURCES,
    SourcedKind("events", get_event, omit_links(sentences.describe_event)),
)


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

    def read(limit: int) -> QueryPage:
        limited = query.model_copy(update={"limit": limit})
        return database.read(lambda connection: kind.query(connection, language, limited))

    page = read(MAX_RECORDS)
    lines = [kind.describe(record, language, base) for record in page.rows]
    if kind.key:
        keys = [KEY.format(key=record[kind.key]).get(language) for record in page.rows]
        lines = list(map("".join, zip(lines, keys, strict=True)))
    sizes = accumulate(len(f"{line}\n".encode()) for line in lines)
    shown = max(1, sum(size <= MAX_BYTES for size in sizes))
    if shown < len(lines):
        page = read(shown)  # Its cursor continues after the last record that is shown.
    if page.cursor is None:
        return lines or [NO_RECORDS.get(language)]
    more = MORE_RECORDS.format(total=page.total, shown=shown, cursor=page.cursor)
    return [*lines[:shown], more.get(language)]


def format_record(
    database: Database, key: str, language: Language, base: str | None
) -> list[str] | None:
    """Describe a record and the document that is its source; None if there is no such record."""
    for kind in SOURCED_KINDS:
        record = database.read(partial(kind.query, language=language, key=key))
        if record is not None:
            break
    else:
        return None
    lines = [kind.describe(record, language, base), *link_records(kind.path, base, language, key)]
    if "source" not in record:
        return lines
    code = record["source"]["code"]
    document = database.read(partial(get_source, language=language, key=code))
    lines += [SOURCES.describe(document, language, base)] if document else []
    return [*lines, *link_records(SOURCES.path, base, language, code)]


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
