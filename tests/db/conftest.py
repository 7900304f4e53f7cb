"""What tests of the database share."""

from pathlib import Path

import pytest


@pytest.fixture(scope="package")
def releases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Build two releases that differ in a figure."""
    # The process that starts the others loads this file too. It must not import the seeds, which
    # set the seed of the pinned release for all processes that it starts.
    from tests.endurance.replace_releases import build_releases  # noqa: PLC0415

    return build_releases(tmp_path_factory.mktemp("releases"))
