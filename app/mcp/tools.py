"""The tools: each runs a query of the API and validates its arguments in the same way."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, NamedTuple, TypeVar

from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import TextContent
from pydantic import Field, ValidationError

from app import parameters
from app.formats.metadata import llms_txt as sentences
from app.i18n import Bilingual, Language
from app.problems.validation import describe_errors
from app.queries.commitments import get_action, get_outcome, list_priority_areas
from app.queries.observations import get_observation, list_observations
from app.queries.reference import get_source, list_indicators
from app.queries.search import build_hit_url, search_records
from app.releases import Release, ReleaseManager
from app.schemas.base import Schema
from app.schemas.commitments import Action, Outcome, PriorityArea
from app.schemas.observations import Indicator, Observation
from app.schemas.reference import Source
from app.schemas.service import SearchHit

Record = dict[str, Any]
AnyFilters = TypeVar("AnyFilters", bound=parameters.Parameters)
LanguageArgument = Annotated[Language, Field(description="The language of the result: en or zh.")]
MAX_RECORDS = 50
"""The largest number of records in a result, so that it fits into a conversation."""
NO_SOURCE = Bilingual(
    "No figure, action, outcome or source has the key {key}; use search to find keys",
    "没有标识为 {key} 的数据、举措、成果或来源；请用 search 查找标识",
)
MORE_RECORDS = Bilingual(
    "{total} in total; only the first {shown} are listed", "共 {total} 条，仅列出前 {shown} 条"
)


@dataclass(frozen=True)
class Tools:
    """The tools, which read the release that is currently served."""

    releases: ReleaseManager
    base: str
    """The address that links start with."""

    def search(
        self,
        words: Annotated[
            str, Field(description="Words in English or Chinese; all of them must match.")
        ],
        language: LanguageArgument = Language.ENGLISH,
    ) -> list[TextContent]:
        """Find figures, indicators, commitments and sources by words in their texts.

        Each hit has a kind, and a key that the other tools accept.
        """
        release = self.releases.get_release()
        filters = validate_filters(parameters.SearchParameters, release, q=words, limit=MAX_RECORDS)
        page, _ = release.database.read(
            lambda connection: search_records(connection, language, filters)
        )
        hits = [hit | {"href": build_hit_url(self.base, hit)} for hit in page.rows]
        return format_records(hits, page.total, SearchHit, sentences.describe_hit, language)

    def list_indicators(
        self,
        topic: Annotated[
            str | None, Field(description="trade, investment or projects; default: all.")
        ] = None,
        language: LanguageArgument = Language.ENGLISH,
    ) -> list[TextContent]:
        """List the indicators, each with its headline figure, period and source.

        Quote the figure with its qualifier (over, nearly) and its period.
        """
        release = self.releases.get_release()
        given = {"topic": [topic]} if topic else {}
        filters = validate_filters(
            parameters.IndicatorListParameters, release, **given, limit=MAX_RECORDS
        )
        page = release.database.read(
            lambda connection: list_indicators(connection, language, filters)
        )
        return format_records(
            page.rows, page.total, Indicator, sentences.describe_indicator, language
        )

    def get_observations(
        self,
        indicator: Annotated[
            str, Field(description="The key of an indicator, such as goods-trade.")
        ],
        since: Annotated[
            str | None, Field(description="Only periods that start on this date or later.")
        ] = None,
        until: Annotated[
            str | None, Field(description="Only periods that end on this date or earlier.")
        ] = None,
        as_of: Annotated[
            str | None, Field(description="The figures as known on this date.")
        ] = None,
        language: LanguageArgument = Language.ENGLISH,
    ) -> list[TextContent]:
        """List the published figures of an indicator for all periods, each with its source.

        Compare figures of the same series only. Full years and January to November are separate
        series; never annualise or convert figures, or compute growth between them.
        """
        release = self.releases.get_release()
        dates = {"since": since, "until": until, "as_of": as_of}
        given = {name: value for name, value in dates.items() if value}
        filters = validate_filters(
            parameters.ObservationListParameters,
            release,
            indicator=[indicator],
            limit=MAX_RECORDS,
            **given,
        )
        page = release.database.read(
            lambda connection: list_observations(connection, language, filters)
        )
        return format_records(
            page.rows, page.total, Observation, sentences.describe_observation, language
        )

    def list_priority_areas(
        self,
        year: Annotated[
            int | None, Field(description="The year they are announced for; default: all.")
        ] = None,
        language: LanguageArgument = Language.ENGLISH,
    ) -> list[TextContent]:
        """List the priority areas announced for a year, with all actions and their locators.

        All actions are announcements; no targets, amounts or results are published for them.
        """
        release = self.releases.get_release()
        given = {"year": [str(year)]} if year else {}
        filters = validate_filters(
            parameters.PriorityAreaListParameters, release, **given, limit=MAX_RECORDS
        )
        page = release.database.read(
            lambda connection: list_priority_areas(connection, language, filters)
        )
        return format_records(
            page.rows, page.total, PriorityArea, sentences.describe_priority_area, language
        )

    def get_source(
        self,
        key: Annotated[str, Field(description="The key of a figure, action, outcome or source.")],
        language: LanguageArgument = Language.ENGLISH,
    ) -> list[TextContent]:
        """Show the source of a claim: the record, and the document with its address."""
        database = self.releases.get_release().database
        for claim in SOURCED_KINDS:
            record = database.read(partial(claim.query, language=language, key=key))
            if record is not None:
                break
        else:
            raise ToolError(NO_SOURCE.get(language).format(key=key))
        contents = format_records([record], 1, claim.schema, claim.describe, language)
        if claim.schema is Source:
            return contents
        code = record["source"]["code"]
        document = database.read(lambda connection: get_source(connection, language, code))
        documents = [document] if document else []
        return contents + format_records(documents, 1, Source, sentences.describe_source, language)

    def list_tools(self) -> Sequence[Callable[..., list[TextContent]]]:
        figures = (self.search, self.list_indicators, self.get_observations)
        return (*figures, self.list_priority_areas, self.get_source)


class SourcedKind(NamedTuple):
    """A kind of record that has a source, or is one."""

    query: Callable[..., Record | None]
    schema: type[Schema]
    describe: Callable[[Record, Language], str]


SOURCED_KINDS = (
    SourcedKind(get_observation, Observation, sentences.describe_observation),
    SourcedKind(get_action, Action, sentences.describe_commitment),
    SourcedKind(get_outcome, Outcome, sentences.describe_commitment),
    SourcedKind(get_source, Source, sentences.describe_source),
)


def validate_filters(model: type[AnyFilters], release: Release, **values: Any) -> AnyFilters:
    """Validate arguments as the API validates parameters.

    Raises:
        ToolError: with every error, and what would be correct.
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
    describe: Callable[[Record, Language], str],
    language: Language,
) -> list[TextContent]:
    """Describe records in sentences, followed by the complete records as JSON."""
    listed = list(records)
    lines = [describe(record, language) for record in listed]
    if total > len(listed):
        lines.append(MORE_RECORDS.get(language).format(total=total, shown=len(listed)))
    whole = b",".join(schema.model_validate(record).to_json() for record in listed)
    return [
        TextContent(
            type="text", text="\n".join(lines) or Bilingual("No records.", "无记录。").get(language)
        ),
        TextContent(type="text", text=f"[{whole.decode()}]"),
    ]
