"""Next year's press conference: added with files only, and served by every endpoint."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from starlette.testclient import TestClient

from app.application import create_app
from app.ingest.build import build, load_valid_seed
from app.ingest.headlines import select_headlines
from tests.conftest import ROOT, Target, settings_of
from tests.seeds import GOODS, add, copied

SOURCE = "scio-2026-01-26"
LATER = {"2024": "2025", "2025": "2026"}


def add_edition(seed: Path) -> None:
    """Add a press conference that reviews 2025 and announces 2026, as new files."""
    source = yaml.safe_load((seed / "sources" / "scio-2025-01-15.yaml").read_text())
    source |= {"edition": 2025, "held_on": "2026-01-26", "published_on": "2026-01-26"}
    write(seed / "sources" / f"{SOURCE}.yaml", source)
    for path in sorted((seed / "observations").glob("*.scio-2025-01-15.yaml")):
        figure = yaml.safe_load(path.read_text())
        figure["source"] = SOURCE
        figure["period"] = {
            end: str(day).replace("2024", "2025") for end, day in figure["period"].items()
        }
        write(path.with_name(f"{figure['series']}.2025-01.{SOURCE}.yaml"), figure)
    for collection in ("outcomes", "priority-areas", "actions"):
        for path in sorted((seed / collection).glob("*.yaml")):
            record = yaml.safe_load(path.read_text())
            record |= {"source": SOURCE, "year": record["year"] + 1}
            if "priority_area" in record:
                record["priority_area"] = record["priority_area"].replace("2025", "2026")
            year, _, rest = path.name.partition("-")
            write(path.with_name(f"{LATER[year]}-{rest}"), record)
    note = {"en": "The edition of 2025.", "zh": "2025年版。"}
    write(seed / "releases" / "2026-12-01.yaml", {"date": "2026-12-01", "note": note})


def write(path: Path, content: dict[str, object]) -> None:
    """Write a seed file; days stay plain text, as an editor would type them."""
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, default_style=None)
    path.write_text(text.replace("'", ""))


@pytest.fixture(scope="module")
def later(
    tmp_path_factory: pytest.TempPathFactory, new_target: Callable[[], Target]
) -> Iterator[TestClient]:
    """Serve a database that holds both editions."""
    folder = tmp_path_factory.mktemp("edition")
    seed = Path(shutil.copytree(ROOT / "seed", folder / "seed"))
    add_edition(seed)
    target = new_target()
    build(seed, ROOT / "migrations", target)
    with TestClient(create_app(settings_of(target))) as client:
        yield client


def test_headlines_are_those_of_the_newest_edition(later: TestClient) -> None:
    overview = later.get("/v1/overview").json()
    assert overview["source"]["code"] == SOURCE
    assert overview["release"]["released_on"] == "2026-12-01"
    assert len(overview["indicators"]) == 7
    for indicator in overview["indicators"]:
        assert indicator["headline"]["source"]["code"] == SOURCE
        assert indicator["headline"]["period"]["start"] == "2025-01-01"
    assert {area["year"] for area in overview["priority_areas"]} == {2026}
    assert sum(len(area["actions"]) for area in overview["priority_areas"]) == 24


def test_both_editions_are_listed(later: TestClient) -> None:
    for path, total in (
        ("/v1/observations?vintages=all", 41),
        ("/v1/observations?source=scio-2025-01-15&source=scio-2026-01-26", 14),
        ("/v1/observations?source=scio-2026-01-26&as_of=2026-01-25", 0),
        ("/v1/indicators/goods-trade/observations?since=2024-01-01&unit=CNY", 2),
        ("/v1/outcomes", 14),
        ("/v1/outcomes?year=2025", 7),
        ("/v1/priority-areas", 8),
        ("/v1/priority-areas?year=2025", 4),
        ("/v1/actions", 48),
        ("/v1/actions?year=2026", 24),
        ("/v1/sources?edition=2025&edition=2024", 2),
    ):
        assert later.get(path).json()["total"] == total, path


def test_priority_area_of_each_year_is_found(later: TestClient) -> None:
    assert later.get("/v1/priority-areas/emerging-fields").json()["year"] == 2026
    assert later.get("/v1/priority-areas/emerging-fields?year=2025").json()["year"] == 2025
    hits = later.get("/v1/search?q=emerging&kind=priority_area").json()["items"]
    assert {later.get(hit["href"]).json()["year"] for hit in hits} == {2025, 2026}


def test_indicator_is_the_baseline_of_both_years(later: TestClient) -> None:
    areas = later.get("/v1/indicators/goods-trade").json()["baseline_for"]
    assert [area["year"] for area in areas] == [2025, 2026]


def test_an_edition_may_restate_an_earlier_year(tmp_path: Path) -> None:
    seed = copied(tmp_path)
    text = (seed / GOODS).read_text("utf-8").replace(": 2024-", ": 2023-")
    add(seed, GOODS.replace("2024-01", "2023-01"), text)
    assert select_headlines(load_valid_seed(seed))["goods-trade"] == Path(GOODS).stem
