"""The dataset as tools for language models (Model Context Protocol), also over HTTP at /mcp.

Each tool runs a query of the API and validates its arguments in the same way.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, NamedTuple, TypeVar

from mcp.server.context import LifespanContextT, RequestT
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import TextContent, ToolAnnotations
from pydantic import Field, ValidationError
from pydantic_core import ErrorDetails
from sqlalchemy import Connection
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app import __version__, parameters
from app.db.columns import Record
from app.formats import sentences
from app.http.limits import MAX_BODY
from app.i18n import Bilingual, Language
from app.problems.validation import list_messages
from app.queries.commitments import get_commitment, list_commitments
from app.queries.editions import list_editions
from app.queries.indicators import list_indicators
from app.queries.observations import get_observation, list_observations
from app.queries.pagination import QueryPage
from app.queries.priority_areas import get_action, get_outcome, list_priority_areas
from app.queries.reference import get_event, get_source
from app.queries.search import build_hit_url, search_records
from app.releases import Release, ReleaseManager
from app.schemas import Schema, encode_json
from app.schemas.commitments import Action, Commitment, Outcome, PriorityArea
from app.schemas.editions import Edition
from app.schemas.indicators import Indicator
from app.schemas.observations import Observation
from app.schemas.quotations import QuotationCheck
from app.schemas.reference import Event, Source
from app.schemas.service import SearchHit

ArgumentsModel = TypeVar("ArgumentsModel", bound=parameters.Parameters)

INSTRUCTIONS = """
Official figures on China's economic cooperation with Belt and Road partner countries, and the
priority areas announced for each year. Quote each figure in the words given: "over", "nearly", the
period (full year, or January to November) and the countries counted (coverage) are part of the
figure. No source states the coverage partner-2025: this service infers it, so say so. Figures are
comparable only within one series, and not if they are marked as not comparable: never compare
figures of different coverage, period length or unit, never mix totals of a period, cumulative
totals and stocks on a date, never annualise or convert figures, and never compute growth: use
published rates only. Say so if a figure has been superseded. Name the source
with its paragraph and sentence. Check what you wrote with check_quotation.
"""
READ_ONLY = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
ALLOWED_METHODS = ("POST", "OPTIONS")
PREFLIGHT_HEADERS = {
    "Allow": "POST, OPTIONS",
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
}
LanguageArgument = Annotated[Language, Field(description="The language of the result: en or zh.")]
MAX_RECORDS = 50
"""The largest number of records in a result, so that it fits into a conversation."""
NO_SOURCE = Bilingual(
    "No figure, action, outcome, commitment, source or event has the key {key}; use search to find "
    "keys",
    "没有标识为{key}的数据、举措、成果、承诺、来源或活动；请用search查找标识",
)
MORE_RECORDS = Bilingual(
    "{total} in total; only the first {shown} are listed", "共{total}条，仅列出前{shown}条"
)


@dataclass(frozen=True)
class Tools:
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
        """Find figures, indicators, commitments, sources and releases by words or numbers.

        Synonyms, abbreviations, numbers and years match too. Each hit has a kind, and a key that
        the other tools accept; figures have their qualifier, period, coverage and source.
        """

        def search_hits(*arguments: Any) -> QueryPage:
            page, _ = search_records(*arguments)
            return page.map_rows(lambda hit: hit | {"href": build_hit_url(self.base, hit)})

        output = (SearchHit, sentences.describe_hit, language)
        return self.read_records(search_hits, parameters.SearchParameters, {"q": words}, *output)

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
        output = (Indicator, sentences.describe_indicator, language)
        topics = [topic] if topic else None
        model = parameters.IndicatorListParameters
        return self.read_records(list_indicators, model, {"topic": topics}, *output)

    def get_observations(  # noqa: PLR0913, PLR0917 - the arguments of a tool are its interface
        self,
        indicator: Annotated[
            str, Field(description="The key of an indicator, such as goods-trade.")
        ],
        coverage: Annotated[
            str | None,
            Field(description="route, partner-2023, or partner-2025, which is inferred."),
        ] = None,
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

        Compare figures of the same series only, and not those marked as not comparable. Full years
        and January to November are separate series, and so are figures that count different
        countries (coverage); never annualise or convert figures, or compute growth between them.
        """
        output = (Observation, partial(sentences.describe_observation, base=self.base), language)
        model = parameters.ObservationListParameters
        dates = {"since": since or None, "until": until or None, "as_of": as_of or None}
        values = {"indicator": [indicator], "coverage": coverage and [coverage], **dates}
        return self.read_records(list_observations, model, values, *output)

    def list_editions(self, language: LanguageArgument = Language.ENGLISH) -> list[TextContent]:
        """List the yearly press conferences: when, who spoke, who asked, and what is recorded.

        Where a part is recorded in part only, say so: what is missing was not read, and may have
        been said.
        """
        output = (Edition, sentences.describe_edition, language)
        return self.read_records(list_editions, parameters.EditionListParameters, {}, *output)

    def list_priority_areas(
        self,
        year: Annotated[
            int | None, Field(description="The year they are announced for; default: all.")
        ] = None,
        language: LanguageArgument = Language.ENGLISH,
    ) -> list[TextContent]:
        """List the priority areas announced for a year, with all actions and later reports on them.

        The source sets no targets. A later report does not say that an action was carried out as
        announced; where nothing was found, the day of the last search is stated.
        """
        describe = partial(sentences.describe_priority_area, base=self.base)
        output = (PriorityArea, describe, language)
        years = [str(year)] if year else None
        model = parameters.PriorityAreaListParameters
        return self.read_records(list_priority_areas, model, {"year": years}, *output)

    def list_commitments(
        self,
        event: Annotated[
            str | None,
            Field(description="The key of an event, such as brf-2023-10-18; default: all."),
        ] = None,
        language: LanguageArgument = Language.ENGLISH,
    ) -> list[TextContent]:
        """List what was announced at the forums, with targets, deadlines and later readings.

        Expectations are not pledges. Compare a target only with readings that count the same, and
        never say that a commitment was kept: no record says so.
        """
        describe = partial(sentences.describe_commitment, base=self.base)
        output = (Commitment, describe, language)
        model = parameters.CommitmentListParameters
        return self.read_records(
            list_commitments, model, {"event": [event] if event else None}, *output
        )

    def check_quotation(
        self,
        text: Annotated[
            str,
            Field(
                description="Sentences that quote figures, in English or Chinese.", max_length=2000
            ),
        ],
        asked_on: Annotated[
            str | None,
            Field(description="The day from which “last year” is counted; default: today."),
        ] = None,
        language: LanguageArgument = Language.ENGLISH,
    ) -> list[TextContent]:
        """Check the figures quoted in a text before you publish it.

        Each number comes with the published figure, what differs from it, and a correction. A
        number that is not found is not necessarily false.
        """
        release = self.releases.get_release()
        values = {"text": text, "asked_on": asked_on or None}
        query = validate_arguments(parameters.QuotationParameters, values, release)
        checked = release.check_quotation(query.text, query.asked_on, language)
        described = sentences.describe_quotations(checked, language)
        whole = encode_json(QuotationCheck.model_validate(checked)).decode()
        return [TextContent(type="text", text=one) for one in (described, whole)]

    def get_source(
        self,
        key: Annotated[
            str,
            Field(description="The key of a figure, action, outcome, commitment, source or event."),
        ],
        language: LanguageArgument = Language.ENGLISH,
    ) -> list[TextContent]:
        """Show the source of a claim: the record, and the document with its address."""
        database = self.releases.get_release().database
        for kind in SOURCED_KINDS:
            record = database.read(partial(kind.query, language=language, key=key))
            if record is not None:
                break
        else:
            raise ToolError(NO_SOURCE.get(language).format(key=key))
        if kind.schema in {Source, Event}:
            return format_records([record], 1, kind.schema, kind.describe, language)
        describe = partial(kind.describe, base=self.base)
        contents = format_records([record], 1, kind.schema, describe, language)
        code = record["source"]["code"]
        document = database.read(lambda connection: get_source(connection, language, code))
        documents = [document] if document else []
        return contents + format_records(documents, 1, Source, sentences.describe_source, language)

    def list_tools(self) -> Sequence[Callable[..., list[TextContent]]]:
        figures = (self.search, self.list_indicators, self.get_observations)
        words = (self.list_editions, self.list_priority_areas, self.list_commitments)
        return (*figures, *words, self.check_quotation, self.get_source)

    def read_records(  # noqa: PLR0913, PLR0917 - what a tool declares
        self,
        read: Callable[[Connection, Language, Any], QueryPage],
        model: type[parameters.Parameters],
        values: Mapping[str, object],
        schema: type[Schema],
        describe: Callable[[Record, Language], str],
        language: Language,
    ) -> list[TextContent]:
        """Run a query with arguments, which are validated as the API validates parameters.

        Raises:
            ToolError: with every error, and what would be correct.
        """
        release = self.releases.get_release()
        query = validate_arguments(model, {**values, "limit": MAX_RECORDS}, release)
        page = release.database.read(lambda connection: read(connection, language, query))
        return format_records(page.rows, page.total, schema, describe, language)


