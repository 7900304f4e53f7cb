"""Warnings of `bri check`, and how commands name files."""

import os
import re
import sys
from pathlib import Path

import pytest

from app.__main__ import main
from app.ingest.build import load_valid_seed
from app.ingest.integrity import find_warnings
from tests.support.processes import run_bri, start_forked
from tests.support.seeds import (
    EDITIONS,
    EVENT,
    GOODS,
    NEWEST,
    SCIO,
    add,
    copy_seed,
    edit,
    find_issues,
)

pytestmark = pytest.mark.newest

YEAR = EDITIONS[-1] + 1
DAY = f"{YEAR}-01-15"
SOURCE = f"scio-{DAY}"
SIGN = "actions/2025-sign-cooperation-documents.yaml"


def warn(seed: Path) -> list[str]:
    return [
        str(warning).removeprefix(f"{seed}/") for warning in find_warnings(load_valid_seed(seed))
    ]


def add_edition(seed: Path) -> None:
    for name in (EVENT, SCIO, "editions/2025.yaml"):
        text = (seed / name).read_text("utf-8").replace("2025-01-15", DAY)
        text = text.replace("year: 2025", f"year: {YEAR}").replace("_2413.", "_2414.")
        text = text.replace("_on: 2026-11-26", f"_on: {DAY}")
        later = name.replace("2025-01-15", DAY)
        add(seed, later.replace("editions/2025", f"editions/{YEAR}"), text)


def test_the_seed_has_no_warnings() -> None:
    assert warn(NEWEST) == []


def test_missing_and_incorrect_schema_lines_are_reported(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path, NEWEST)
    line = "# yaml-language-server: $schema=../.schemas/topic.json"
    edit(seed, "topics/trade.yaml", f"{line}\n", "")
    edit(seed, "units/CNY.yaml", "/unit.json", "/topic.json")
    assert [message.partition(": warning:")[0] for message in warn(seed)] == [
        "topics/trade.yaml:1",
        "units/CNY.yaml:2",
    ]
    assert line in warn(seed)[0]
    done = run_bri("check", "--seed", str(seed))
    assert done.exit_code == 0
    assert f"{seed}/topics/trade.yaml:1: warning: " in done.stderr


def test_an_incomplete_edition_is_reported(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path, NEWEST)
    add_edition(seed)
    goods = (seed / GOODS).read_text("utf-8").replace(": 2024-", f": {YEAR - 1}-")
    goods = re.sub(r"^(checked_on|check_method|contradiction): .+\n", "", goods, flags=re.MULTILINE)
    name = GOODS.replace("2024-01", f"{YEAR - 1}-01").replace("scio-2025-01-15", SOURCE)
    add(seed, name, goods.replace("scio-2025-01-15", SOURCE))
    found = [message for message in warn(seed) if message.startswith(f"editions/{YEAR}.yaml")]
    indicators, outcomes, empty_areas, areas = sorted(
        found, key=lambda message: message.partition("warning")[2]
    )
    assert areas.endswith(f"has 0 priority areas for {YEAR}; the complete edition before has 4")
    assert "priority_areas.completeness: found complete; nothing is recorded" in empty_areas
    assert "outcomes.completeness: found complete; nothing is recorded, so write none" in outcomes
    assert (
        f"has no {YEAR - 1} figure for aid-projects, contracted-projects-turnover, " in indicators
    )
    assert "goods-trade" not in indicators
    area = (seed / "priority-areas/2025-emerging-fields.yaml").read_text("utf-8")
    area = area.replace("year: 2025", f"year: {YEAR}").replace("scio-2025-01-15", SOURCE)
    add(seed, f"priority-areas/{YEAR}-emerging-fields.yaml", area)
    assert f"has 1 priority areas for {YEAR}; the complete edition before has 4" in "\n".join(
        warn(seed)
    )


