"""Copies of the seed, edits that break them, and the expected errors."""

import atexit
import json
import os
import re
from functools import cache
from pathlib import Path, PurePath
from shutil import copytree, ignore_patterns, rmtree
from tempfile import mkdtemp
from typing import NamedTuple

import pytest
import yaml

from app.ingest.build import build, load_valid_seed
from app.ingest.files import SeedError, SeedIssue
from app.ingest.seed import Seed

ROOT = Path(__file__).parents[2]
NEWEST = Path(os.environ.get("BRI_SEED", ROOT / "seed")).absolute()
"""The seed as it is now; with BRI_SEED the suite runs on another one."""
EDITIONS = tuple(sorted(int(path.stem) for path in (NEWEST / "editions").glob("*.yaml")))
"""The years of its editions."""
PINNED = "2026-11-25.2"
"""The release whose figures tests name; ingest/test_current_seed covers later ones."""
NO_COLLECTIONS = {"figures", "releases", "synonyms"}
"""The folders whose files are no records of a release."""
EDITION_SOURCE = re.compile(r"^source: (.+)$", re.MULTILINE)
"""The document from which an edition is taken, in its file."""
STATED = "goods-trade-average-growth-partner-2022"
"""A contradiction of numbers that are no figures, which the pinned release keeps."""
STATEMENT_SOURCE = re.compile(r"^    source: (.+)$", re.MULTILINE)
"""The source of a number that a contradiction states itself."""
KEY = re.compile(r"(?:: |- )([A-Za-z0-9][A-Za-z0-9.-]*)$", re.MULTILINE)
"""A line of a seed file with nothing but a key, which may refer to a record."""
MIGRATIONS = ROOT / "migrations"

SCIO = "sources/scio-2025-01-15.yaml"
EVENT = "events/mofcom-2025-01-15.yaml"
GOODS = "observations/goods-trade.CN.BRI.partner-2025.CNY.P12M.2024-01.scio-2025-01-15.yaml"
SHARE = "observations/import-share.CN.BRI.partner-2025.PT.P12M.2024-01.scio-2025-01-15.yaml"
AID = "observations/aid-projects.CN.BRI.partner-2023.NB.P11M.2024-01.scio-2025-01-15.yaml"

SOURCE = """
standing: secondary
title: {{en: A report, zh: 报道}}
publisher: {{en: A newspaper, zh: 报纸}}
body: {{en: Customs, zh: 海关总署}}
published_on: {day}
language: en
licence: {{en: Unknown, zh: 未知}}
"""
SERIES = """
indicator: goods-trade
reporting_area: CN
counterpart_area: {area}
coverage: {coverage}
unit: {unit}
months: {months}
"""
BROKEN_SERIES = "goods-trade.CN.BRI.partner-2023.CNY.P12M"
"""The series to which ``add_break`` adds a break."""
BREAK = """
breaks:
  - start: {start}
    note: {{en: The definition changed., zh: 指标定义调整。}}
"""
CONTRADICTION = """
position: 100
name: {{en: Two numbers, zh: 两项数据}}
indicator: goods-trade
cause: unknown
reason: {{en: "{numbers}, no source says why.", zh: "{numbers}，来源未说明原因。"}}
basis: inferred
"""
OBSERVATION = """
series: {series}
period: {{start: {year}-01-01, end: {year}-{end}}}
value: {value}
published: {{value: {published}, multiplier: 12, decimals: {decimals}}}
wording:
  en: "{published} trillion ¥, over, nearly or about"
  zh: "{published}万亿，超、近或约，人民币或美元"
qualifier: none
status: {status}
source: {source}
"""


def create_pinned() -> Path:
    """Return the seed of the pinned release, which a process of the tests finds in BRI_SEED."""
    if not (NEWEST / "history" / f"{PINNED}.jsonl").exists():
        return NEWEST
    folder = Path(mkdtemp(prefix="bri-pinned-"))
    # Tests serve as another user.
    folder.chmod(0o755)
    atexit.register(rmtree, folder, ignore_errors=True)
    seed = copy_pinned(NEWEST, folder)
    os.environ["BRI_SEED"] = str(seed)
    return seed


def copy_pinned(newest: Path, folder: Path) -> Path:
    """Copy a seed without what was added to a collection after the pinned release.

    Collections that began later are kept, with the records that they refer to: every path of the
    API has records. Of editions, those are kept whose source is in the pinned release. The first
    thing that a new edition adds is the record of all that was there before it.
    """
    seed = copytree(newest, folder / "seed", ignore=ignore_patterns(".*"))
    adopt_corrections(seed)
    frozen = seed / "history" / f"{PINNED}.jsonl"
    for path in set(seed.glob("*/*.yaml")) - list_pinned(seed, frozen):
        path.unlink()
    for path in seed.glob("history/*.jsonl"):
        if path.stem >= PINNED:
            path.unlink()
    remove_contradictions(seed)
    return seed


