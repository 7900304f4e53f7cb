"""The MCP tools, called by the official client over HTTP and standard input."""

import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import anyio
import httpx2
import pytest
from mcp import Client, MCPError
from mcp_types import INVALID_PARAMS, INVALID_REQUEST, LATEST_PROTOCOL_VERSION

from app.application import App
from app.formats import language_models
from app.i18n import Language
from app.mcp import INVALID, TOOLS, ToolCallError, create_server
from tests.support.client import AppClient
from tests.support.processes import serve_database
from tests.support.targets import Target

pytestmark = pytest.mark.resources

AID = "aid-projects.CN.BRI.partner-2023.NB.P11M.2024-01.scio-2025-01-15"


@pytest.fixture(scope="module")
def address(database: Target) -> Iterator[str]:
    """Serve the tools beside the API."""
    with serve_database(database, BRI_MCP="true", BRI_METRICS="true") as base:
        yield base


def call_tool(where: Any, tool: str, **arguments: Any) -> str:
    """Call a tool, and return its result, which is one text."""

    async def request() -> str:
        async with Client(where) as client:
            result = await client.call_tool(tool, arguments)
            (part,) = result.content
            assert not result.is_error, part
            assert result.structured_content is None
            return str(part.text)  # type: ignore[union-attr]

    return anyio.run(request)


def call_invalid_tool(where: Any, tool: str, **arguments: Any) -> str:
    """Call a tool with invalid arguments, and return its error."""

    async def request() -> str:
        async with Client(where) as client:
            result = await client.call_tool(tool, arguments)
            assert result.is_error
            return str(result.content[0].text)  # type: ignore[union-attr]

    return anyio.run(request)


@pytest.mark.quick
def test_the_tools_are_described(address: str) -> None:
    async def request() -> list[Any]:
        async with Client(f"{address}/mcp") as client:
            return list((await client.list_tools()).tools)

    async def read_instructions() -> str:
        async with Client(f"{address}/mcp") as client:
            return str(client.instructions)

    instructions = anyio.run(read_instructions)
    for word in ("coverage", "infers", "marked as not comparable", "superseded"):
        assert word in instructions
    tools = {tool.name: tool for tool in anyio.run(request)}
    assert sorted(tools) == [
        "check_quotation",
        "get_observations",
        "get_source",
        "list_commitments",
        "list_contradictions",
        "list_editions",
        "list_indicators",
        "list_priority_areas",
        "search",
    ]
    for tool in tools.values():
        assert tool.annotations.read_only_hint
        assert tool.description
        assert "  " not in tool.description
        # Some clients drop what has no type, or refuse null, references and titles.
        for argument in tool.input_schema["properties"].values():
            assert argument["description"]
            assert set(argument) <= {"type", "description", "enum", "default", "maxLength"}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["over 700", "January to November 2024", "paragraph 4, sentence 2", "700"]),
        ("zh", ["逾700个", "2024年1—11月", "第4段第2句"]),
    ],
)
def test_a_figure_comes_with_its_words(address: str, language: str, words: list[str]) -> None:
    sentences = call_tool(
        f"{address}/mcp", "get_observations", indicator="aid-projects", language=language
    )
    (line,) = [one for one in sentences.splitlines() if words[1] in one]
    assert all(word in line for word in [*words, AID])
    assert f"{address}/sources/scio-2025-01-15/passages#P4.S2" in line
    url = f"{address}/v1/observations?indicator=aid-projects&sort=period_desc&lang={language}"
    assert sentences.endswith(url)
    assert httpx2.get(url).status_code == 200


