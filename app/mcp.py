"""The dataset as tools for language models (Model Context Protocol), also over HTTP at /mcp.

Each tool runs a query of the API and validates its arguments in the same way. A result is text that
fits into a conversation; it names the addresses of the complete records.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from inspect import getdoc
from typing import Annotated, TypeVar

from mcp.server.context import LifespanContextT, RequestT
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import ToolAnnotations
from pydantic import Field, ValidationError
from pydantic_core import ErrorDetails
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app import __version__, parameters
from app.formats import language_models, sentences
from app.formats.language_models import RecordList
from app.http.limits import MAX_BODY
from app.i18n import Bilingual, Language
from app.problems.messages import METHOD_NOT_ALLOWED
from app.problems.problem import MethodNotAllowed, Problem, shorten
from app.problems.validation import list_messages
from app.releases import Release, ReleaseManager

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
ALLOWED_METHODS = "POST, OPTIONS"
PREFLIGHT_HEADERS = {
    "Allow": ALLOWED_METHODS,
    "Access-Control-Allow-Methods": ALLOWED_METHODS,
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
}
LanguageArgument = Annotated[Language, Field(description="The language of the result: en or zh.")]
CursorArgument = Annotated[
    str | None,
    Field(description="Where to continue: the cursor that the previous part of the result names."),
]
ARGUMENT_NAMES = {"q": "words"}
"""The names of arguments that differ from those of the parameters of the API."""
NO_SOURCE = Bilingual(
    "No figure, growth rate, action, outcome, commitment, source or event has the key {key}; "
    "search finds the keys of these kinds, and of others, which have no single source",
    "没有标识为{key}的数据、增速、举措、成果、承诺、来源或活动；可用search查找上述各类标识，其他类别没有单一来源",
)
REQUEST_ADDRESS: ContextVar[str | None] = ContextVar("request_address", default=None)
"""The address of the service in the request over HTTP that calls a tool."""


@dataclass(frozen=True)
class Tools:
    releases: ReleaseManager
    public_url: str | None
    """The public address of the service, if the operator has set it."""

    @property
    def base(self) -> str | None:
        """The address that links start with; None if it is not known."""
        return self.public_url or REQUEST_ADDRESS.get()

    def search(
        self,
        words: Annotated[
            str, Field(description="Words in English or Chinese; all of them must match.")
        ],
        cursor: CursorArgument = None,
        language: LanguageArgument = Language.ENGLISH,
    ) -> str:
        """Find figures, indicators, commitments, sources and releases by words or numbers.

        Synonyms, abbreviations, numbers and years match too. Each hit has a kind and a key; figures
        have their qualifier, period, coverage and source. get_source accepts the keys of the kinds
        observation, growth_rate, action, outcome, commitment, source and event, get_observations
        those of indicators.
        """
        return self.read_records(language_models.HITS, {"q": words}, cursor, language)

    def list_indicators(
        self,
        topic: Annotated[
            str | None, Field(description="The key of a topic, such as trade; default: all.")
        ] = None,
        cursor: CursorArgument = None,
        language: LanguageArgument = Language.ENGLISH,
    ) -> str:
        """List the indicators, each with its headline figure, period and source.

        Quote the figure with its qualifier (over, nearly) and its period.
        """
        values = {"topic": [topic] if topic else None}
        return self.read_records(language_models.INDICATORS, values, cursor, language)

    def get_observations(  # noqa: PLR0913, PLR0917 - the arguments of a tool are its interface
        self,
        indicator: Annotated[
            str, Field(description="The key of an indicator, such as goods-trade.")
        ],
        coverage: Annotated[
            str | None,
            Field(
                description="The key of a group of countries: all, route, partner-2023, or "
                "partner-2025, which is inferred; default: every group."
            ),
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
        cursor: CursorArgument = None,
        language: LanguageArgument = Language.ENGLISH,
    ) -> str:
        """List the published figures of an indicator, each with its source; newest periods first.

        Compare figures of the same series only, and not those marked as not comparable. Full years
        and January to November are separate series, and so are figures that count different
        countries (coverage); never annualise or convert figures, or compute growth between them.
        """
        values = {
            "indicator": [indicator],
            "coverage": [coverage] if coverage else None,
            "since": since or None,
            "until": until or None,
            "as_of": as_of or None,
            "sort": parameters.ObservationSort.PERIOD_DESC,
        }
        return self.read_records(language_models.OBSERVATIONS, values, cursor, language)

    def list_editions(
        self, cursor: CursorArgument = None, language: LanguageArgument = Language.ENGLISH
    ) -> str:
        """List the yearly press conferences: when, who spoke, who asked, and what is recorded.

        Where a part is recorded in part only, say so: what is missing was not read, and may have
        been said.
        """
        return self.read_records(language_models.EDITIONS, {}, cursor, language)

    def list_priority_areas(
        self,
        year: Annotated[
            int | None, Field(description="The year they are announced for; default: all.")
        ] = None,
        cursor: CursorArgument = None,
        language: LanguageArgument = Language.ENGLISH,
    ) -> str:
        """List the priority areas announced for a year, with all actions and later reports on them.

        The source sets no targets. A later report does not say that an action was carried out as
        announced; where nothing was found, the day of the last search is stated.
        """
        values = {"year": None if year is None else [str(year)]}
        return self.read_records(language_models.PRIORITY_AREAS, values, cursor, language)

    def list_commitments(
        self,
        event: Annotated[
            str | None,
            Field(description="The key of an event, such as brf-2023-10-18; default: all."),
        ] = None,
        cursor: CursorArgument = None,
        language: LanguageArgument = Language.ENGLISH,
    ) -> str:
        """List what was announced at the forums, with targets, deadlines and later readings.

        Expectations are not pledges. Compare a target only with readings that count the same, and
        never say that a commitment was kept: no record says so.
        """
        values = {"event": [event] if event else None}
        return self.read_records(language_models.COMMITMENTS, values, cursor, language)

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
    ) -> str:
        """Check the figures quoted in a text before you publish it.

        Each number comes with the published figure, what differs from it, and a correction. A
        number that is not found is not necessarily false.
        """
        release = self.releases.get_release()
        values = {"text": text, **({"asked_on": asked_on} if asked_on else {})}
        query = validate_arguments(parameters.QuotationParameters, values, release, language)
        checked = release.check_quotation(query.text, query.asked_on, language)
        return sentences.describe_quotations(checked, language)

    def get_source(
        self,
        key: Annotated[
            str,
            Field(description="The key of a record with a source, such as a figure or an action."),
        ],
        language: LanguageArgument = Language.ENGLISH,
    ) -> str:
        """Show the source of a claim: the record, and the document with its address."""
        database = self.releases.get_release().database
        lines = language_models.format_record(database, key, language, self.base)
        if not lines:
            raise ToolError(NO_SOURCE.format(key=shorten(key)).get(language))
        return "\n".join(lines)

    def list_tools(self) -> Sequence[Callable[..., str]]:
        figures = (self.search, self.list_indicators, self.get_observations)
        words = (self.list_editions, self.list_priority_areas, self.list_commitments)
        return (*figures, *words, self.check_quotation, self.get_source)

    def read_records(
        self, kind: RecordList, values: Mapping[str, object], cursor: str | None, language: Language
    ) -> str:
        """Run a query, and validate its arguments as the API does; ToolError with every error."""
        release = self.releases.get_release()
        named = {name: value for name, value in values.items() if value is not None}
        given = named | {"cursor": cursor} if cursor else named
        query = validate_arguments(kind.model, given, release, language)
        try:
            lines = language_models.format_list(release.database, kind, query, language, self.base)
        except Problem as problem:
            raise ToolError(problem.detail.get(language)) from None
        links = language_models.link_records(kind.path, self.base, language, values=named)
        return "\n".join([*lines, *links])


def validate_arguments(
    model: type[ArgumentsModel], values: Mapping[str, object], release: Release, language: Language
) -> ArgumentsModel:
    """Validate the arguments of a tool as the API does; a ToolError has every error."""
    try:
        return model.model_validate(values, context=release.keys)
    except ValidationError as error:
        errors = error.errors()
        for one in errors:
            one["loc"] = tuple(ARGUMENT_NAMES.get(str(part), part) for part in one["loc"])
        raise ToolError("; ".join(list_messages(errors, values, language))) from None


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
            chosen = arguments.get("language")
            language = Language.CHINESE if chosen == Language.CHINESE else Language.ENGLISH
            raise ToolError("; ".join(list_messages(errors, names, language)))
        try:
            return await super().run(arguments, context, convert_result)
        except ToolError as error:
            # The package puts words of its own before those of a tool.
            if isinstance(error.__cause__, ToolError):
                raise error.__cause__ from None
            raise


def create_server(releases: ReleaseManager, public_url: str | None) -> MCPServer:
    tools = [
        StrictTool.from_function(
            function, description=getdoc(function), annotations=READ_ONLY, structured_output=False
        )
        for function in Tools(releases, public_url).list_tools()
    ]
    for tool in tools:
        tool.parameters["additionalProperties"] = False
    return MCPServer(
        "bri-indicators",
        title="Belt and Road Cooperation Indicators",
        instructions=" ".join(INSTRUCTIONS.split()),
        website_url=public_url,
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
        """Handle a request, whatever path prefix a proxy has added; raise MethodNotAllowed.

        GET, which would open a stream of messages, is refused as the protocol allows: the server
        only sends responses.
        """
        if scope["method"] == "OPTIONS":
            # The data are public and nobody logs in, so a page of any origin may ask.
            await Response(status_code=204, headers=PREFLIGHT_HEADERS)(scope, receive, send)
            return
        if scope["method"] != "POST":
            detail = METHOD_NOT_ALLOWED.format(allowed=ALLOWED_METHODS)
            raise MethodNotAllowed(detail, headers={"Allow": ALLOWED_METHODS})
        REQUEST_ADDRESS.set(scope["context"].base_url)
        await self.app({**scope, "path": "/mcp", "root_path": ""}, receive, send)

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        async with self.server.session_manager.run():
            yield
