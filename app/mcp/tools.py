"""The tools: each runs a query of the API, with the same checks of what is asked for."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, NamedTuple, TypeVar

from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import TextContent
from pydantic import Field, ValidationError

from app import parameters
from app.formats import sentences
from app.formats.links import build_hit_url
from app.i18n import Bilingual, Language
from app.problems.validation import describe_errors
from app.queries.commitments import get_action, get_outcome, list_priority_areas
from app.queries.indicators import list_indicators
from app.queries.observations import get_observation, list_observations
from app.queries.reference import get_source
from app.queries.search import search_records
from app.releases import Release, ReleaseManager
from app.schemas.base import Schema
from app.schemas.commitments import Action, Outcome, PriorityArea
from app.schemas.observations import Indicator, Observation
from app.schemas.reference import Source
from app.schemas.service import SearchHit

Record = dict[str, Any]
AnyFilters = TypeVar("AnyFilters", bound=parameters.Parameters)
LanguageArgument = Annotated[Language, Field(description="The language of the answer: en or zh.")]
MAX_RECORDS = 50
"""The records that one tool gives at the most, so that an answer fits into a conversation."""
NO_SOURCE = Bilingual(
    "No figure, action, outcome or source has the key {key}; find keys with search",
    "没有标识为 {key} 的数据、举措、成果或来源；可用 search 查找标识",
)
MORE_RECORDS = Bilingual(
    "{total} in all; only the first {shown} are given", "共 {total} 条，仅列前 {shown} 条"
)


@dataclass(frozen=True)
class Tools:
    """The tools over the release that is served."""

    releases: ReleaseManager
    base: str
    """The address that links start with."""

    def search(
        self,
        words: Annotated[str, Field(description="Words of either language; all must be found.")],
        language: LanguageArgument = Language.ENGLISH,
    ) -> list[TextContent]:
        """Find figures, indicators, commitments and sources by the words of their texts.

        Each hit has the kind and the key that the other tools take.
        """
        release = self.releases.get_release()
        asked = validate_filters(parameters.SearchParameters, release, q=words, limit=MAX_RECORDS)
        found, _ = release.database.read(lambda one: search_records(one, language, asked))
        hits = [hit | {"href": build_hit_url(self.base, hit)} for hit in found.rows]
        return format_records(hits, found.total, SearchHit, sentences.describe_hit, language)

    def list_indicators(
        self,
        topic: Annotated[
            str | None, Field(description="trade, investment or projects; all without it.")
        ] = None,
        language: LanguageArgument = Language.ENGLISH,
    ) -> list[TextContent]:
        """List what is measured, each with its headline figure, its period and its source.

        Quote the figure with the words before it (over, nearly) and with its period.
        """
        release = self.releases.get_release()
        given = {"topic": [topic]} if topic else {}
        asked = validate_filters(
            parameters.IndicatorListParameters, release, **given, limit=MAX_RECORDS
        )
        found = release.database.read(lambda one: list_indicators(one, language, asked))
        return format_records(
            found.rows, found.total, Indicator, sentences.describe_indicator, language
        )

    def get_observations(
        self,
        indicator: Annotated[str, Field(description="The key of an indicator: goods-trade.")],
        since: Annotated[
            str | None, Field(description="Only periods that begin on this day or later.")
        ] = None,
        until: Annotated[
            str | None, Field(description="Only periods that end on this day or earlier.")
        ] = None,
        as_of: Annotated[
            str | None, Field(description="The figures as they were known on this day.")
        ] = None,
        language: LanguageArgument = Language.ENGLISH,
    ) -> list[TextContent]:
        """Give the published figures of an indicator: every period, each with its own source.

        Only figures with the same series compare. A full year and January to November are two
        series; nothing may be annualised, converted or put into one growth rate.
        """
        release = self.releases.get_release()
        given = {"since": since, "until": until, "as_of": as_of}
        chosen = {name: value for name, value in given.items() if value}
        asked = validate_filters(
            parameters.ObservationListParameters,
            release,
            indicator=[indicator],
            limit=MAX_RECORDS,
            **chosen,
        )
        found = release.database.read(lambda one: list_observations(one, language, asked))
        return format_records(
            found.rows, found.total, Observation, sentences.describe_observation, language
        )

    def list_priority_areas(
        self,
        year: Annotated[
            int | None, Field(description="The year announced for; all without.")
        ] = None,
        language: LanguageArgument = Language.ENGLISH,
    ) -> list[TextContent]:
        """List the priority areas announced for a year, with every action and its place.

        All actions are announced; no target, amount or result has been published for them.
        """
        release = self.releases.get_release()
        given = {"year": [str(year)]} if year else {}
        asked = validate_filters(
            parameters.PriorityAreaListParameters, release, **given, limit=MAX_RECORDS
        )
        found = release.database.read(lambda one: list_priority_areas(one, language, asked))
        return format_records(
            found.rows, found.total, PriorityArea, sentences.describe_priority_area, language
        )

    def get_source(
        self,
        key: Annotated[str, Field(description="The key of a figure, action, outcome or source.")],
        language: LanguageArgument = Language.ENGLISH,
    ) -> list[TextContent]:
        """Tell where a claim stands: the record, and the document with its address."""
        database = self.releases.get_release().database
        for claim in SOURCED_KINDS:
            record = database.read(partial(claim.query, language=language, key=key))
            if record is not None:
                break
        else:
            raise ToolError(NO_SOURCE.get(language).format(key=key))
        stated = format_records([record], 1, claim.schema, claim.tell, language)
        if claim.schema is Source:
            return stated
        code = record["source"]["code"]
        document = database.read(lambda one: get_source(one, language, code))
        assert document is not None  # noqa: S101
        return [
            *stated,
            *format_records([document], 1, Source, sentences.describe_source, language),
        ]

    def list_tools(self) -> Sequence[Callable[..., list[TextContent]]]:
        """List the tools."""
        return (
            self.search,
            self.list_indicators,
            self.get_observations,
            self.list_priority_areas,
            self.get_source,
        )


class SourcedKind(NamedTuple):
    """A sort of record that has a source, or is one."""

    query: Callable[..., Record | None]
    schema: type[Schema]
    tell: Callable[[Record, Language], str]


SOURCED_KINDS = (
    SourcedKind(get_observation, Observation, sentences.describe_observation),
    SourcedKind(get_action, Action, sentences.describe_commitment),
    SourcedKind(get_outcome, Outcome, sentences.describe_commitment),
    SourcedKind(get_source, Source, sentences.describe_source),
)


def validate_filters(model: type[AnyFilters], release: Release, **values: Any) -> AnyFilters:
    """Check what is asked for as a request of the API is checked.

    Raises:
        ToolError: with every mistake, and what would be right.
    """
    try:
        return model.model_validate(values, context=release.keys)
    except ValidationError as error:
        found = describe_errors(error.errors(), list(values)).errors
        lines = [one.to_item(Language.ENGLISH) for one in found]
        raise ToolError("; ".join(line.message for line in lines)) from None


def format_records(
    records: Iterable[Record],
    total: int,
    schema: type[Schema],
    tell: Callable[[Record, Language], str],
    language: Language,
) -> list[TextContent]:
    """Tell records in sentences, then give them whole as JSON with exact numbers."""
    held = list(records)
    lines = [tell(record, language) for record in held]
    if total > len(held):
        lines.append(MORE_RECORDS.get(language).format(total=total, shown=len(held)))
    whole = b",".join(schema.model_validate(record).to_json() for record in held)
    return [
        TextContent(
            type="text", text="\n".join(lines) or Bilingual("Nothing.", "无。").get(language)
        ),
        TextContent(type="text", text=f"[{whole.decode()}]"),
    ]