def test_a_long_result_is_divided_into_parts(
    app: App, client: AppClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(language_models, "MAX_BYTES", 3000)
    release = app.state.releases.get_release()

    def run(name: str, **arguments: Any) -> str:
        tool = TOOLS[name]
        return tool.run(tool.create_call(arguments, release, None))

    keys, parts, cursor = [], 0, None
    while parts == 0 or cursor:
        text = run("get_observations", indicator="trade-share", cursor=cursor)
        assert len(text.encode()) < 3300
        found = re.search(r"cursor=([^;]+); or narrow", text)
        keys += re.findall(r"Key: (\S+)", text)
        parts, cursor = parts + 1, found and found[1]
    items = client.get("/v1/observations?indicator=trade-share&sort=period_desc").json()["items"]
    assert keys == [one["id"] for one in items]
    assert parts > 1
    with pytest.raises(ToolCallError, match="游标不属于该列表"):
        run("list_editions", cursor="made-up", language=Language.CHINESE)


@pytest.mark.parametrize(
    ("language", "mark"),
    [("en", "Not comparable with the full year 2024: "), ("zh", "与2024年全年数据不可比：")],
)
def test_a_figure_says_what_it_is_not_comparable_with(
    address: str, client: AppClient, language: str, mark: str
) -> None:
    sentences = call_tool(
        f"{address}/mcp", "get_observations", indicator="goods-trade", language=language
    )
    items = client.get(f"/v1/observations?indicator=goods-trade&lang={language}").json()["items"]
    (item,) = [one for one in items if one["comparability"]]
    (line,) = [one for one in sentences.splitlines() if mark in one]
    assert item["display"] in line
    assert item["comparability"] in line


def test_tools_return_what_was_known_on_a_day(address: str) -> None:
    captured = {"indicator": "trade-share", "since": "2024-01-01", "as_of": "2025-01-14"}
    sentences = call_tool(f"{address}/mcp", "get_observations", **captured)
    assert ": 50.3 percent" in sentences
    assert ": 50.7 percent" not in sentences


def test_a_figure_is_shown_in_the_words_of_all_its_reports(address: str) -> None:
    _, words, other, *_ = call_tool(f"{address}/mcp", "get_source", key=AID).splitlines()
    assert words == "In the words of the source: “over 700 aid projects”"
    assert other.startswith("Also reported: “700 aid projects”. Source: Xinhua News Agency: ")
    assert "http://en.people.cn/n3/2025/0116/c90000-20266718.html" in other


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("partner-2025", "No official source publishes which countries are counted"),
        ("trade-share-2024", "50.3 percent (China Taiwan Net, 13 Jan 2025, http://big5."),
        ("inward-investment", "The sources do not define which kinds of investment are counted"),
        ("countries-of-the-bri", "It is the publisher's own list."),
    ],
)
def test_a_record_without_a_single_source_is_shown_too(
    address: str, key: str, expected: str
) -> None:
    text = call_tool(f"{address}/mcp", "get_source", key=key)
    assert expected in text
    url = text.splitlines()[-1].removeprefix("Complete as JSON: ")
    assert httpx2.get(url).status_code == 200


def test_numbers_that_differ_come_with_the_reason(address: str) -> None:
    arguments = {"indicator": "aid-projects", "cause": "qualifier"}
    line, _ = call_tool(f"{address}/mcp", "list_contradictions", **arguments).splitlines()
    for expected in ("Different qualifiers. Xinhua reports 700", "Key: aid-projects-2024-11"):
        assert expected in line


def test_figures_of_one_unit_and_length_are_enough_for_a_comparison(address: str) -> None:
    arguments = {"indicator": "outward-direct-investment", "months": 12, "unit": "CNY"}
    *lines, _ = call_tool(f"{address}/mcp", "get_observations", **arguments).splitlines()
    years = [re.search(r"Full year (\d+): [\d.]+ billion yuan", line) for line in lines]
    found = [year[1] for year in years if year]
    assert len(found) == len(lines) > 1
    assert found == sorted(found, reverse=True)
    assert all("percent on a year earlier (same source)" in line for line in lines)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_question_without_a_result_says_what_to_do_next(address: str, language: str) -> None:
    text = call_tool(f"{address}/mcp", "search", words="Kazakhstan", language=language)
    assert "list_indicators" in text