def test_an_edition_in_part_may_lack_areas_and_indicators(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path, NEWEST)
    (seed / "priority-areas/2023-platforms.yaml").unlink()
    assert warn(seed) == []


def test_an_indicator_that_was_not_stated_is_declared(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path, NEWEST)
    edit(seed, "editions/2025.yaml", "unstated_indicators:\n  - trade-share\n", "")
    (message,) = warn(seed)
    assert "has no 2024 figure for trade-share, which the complete edition before has" in message


def test_a_sentence_without_record_and_note_is_named(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path, NEWEST)
    (seed / "outcomes/2024-trade-expansion.yaml").unlink()
    edit(seed, SCIO, "  - locator: P5.S2\n", "  - locator: P5.S1\n")
    (message,) = warn(seed)
    assert message.startswith(f"{SCIO}:")
    assert "sentences: nothing is recorded from P2.S1, P5.S2; add a record for each" in message


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (SIGN, "  - digital-economy", "  - digital economy", "; did you mean digital-economy?"),
        ("topics/trade.yaml", "  en: Trade\n", "  en: >\n    Trade\n", "fold the text with '>-'"),
        ("topics/trade.yaml", "  en: Trade\n", "  en: =Trade\n", "'=' starts a formula"),
        ("topics/trade.yaml", "  en: Trade\n", '  en: " Trade"\n', "remove the spaces around"),
        ("topics/trade.yaml", "  en: Trade\n", '  en: "Tr\\nade"\n', "write the text on one line"),
        # In XML a control character cannot even be escaped.
        ("topics/trade.yaml", "  en: Trade\n", '  en: "Tr\\aade"\n', "invisible character U+0007"),
        ("topics/trade.yaml", "  zh: 贸易\n", "  zh: 贸\u200b易\n", "invisible character U+200B"),
        ("topics/trade.yaml", "  zh: 贸易\n", '  zh: "贸\u202e易"\n', "invisible character U+202E"),
        (SCIO, "language: en", "language: english", "two letters of the language"),
    ],
)
def test_a_malformed_text_gets_specific_advice(
    tmp_path: Path, file: str, old: str, new: str, message: str
) -> None:
    seed = copy_seed(tmp_path, NEWEST)
    edit(seed, file, old, new)
    (issue,) = find_issues(seed)
    assert message in issue.message
    assert "^" not in issue.message


def test_a_release_with_an_issue_is_the_only_one_reported(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path, NEWEST)
    assert run_bri("freeze", "--seed", str(seed)).exit_code == 0
    edit(seed, "topics/trade.yaml", "  en: Trade\n", "  en: Commerce\n")
    add(seed, f"releases/{DAY}.yaml", f"date: {DAY}\nnote: {{en: News}}\n")
    (issue,) = find_issues(seed)
    assert (issue.file.name, issue.field) == (f"{DAY}.yaml", "note.zh")


def test_files_are_named_relative_to_the_given_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed = copy_seed(tmp_path, NEWEST)
    edit(seed, GOODS, "status: normal", "status: no")
    monkeypatch.chdir(tmp_path)
    done = run_bri("check", "--seed", "./seed/../seed")
    assert done.stderr.splitlines()[1].startswith(f"seed/../seed/{GOODS}:15: status: found 'no'")
    assert done.stderr.startswith("bri: the seed has 1 issue\n")


@pytest.mark.sqlite
def test_a_closed_pipe_is_no_error(database: Path, tmp_path: Path) -> None:
    process = start_forked(
        tmp_path / "log", print_to_nobody, "openapi", "--database", str(database)
    )
    process.join(60)
    assert (process.exitcode, (tmp_path / "log").read_text()) == (1, "")
    process.close()


def print_to_nobody(*arguments: str) -> None:
    """Run a command whose output is a pipe that nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    sys.stdout = os.fdopen(writer, "w", encoding="utf-8")
    sys.argv = ["bri", *arguments]
    main()
