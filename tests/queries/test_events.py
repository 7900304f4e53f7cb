"""Events with their documents, and what follows for reports of one event."""

from itertools import pairwise
from pathlib import Path

import pytest

from app.ingest.rows import find_relation
from app.ingest.schema import Report
from app.ingest.seed import load_seed
from tests.support.client import AppClient
from tests.support.seeds import copy_seed, edit

pytestmark = [pytest.mark.database, pytest.mark.quick]

EVENT = "mofcom-2025-01-15"


def test_an_event_says_who_what_when_and_where(client: AppClient) -> None:
    event = client.get(f"/v1/events/{EVENT}?lang=en").json()
    assert event["held_on"] == "2025-01-15"
    assert (event["part_of_day"], event["place"]) == ("afternoon", "Beijing")
    assert "State Council Information Office" in event["organiser"]
    assert event["questioner"] == "Phoenix TV"
    (speaker,) = event["speakers"]
    assert speaker["name"] == "Li Yongjie"
    assert speaker["office"] == "Deputy China international trade representative"
    (speaker,) = client.get(f"/v1/events/{EVENT}?lang=zh").json()["speakers"]
    assert speaker["office"] == "商务部国际贸易谈判副代表"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_events_and_documents_are_linked_both_ways(client: AppClient, language: str) -> None:
    events = client.get(f"/v1/events?lang={language}&limit=1000").json()["items"]
    sources = client.get(f"/v1/sources?lang={language}&limit=1000").json()["items"]
    linked = {(one["code"], document["code"]) for one in events for document in one["documents"]}
    assert linked == {(one["event"]["code"], one["code"]) for one in sources if one["event"]}
    titles = {source["code"]: source["title"] for source in sources}
    for event in events:
        for document in event["documents"]:
            assert document["title"] == titles[document["code"]]
        listed = client.get(f"/v1/sources?event={event['code']}").json()["total"]
        assert listed == len(event["documents"])
    assert all(one["held_on"] <= other["held_on"] for one, other in pairwise(events))


def test_reports_of_one_event_are_no_independent_confirmation(client: AppClient) -> None:
    sources = client.get("/v1/sources?limit=1000").json()["items"]
    events = {one["code"]: one["event"] and one["event"]["code"] for one in sources}
    bodies = {one["code"]: one["body"] for one in sources}
    figures = client.get("/v1/observations?vintages=all&limit=1000").json()["items"]
    relations = {"same_event": 0, "same_authority": 0}
    for figure in figures:
        for report in figure["reports"]:
            source, other = figure["source"]["code"], report["source"]["code"]
            is_same = events[source] is not None and events[source] == events[other]
            assert bodies[source] == bodies[other]
            assert report["relation"] == ("same_event" if is_same else "same_authority")
            relations[report["relation"]] += 1
    assert all(relations.values()), relations
    for relation, count in relations.items():
        assert client.get(f"/v1/reports?relation={relation}").json()["total"] == count


def test_a_report_of_another_authority_is_independent(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path)
    source = "sources/xinhua-2024-12-19.yaml"
    edit(seed, source, "Ministry of Commerce of the", "National Bureau of Statistics of the")
    loaded, _ = load_seed(seed)
    relations = {
        str(report.source): find_relation(loaded, report)
        for report in loaded.get_all(Report).values()
    }
    assert relations["xinhua-2024-12-19"] == "independent"
    assert relations["xinhua-2025-01-15"] == "same_event"


def test_titles_of_ours_are_in_square_brackets(client: AppClient) -> None:
    for language in ("en", "zh"):
        for source in client.get(f"/v1/sources?lang={language}&limit=1000").json()["items"]:
            is_ours = source["title"].startswith("[") and source["title"].endswith("]")
            assert is_ours == (source["title"] != source["printed_title"])
            assert (source["title_kind"] == "printed") == (source["printed_title"] is not None)
            assert source["title"] in source["line"]
            assert source["line"] in source["citation"]["full"]


def test_a_search_finds_events_by_speaker(client: AppClient) -> None:
    hits = client.get("/v1/search?q=Lyu Daliang&kind=event").json()["items"]
    assert {hit["code"] for hit in hits} == {"customs-2023-10-13", "customs-2026-01-14"}
    for hit in hits:
        assert client.get(hit["href"]).json()["code"] == hit["code"]