def test_a_claim_leads_to_its_document(address: str) -> None:
    text = call_tool(f"{address}/mcp", "get_source", key="2025-expand-trade")
    claim, record_url, document, source_url = text.splitlines()
    assert "paragraph 6, sentence 2" in claim
    assert record_url.endswith(f"{address}/v1/actions/2025-expand-trade?lang=en")
    assert document.startswith("scio-2025-01-15: ")
    assert source_url.endswith(f"{address}/v1/sources/scio-2025-01-15?lang=en")


def test_a_rate_without_a_figure_leads_to_its_document(address: str) -> None:
    key = "goods-trade.CN.BRI.partner-2025.CNY.P12M.2024-01.chinataiwan-2025-01-13"
    text = call_tool(f"{address}/mcp", "get_source", key=key)
    claim, words, record_url, document, _ = text.splitlines()
    for expected in ("Full year 2024: up 6.4 percent", "(CNY). Source: ", "do not give this"):
        assert expected in claim
    assert words == "In the words of the source: “增長6.4%” (grew 6.4 percent)"
    assert f"/v1/growth-rates/{key}?" in record_url
    assert document.startswith("chinataiwan-2025-01-13: ")


def test_priority_areas_come_with_all_actions(address: str, client: AppClient) -> None:
    sentences = call_tool(f"{address}/mcp", "list_priority_areas", year=2025, language="zh")
    items = client.get("/v1/priority-areas?edition=2025&lang=zh").json()["items"]
    assert all(f"- {one['id']}：" in sentences for area in items for one in area["actions"])
    aims = sum(area["aim"] is not None for area in items)
    actions = sum(len(area["actions"]) for area in items)
    assert sentences.count("\n- ") - aims == actions == 24


def test_search_gives_keys_to_go_on_with(address: str) -> None:
    sentences = call_tool(f"{address}/mcp", "search", words="援助项目")
    first, *_ = sentences.splitlines()
    assert first.startswith("indicator aid-projects: ")
    figures = call_tool(f"{address}/mcp", "search", words="aid projects", kind="observation")
    keys = re.findall(r"^observation (\S+): ", figures, re.MULTILINE)
    assert AID in keys
    assert len(keys) + 1 == len(figures.splitlines())


@pytest.mark.parametrize(("language", "stop"), [("en", "."), ("zh", "。")])
def test_sentences_end_once(address: str, language: str, stop: str) -> None:
    for tool, arguments in (
        ("search", {"words": "2025", "kind": "action"}),
        ("search", {"words": "2024", "kind": "outcome"}),
        ("list_editions", {}),
        ("list_contradictions", {}),
    ):
        text = call_tool(f"{address}/mcp", tool, **arguments, language=language)
        assert stop * 2 not in text
        assert "  " not in text
        assert len(text.splitlines()) > 2


def test_each_hit_is_one_line(address: str) -> None:
    *lines, _ = call_tool(f"{address}/mcp", "search", words="Li Yongjie").splitlines()
    assert all(re.match("[a-z_]+ [^ ]+: ", line) for line in lines)
    assert "Li Yongjie / Deputy China international trade representative" in lines[0]


def test_all_indicators_fit_into_one_result(address: str, client: AppClient) -> None:
    text = call_tool(f"{address}/mcp", "list_indicators")
    codes = [one["code"] for one in client.get("/v1/indicators").json()["items"]]
    lines = [line for line in text.splitlines() if not line.startswith("  ")]
    assert [line.partition(": ")[0] for line in lines[:-1]] == codes


def test_search_shows_figures_with_their_context(address: str) -> None:
    sentences = call_tool(f"{address}/mcp", "search", words="214.66 billion")
    first, *_ = sentences.splitlines()
    for expected in ("214.66 billion yuan", "2023 scope", "January to November 2024", "Source: "):
        assert expected in first
    sentences = call_tool(f"{address}/mcp", "search", words="trade share 2024")
    first, second, *_ = sentences.splitlines()
    assert "50.7 percent" in first
    assert "superseded on 18 July 2025" in second


