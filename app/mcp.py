"""The dataset as tools for language models (Model Context Protocol), also over HTTP at /mcp.

Each tool runs a query of the API and validates its arguments in the same way. A result is text that
fits into a conversation; it names the addresses of the complete records.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import anyio
import yaml
from mcp.server import Server
from mcp.server.caching import CacheHint
from mcp.server.stdio import stdio_server
from mcp.server.transport_security import TransportSecuritySettings
from mcp.shared.exceptions import MCPError
from mcp.shared.message import SessionMessage
from mcp_types import (
    INVALID_PARAMS,
    INVALID_REQUEST,
    CallToolRequestParams,
    CallToolResult,
    JSONRPCError,
    JSONRPCNotification,
    JSONRPCRequest,
    ListToolsResult,
    TextContent,
    Tool,
    ToolAnnotations,
    jsonrpc_message_adapter,
)
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from starlette.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send

from app import __version__, parameters
from app.db.columns import Record
from app.formats import language_models, sentences
from app.formats.language_models import RecordList
from app.http.limits import MAX_BODY
from app.i18n import Bilingual, Language
from app.problems.messages import QUEUE_FULL
from app.problems.problem import Problem, shorten
from app.problems.validation import list_messages
from app.releases import ReleaseManager, ServedRelease
from app.request import RequestContext

ToolServer = Server[dict[str, Any]]
ArgumentsModel = TypeVar("ArgumentsModel", bound=parameters.Parameters)

DEFINITIONS = yaml.load((Path(__file__).parent / "tools.yaml").read_text("utf-8"), yaml.CSafeLoader)
READ_ONLY = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
CACHED = CacheHint(ttl_ms=3_600_000, scope="public")
"""The tools differ only between versions of the program, and are the same for everybody."""
MAX_END_WAIT = 10.0
"""The seconds after the end of the standard input, and after each response, until the next."""
THREADS = anyio.CapacityLimiter(2)
"""More threads at once would delay every other request, and none of the calls would end earlier."""
NO_SOURCE = Bilingual(
    "No record that this tool shows has the key {key}; search finds keys",
    "没有标识为{key}的可查记录；可用search查找标识",
)
INVALID = "Send one JSON-RPC message; the id of a request has to be a string or an integer"
INVALID_ERROR = {"code": INVALID_REQUEST, "message": INVALID}
INVALID_MESSAGE: Record = {"jsonrpc": "2.0", "id": None, "error": INVALID_ERROR}
REQUEST: ContextVar[RequestContext | None] = ContextVar("request", default=None)
"""The request over HTTP that calls a tool."""
ARGUMENT_NAMES = {"q": "words", "lang": "language"}
"""The names of arguments that differ from those of the parameters of the API."""
PARAMETER_NAMES = {argument: name for name, argument in ARGUMENT_NAMES.items()}


class ToolCallError(Exception):
    """What is wrong with a call, in words for the model that made it."""


class SourceParameters(parameters.Parameters):
    key: str


@dataclass(frozen=True)
class Call:
    """The call of a tool: its arguments by the names of the API, and what they are looked up in."""

    values: Record
    language: Language
    release: ServedRelease
    base: str | None
    """The address that links start with; None if it is not known."""

    def validate(self, model: type[ArgumentsModel]) -> ArgumentsModel:
        """Validate the arguments as the API does; a ToolCallError has every error."""
        repeatable = model.list_repeatable()
        values = {
            name: [one] if name in repeatable and not isinstance(one, list) else one
            for name, one in self.values.items()
        }
        try:
            return model.model_validate(values, context=self.release.keys)
        except ValidationError as error:
            errors = error.errors()
            for one in errors:
                one["loc"] = tuple(ARGUMENT_NAMES.get(str(part), part) for part in one["loc"])
            raise create_error(errors, self.values, self.language) from None


def create_error(errors: list[ErrorDetails], names: Record, language: Language) -> ToolCallError:
    return ToolCallError("; ".join(list_messages(errors, names, language)))


def list_records(records: RecordList, call: Call) -> str:
    query, language = call.validate(records.model), call.language
    try:
        lines = language_models.format_list(
            call.release.database, records, query, language, call.base
        )
    except Problem as problem:
        raise ToolCallError(problem.detail.get(language)) from None
    values = {name: one for name, one in call.values.items() if name not in {"cursor", "lang"}}
    links = language_models.link_records(records.path, call.base, language, values=values)
    return "\n".join([*lines, *links])


def check_quotation(call: Call) -> str:
    query = call.validate(parameters.QuotationParameters)
    checked = call.release.check_quotation(query.text, query.asked_on, call.language)
    return sentences.describe_quotations(checked, call.language)


def get_source(call: Call) -> str:
    key, language = call.validate(SourceParameters).key, call.language
    lines = language_models.format_record(call.release.database, key, language, call.base)
    if not lines:
        raise ToolCallError(NO_SOURCE.format(key=shorten(key)).get(language))
    return "\n".join(lines)


class DatasetTool(NamedTuple):
    """A tool of `tools.yaml`, and what runs it."""

    run: Callable[[Call], str]
    description: str
    arguments: Record
    required: str = ""
    fixed: Record | None = None
    """What the tool adds to its arguments."""

    def create_call(self, arguments: Record, release: ServedRelease, base: str | None) -> Call:
        """Refuse arguments that the tool does not have, and say what would be right.

        An optional argument that is empty is as if it was left out, as some clients send it.
        """
        errors = [
            ErrorDetails(type="extra_forbidden", loc=(name,), msg="", input=name)
            for name in arguments
            if name not in self.arguments
        ]
        if self.required not in {"", *arguments}:
            errors.append(ErrorDetails(type="missing", loc=(self.required,), msg="", input=None))
        is_chinese = arguments.get("language") == Language.CHINESE
        language = Language.CHINESE if is_chinese else Language.ENGLISH
        if errors:
            raise create_error(errors, self.arguments, language)
        values = {
            PARAMETER_NAMES.get(name, name): value
            for name, value in arguments.items()
            if name == self.required or value not in (None, "")
        }
        return Call(values | (self.fixed or {}), language, release, base)


RUNS: Mapping[str, Callable[[Call], str]] = {
    **{name: partial(list_records, kind) for name, kind in language_models.LIST_TOOLS.items()},
    "check_quotation": check_quotation,
    "get_source": get_source,
}
TOOLS = {name: DatasetTool(run, **DEFINITIONS["tools"][name]) for name, run in RUNS.items()}


def create_server(releases: ReleaseManager, public_url: str | None) -> ToolServer:
    """Create the server of the tools, which has nothing else: no prompts and no subscriptions."""

    async def list_tools(*_: object) -> ListToolsResult:
        return ListToolsResult(tools=[describe_tool(name, tool) for name, tool in TOOLS.items()])

    async def call_tool(_: object, sent: CallToolRequestParams) -> CallToolResult:
        tool = TOOLS.get(sent.name)
        if tool is None:
            message = f"Unknown tool: {shorten(sent.name)}; use one of {', '.join(TOOLS)}"
            raise MCPError(INVALID_PARAMS, message)
        request = REQUEST.get()
        base = public_url or (request.base_url if request else None)

        def run() -> str:
            if request is not None and request.is_abandoned:
                raise ToolCallError(QUEUE_FULL.en)
            return tool.run(tool.create_call(sent.arguments or {}, releases.get_release(), base))

        try:
            text, is_error = await anyio.to_thread.run_sync(run, limiter=THREADS), False
        except ToolCallError as error:
            text, is_error = str(error), True
        return CallToolResult(content=[TextContent(text=text)], is_error=is_error)

    return Server(
        "bri-indicators",
        title="Belt and Road Cooperation Indicators",
        instructions=DEFINITIONS["instructions"].strip(),
        website_url=public_url,
        version=__version__,
        cache_hints={"tools/list": CACHED, "server/discover": CACHED},
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def describe_tool(name: str, tool: DatasetTool) -> Tool:
    schema = {
        "type": "object",
        "properties": tool.arguments,
        "required": [tool.required] if tool.required else [],
        "additionalProperties": False,
    }
    text = tool.description.strip()
    return Tool(name=name, description=text, input_schema=schema, annotations=READ_ONLY)


def serve_standard_streams(server: ToolServer) -> None:
    """Serve the tools; at the end of the input, first finish the calls that run.

    The library would cancel them, so that a script which pipes its calls would get few responses.
    """
    unanswered: dict[object, anyio.Event] = {}

    async def serve() -> None:
        async with stdio_server() as (received, sent), anyio.create_task_group() as tasks:
            sender, requests = anyio.create_memory_object_stream[SessionMessage | Exception](0)
            responses, receiver = anyio.create_memory_object_stream[SessionMessage](0)

            async def pass_requests() -> None:
                async with sender:
                    async for one in received:
                        if is_blank(one):
                            continue
                        message = getattr(one, "message", None)  # Exceptions have none.
                        if isinstance(message, JSONRPCRequest):
                            unanswered[message.id] = anyio.Event()
                        if message is None or is_request_without_id(message):
                            await sent.send(SessionMessage(JSONRPCError(**INVALID_MESSAGE)))
                        else:
                            await sender.send(one)
                    # A call that its client cancels gets no response.
                    with anyio.move_on_after(MAX_END_WAIT) as limit:
                        for answered in list(unanswered.values()):
                            await answered.wait()
                            limit.deadline = anyio.current_time() + MAX_END_WAIT

            async def pass_responses() -> None:
                async with sent:
                    async for one in receiver:
                        await sent.send(one)
                        end_call(unanswered, one)

            tasks.start_soon(pass_requests)
            tasks.start_soon(pass_responses)
            await server.run(requests, responses, server.create_initialization_options())

    anyio.run(serve)


def end_call(unanswered: dict[Any, anyio.Event], sent: SessionMessage) -> None:
    """Note that a call has its response; notifications have no call."""
    answered = unanswered.pop(getattr(sent.message, "id", None), None)
    if answered is not None:
        answered.set()


def is_blank(received: object) -> bool:
    """Return whether this is the error of an empty line, which separates messages as spaces do."""
    return isinstance(received, ValidationError) and not str(received.errors()[0]["input"]).strip()


def is_request_without_id(sent: object) -> bool:
    """Return whether the library takes a request for a notification, as its id is not valid."""
    return isinstance(sent, JSONRPCNotification) and not sent.method.startswith("notifications/")


class McpApp:
    """An ASGI application without sessions: each request is independent of the others."""

    def __init__(self, server: ToolServer) -> None:
        self.server = server
        self.app = server.streamable_http_app(
            json_response=True,
            stateless_http=True,
            max_request_body_size=MAX_BODY,
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a POST, whatever path prefix a proxy has added.

        GET, which would open a stream of messages, is not supported, as the protocol allows: the
        server only sends responses.
        """
        REQUEST.set(scope["context"])
        received = [await receive()]  # The whole body, which the middleware has read.
        with suppress(ValidationError):
            message = jsonrpc_message_adapter.validate_json(received[0]["body"], by_name=False)
            if is_request_without_id(message):
                await JSONResponse(INVALID_MESSAGE, HTTPStatus.BAD_REQUEST)(scope, receive, send)
                return

        async def read() -> Message:
            return received.pop() if received else await receive()

        await self.app({**scope, "path": "/mcp", "root_path": ""}, read, send)

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        async with self.server.session_manager.run():
            yield