def adopt_corrections(seed: Path) -> None:
    """Let the pinned release declare what later releases corrected in the records before it.

    The files of its records are those of the newest release, with these corrections.
    """
    pinned_release = seed / f"releases/{PINNED}.yaml"
    content = yaml.safe_load(pinned_release.read_text("utf-8"))
    past = max(path for path in seed.glob("history/*.jsonl") if path.stem < PINNED)
    known = {
        f"{record['collection']}/{record['key']}"
        for record in map(json.loads, past.read_text("utf-8").splitlines())
    }
    for release in sorted(seed.glob("releases/*.yaml")):
        if release.stem > PINNED:
            for correction in yaml.safe_load(release.read_text("utf-8")).get("corrections", ()):
                if records := sorted(known & set(correction["records"])):
                    content["corrections"].append(correction | {"records": records})
    schema = "# yaml-language-server: $schema=../.schemas/release.json\n"
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
    pinned_release.write_text(schema + text, "utf-8")


def remove_contradictions(seed: Path) -> None:
    """Remove contradictions of which fewer than two numbers are left, or a source is missing."""
    texts = {path: path.read_text("utf-8") for path in seed.glob("*/*.yaml")}
    for contradiction in seed.glob("contradictions/*.yaml"):
        line = f"\ncontradiction: {contradiction.stem}\n"
        named = [path for path, text in texts.items() if line in text]
        sources = STATEMENT_SOURCE.findall(texts[contradiction])
        is_known = all((seed / f"sources/{source}.yaml").exists() for source in sources)
        if len(named) + len(sources) < 2 or not is_known:
            contradiction.unlink()
            for path in named:
                path.write_text(texts[path].replace(line, "\n"), "utf-8")


def list_pinned(seed: Path, frozen: Path) -> set[Path]:
    """List the files of the pinned release, and those of collections that began later."""
    records = [json.loads(line) for line in frozen.read_text("utf-8").splitlines()]
    opened = {seed / record["collection"] / f"{record['key']}.yaml" for record in records}
    old = {path.parent.name for path in opened}
    later = {path for path in seed.glob("*/*.yaml") if path.parent.name not in old | NO_COLLECTIONS}
    contradictions = set(seed.glob("contradictions/*.yaml"))
    # Most of them are about figures that are not in the pinned release.
    later -= {path for path in contradictions if path.stem != STATED}
    for path in seed.glob("editions/*.yaml"):
        (source,) = EDITION_SOURCE.findall(path.read_text("utf-8"))
        if seed / "sources" / f"{source}.yaml" not in opened:
            later.remove(path)
    added = later
    while added:
        words = {word for path in added for word in KEY.findall(path.read_text("utf-8"))}
        added = {path for path in seed.glob("*/*.yaml") if path.stem in words} - later - opened
        added = {path for path in added if path.parent.name not in NO_COLLECTIONS}
        later |= added
    releases = {path for path in seed.glob("releases/*.yaml") if path.stem <= PINNED}
    paths = opened | later | contradictions
    return (
        paths
        | releases
        | {path for path in seed.glob("synonyms/*.yaml") if list_named_files(path) <= paths}
    )


def list_named_files(synonym: Path) -> set[Path]:
    """List the files of the records that a synonym names."""
    seed, collections = synonym.parent.parent, yaml.safe_load(synonym.read_text("utf-8"))
    return {
        seed / collection / f"{key}.yaml"
        for collection, keys in collections.items()
        if collection not in {"en", "zh"}
        for key in keys
    }


SEED = create_pinned()
"""The seed of the pinned release, whatever figures have been added since."""


@cache
def load_newest() -> Seed:
    """Load the newest seed once in each process; no test changes what is loaded."""
    return load_valid_seed(NEWEST)


class Broken(NamedTuple):
    """An edit that makes one file invalid, and the issue that must be reported."""

    file: str
    old: str
    new: str
    field: str
    message: str
    at: str | None = None
    """A text on the reported line; by default the first line of the new text."""


def copy_seed(folder: Path, origin: Path = SEED) -> Path:
    """Copy a seed into a folder, as if its release were the first, so that edits correct none."""
    return write_files(folder / "seed", read_first_release(origin))


def copy_seed_with_history(folder: Path, origin: Path = SEED) -> Path:
    """Copy a seed with its history and its corrections into a folder."""
    return write_files(folder / "seed", read_files(origin))