@pytest.mark.parametrize(
    ("tool", "expected", "text"),
    [
        ("get_observations", {"indicator": "goods-trad"}, "goods-trade"),
        ("get_observations", {"indicator": "goods-trade", "since": "2024"}, "2024-01-31"),
        ("list_indicators", {"topic": "aid"}, "aid"),
        ("get_source", {"key": "nothing"}, "search"),
        ("search", {"words": ""}, "words is empty"),
        ("search", {"words": "", "language": "zh"}, "words为空"),
        ("list_indicators", {"topic": "nope", "language": "zh"}, "topic：nope不存在"),
        ("list_commitments", {"event": "2023"}, "event: 2023 is unknown; use one of "),
        ("list_priority_areas", {"year": 0}, "year: 0 is"),
        ("list_priority_areas", {"year": 2025.5}, "year: 2025.5 is not an integer"),
        ("get_observations", {"indicator": ""}, 'indicator: "" is unknown'),
        ("get_observations", {"indicator": None}, "indicator: null is not text"),
        ("search", {}, "words is missing"),
        ("search", {"q": "aid"}, "q is not a parameter of this operation; words is missing"),
        ("search", {"words": "aid", "lang": "zh"}, "lang is not a parameter"),
        (
            "search",
            {"words": "aid", "language": "zhe"},
            "language: zhe is unknown; use one of en, zh",
        ),
        ("search", {"word": "aid", "language": "zh"}, "；您要找的是words吗？"),
        ("search", {"words": "aid", "langage": "zh"}, "; did you mean language?"),
        ("list_priority_areas", {"year": "next"}, "year: next is not an integer"),
    ],
)
def test_an_error_is_reported_with_the_correction(
    address: str, tool: str, expected: dict[str, Any], text: str
) -> None:
    shown = call_invalid_tool(f"{address}/mcp", tool, **expected)
    assert text in shown
    assert "pydantic" not in shown
    assert "Error executing" not in shown


def test_a_quotation_is_checked(address: str) -> None:
    text = "China carried out 700 aid projects in partner countries from January to November 2024."
    lines = call_tool(f"{address}/mcp", "check_quotation", text=text)
    assert "- qualifier: The qualifier of the source is missing" in lines
    assert f"Corrected: {text.replace('700', 'over 700')}" in lines
    assert AID in lines
    wrong = "Trade in goods with partner countries was 22.2 trillion yuan in 2024."
    lines = call_tool(f"{address}/mcp", "check_quotation", text=wrong)
    assert "- 22.1 trillion yuan, Trade in goods between China and BRI partner countries" in lines
    many = " ".join(f"Bank {number} lent {number}.5 billion euros." for number in range(40))
    long = call_tool(f"{address}/mcp", "check_quotation", text=f"{text} {many}"[:2000])
    assert len(re.findall("not found", long)) == 1
    assert "“7.5 billion euros”, “8”, “8.5 billion euros”, " in long
    error = call_invalid_tool(f"{address}/mcp", "check_quotation", text=text, asked_on="today")
    assert "not a calendar date" in error


def test_few_calls_run_at_the_same_time(app: App) -> None:
    """Each call keeps a processor busy, and more threads would delay every other request."""

    async def count_threads() -> int:
        before = threading.active_count()
        async with Client(create_server(app.state.releases, None)) as client:
            async with anyio.create_task_group() as group:
                for _ in range(20):
                    group.start_soon(client.call_tool, "list_indicators", {})
            return threading.active_count() - before

    assert 0 < anyio.run(count_threads) <= 2


def test_the_calls_of_clients_that_have_gone_are_not_run(address: str) -> None:
    text = ("China carried out 700 aid projects in partner countries in 2024. " * 40)[:2000]
    parameters = {"name": "check_quotation", "arguments": {"text": text}}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": parameters})
    head = f"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
    head += "Content-Type: application/json\r\nAccept: application/json\r\n\r\n"

    def measure_call() -> float:
        start = time.perf_counter()
        call_tool(f"{address}/mcp", "check_quotation", text=text)
        return time.perf_counter() - start

    measure_call()  # Reads the record, which later calls need not.
    alone = measure_call()
    host, _, port = address.removeprefix("http://").partition(":")
    with ExitStack() as connections:
        for _ in range(60):
            connection = socket.create_connection((host, int(port)))
            connections.enter_context(connection).sendall((head + body).encode())
    assert measure_call() < 30 * alone


