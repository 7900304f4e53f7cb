"""Every path and command that the page for contributors names exists."""

import re
import shlex
import subprocess
import tomllib
from importlib.util import find_spec

import pytest

from app import __version__
from tests.support.seeds import ROOT

README = (ROOT / "README.md").read_text("utf-8")
PAGE = (ROOT / ".github" / "CONTRIBUTING.md").read_text("utf-8")
TOP = "|".join(
    sorted(re.escape(path.name) for path in ROOT.iterdir() if path.name not in {".git", ".venv"})
)
PATHS = sorted(set(re.findall(rf"`((?:{TOP})(?:/[\w./*-]+)?)`", PAGE)))
BARE_NAMES = re.compile(r"`[\w.*-]+\.(?:css|html|js|json|lock|md|po|py|svg|toml|yaml)`")
WORDED = re.compile(
    r"raise (?:CommandError|CheckFailedError|DatabaseError|UnavailableError|ExportError|OSError)"
    r"\(\s*f?\""
)
"""What raises an error of a command with words of its own."""
PLACES = PAGE.partition("## Where to change what\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("path", PATHS)
def test_a_path_exists(path: str) -> None:
    assert list(ROOT.glob(path))


def test_files_are_named_with_their_folders() -> None:
    bare = {name.strip("`") for name in BARE_NAMES.findall(PAGE)}
    assert {name for name in bare if not (ROOT / name).exists()} == set()


def test_setup_is_the_test_command_of_the_readme_with_the_linters() -> None:
    (tested,) = re.findall(r"^python3 -m venv .+(?= && \.venv/bin/pytest$)", README, re.MULTILINE)
    assert f"\n{tested.replace('[test]', '[test,lint]')}\n" in PAGE


def test_every_row_names_a_place() -> None:
    rows = [row for row in PLACES.splitlines() if row.startswith("| ")][1:]
    assert len(rows) >= 15
    for row in rows:
        assert set(re.findall(r"`([^`]+)`", row.split("|")[2])) & set(PATHS), row


def test_the_row_of_error_messages_names_every_module_that_words_one() -> None:
    (row,) = (line for line in PLACES.splitlines() if line.startswith("| the wording of an error"))
    named = tuple(re.findall(r"`(app/[^`]+)`", row))
    for path in (ROOT / "app").rglob("*.py"):
        if WORDED.search(path.read_text("utf-8")):
            assert str(path.relative_to(ROOT)).startswith(named), path


def test_version_changelog_and_tag_agree() -> None:
    assert f"`git tag -a v{__version__} -m {__version__}`" in PAGE
    _, newest, *others = (ROOT / "CHANGELOG.md").read_text("utf-8").split("\n## [")
    if newest.startswith("Unreleased]") and others:
        newest = others[0]
    is_first = newest.startswith("Unreleased]") and f"itself {__version__}, which will" in newest
    assert is_first or re.match(rf"{re.escape(__version__)}\] - \d{{4}}-\d\d-\d\d\n", newest)


def test_one_file_of_tests_runs_without_coverage() -> None:
    """Whose limit is that of the whole suite."""
    configured = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert not [
        one for one in configured["tool"]["pytest"]["ini_options"]["addopts"] if "--cov" in one
    ]
    assert "| one file | `.venv/bin/pytest tests/" in PAGE


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a checkout")
def test_what_commands_write_is_ignored() -> None:
    names = ["openapi.json", "bri.sqlite", "tests/openapi.json"]
    command = ["git", "check-ignore", "--no-index", *names]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.split() == names[:2]


@pytest.mark.parametrize("name", ["CHANGELOG.md", ".github/CONTRIBUTING.md"])
def test_no_empty_line_divides_a_list(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert re.findall(r"^(?:- |  ).+\n\n- .+", text, re.MULTILINE) == []


def test_commands_exist() -> None:
    assert re.findall(r"(?<!/)\bpython -m .*", PAGE) == []
    named = re.findall(r"\.venv/bin/[^`\n&]+", PAGE)
    assert len(named) >= 10
    for command in named:
        program, *words = shlex.split(command)
        name = program.rpartition("/")[2]
        configured = (ROOT / "pyproject.toml").read_text("utf-8")
        packages = {"bri": "[project.scripts]", "lint-imports": "import-linter", "python": ""}
        assert packages.get(name, name) in configured, command
        if words[:1] == ["-m"] and name == "python":
            assert find_spec(words[1]) is not None, command
        assert words[:1] != ["-m"] or name != "pytest" or f'"{words[1]}:' in configured, command
        assert all((ROOT / word).exists() for word in words if word.startswith("tests/")), command
