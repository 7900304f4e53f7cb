"""The press conference of a later year: added with files only, and served by every endpoint."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from app.application import create_app
from app.ingest.build import build, load_valid_seed
from app.ingest.editions import select_headlines
from tests.support.client import AppClient
from tests.support.edition import add_edition
from tests.support.seeds import GOODS, ROOT, SEED, add, copy_seed
from tests.support.targets import Target, build_settings

pytestmark = [pytest.mark.database, pytest.mark.quick]

SOURCE = "scio-2027-01-20"


@pytest.fixture(scope="module")
def later(
    tmp_path_factory: pytest.TempPathFactory, new_target: Callable[[], Target]
) -> Iterator[AppClient]:
    """Serve a database that holds both editions."""
    folder = tmp_path_factory.mktemp("edition")
    seed = Path(shutil.copytree(SEED, folder / "seed"))
    assert add_edition(seed, 2026, date(2027, 1, 20)) == SOURCE
    target = new_target()
    build(seed, ROOT / "migrations", target)
    with AppClient(create_app(build_settings(target))) as client:
        yield client


def test_headlines_are_those_of_the_newest_edition(later: AppClient) -> None:
    overview = later.get("/v1/overview").json()
    assert overview["source"]["code"] == SOURCE
    assert overview["release"]["released_on"] == "2027-01-20"
    assert len(overview["indicators"]) == 7
    for indicator in overview["indicators"]:
        assert indicator["headline"]["source"]["code"] == SOURCE
        assert indicator["headline"]["period"]["start"] == "2026-01-01"
    assert {area["year"] for area in overview["priority_areas"]} == {2027}
    assert sum(len(area["actions"]) for area in overview["priority_areas"]) == 24


def test_both_editions_are_listed(later: AppClient) -> None:
    for path, total in (
        ("/v1/observations?vintages=all", 45),
        ("/v1/observations?source=scio-2025-01-15&source=scio-2027-01-20", 14),
        ("/v1/observations?source=scio-2027-01-20&as_of=2027-01-19", 0),
        ("/v1/indicators/goods-trade/observations?since=2024-01-01&unit=CNY", 3),
        ("/v1/editions", 3),
        ("/v1/outcomes", 18),
        ("/v1/outcomes?year=2026", 9),
        ("/v1/outcomes?edition=2027", 9),
        ("/v1/priority-areas", 8),
        ("/v1/priority-areas?year=2025", 4),
        ("/v1/actions", 48),
        ("/v1/actions?year=2027", 24),
        ("/v1/sources?edition=2027", 1),
        ("/v1/sources/scio-2027-01-20/passages", 25),
    ):
        assert later.get(path).json()["total"] == total, path


def test_priority_area_of_each_year_is_found(later: AppClient) -> None:
    assert later.get("/v1/priority-areas/emerging-fields").json()["year"] == 2027
    assert later.get("/v1/priority-areas/emerging-fields?year=2025").json()["year"] == 2025
    hits = later.get("/v1/search?q=emerging&kind=priority_area").json()["items"]
    assert {later.get(hit["href"]).json()["year"] for hit in hits} == {2025, 2027}


def test_indicator_is_the_baseline_of_both_years(later: AppClient) -> None:
    areas = later.get("/v1/indicators/goods-trade").json()["baseline_for"]
    assert [area["year"] for area in areas] == [2025, 2027]


def test_an_edition_may_restate_an_earlier_year(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path)
    text = (seed / GOODS).read_text("utf-8").replace(": 2024-", ": 2023-")
    add(seed, GOODS.replace("2024-01", "2023-01"), text)
    assert select_headlines(load_valid_seed(seed))["goods-trade"] == Path(GOODS).stem


def test_a_year_may_have_five_priority_areas(tmp_path: Path, target: Target) -> None:
    seed = copy_seed(tmp_path)
    fields = (seed / "priority-areas/2025-emerging-fields.yaml").read_text("utf-8")
    fifth = fields.replace("slug: emerging-fields", "slug: fifth").replace(
        "position: 3", "position: 5"
    )
    add(seed, "priority-areas/2025-fifth.yaml", fifth)
    build(seed, ROOT / "migrations", target)
    with AppClient(create_app(build_settings(target))) as client:
        areas = client.get("/v1/overview").json()["priority_areas"]
        assert [area["position"] for area in areas] == [1, 2, 3, 4, 5]
        for path in ("/v1/overview.svg", "/", "/priority-areas/fifth"):
            assert client.get(path).status_code == 200
