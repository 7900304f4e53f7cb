"""Sentences of sources: what is recorded from each, and where each record says it comes from."""

import re
from typing import Any

import pytest

from tests.support.client import AppClient

pytestmark = [pytest.mark.database, pytest.mark.quick]

SCIO = "scio-2025-01-15"
TRANSCRIPT = "china-org-transcript-2025-02-20"
SENTENCES = (2, 4, 4, 2, 2, 2, 4, 2, 3)
LOCATED = {
    "observation": ("/v1/observations?vintages=all", "id"),
    "growth_rate": ("/v1/growth-rates?vintages=all", "id"),
    "report": ("/v1/reports", "id"),
    "outcome": ("/v1/outcomes", "id"),
    "action": ("/v1/actions", "id"),
    "commitment": ("/v1/commitments", "code"),
}
"""The lists whose records cite locations, and the name of their key."""
EXAMPLES = re.compile(r"such as|and other")


def read(client: AppClient, url: str) -> list[dict[str, Any]]:
    """Read a whole list."""
    found = client.get(f"{url}{'&' if '?' in url else '?'}limit=1000").json()
    assert found["next"] is None
    records: list[dict[str, Any]] = found["items"]
    return records


def list_records(client: AppClient, kind: str) -> set[tuple[str, str, str]]:
    """List source, locator and key of the records of a kind that passages contain."""
    return {
        (source["code"], passage["locator"], record["code"])
        for source in read(client, "/v1/sources")
        for passage in read(client, f"/v1/sources/{source['code']}/passages")
        for record in passage["records"]
        if record["kind"] == kind
    }


def test_each_sentence_is_listed_in_order_and_carries_something(client: AppClient) -> None:
    passages = read(client, f"/v1/sources/{SCIO}/passages")
    assert [one["locator"] for one in passages] == [
        f"P{paragraph}.S{sentence}"
        for paragraph, count in enumerate(SENTENCES, start=1)
        for sentence in range(1, count + 1)
    ]
    assert all(passage["records"] or passage["note"] for passage in passages)
    silent = [passage["locator"] for passage in passages if not passage["records"]]
    assert silent == ["P5.S2"]


@pytest.mark.parametrize("kind", LOCATED)
def test_each_record_is_under_the_sentence_that_it_cites(client: AppClient, kind: str) -> None:
    path, key = LOCATED[kind]
    cited = {
        (record["source"]["code"], record["locator"], record[key])
        for record in read(client, path)
        if record["locator"]
    }
    assert list_records(client, kind) == cited


def test_the_aim_of_an_action_is_a_record_of_its_sentence(client: AppClient) -> None:
    actions = {one["id"]: one for one in read(client, "/v1/actions") if one["aim"]}
    aims = {
        record["code"]: (passage["locator"], record["title"], record["href"])
        for passage in read(client, f"/v1/sources/{SCIO}/passages")
        for record in passage["records"]
        if record["kind"] == "aim"
    }
    assert {action["locator"] for action in actions.values()} == {"P7.S4", "P8.S2", "P9.S3"}
    assert aims.keys() == actions.keys()
    for key, (locator, title, href) in aims.items():
        assert (locator, title) == (actions[key]["locator"], actions[key]["aim"])
        assert client.get(href).json()["aim"] == title


@pytest.mark.parametrize("language", ["en", "zh"])
def test_figures_are_named_with_countries_and_period(client: AppClient, language: str) -> None:
    figures = {one["id"]: one for one in read(client, f"/v1/observations?lang={language}")}
    passages = read(client, f"/v1/sources/{SCIO}/passages?lang={language}")
    named = {
        record["code"]: record["title"]
        for passage in passages
        for record in passage["records"]
        if record["kind"] == "observation"
    }
    assert len(named) == 7
    for key, title in named.items():
        assert figures[key]["coverage"]["name"] in title
        assert figures[key]["period"]["label"] in title


def test_areas_aims_goal_and_event_are_under_their_sentences(client: AppClient) -> None:
    areas = read(client, "/v1/priority-areas")
    actions = {one["id"] for one in read(client, "/v1/actions")}
    for kind, locator in (("priority_area", "locator"), ("aim", "aim_locator")):
        assert {one for one in list_records(client, kind) if one[2] not in actions} == {
            (area["source"]["code"], area[locator], f"{area['year']}-{area['slug']}")
            for area in areas
            if area[locator]
        }
    assert list_records(client, "goal") == {(SCIO, "P5.S1", SCIO)}
    assert list_records(client, "event") == {(SCIO, "P1.S1", "mofcom-2025-01-15")}


