"""Outcomes, priority areas and actions, and reference data linked both ways."""

import pytest

from tests.support.client import AppClient
from tests.support.records import read_items

pytestmark = [pytest.mark.database, pytest.mark.quick]

AREAS = {
    "industrial-and-supply-chains": (
        8,
        ["goods-trade", "import-share", "outward-direct-investment", "inward-investment"],
    ),
    "tangible-benefit-projects": (6, ["contracted-projects-turnover", "aid-projects"]),
    "emerging-fields": (4, ["investment-agreements"]),
    "cooperation-mechanisms": (6, ["investment-agreements"]),
}


def test_priority_areas_have_their_actions(client: AppClient) -> None:
    for position, area in enumerate(read_items(client, "/v1/priority-areas?edition=2025"), start=1):
        count, baselines = AREAS[area["slug"]]
        assert (area["year"], area["position"], len(area["actions"])) == (2025, position, count)
        assert [link["code"] for link in area["baseline_indicators"]] == baselines
        assert all(link["editorial"] for link in area["baseline_indicators"])
        assert client.get(f"/v1/priority-areas/{area['slug']}?year=2025").json() == area
    assert client.get("/v1/priority-areas/emerging-fields?year=2024").status_code == 404


def test_baselines_are_linked_both_ways(client: AppClient) -> None:
    for indicator in read_items(client, "/v1/indicators"):
        slugs = {area["slug"] for area in indicator["baseline_for"] if area["year"] == 2025}
        assert slugs == {slug for slug, (_, codes) in AREAS.items() if indicator["code"] in codes}


def test_actions_announce_and_promise_no_more(client: AppClient) -> None:
    actions = read_items(client, "/v1/actions?edition=2025")
    assert len(actions) == 24
    assert {action["status"] for action in actions} == {"announced", "reported"}
    assert {action["priority_area"]["year"] for action in actions} == {2025}
    for action in actions:
        assert client.get(f"/v1/actions/{action['id']}").json() == action


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ("year=2025", 24),
        ("edition=2025", 24),
        ("edition=2024&edition=2025", 24),
        ("year=2024", 0),
        ("priority_area=emerging-fields", 4),
        ("kind=sign&edition=2025", 3),
        ("sector=clean-energy&sector=green-minerals", 2),
        ("instrument=china-asean-expo", 1),
        ("area=MY", 0),
        ("topic=projects&kind=promote", 3),
        ("q=free+trade", 1),
        ("q=%E8%87%AA%E7%94%B1%E8%B4%B8%E6%98%93%E5%8D%8F%E5%AE%9A", 1),
    ],
)
def test_actions_are_filtered(client: AppClient, query: str, total: int) -> None:
    page = client.get(f"/v1/actions?{query}").json()
    assert page["total"] == len(page["items"]) == total


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ("year=2024", 9),
        ("edition=2025", 9),
        ("edition=2024&edition=2025", 9),
        ("topic=trade&edition=2025", 3),
        ("sector=blue-economy", 1),
        ("instrument=two-countries-twin-parks", 1),
        ("area=MY&area=ID", 1),
        ("q=twin+parks", 1),
    ],
)
def test_outcomes_are_filtered(client: AppClient, query: str, total: int) -> None:
    page = client.get(f"/v1/outcomes?{query}").json()
    assert page["total"] == len(page["items"]) == total


@pytest.mark.parametrize("collection", ["sectors", "instruments", "topics", "areas"])
def test_reference_data_is_linked_both_ways(client: AppClient, collection: str) -> None:
    for entry in read_items(client, f"/v1/{collection}"):
        for action in entry["actions"]:
            named = client.get(f"/v1/actions/{action['id']}").json()[collection]
            assert entry["code"] in {one["code"] for one in named}
        for indicator in entry["indicators"]:
            text = client.get(f"/v1/indicators/{indicator['code']}").text
            assert f'"code":"{entry["code"]}"' in text
        for outcome in entry["outcomes"]:
            text = client.get(f"/v1/outcomes/{outcome['id']}").text
            assert f'"code":"{entry["code"]}"' in text
    actions, entries = (read_items(client, f"/v1/{name}") for name in ("actions", collection))
    named = {one["code"] for action in actions for one in action.get(collection, [])}
    linked = {entry["code"] for entry in entries if entry["actions"]}
    assert named == linked


@pytest.mark.parametrize(
    ("url", "total"),
    [
        ("/v1/instruments?kind=mechanism", 3),
        ("/v1/areas?kind=group", 1),
        ("/v1/reports?relation=same_event", 12),
        ("/v1/reports?relation=same_authority", 2),
        ("/v1/sources?edition=2024", 1),
    ],
)
def test_code_lists_are_filtered(client: AppClient, url: str, total: int) -> None:
    assert len(read_items(client, url)) == total


@pytest.mark.parametrize("standing", ["primary", "repost", "secondary"])
def test_sources_are_filtered(client: AppClient, standing: str) -> None:
    listed = read_items(client, "/v1/sources")
    found = read_items(client, f"/v1/sources?standing={standing}")
    assert found == [one for one in listed if one["standing"] == standing]
    event = "mofcom-2025-01-15"
    found = read_items(client, f"/v1/sources?event={event}")
    assert len(found) > 2
    assert found == [one for one in listed if one["event"] and one["event"]["code"] == event]


def test_a_source_names_its_goal(client: AppClient) -> None:
    assert client.get("/v1/sources/scio-2025-01-15").json()["goal"]["locator"] == "P5.S1"
    assert client.get("/v1/sources/xinhua-2024-12-19").json()["goal"] is None
