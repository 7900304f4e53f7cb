"""The quality of the check of quotations, and its time: python -m tests.benchmarks.quotations.

Every sentence of the corpus is checked. A finding is right if the rule that made the sentence
inserted an error of its kind. Published sentences have none, except one that names no countries
when it stands alone. With --write, the table of the guide is replaced; with --held-out, the part
is printed too that is not looked at while rules are written.
"""

import argparse
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from statistics import quantiles
from typing import NamedTuple

from sqlalchemy import Connection

from app.db import Database, create_store
from app.db.statements import Session
from app.i18n import Bilingual, Language
from app.ingest.build import build
from app.quotations.checks import check_quotation
from app.quotations.index import QuotationIndex, read_index
from app.schemas.quotations import FindingKind
from tests.benchmarks import guide_tables
from tests.support.quotation_errors import Case, list_cases
from tests.support.seeds import MIGRATIONS, ROOT

PAGE, MARKER = "quotations.md", "quality"
SAMPLES, CHARACTERS = 400, 500


class Result(NamedTuple):
    case: Case
    kinds: frozenset[FindingKind]
    has_expected: bool
    """Whether the expected figure was found; none is expected where none is recorded."""


class Score(NamedTuple):
    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


def check_cases(session: Session, index: QuotationIndex, cases: Iterable[Case]) -> Iterator[Result]:
    """Check each sentence as of its own day."""
    entries = {entry.code: entry for entry in index.entries}

    def name_entry(code: str) -> object:
        entry = entries.get(code)
        return code if entry is None else (entry.series, entry.end, entry.value)

    for case in cases:
        checked = check_quotation(session, index, case.text, case.asked_on)
        kinds = frozenset(one["kind"] for item in checked["items"] for one in item["findings"])
        found = [one["observation"]["id"] for one in checked["items"] if one["observation"]]
        has_same = name_entry(case.expected) in map(name_entry, found)
        yield Result(case, kinds, has_same or case.expected == "-")


def score_results(results: Iterable[Result]) -> dict[FindingKind, Score]:
    right, wrong, missed = Counter[FindingKind](), Counter[FindingKind](), Counter[FindingKind]()
    for case, kinds, _ in results:
        right.update(kinds & case.kinds)
        wrong.update(kinds - case.kinds)
        missed.update(case.kinds - kinds)
    return {kind: Score(right[kind], wrong[kind], missed[kind]) for kind in FindingKind}


def add_scores(scores: Iterable[Score]) -> Score:
    return Score(*map(sum, zip(*scores, strict=True)))


def build_tables(results: Sequence[Result]) -> Bilingual:
    """Write the table of the guide: each kind, in the part for building and the one held out."""
    parts = [[one for one in results if one.case.is_reserved is held] for held in (False, True)]
    scored = [score_results(part) for part in parts]
    rows = [(f"`{kind}`", [scores[kind] for scores in scored]) for kind in FindingKind]
    lines = [format_row(name, scores) for name, scores in rows]
    totals = [add_scores(scores.values()) for scores in scored]
    summary = [*map(summarize_published, parts)]
    english = [
        "| kind | sentences | precision | recall | held out | precision | recall |",
        "|---|---:|---:|---:|---:|---:|---:|",
        *lines,
        format_row("all", totals),
        "",
        "Published sentences without a wrong finding: {} of {}; held out, {} of {}. In {} and {} of"
        " them the check also names the figure that was meant.".format(
            *(summary[0][:2]), *(summary[1][:2]), summary[0][2], summary[1][2]
        ),
    ]
    chinese = [
        "| 类别 | 句数 | 精确率 | 召回率 | 留存部分句数 | 精确率 | 召回率 |",
        english[1],
        *lines,
        format_row("合计", totals),
        "",
        "公布的句子中无错误提示的：{}/{}；留存部分：{}/{}。识别出所引数据的：{}句和{}句。".format(
            *(summary[0][:2]), *(summary[1][:2]), summary[0][2], summary[1][2]
        ),
    ]
    return Bilingual("\n".join([*english, ""]), "\n".join([*chinese, ""]))


def format_row(name: str, scores: Iterable[Score]) -> str:
    cells = [
        cell
        for one in scores
        for cell in (str(one.right + one.missed), f"{one.precision:.2f}", f"{one.recall:.2f}")
    ]
    return f"| {name} | {' | '.join(cells)} |"


def summarize_published(results: Iterable[Result]) -> tuple[int, int, int]:
    """Return how many published sentences have no wrong finding, all, and those identified."""
    published = [result for result in results if not result.case.has_error]
    right = sum(not one.kinds - one.case.kinds for one in published)
    return right, len(published), sum(one.has_expected for one in published)


def read_table(language: Language) -> str:
    """Read the table from the guide."""
    page = (guide_tables.GUIDE / language / PAGE).read_text("utf-8")
    return page.split(f"<!-- {MARKER} -->\n")[1].split(f"<!-- /{MARKER} -->")[0]


def measure_times(check: Callable[[str], object], cases: Iterable[Case]) -> list[float]:
    """Return the milliseconds of processor time for texts joined from the corpus."""
    texts = [case.text for case in cases]
    choice = random.Random(1)  # noqa: S311 (a fixed selection)
    times = []
    for _ in range(SAMPLES):
        text = " ".join(choice.sample(texts, 20))[:CHARACTERS]
        start = time.process_time()
        check(text)
        times.append((time.process_time() - start) * 1000)
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--write", action="store_true", help="replace the table of the guide")
    parser.add_argument("--held-out", action="store_true", help="print the held-out part too")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        build(ROOT / "seed", MIGRATIONS, target := Path(folder) / "bri.sqlite")
        database = Database(create_store(target))
        start = time.perf_counter()
        index = database.read(read_index)
        print(f"index of {len(index.entries)} numbers: {time.perf_counter() - start:.2f} s")
        cases = list_cases(index)
        shown = [one for one in cases if arguments.held_out or not one.is_reserved]

        def check_all(connection: Connection) -> list[Result]:
            session = Session(connection, Language.ENGLISH)
            return list(check_cases(session, index, cases if arguments.write else shown))

        results = database.read(check_all)
        if arguments.write:
            tables = build_tables(results)
            guide_tables.write_measured(PAGE, MARKER, tables.en, tables.zh)
        for kind, score in score_results(one for one in results if one.case in shown).items():
            print(f"{kind:12} {score} {score.precision:.2f} {score.recall:.2f}")

        def check_text(text: str) -> object:
            return database.read(
                lambda connection: check_quotation(
                    Session(connection, Language.ENGLISH), index, text, cases[0].asked_on
                )
            )

        limits = quantiles(measure_times(check_text, cases), n=100)
        print(f"{CHARACTERS} characters: p50 {limits[49]:.1f} ms, p99 {limits[98]:.1f} ms")


if __name__ == "__main__":
    main()