def validate_arguments(
    model: type[ArgumentsModel], values: Mapping[str, object], release: Release
) -> ArgumentsModel:
    """Validate the arguments of a tool as the API does; a ToolError has every error."""
    named = {name: value for name, value in values.items() if value is not None}
    try:
        return model.model_validate(named, context=release.keys)
    except ValidationError as error:
        raise ToolError("; ".join(list_messages(error.errors(), named, Language.ENGLISH))) from None


class SourcedKind(NamedTuple):
    query: Callable[..., Record | None]
    schema: type[Schema]
    describe: Callable[..., str]


SOURCED_KINDS = (
    SourcedKind(get_observation, Observation, sentences.describe_observation),
    SourcedKind(get_action, Action, sentences.describe_announcement),
    SourcedKind(get_outcome, Outcome, sentences.describe_announcement),
    SourcedKind(get_commitment, Commitment, sentences.describe_commitment),
    SourcedKind(get_source, Source, sentences.describe_source),
    SourcedKind(get_event, Event, sentences.describe_event),
)


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
    whole = b",".join(encode_json(schema.model_validate(record)) for record in listed)
    return [
        TextContent(
            type="text", text="\n".join(lines) or Bilingual("No records.", "无记录。").get(language)
        ),
        TextContent(type="text", text=f"[{whole.decode()}]"),
    ]


