"""README: each of its requests is made, and each answer shown is the real one."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.conftest import ROOT, bri, free_port

TEXT = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```(sh|json)\n(.*?)```", TEXT, re.DOTALL)
COMMANDS = [body.strip() for kind, body in BLOCKS if kind == "sh"]
REQUESTS = [command for command in COMMANDS if command.startswith("curl")]


def answer(server: str, command: str) -> httpx2.Response:
    """Make the request of a curl command to the server of the tests."""
    words = shlex.split(command.replace("http://127.0.0.1:8000", server))
    headers = dict(words[i + 1].split(": ", 1) for i, word in enumerate(words) if word == "-H")
    return httpx2.get(words[-1], headers=headers, timeout=60)


def holds(whole: Any, part: Any) -> bool:
    """Tell whether everything in a shortened answer stands in the whole one."""
    if isinstance(part, dict):
        return all(key in whole and holds(whole[key], part[key]) for key in part)
    if isinstance(part, list):
        return len(whole) == len(part) and all(map(holds, whole, part))
    return bool(whole == part)


@pytest.mark.parametrize("command", REQUESTS)
def test_request_is_answered(server: str, command: str) -> None:
    response = answer(server, command)
    expected = 422 if "goods-trad'" in command else 304 if "If-None-Match" in command else 200
    assert response.status_code == expected


def test_answers_shown_are_real(server: str) -> None:
    shown, asked = 0, ""
    for kind, body in BLOCKS:
        if kind == "sh":
            asked = body.strip()
        else:
            shown += 1
            assert holds(answer(server, asked).json(), json.loads(body)), body
    assert shown == 5


def test_first_two_blocks_are_one_command_each() -> None:
    serve, test = COMMANDS[:2]
    assert serve.endswith(".venv/bin/bri serve")
    assert test.endswith(".venv/bin/pytest")
    assert "\n" not in serve + test


@pytest.mark.sqlite
def test_other_commands_are_run(
    tmp_path: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "seed").symlink_to(ROOT / "seed")
    (tmp_path / "released.sqlite").symlink_to(database)
    monkeypatch.chdir(tmp_path)
    others = [command for command in COMMANDS[2:] if command not in REQUESTS]
    assert len(others) == 4
    for command in others:
        free = command.replace("--port 8123", f"--port {free_port()}")
        words = shlex.split(free.partition(">")[0])
        assert words[0] == ".venv/bin/bri"
        done = bri(*words[1:])
        assert done.exit_code == 0, done.output


def test_every_path_is_in_the_table() -> None:
    document = json.loads((ROOT / "tests" / "openapi.json").read_text())
    told = TEXT.replace(" and `/{code}`", "")
    for path in document["paths"]:
        assert f"`{path}" in told or path.rpartition("/")[2] == "{code}", path
