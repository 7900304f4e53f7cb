"""The tools: each runs a query of the API, with the same checks of what is asked for."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, NamedTuple, TypeVar

from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import TextContent
from pydantic import Field, ValidationError

from app import filters
from app.context import Library, Snapshot
from app.formats import sentences
from app.formats.addresses import hit_address
from app.mistakes import mistakes
from app.queries.commitments import action, outcome, priority_areas
from app.queries.indicators import indicators
from app.queries.observations import observation, observations
from app.queries.reference import source
from app.queries.search import search
from app.schemas.base import Schema
from app.schemas.commitments import Action, Outcome, PriorityArea
from app.schemas.figures import Indicator, Observation
from app.schemas.reference import Source
from app.schemas.service import SearchHit
from app.text import Language, Words

Record = dict[str, Any]
AnyFilters = TypeVar("AnyFilters", bound=filters.Parameters)
Spoken = Annotated[Language, Field(description="The language of the answer: en or zh.")]
MOST = 50
"""The records that one tool gives at the most, so that an answer fits into a conversation."""
NO_CLAIM = Words(
    "No figure, action, outcome or source has the key {key}; find keys with search",
    "没有标识为 {key} 的数据、举措、成果或来源；可用 search 查找标识",
)
MORE = Words("{total} in all; only the first {shown} are given", "共 {total} 条，仅列前 {shown} 条")


@dataclass(frozen=True)
class Tools:
    """The tools over the release that is served."""

    library: Library
    base: str
    """The address that links start with."""

    def search(
        self,
        words: Annotated[str, Field(description="Words of either language; all must be found.")],
        language: Spoken = Language.ENGLISH,
    ) -> list[TextContent]:
        """Find figures, indicators, commitments and sources by the words of their texts.

        Each hit has the kind and the key that the other tools take.
        """
        release = self.library.current()
        asked = checked(filters.SearchFilters, release, q=words, limit=MOST)
        found, _ = release.database.read(lambda one: search(one, language, asked))
        hits = [hit | {"href": hit_address(self.base, hit)} for hit in found.rows]
        return told(hits, found.total, SearchHit, sentences.hit, language)

    def list_indicators(
        self,
        topic: Annotated[
            str | None, Field(description="trade, investment or projects; all without it.")
        ] = None,
        language: Spoken = Language.ENGLISH,
    ) -> list[TextContent]:
        """List what is measured, each with its headline figure, its period and its source.

        Quote the figure with the words before it (over, nearly) and with its period.
        """
        release = self.library.current()
        given = {"topic": [topic]} if topic else {}
        asked = checked(filters.IndicatorFilters, release, **given, limit=MOST)
        found = release.database.read(lambda one: indicators(one, language, asked))
        return told(found.rows, found.total, Indicator, sentences.indicator, language)

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
        language: Spoken = Language.ENGLISH,
    ) -> list[TextContent]:
        """Give the published figures of an indicator: every period, each with its own source.

        Only figures with the same series compare. A full year and January to November are two
        series; nothing may be annualised, converted or put into one growth rate.
        """
        release = self.library.current()
        given = {"since": since, "until": until, "as_of": as_of}
        chosen = {name: value for name, value in given.items() if value}
        asked = checked(
            filters.ObservationFilters, release, indicator=[indicator], limit=MOST, **chosen
        )
        found = release.database.read(lambda one: observations(one, language, asked))
        return told(found.rows, found.total, Observation, sentences.observation, language)

    def list_priority_areas(
        self,
        year: Annotated[
            int | None, Field(description="The year announced for; all without.")
        ] = None,
        language: Spoken = Language.ENGLISH,
    ) -> list[TextContent]:
        """List the priority areas announced for a year, with every action and its place.

        All actions are announced; no target, amount or result has been published for them.
        """
        release = self.library.current()
        given = {"year": [str(year)]} if year else {}
        asked = checked(filters.PriorityAreaFilters, release, **given, limit=MOST)
        found = release.database.read(lambda one: priority_areas(one, language, asked))
        return told(found.rows, found.total, PriorityArea, sentences.priority_area, language)

    def get_source(
        self,
        key: Annotated[str, Field(description="The key of a figure, action, outcome or source.")],
        language: Spoken = Language.ENGLISH,
    ) -> list[TextContent]:
        """Tell where a claim stands: the record, and the document with its address."""
        database = self.library.current().database
        for claim in CLAIMS:
            record = database.read(partial(claim.query, language=language, key=key))
            if record is not None:
                break
        else:
            raise ToolError(NO_CLAIM.to(language).format(key=key))
        stated = told([record], 1, claim.schema, claim.tell, language)
        if claim.schema is Source:
            return stated
        code = record["source"]["code"]
        document = database.read(lambda one: source(one, language, code))
        assert document is not None  # noqa: S101
        return [*stated, *told([document], 1, Source, sentences.source, language)]

    def all(self) -> Sequence[Callable[..., list[TextContent]]]:
        """List the tools."""
        return (
            self.search,
            self.list_indicators,
            self.get_observations,
            self.list_priority_areas,
            self.get_source,
        )


class Claim(NamedTuple):
    """A sort of record that has a source, or is one."""

    query: Callable[..., Record | None]
    schema: type[Schema]
    tell: Callable[[Record, Language], str]


CLAIMS = (
    Claim(observation, Observation, sentences.observation),
    Claim(action, Action, sentences.commitment),
    Claim(outcome, Outcome, sentences.commitment),
    Claim(source, Source, sentences.source),
)


def checked(model: type[AnyFilters], release: Snapshot, **values: Any) -> AnyFilters:  # noqa: ANN401
    """Check what is asked for as a request of the API is checked.

    Raises:
        ToolError: with every mistake, and what would be right.
    """
    filters.ASKED.set(filters.Asked(release.keys, Counter()))
    try:
        return model.model_validate(values)
    except ValidationError as error:
        found = mistakes(
            [dict(one, loc=("query", *one["loc"])) for one in error.errors()], list(values)
        )
        lines = [one.told(Language.ENGLISH) for one in found]
        raise ToolError("; ".join(line.message for line in lines)) from None


def told(
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
        lines.append(MORE.to(language).format(total=total, shown=len(held)))
    whole = b",".join(schema.model_validate(record).to_json() for record in held)
    return [
        TextContent(type="text", text="\n".join(lines) or Words("Nothing.", "无。").to(language)),
        TextContent(type="text", text=f"[{whole.decode()}]"),
    ]