class StrictTool(Tool):
    """A tool that refuses arguments that it does not have, and says what would be right."""

    async def run(
        self,
        arguments: dict[str, object],
        context: Context[LifespanContextT, RequestT],
        convert_result: bool = False,  # noqa: FBT001, FBT002 - as inherited
    ) -> object:
        names = self.parameters["properties"]
        extra = [name for name in arguments if name not in names]
        kind = "extra_forbidden"
        errors = [ErrorDetails(type=kind, loc=(name,), msg="", input=name) for name in extra]
        try:
            self.fn_metadata.validate_arguments(arguments)
        except ValidationError as error:
            errors += error.errors()
        if errors:
            raise ToolError("; ".join(list_messages(errors, names, Language.ENGLISH)))
        return await super().run(arguments, context, convert_result)


def create_server(releases: ReleaseManager, base: str) -> MCPServer:
    tools = [
        StrictTool.from_function(function, annotations=READ_ONLY, structured_output=False)
        for function in Tools(releases, base).list_tools()
    ]
    for tool in tools:
        tool.parameters["additionalProperties"] = False
    return MCPServer(
        "bri-indicators",
        title="Belt and Road Cooperation Indicators",
        instructions=" ".join(INSTRUCTIONS.split()),
        website_url=base,
        version=__version__,
        log_level="WARNING",
        tools=tools,
    )


class McpApp:
    """An ASGI application without sessions: each request is independent of the others."""

    def __init__(self, server: MCPServer) -> None:
        self.server = server
        self.app = server.streamable_http_app(
            json_response=True,
            stateless_http=True,
            max_request_body_size=MAX_BODY,
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request, whatever path prefix a proxy has added.

        GET, which would open a stream of messages, is refused as the protocol allows: the server
        only sends responses.
        """
        if scope["method"] == "OPTIONS":
            # The data are public and nobody logs in, so a page of any origin may ask.
            await Response(status_code=204, headers=PREFLIGHT_HEADERS)(scope, receive, send)
            return
        if scope["method"] not in ALLOWED_METHODS:
            response = Response(status_code=405, headers={"Allow": ", ".join(ALLOWED_METHODS)})
            await response(scope, receive, send)
            return
        await self.app({**scope, "path": "/mcp", "root_path": ""}, receive, send)

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        async with self.server.session_manager.run():
            yield
