"""README and guide: requests are made, responses compared, commands run, links resolved."""

import json
import re
import shlex
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from app.http.middleware import UNPARSED
from app.pages.content import PAGE_NAMES
from app.settings import Settings
from tests.support.client import AppClient
from tests.support.processes import find_free_port, run_bri
from tests.support.seeds import ROOT, SEED

README = ROOT / "README.md"
GUIDE = ROOT / "app" / "guide"
ENGLISH = sorted((GUIDE / "en").glob("*.md"))
OPERATIONS = GUIDE / "en" / "operations.md"
CHINESE = sorted((GUIDE / "zh").glob("*.md"))
LINKING = [
    README,
    ROOT / "CHANGELOG.md",
    ROOT / ".github" / "CONTRIBUTING.md",
    ROOT / "seed" / "README.md",
    *ENGLISH,
    *CHINESE,
]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
SETTINGS = re.compile(r"`BRI_\w+`((, |、)`BRI_\w+`)*")
HALF_WIDTH = re.compile(r"[一-鿿][,;:!?]")
RUN = {"sh", "bash"}
"""The languages of blocks that are run; CI reads the first two sh blocks of the README itself."""


def list_blocks(page: Path) -> list[tuple[str, str]]:
    """List the fenced blocks of a page with their languages."""
    return FENCE.findall(page.read_text("utf-8"))


def read_prose(page: Path) -> str:
    """Read a page without its fenced blocks."""
    return FENCE.sub("", page.read_text("utf-8"))


def list_commands(page: Path) -> list[str]:
    """List the commands of a page that are run, except the two that CI runs from the README."""
    found = [body.strip() for language, body in list_blocks(page) if language in RUN]
    return [command for command in found if not command.startswith("python3 -m venv")]


def find_response(page: Path, command: str) -> Any:
    """Find the response that a page shows after a command, or return None."""
    found = list_blocks(page)
    for (language, body), (next_language, next_body) in pairwise(found):
        if (language in RUN, body.strip(), next_language) == (True, command, "json"):
            return json.loads(next_body)
    return None


def list_page_commands(*, curl: bool) -> list[Any]:
    """List every page with each of its commands, either requests or other commands."""
    return [
        pytest.param(page, command, id=f"{page.stem}: {command}")
        for page in (README, *ENGLISH)
        for command in list_commands(page)
        if command.startswith("curl") is curl
    ]


def is_part(part: Any, whole: Any) -> bool:
    """Return whether a response contains everything that its shortened form shows."""
    if isinstance(part, dict):
        return all(key in whole and is_part(part[key], whole[key]) for key in part)
    if isinstance(part, list):
        return len(whole) == len(part) and all(map(is_part, part, whole))
    return bool(whole == part)


@pytest.mark.parametrize(("page", "command"), list_page_commands(curl=True))
def test_request_returns_what_the_page_shows(newest: AppClient, page: Path, command: str) -> None:
    words = shlex.split(command.replace("http://127.0.0.1:8000", ""))
    headers = dict(words[i + 1].split(": ", 1) for i, word in enumerate(words) if word == "-H")
    response = newest.get(words[-1], headers=headers, follow_redirects="-sL" in words)
    shown = find_response(page, command)
    usual = 304 if "If-None-Match" in headers else 200
    is_problem = isinstance(shown, dict) and isinstance(shown.get("status"), int)
    assert response.status_code == (shown["status"] if is_problem else usual)
    assert shown is None or is_part(shown, response.json())


def test_every_response_shown_follows_a_request() -> None:
    for page in (README, *ENGLISH):
        shown = [body for language, body in list_blocks(page) if language == "json"]
        requests = [command for command in list_commands(page) if command.startswith("curl")]
        assert len(shown) == sum(find_response(page, one) is not None for one in requests), page


@pytest.mark.sqlite
def test_other_commands_are_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "seed").symlink_to(SEED)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    others = [parameter.values for parameter in list_page_commands(curl=False)]
    assert len(others) >= 5
    for _, command in others:
        free = str(command).replace("--port 8123", f"--port {find_free_port()}")
        words = shlex.split(free.partition(">")[0])
        assert words[0] == ".venv/bin/bri"
        done = run_bri(*words[1:])
        assert done.exit_code == 0, done.output


@pytest.mark.parametrize("page", [README, *ENGLISH, *CHINESE], ids=lambda page: page.stem)
def test_modules_and_options_of_other_commands_exist(page: Path) -> None:
    for line in page.read_text("utf-8").splitlines():
        for module, options in re.findall(r"-m (tests[\w.]+)([^&|`]*)", line):
            spec = find_spec(module)
            assert spec is not None, line
            assert spec.origin is not None
            source = Path(spec.origin).read_text("utf-8")
            assert all(f'"{option}"' in source for option in re.findall(r"--[\w-]+", options)), line


def test_readme_is_short_and_starts_with_its_two_commands() -> None:
    assert len(README.read_text("utf-8").splitlines()) <= 200
    serve, test = [body.strip() for language, body in list_blocks(README) if language == "sh"][:2]
    assert serve.endswith(".venv/bin/bri serve")
    assert test.endswith(".venv/bin/pytest")
    assert "\n" not in serve + test


