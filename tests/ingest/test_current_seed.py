"""The current seed: what holds for any observations holds for these."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.formats.columns import GROWTH_BASIS
from app.formats.observation_sheets import BASIS_NOTE
from app.ingest.build import build, load_valid_seed
from app.ingest.history import collect_reasons, list_releases, take_snapshot
from app.ingest.schema import Action, Coverage
from tests.support.seeds import MIGRATIONS, NEWEST, PINNED
from tests.support.targets import Target, opened
from tests.test_openapi import LISTS, PATHS, example_url

pytestmark = pytest.mark.quick
LANGUAGES = ("en", "zh")


@pytest.fixture(scope="module")
def newest(new_target: Callable[[], Target]) -> Iterator[TestClient]:
    """Serve the newest seed."""
    target = new_target()
    build(NEWEST, MIGRATIONS, target)
    with opened(target) as app, TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module")
def described(newest: TestClient) -> dict[str, Any]:
    """Read its OpenAPI document, whose examples are of the newest figures."""
    document: dict[str, Any] = newest.get("/openapi.json").json()
    return document


@pytest.mark.parametrize("path", PATHS)
def test_every_path_is_served(newest: TestClient, described: dict[str, Any], path: str) -> None:
    for language in ("zh",) if path.endswith((".svg", ".png")) else LANGUAGES:
        url = example_url(described, path)
        response = newest.get(url, headers={"Accept-Language": language})
        assert response.status_code == 200, response.text[:500]


@pytest.mark.parametrize("language", LANGUAGES)
def test_headlines_are_those_of_the_newest_edition(newest: TestClient, language: str) -> None:
    overview = newest.get(f"/v1/overview?lang={language}").json()
    editions = newest.get("/v1/sources?limit=1000").json()["items"]
    edition = max(one["edition"] for one in editions if one["edition"])
    assert overview["source"]["edition"] == edition
    assert {area["year"] for area in overview["priority_areas"]} == {edition + 1}
    for indicator in overview["indicators"]:
        headline = indicator["headline"]
        assert headline == newest.get(f"/v1/observations/{headline['id']}?lang={language}").json()


def test_counts_are_those_of_the_lists(newest: TestClient) -> None:
    seed = load_valid_seed(NEWEST)
    counts = newest.get("/v1").json()["release"]["counts"]
    for path in LISTS:
        name = path.rpartition("/")[2]
        if name in counts:
            query = f"{path}?limit=1000" + ("&vintages=all" if name == "observations" else "")
            listed = newest.get(query).json()
            assert listed["total"] == len(listed["items"]) == counts[name], name
    assert len(take_snapshot(seed)) > 100


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_show_every_figure(newest: TestClient, language: str) -> None:
    overview = newest.get(f"/v1/overview?lang={language}").json()
    page = newest.get(f"/?lang={language}", headers={"Accept": "text/html"}).text
    for indicator in overview["indicators"]:
        assert indicator["headline"]["display"] in page
        one = newest.get(f"/indicators/{indicator['code']}?lang={language}")
        assert indicator["headline"]["display"] in one.text
    for path in ("/years", "/recipes", "/docs", "/sitemap.xml", "/llms.txt"):
        assert newest.get(path).status_code == 200


def test_no_conversion_of_a_news_agency_is_in_the_seed() -> None:
    """Xinhua converted 22.1 trillion yuan at a market rate; no authority states that amount."""
    texts = [file.read_text("utf-8") for file in NEWEST.rglob("*") if file.is_file()]
    assert texts
    assert not [text for text in texts if "3.07" in text]


def test_a_removed_action_names_its_new_key() -> None:
    seed = load_valid_seed(NEWEST)
    release = list_releases(seed)[PINNED]
    removed = {
        path: re.search(r"continues as (actions/[a-z0-9-]+)", reason.en)
        for path, reason in collect_reasons(release).items()
        if path.startswith("actions/") and not seed.has_key(Action, path.partition("/")[2])
    }
    assert len(removed) == 5
    for path, found in removed.items():
        assert found, path
        assert seed.has_key(Action, found[1].partition("/")[2])


def test_no_text_calls_an_inferred_scope_known_or_a_published_list() -> None:
    coverages = load_valid_seed(NEWEST).get_all(Coverage).values()
    for coverage in coverages:
        assert "list" not in coverage.name.en
        assert "名单" not in coverage.name.zh
    for text in (GROWTH_BASIS, BASIS_NOTE):
        assert "this service infers" in text.en
        assert "本站推断" in text.zh


def test_chinese_texts_quote_english_sources_in_english() -> None:
    quoted = re.compile("(?:来源|报道|实录|原文)(?:文件)?(?:使用|称|为|以)“[\u4e00-\u9fff]")
    texts = [file.read_text("utf-8") for file in NEWEST.rglob("*.yaml")]
    assert [found for text in texts for found in quoted.findall(text)] == []