@cache
def read_files(origin: Path) -> dict[str, bytes]:
    """Read the files of a seed that no test changes, once in each process.

    Hundreds of tests copy one; copying a thousand files takes five times as long as writing them.
    """
    return {
        path.relative_to(origin).as_posix(): path.read_bytes()
        for pattern in ("[!.]*", "[!.]*/[!.]*")
        for path in origin.glob(pattern)
        if path.is_file()
    }


@cache
def read_first_release(origin: Path) -> dict[str, bytes]:
    """Read the files of a seed as if its release were the first, without history or corrections."""
    files = dict(read_files(origin))
    *past, newest = sorted(name for name in files if name.startswith("releases/"))
    for name in (*past, *(name for name in files if name.startswith("history/"))):
        del files[name]
    files[newest] = files[newest].partition(b"\ncorrections:")[0].rstrip(b"\n") + b"\n"
    return files


def write_files(folder: Path, files: dict[str, bytes]) -> Path:
    """Write files into a new folder."""
    folder.mkdir(parents=True)
    for parent in {PurePath(name).parent for name in files}:
        (folder / parent).mkdir(exist_ok=True)
    for name, content in files.items():
        number = os.open(f"{folder}/{name}", os.O_WRONLY | os.O_CREAT, 0o644)
        os.write(number, content)
        os.close(number)
    return folder


def edit(seed: Path, file: str, old: str, new: str) -> None:
    """Replace a text that occurs once in a file."""
    path = seed / file
    text = path.read_text("utf-8")
    assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times in {file}"
    path.write_text(text.replace(old, new), "utf-8")


def add(seed: Path, file: str, text: str) -> None:
    """Add a file to a seed."""
    assert not (seed / file).exists()
    (seed / file).write_text(text, "utf-8")


def add_break(seed: Path, start: str = "2021-01-01") -> None:
    """Add a break to the longest series of the seed, by default after its first figure."""
    path = seed / f"series/{BROKEN_SERIES}.yaml"
    path.write_text(path.read_text("utf-8") + BREAK.format(start=start), "utf-8")


def find_line(seed: Path, file: str, text: str) -> int:
    """Find the number of the one line that holds a text."""
    lines = (seed / file).read_text("utf-8").splitlines()
    numbers = [number for number, line in enumerate(lines, start=1) if text in line]
    assert len(numbers) == 1, f"{text!r} is on lines {numbers} of {file}"
    return numbers[0]


def find_issues(seed: Path) -> list[SeedIssue]:
    """Build a broken seed and return its issues; nothing may be written, beside it or into it."""
    before = list(os.walk(seed.parent))
    with pytest.raises(SeedError) as caught:
        build(seed, MIGRATIONS, seed.parent / "new.sqlite")
    assert list(os.walk(seed.parent)) == before
    return caught.value.issues


def check_reported(seed: Path, broken: Broken) -> None:
    """Break a file of a seed and find the one issue that reports it."""
    edit(seed, broken.file, broken.old, broken.new)
    at = broken.at if broken.at is not None else broken.new.strip().splitlines()[0]
    field = f" {broken.field}:" if broken.field else ""
    line = f"{seed / broken.file}:{find_line(seed, broken.file, at)}:{field} "
    issues = [str(issue) for issue in find_issues(seed)]
    found = [issue.removeprefix(line) for issue in issues if issue.startswith(line)]
    assert [broken.message in message for message in found].count(True) == 1, issues


def add_contradiction(seed: Path, numbers: str, *files: str) -> None:
    """Add a contradiction of trade in goods, and name it in files."""
    add(seed, "contradictions/test-contradiction.yaml", CONTRADICTION.format(numbers=numbers))
    name_contradiction(seed, *files)


def name_contradiction(seed: Path, *files: str) -> None:
    """Name the added contradiction in files."""
    for file in files:
        text = (seed / file).read_text("utf-8")
        (seed / file).write_text(f"{text}contradiction: test-contradiction\n", "utf-8")


def add_observation(seed: Path, figure: dict[str, object]) -> None:
    """Add an observation, and its source and series where there is none yet."""
    source, series = str(figure["source"]), str(figure["series"])
    _, _, area, coverage, unit, length = series.split(".")
    if not (seed / f"sources/{source}.yaml").exists():
        add(seed, f"sources/{source}.yaml", SOURCE.format(day=source[-10:]))
    if not (seed / f"series/{series}.yaml").exists():
        values = {"area": area, "coverage": coverage, "unit": unit, "months": length[1:-1]}
        add(seed, f"series/{series}.yaml", SERIES.format(**values))
    whole, _, decimals = str(figure["published"]).partition(".")
    value = int(whole + decimals) * 10 ** (12 - len(decimals))
    text = OBSERVATION.format(**figure, value=value, decimals=len(decimals))
    add(seed, f"observations/{series}.{figure['year']}-01.{source}.yaml", text)
