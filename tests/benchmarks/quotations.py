"""The quality of the check of quotations, and its time: python -m tests.benchmarks.quotations.

Every sentence of the corpus is checked. A finding is right if the rule that made the sentence
inserted an error of its kind; published sentences have none. With --write, the tables of the guide
are replaced.
"""

import argparse
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from statistics import quantiles
from typing import NamedTuple

from sqlalchemy import Connection

from app.db import Database, create_store
from app.i18n import Language
from app.ingest.build import build
from app.quotations.checks import check_quotation
from app.quotations.index import QuotationIndex, read_index
from app.schemas.quotations import FindingKind
from tests.support.quotation_errors import Case, list_cases
from tests.support.seeds import MIGRATIONS, ROOT


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


def check_cases(
    connection: Connection, index: QuotationIndex, cases: Iterable[Case]
) -> Iterator[Result]:
    """Check each sentence as of its own day."""
    entries = {entry.code: entry for entry in index.entries}
    for case in cases:
        checked = check_quotation(connection, index, case.text, case.asked_on, Language.ENGLISH)
        kinds = frozenset(one["kind"] for item in checked["items"] for one in item["findings"])
        found = [item["observation"]["id"] for item in checked["items"] if item["observation"]]
        expected = entries.get(case.expected)
        same = [
            code
            for code in found
            if code == case.expected
            or (
                expected is not None
                and code in entries
                and (entries[code].series, entries[code].end, entries[code].value)
                == (expected.series, expected.end, expected.value)
            )
        ]
        yield Result(case, kinds, bool(same) or case.expected == "-")


def score_results(results: Iterable[Result]) -> dict[FindingKind, Score]:
    right, wrong, missed = Counter[FindingKind](), Counter[FindingKind](), Counter[FindingKind]()
    for case, kinds, _ in results:
        right.update(kinds & case.kinds)
        wrong.update(kinds - case.kinds)
        missed.update(case.kinds - kinds)
    return {kind: Score(right[kind], wrong[kind], missed[kind]) for kind in FindingKind}


def measure_times(check: Callable[[str], object], cases: Iterable[Case]) -> list[float]:
    """Return the milliseconds of checks of texts of 500 characters, joined from the corpus."""
    texts = [case.text for case in cases]
    choice = random.Random(1)  # noqa: S311 (a fixed selection)
    times = []
    for _ in range(400):
        text = " ".join(choice.sample(texts, 20))[:500]
        start = time.perf_counter()
        check(text)
        times.append((time.perf_counter() - start) * 1000)
    return times


def format_part(title: str, results: list[Result]) -> Iterator[str]:
    scores = score_results(results)
    published = [one for one in results if not one.case.has_error]
    accused = sum(bool(one.kinds - one.case.kinds) for one in published)
    identified = sum(one.has_expected for one in published)
    yield f"{title}: {len(results)} sentences, {len(published)} published"
    yield f"  published with a wrong finding: {accused}; figure identified: {identified}"
    for kind, score in scores.items():
        yield (
            f"  {kind:12} right {score.right:3} wrong {score.wrong:2} missed {score.missed:2}"
            f"  precision {score.precision:.2f} recall {score.recall:.2f}"
        )
    total = Score(*(sum(one[place] for one in scores.values()) for place in range(3)))
    yield f"  {'all':12} precision {total.precision:.3f} recall {total.recall:.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--database", type=Path)
    parser.add_argument("--held-out", action="store_true", help="also measure the held-out part")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        target = arguments.database or Path(folder) / "bri.sqlite"
        if arguments.database is None:
            build(ROOT / "seed", MIGRATIONS, target)
        database = Database(create_store(target))
        index = database.read(read_index)
        cases = list_cases(index)
        parts = {"building": [one for one in cases if not one.is_held_out]}
        if arguments.held_out:
            parts["held out"] = [one for one in cases if one.is_held_out]
        for title, part in parts.items():
            results = database.read(lambda connection, part=part: list(check_cases(connection, index, part)))
            print(*format_part(title, results), sep="\n")
        day = cases[0].asked_on
        times = measure_times(
            lambda text: database.read(
                lambda connection: check_quotation(connection, index, text, day, Language.ENGLISH)
            ),
            cases,
        )
        print(f"500 characters: p50 {quantiles(times, n=100)[49]:.1f} ms, p99 {quantiles(times, n=100)[98]:.1f} ms")


if __name__ == "__main__":
    main()
