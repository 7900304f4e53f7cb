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
from app.queries.related import get_growth_rate
from app.queries.resource import build_record_url
from app.queries.search import search_records

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
    describe: Callable[..., str]
    key: str = ""
    """The field with the key of a record, where its description does not contain that."""


def describe_hit(record: Record, language: Language, base: str | None) -> str:
    text = sentences.describe_hit(record, language)
    return f"{text} {build_record_url(base, record)}" if base else text


HITS = RecordList("search", lambda *given: search_records(*given)[0], parameters.SearchParameters,
                  describe_hit)  # fmt: skip
INDICATORS = RecordList("indicators", list_indicators, parameters.IndicatorListParameters,
                        sentences.describe_indicator)  # fmt: skip
OBSERVATIONS = RecordList("observations", list_observations, parameters.ObservationListParameters,
                          sentences.describe_observation, "id")  # fmt: skip
EDITIONS = RecordList("editions", list_editions, parameters.EditionListParameters,
                      sentences.describe_edition)  # fmt: skip
PRIORITY_AREAS = RecordList("priority-areas", list_priority_areas,
                            parameters.PriorityAreaListParameters,
                            sentences.describe_priority_area)  # fmt: skip
COMMITMENTS = RecordList("commitments", list_commitments, parameters.CommitmentListParameters,
                         sentences.describe_commitment, "code")  # fmt: skip
SOURCED_RECORDS: tuple[tuple[str, Callable[..., Record | None], Callable[..., str]], ...] = (
    ("observations", get_observation, sentences.describe_observation),
    ("growth-rates", get_growth_rate, sentences.describe_growth_rate),
    ("actions", get_action, sentences.describe_announcement),
    ("outcomes", get_outcome, sentences.describe_announcement),
    ("commitments", get_commitment, sentences.describe_commitment),
    ("sources", get_source, sentences.describe_source),
    ("events", get_event, sentences.describe_event),
)
"""What has a source: the path, the query and the description of each kind of record."""


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


def format_record(database: Database, key: str, language: Language, base: str | None) -> list[str]:
    """Describe a record and the document that is its source; return nothing for an unknown key."""
    for path, query, describe in SOURCED_RECORDS:
        record = database.read(partial(query, language=language, key=key))
        if record is not None:
            lines = [describe(record, language, base), *link_records(path, base, language, key)]
            code = record.get("source", {}).get("code")
            return [*lines, *(format_record(database, code, language, base) if code else [])]
    return []


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