def test_each_link_leads_to_its_record(client: AppClient) -> None:
    for passage in read(client, f"/v1/sources/{SCIO}/passages"):
        assert passage["href"].endswith(f"/sources/{SCIO}/passages#{passage['locator']}")
        for record in passage["records"]:
            found = client.get(record["href"])
            assert found.status_code == 200, record
            key = record["code"].removeprefix("2025-")
            assert {record["code"], key} & {found.json().get(one) for one in ("id", "code", "slug")}


def test_sentences_that_differ_from_the_transcript_are_listed(client: AppClient) -> None:
    passages = read(client, f"/v1/sources/{SCIO}/passages")
    differing = {
        passage["locator"]: [difference["locator"] for difference in passage["differences"]]
        for passage in passages
        if passage["differences"]
    }
    assert differing == {
        "P1.S2": ["P2.S1", "P2.S2", "P2.S3"],
        "P2.S2": ["P3.S2"],
        "P2.S3": ["P3.S3", "P3.S4"],
        "P2.S4": ["P3.S5"],
        "P3.S1": ["P4.S1"],
        "P3.S2": ["P4.S2"],
        "P3.S3": ["P4.S3"],
        "P3.S4": ["P4.S4"],
        "P4.S1": ["P5.S1"],
    }
    for passage in passages:
        for difference in passage["differences"]:
            assert difference["source"]["code"] == TRANSCRIPT
            paragraph, _, sentence = difference["locator"][1:].partition(".S")
            assert difference["label"] == f"paragraph {paragraph}, sentence {sentence}"


def test_a_compared_sentence_leads_back(client: AppClient) -> None:
    compared = {
        (difference["source"]["code"], difference["locator"], f"{SCIO}.{passage['locator']}")
        for passage in read(client, f"/v1/sources/{SCIO}/passages")
        for difference in passage["differences"]
    }
    assert list_records(client, "passage") == compared
    listed = read(client, f"/v1/sources/{TRANSCRIPT}/passages")
    numbers = [(passage["paragraph"], passage["sentence"]) for passage in listed]
    assert numbers == sorted(numbers)
    assert max(numbers) > (4, 1)
    for passage in read(client, f"/v1/sources/{TRANSCRIPT}/passages"):
        for record in passage["records"]:
            assert client.get(record["href"]).status_code == 200


def test_pages_of_passages_follow_one_another(client: AppClient) -> None:
    url: str | None = f"/v1/sources/{SCIO}/passages?limit=10"
    found: list[str] = []
    while url is not None:
        page = client.get(url).json()
        assert page["total"] == sum(SENTENCES)
        found += [passage["locator"] for passage in page["items"]]
        url = page["next"]
    assert len(found) == len(set(found)) == sum(SENTENCES)
    last = client.get(f"/v1/sources/{SCIO}/passages?sort=document_desc&limit=1").json()
    assert last["items"][0]["locator"] == found[-1] == "P9.S3"


def test_a_source_without_locators_has_no_passages(client: AppClient) -> None:
    kinds = (*LOCATED, "progress", "event", "goal", "priority_area", "aim", "passage")
    cited = {source for kind in kinds for source, _, _ in list_records(client, kind)}
    for source in read(client, "/v1/sources"):
        if source["code"] not in cited:
            assert read(client, f"/v1/sources/{source['code']}/passages") == []
    unknown = client.get("/v1/sources/scio-2025-01-16/passages")
    assert unknown.status_code == 404
    assert SCIO in unknown.text


@pytest.mark.parametrize("path", ["/v1/outcomes", "/v1/actions"])
def test_lists_of_examples_are_marked_and_explained(client: AppClient, path: str) -> None:
    records = read(client, path)
    assert any(record["has_examples"] for record in records)
    for record in records:
        assert record["has_examples"] is bool(EXAMPLES.search(record["text"])), record["text"]
        assert record["note"] or not record["has_examples"]
    for record in read(client, f"{path}?lang=zh"):
        assert record["note"] or not record["has_examples"]
        assert "等" in record["text"] or not record["has_examples"], record["text"]


def test_an_aim_belongs_to_what_the_sentence_says(client: AppClient) -> None:
    aims = {
        action["id"]: action["aim"]
        for action in read(client, "/v1/actions?edition=2025")
        if action["aim"]
    }
    assert set(aims) == {
        "2025-realise-small-yet-smart-projects",
        "2025-deepen-silk-road-e-commerce",
        "2025-use-joint-committees",
        "2025-use-trade-facilitation-working-groups",
        "2025-use-investment-cooperation-working-groups",
    }
    assert not any(area["aim_locator"] for area in read(client, "/v1/priority-areas?edition=2025"))
