"""The pinned release: most tests run on it, and no later edition changes it."""

from pathlib import Path

import pytest

from tests.support.seeds import ROOT, SEED, copy_pinned, read_files

pytestmark = pytest.mark.newest


def test_an_edition_leaves_the_pinned_release_as_it_is(tmp_path: Path) -> None:
    """What most tests read is the same with one more edition, so that CI runs them once.

    With the seed of the project this compares two copies of the same.
    """
    pinned = read_files(SEED)
    assert len(pinned) > 300
    assert read_files(copy_pinned(ROOT / "seed", tmp_path)) == pinned
