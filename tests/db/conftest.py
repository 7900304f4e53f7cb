"""What tests of the database share."""

from pathlib import Path

import pytest

from tests.endurance.replace_releases import two_releases


@pytest.fixture(scope="package")
def releases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Build two releases that differ in a figure."""
    return two_releases(tmp_path_factory.mktemp("releases"))