def list_anchors(page: Path) -> set[str]:
    """List the anchors that GitHub gives the headings of a page."""
    found: list[str] = []
    for _, heading in HEADING.findall(read_prose(page)):
        anchor = re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
        found.append(f"{anchor}-{found.count(anchor)}" if anchor in found else anchor)
    return set(found)


@pytest.mark.parametrize("page", LINKING, ids=lambda page: f"{page.parent.name}/{page.name}")
def test_every_relative_link_resolves(page: Path) -> None:
    for link in LINK.findall(read_prose(page)):
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert target.is_relative_to(ROOT), link
        assert not anchor or anchor in list_anchors(target), link


def test_the_readme_lists_every_page_of_the_guide() -> None:
    rows = README.read_text("utf-8").partition("| English | 中文 |")[2]
    linked = [link.removeprefix("app/guide/") for link in LINK.findall(rows)]
    for language in ("en", "zh"):
        pages = [link for link in linked if link.startswith(language)]
        assert pages[: len(PAGE_NAMES)] == [f"{language}/{name}.md" for name in PAGE_NAMES]


@pytest.mark.parametrize("page", [README, *ENGLISH], ids=lambda page: page.stem)
def test_every_single_request_is_run(page: Path) -> None:
    plain = [body for language, body in list_blocks(page) if not language]
    assert [one for one in plain if re.fullmatch(r"curl -s .+\n", one)] == []


def list_levels(page: Path) -> list[int]:
    """List the levels of the headings of a page."""
    return [len(marks) for marks, _ in HEADING.findall(read_prose(page))]


def test_both_languages_have_the_same_pages() -> None:
    assert [page.name for page in ENGLISH] == [page.name for page in CHINESE]
    assert len(ENGLISH) == 16


@pytest.mark.parametrize("english", ENGLISH, ids=lambda page: page.stem)
def test_the_chinese_page_has_the_same_headings_blocks_and_links(english: Path) -> None:
    chinese = GUIDE / "zh" / english.name
    assert list_levels(english) == list_levels(chinese)
    assert list_levels(english).count(1) == 1
    assert list_blocks(english) == list_blocks(chinese)
    targets = [
        sorted(link.partition("#")[0] for link in LINK.findall(read_prose(page)))
        for page in (english, chinese)
    ]
    assert targets[0] == targets[1]
    assert not HALF_WIDTH.findall(re.sub(r"`[^`]*`", "", read_prose(chinese)))


@pytest.mark.parametrize("page", [*ENGLISH, *CHINESE], ids=lambda page: page.stem)
def test_a_page_starts_with_its_title_and_a_paragraph(page: Path) -> None:
    title, blank, paragraph, *_ = page.read_text("utf-8").splitlines()
    assert title.startswith("# ")
    assert not blank
    assert re.match(r"\w", paragraph)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_endpoints_are_those_of_the_openapi_document(language: str) -> None:
    documented = set(json.loads((ROOT / "tests" / "openapi.json").read_text())["paths"])
    page = read_prose(GUIDE / language / "endpoints.md")
    listed = {path.partition("?")[0] for path in re.findall(r"`(/[^`]*)`", page)}
    assert documented <= listed
    assert {path for path in listed if path.startswith("/v1")} <= documented


def list_cells(page: Path) -> list[list[str]]:
    """Split the rows of the tables of a page."""
    rows = [line for line in read_prose(page).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_operations_has_every_metric_and_every_field_of_the_log(language: str) -> None:
    page = GUIDE / language / "operations.md"
    declared = re.findall(r'"(bri_\w+)"', (ROOT / "app/http/metrics.py").read_text("utf-8"))
    listed = {name.removesuffix("_total") for name in re.findall(r"`(bri_\w+)`", read_prose(page))}
    assert listed == set(declared)
    (line,) = [body for _, body in list_blocks(page) if '"trace"' in body]
    assert list(json.loads(line)) == ["time", *UNPARSED, "trace"]


def test_operations_has_every_check_of_the_doctor() -> None:
    source = (ROOT / "app/doctor.py").read_text("utf-8")
    checks = re.findall(r'^        \("([a-z ]+)", ', source, re.MULTILINE)
    (sentence,) = re.findall(
        r"could keep the service from starting: (.+?)\.", read_prose(OPERATIONS)
    )
    assert re.split(r", | and ", sentence) == checks


@pytest.mark.parametrize("language", ["en", "zh"])
def test_settings_are_listed_with_their_defaults(language: str) -> None:
    fields = {f"BRI_{name.upper()}": field for name, field in Settings.model_fields.items()}
    listed: dict[str, float | None] = {}
    for name in ("deployment.md", "scaling.md"):
        for row in list_cells(GUIDE / language / name):
            for cell, following in pairwise(row):
                names = re.findall(r"\w+", cell) if SETTINGS.fullmatch(cell) else []
                numbers = [float(number) for number in re.findall(r"`(\d+)`", following)]
                padded = numbers + [None] * len(names)
                listed |= dict(zip(names, padded, strict=False))
    assert set(listed) == set(fields)
    captured = {name: number for name, number in listed.items() if number is not None}
    assert len(captured) >= 9
    assert captured == {name: fields[name].default for name in captured}
    mentioned = set()
    for page in (GUIDE / language).glob("*.md"):
        mentioned |= set(re.findall(r"BRI_[A-Z][A-Z_]*", page.read_text("utf-8")))
    assert mentioned <= set(fields)
