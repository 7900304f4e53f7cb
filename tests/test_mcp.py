"""The MCP tools, called by the official client over HTTP and standard input."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import anyio
import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.server.mcpserver.exceptions import ToolError

from app.application import App
from app.formats import language_models
from app.i18n import Language
from app.mcp import Tools
from app.settings import MISSING_MCP
from tests.support.client import AppClient
from tests.support.processes import serve_database
from tests.support.targets import Target, build_environment

pytestmark = pytest.mark.resources

AID = "aid-projects.CN.BRI.partner-2023.NB.P11M.2024-01.scio-2025-01-15"


@pytest.fixture(scope="module")
def address(database: Target) -> Iterator[str]:
    """Serve the tools beside the API."""
    with serve_database(database, BRI_MCP="true") as base:
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
        "list_editions",
        "list_indicators",
        "list_priority_areas",
        "search",
    ]
    for tool in tools.values():
        assert tool.annotations.read_only_hint
        assert tool.description
        assert "  " not in tool.description
        assert all(one.get("description") for one in tool.input_schema["properties"].values())


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
    tools = Tools(app.state.releases, None)
    keys, parts, cursor = [], 0, None
    while parts == 0 or cursor:
        text = tools.get_observations("trade-share", cursor=cursor)
        assert len(text.encode()) < 3300
        found = re.search(r"cursor=([^;]+); or narrow", text)
        keys += re.findall(r"Key: (\S+)", text)
        parts, cursor = parts + 1, found and found[1]
    items = client.get("/v1/observations?indicator=trade-share&sort=period_desc").json()["items"]
    assert keys == [one["id"] for one in items]
    assert parts > 1
    with pytest.raises(ToolError, match="游标不属于该列表"):
        tools.list_editions(cursor="made-up", language=Language.CHINESE)


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


def test_a_second_report_that_differs_is_mentioned(address: str) -> None:
    sentences = call_tool(f"{address}/mcp", "get_source", key=AID)
    assert "Xinhua" in sentences


def test_a_claim_leads_to_its_document(address: str) -> None:
    text = call_tool(f"{address}/mcp", "get_source", key="2025-expand-trade")
    claim, record_url, document, source_url = text.splitlines()
    assert "paragraph 6, sentence 2" in claim
    assert record_url.endswith(f"{address}/v1/actions/2025-expand-trade?lang=en")
    assert document.startswith("scio-2025-01-15: ")
    assert source_url.endswith(f"{address}/v1/sources/scio-2025-01-15?lang=en")


def test_a_rate_without_a_figure_leads_to_its_document(address: str) -> None:
    key = "goods-trade.CN.BRI.partner-2025.CNY.P12M.2024-01.chinataiwan-2025-01-13"
    claim, record_url, document, _ = call_tool(f"{address}/mcp", "get_source", key=key).splitlines()
    for expected in ("full year 2024: up 6.4 percent", "The published amounts do not give this"):
        assert expected.lower() in claim.lower()
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
    assert f" {address}/v1/indicators/aid-projects\n" in sentences


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
    error = call_invalid_tool(f"{address}/mcp", "check_quotation", text=text, asked_on="today")
    assert "not a calendar date" in error


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


def test_without_the_setting_there_are_no_tools(client: AppClient) -> None:
    assert client.post("/mcp", json={}).status_code == 405
    assert client.get("/mcp").status_code == 404


def test_tools_work_on_standard_input(database: Target) -> None:
    command = StdioServerParameters(
        command=sys.executable,
        args=["-m", "app", "mcp"],
        env={**os.environ, **build_environment(database)},
    )
    sentences = call_tool(command, "list_indicators", topic="projects")
    assert "over 700" in sentences
    assert "Newest figure: " in sentences
    assert "/v1/" not in sentences


def test_a_missing_package_is_reported() -> None:
    program = (
        "import importlib.util as u, os; find = u.find_spec;"
        " u.find_spec = lambda name, *p: None if name == 'mcp' else find(name, *p);"
        " from app.cli import app; app(['mcp'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr == f"bri: {MISSING_MCP}\n"


def test_an_interrupt_ends_the_tools_without_more_input(database: Target) -> None:
    command = [sys.executable, "-m", "app", "mcp"]
    environment = {**os.environ, **build_environment(database)}
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin
        assert process.stdout
        try:
            process.stdin.write(b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n')
            process.stdin.flush()
            assert b'"id":1' in process.stdout.readline()
            process.send_signal(signal.SIGINT)
            assert process.wait(10) == -signal.SIGINT
        finally:
            process.kill()


def test_output_that_cannot_be_written_is_one_line(database: Target) -> None:
    environment = {**os.environ, **build_environment(database)}
    for target, expected in ((">/dev/full", "cannot be written"), (">&-", "is closed")):
        done = subprocess.run(
            ["/bin/sh", "-c", f"{sys.executable} -m app mcp {target}"],
            env=environment,
            input='{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n',
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
        assert expected in done.stderr
