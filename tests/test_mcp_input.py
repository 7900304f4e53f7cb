"""The MCP tools on standard input: the end of the input, interrupts, and invalid messages."""

import json
import os
import signal
import subprocess
import sys
from typing import Any

import pytest
from mcp import StdioServerParameters

from app.mcp import INVALID
from app.settings import MISSING_MCP
from tests.support.processes import PROGRAM
from tests.support.targets import Target, build_environment
from tests.test_mcp import call_tool

pytestmark = pytest.mark.resources


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


def test_calls_that_run_at_the_end_of_the_input_are_answered(database: Target) -> None:
    arguments = {"text": "Trade rose to 22.1 trillion yuan in 2024."}
    numbers = call_at_the_end_of_the_input(database, 7, "check_quotation", arguments)
    assert numbers == list(range(8))


def test_calls_at_the_end_of_the_input_may_take_long_together(database: Target) -> None:
    program = "import app.mcp; app.mcp.MAX_END_WAIT = 1; from app.__main__ import main; main()"
    arguments = {"text": "Trade rose to 22.1 trillion yuan in 2024. " * 47}
    numbers = call_at_the_end_of_the_input(database, 100, "check_quotation", arguments, program)
    assert numbers == list(range(101))


def call_at_the_end_of_the_input(
    database: Target, count: int, name: str, arguments: dict[str, str], program: str = ""
) -> list[int]:
    """Call a tool several times in input that then ends; list the ids of the results."""
    client = {"name": "test", "version": "1"}
    first = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client}
    call = {"name": name, "arguments": arguments}
    messages: list[dict[str, Any]] = [{"id": 0, "method": "initialize", "params": first}]
    messages += [{"method": "notifications/initialized"}]
    messages += [{"id": one, "method": "tools/call", "params": call} for one in range(1, count + 1)]
    done = subprocess.run(
        [sys.executable, *(["-c", program] if program else ["-m", "app"]), "mcp"],
        env={**os.environ, **build_environment(database)},
        input="".join(json.dumps({"jsonrpc": "2.0", **one}) + "\n" for one in messages),
        capture_output=True,
        text=True,
        check=True,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return sorted(one["id"] for one in answers if "result" in one)


def test_each_line_that_is_no_valid_message_is_answered(database: Target) -> None:
    """The client would wait for a response. Empty lines are no messages."""
    ping = '{"jsonrpc": "2.0", "method": "ping", "id": %s}'
    lines = [ping % number for number in ("null", "1.5", "true", "[]", "{}")]
    lines += ["ping", "[]", f"[{ping % 1}]", "[" * 10_000, "\xff", '{"id": 1, "method": "ping"}']
    lines += [(ping % 1).replace("ping", name) for name in (r"\ud83d", "ping" + chr(0))]
    lines += ['{"jsonrpc": "2.0", "method": "notifications/initialized"}', ping % '"last"']
    done = subprocess.run(
        [sys.executable, "-m", "app", "mcp"],
        env={**os.environ, **build_environment(database)},
        input="".join(f"\n{line}\n \t\r\n" for line in lines).encode("latin-1"),
        capture_output=True,
        check=True,
    )
    *refused, last = map(json.loads, done.stdout.splitlines())
    assert [one["error"]["message"] for one in refused] == [INVALID] * (len(lines) - 2)
    assert {one["id"] for one in refused} == {None}
    assert last == {"jsonrpc": "2.0", "id": "last", "result": {}}


def test_output_that_cannot_be_written_is_one_line(database: Target) -> None:
    environment = {**os.environ, **build_environment(database)}
    for target, expected in ((">/dev/full", "cannot be written"), (">&-", "is closed")):
        done = subprocess.run(
            ["/bin/sh", "-c", f"{PROGRAM} mcp {target}"],
            env=environment,
            input='{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n',
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
        assert expected in done.stderr