def test_an_unknown_tool_is_an_error_that_names_the_tools(address: str) -> None:
    async def request() -> None:
        async with Client(f"{address}/mcp") as client:
            with pytest.raises(MCPError, match="get_figures; use one of search, ") as failed:
                await client.call_tool("get_figures", {})
            assert failed.value.error.code == INVALID_PARAMS

    anyio.run(request)


@pytest.mark.parametrize(
    "method", ["prompts/list", "prompts/get", "resources/list", "subscriptions/listen"]
)
def test_what_the_server_does_not_have_is_refused(address: str, method: str) -> None:
    """A subscription would be a response without an end, for changes that never happen."""
    meta = {
        "io.modelcontextprotocol/protocolVersion": LATEST_PROTOCOL_VERSION,
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    headers = {
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": LATEST_PROTOCOL_VERSION,
        "Mcp-Method": method,
        "Mcp-Name": "any",
    }
    parameters = {"_meta": meta, "name": "any", "notifications": {"toolsListChanged": True}}
    request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}
    response = httpx2.post(f"{address}/mcp", headers=headers, json=request, timeout=5)
    assert response.status_code == 404
    assert response.json()["error"]["message"] == "Method not found"


@pytest.mark.parametrize("number", ["null", "1.5", "true", "[]", "{}", "NaN", "1e999"])
def test_a_request_whose_id_is_invalid_is_no_notification(address: str, number: str) -> None:
    """The client would wait for a response."""
    request = f'{{"jsonrpc":"2.0","method":"ping","id":{number}}}'
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    response = httpx2.post(f"{address}/mcp", content=request, headers=headers)
    assert response.status_code == 400
    error = {"code": INVALID_REQUEST, "message": INVALID}
    assert response.json() == {"jsonrpc": "2.0", "id": None, "error": error}
    notification = '{"jsonrpc":"2.0","method":"notifications/initialized"}'
    response = httpx2.post(f"{address}/mcp", content=notification, headers=headers)
    assert (response.status_code, response.content) == (202, b"")


def test_http_requests_have_no_session(address: str) -> None:
    response = httpx2.get(f"{address}/mcp", headers={"Accept": "text/event-stream"})
    assert response.status_code == 405
    assert response.headers["allow"] == "POST, OPTIONS"
    assert response.json()["code"] == "method-not-allowed"
    assert "mcp-session-id" not in response.headers
    big = httpx2.post(f"{address}/mcp", content=b" " * 100_000)
    assert big.status_code == 413
    assert httpx2.get(f"{address}/v1").status_code == 200
    assert httpx2.post(f"{address}/v1").status_code == 405
    preflight = httpx2.options(f"{address}/mcp")
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-methods"] == "POST, OPTIONS"
    counts = httpx2.get(f"{address}/metrics").text
    for status in (204, 405, 413):
        assert f'route="/mcp",status="{status}"' in counts


def test_a_page_of_any_origin_may_call_tools_unless_it_names_another_host(database: Target) -> None:
    """The data are public; what DNS rebinding changes is the name of the host."""
    ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    accept = {"Accept": "application/json, text/event-stream", "Origin": "https://other.example"}
    with serve_database(database, BRI_MCP="true", BRI_ALLOWED_HOSTS="127.0.0.1") as base:
        response = httpx2.post(f"{base}/mcp", json=ping, headers=accept)
        assert response.json() == {"jsonrpc": "2.0", "id": 1, "result": {}}
        assert response.headers["access-control-allow-origin"] == "*"
        rebound = {**accept, "Host": "other.example"}
        assert httpx2.post(f"{base}/mcp", json=ping, headers=rebound).status_code == 421


def test_without_the_setting_there_are_no_tools(client: AppClient) -> None:
    assert client.post("/mcp", json={}).status_code == 405
    assert client.get("/mcp").status_code == 404
