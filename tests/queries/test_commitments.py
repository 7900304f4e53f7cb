"""What was reported later on actions, and the commitments of the forums with their readings."""

import csv
import io
import json
import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.i18n import Language, format_day
from app.queries.commitments import measure_distance
from tests.support.client import AppClient
from tests.support.records import read_items

pytestmark = [pytest.mark.database, pytest.mark.quick]

LANGUAGES = ["en", "zh"]
LABORATORIES = "2023-joint-laboratories"
EXPECTED = {"2017-renminbi-fund-business", "2023-goods-trade", "2023-services-trade"}
RESULT_LISTS = {"2017-forum-results", "2023-cooperation-initiatives"}
COMPARED = {
    "2017-forum-results": ("10", "exact", "10 short of the target"),
    "2017-silk-road-fund": ("0", "exact", "equal to the target"),
    "2023-joint-laboratories": ("30", "below", "less than 30 short of the target"),
}
"""The commitments with a comparable reading: the distance, its limit and its text."""


def test_the_status_follows_from_the_reports(client: AppClient) -> None:
    for action in read_items(client, "/v1/actions"):
        relations = {report["relation"] for report in action["progress"]}
        is_reported = bool(relations & {"about_this", "about_part"})
        assert action["status"] == ("reported" if is_reported else "announced"), action["id"]
        assert action["progress_searched_on"] == "2026-11-26"
        days = [report["date"] for report in action["progress"]]
        assert days == sorted(days)


def test_reports_on_the_surroundings_change_no_status(client: AppClient) -> None:
    action = client.get("/v1/actions/2025-strengthen-clean-energy-cooperation").json()
    assert [report["relation"] for report in action["progress"]] == ["context"]
    assert action["status"] == "announced"
    silent = client.get("/v1/actions/2025-use-joint-committees").json()
    assert (silent["progress"], silent["status"]) == ([], "announced")


@pytest.mark.parametrize("status", ["announced", "reported"])
def test_actions_are_filtered_by_status(client: AppClient, status: str) -> None:
    found = read_items(client, f"/v1/actions?status={status}")
    assert found
    assert found == [item for item in read_items(client, "/v1/actions") if item["status"] == status]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_has_its_number_words_and_source(client: AppClient, language: str) -> None:
    action = client.get(f"/v1/actions/2025-expand-investment?lang={language}").json()
    (report,) = [one for one in action["progress"] if one["date"] == "2025-11-25"]
    display = {"en": "234.15 billion yuan", "zh": "2341.5亿元"}[language]
    assert report["quantity"]["display"] == display
    assert report["quantity"]["value"] == 234150000000
    assert report["quantity"]["unit"]["code"] == "CNY"
    assert (report["wording"], report["wording_language"]) == ("2341億5000万元", "ja")
    assert report["wording_translated"] == display
    assert report["source"]["code"] == "people-japanese-2025-11-27"
    assert display in report["text"]


def test_the_list_and_the_area_contain_the_same_reports(client: AppClient) -> None:
    listed = {action["id"]: action for action in read_items(client, "/v1/actions")}
    nested = [one for area in read_items(client, "/v1/priority-areas") for one in area["actions"]]
    assert [listed[action["id"]] for action in nested] == nested
    overview = client.get("/v1/overview").json()["priority_areas"]
    assert [one["id"] for area in overview for one in area["actions"]] == list(listed)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_record_says_that_something_was_kept(client: AppClient, language: str) -> None:
    for url in ("/v1/actions", "/v1/commitments"):
        records = read_items(client, url, language)
        text = json.dumps(records, ensure_ascii=False, default=str).lower()
        for word in ("fulfilled", "was kept", "achieved its", "已兑现", "已落实"):
            assert word not in text


def test_commitments_are_pledges_or_expectations(client: AppClient) -> None:
    listed = read_items(client, "/v1/commitments")
    kinds = {one["code"]: one["kind"] for one in listed}
    assert {code for code, kind in kinds.items() if kind == "expectation"} == EXPECTED
    goods, services = (get_target(listed, f"2023-{one}-trade") for one in ("goods", "services"))
    assert (goods["value"], services["value"]) == (32 * 10**12, 5 * 10**12)
    assert goods["qualifier"] == services["qualifier"] == "over"
    assert {one["event"]["code"][:8] for one in listed} >= {"brf-2017", "brf-2019", "brf-2023"}


def test_lists_of_results_are_no_pledges(newest: AppClient) -> None:
    listed = read_items(newest, "/v1/commitments?kind=result_list")
    assert {one["code"] for one in listed} == RESULT_LISTS
    page = newest.get("/commitments").text
    chinese = newest.get("/commitments?lang=zh").text
    assert page.count("list of results, not a pledge") == len(RESULT_LISTS)
    assert chinese.count("成果清单，并非承诺") == len(RESULT_LISTS)
    for text, words in ((page, r"\d+ items?<"), (chinese, r"\d+项<")):
        counts = re.findall(r'<span class="number-note">[^<]*<', text)
        assert counts
        assert all(re.search(words, one) for one in counts)
    for code in RESULT_LISTS:
        chart = newest.get(f"/v1/commitments/{code}/chart.vl.json").text
        assert "A list of results, not a pledge." in chart
        assert "Target, announced" not in chart


def get_target(listed: list[dict[str, Any]], code: str) -> dict[str, Any]:
    """Return the target of a commitment."""
    (found,) = [one["target"] for one in listed if one["code"] == code]
    return dict(found)


def test_the_distance_is_computed_only_where_both_count_the_same(client: AppClient) -> None:
    listed = read_items(client, "/v1/commitments")
    distances = {one["code"]: one["distance"] for one in listed if one["distance"]}
    assert {
        code: (str(one["value"]), one["limit"], one["display"]) for code, one in distances.items()
    } == COMPARED
    assert all(one["derived"] for one in distances.values())
    for one in listed:
        for reading in one["readings"]:
            assert reading["same_measure"] == (reading["reason"] is None)
            if reading["same_measure"]:
                assert reading["quantity"]["unit"] == one["target"]["unit"]
                distance = one["target"]["value"] - one["readings"][-1]["quantity"]["value"]
                assert one["distance"]["value"] == distance


@pytest.mark.parametrize(
    ("value", "qualifier", "expected"),
    [
        ("90.5", "none", "9.5 short of the target"),
        ("90.5", "nearly", "more than 9.5 short of the target"),
        ("100.0", "over", "above the target"),
        ("100.0", "nearly", "below the target"),
        ("112.5", "none", "12.5 above the target"),
        ("112.5", "over", "more than 12.5 above the target"),
        ("112.5", "nearly", "less than 12.5 above the target"),
        ("90.5", "about", None),
    ],
)
def test_a_qualified_reading_limits_the_distance(
    value: str, qualifier: str, expected: str | None
) -> None:
    scale = {"multiplier": 0, "suffix": "", "classifier": None}
    whole, finer = scale | {"decimals": 0}, scale | {"decimals": 1}
    target = {"value": Decimal(100), "qualifier": "none", "unit": None}
    quantity = {"value": Decimal(value), "qualifier": qualifier}
    reading = {"quantity": quantity, "date": None}
    found = measure_distance(target, whole, reading, finer, Language.ENGLISH)
    assert (found and found["display"]) == expected
    over = target | {"qualifier": "over"}
    assert measure_distance(over, whole, reading, finer, Language.ENGLISH) is None


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("event=brf-2017-05-14", lambda one: one["event"]["code"] == "brf-2017-05-14"),
        ("kind=expectation", lambda one: one["kind"] == "expectation"),
        ("q=laboratories", lambda one: "laboratories" in one["code"]),
        ("q=联合实验室", lambda one: "laboratories" in one["code"]),
    ],
)
def test_commitments_are_filtered(client: AppClient, query: str, holds: Any) -> None:
    found = read_items(client, f"/v1/commitments?{query}")
    assert found
    assert found == [item for item in read_items(client, "/v1/commitments") if holds(item)]


def test_a_commitment_is_read_by_its_key(client: AppClient) -> None:
    for item in client.get("/v1/commitments").json()["items"]:
        assert client.get(f"/v1/commitments/{item['code']}").json() == item
    unknown = client.get("/v1/commitments/2023-joint-laboratory")
    assert unknown.status_code == 404
    assert LABORATORIES in unknown.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tables_count_reports_and_readings(client: AppClient, language: str) -> None:
    for name, key, field, column in (
        ("actions", "id", "progress", "progress_count"),
        ("commitments", "code", "readings", "readings"),
    ):
        text = client.get(f"/v1/{name}.csv?lang={language}").text
        rows = {row[key]: row for row in csv.DictReader(io.StringIO(text))}
        listed = read_items(client, f"/v1/{name}", language)
        assert {code: int(row[column]) for code, row in rows.items()} == {
            one[key]: len(one[field]) for one in listed
        }
        if name == "commitments":
            assert {code: row["distance"] or None for code, row in rows.items()} == {
                one[key]: one["distance"] and one["distance"]["display"] for one in listed
            }


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_show_every_report_and_commitment(client: AppClient, language: str) -> None:
    def read(path: str) -> str:
        return client.get(f"{path}?lang={language}", headers={"Accept": "text/html"}).text

    searched = format_day(date(2026, 11, 26), Language(language))
    page = read("/commitments").replace("&#39;", "'").replace("&#34;", '"')
    for item in read_items(client, "/v1/commitments", language):
        assert item["text"] in page
        assert all(reading["text"] in page for reading in item["readings"])
        assert item["distance"] is None or item["distance"]["display"] in page
    assert searched in page
    for area in read_items(client, "/v1/priority-areas", language):
        page = read(f"/priority-areas/{area['slug']}").replace("&#39;", "'")
        for action in area["actions"]:
            assert all(report["text"] in page for report in action["progress"])
        if not all(action["progress"] for action in area["actions"]):
            assert searched in page
    source = read("/sources/scio-2025-09-19")
    assert f"/commitments?lang={language}#{LABORATORIES}" in source


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_text_for_language_models_has_every_report(client: AppClient, language: str) -> None:
    text = client.get(f"/llms-full.txt?lang={language}").text
    for url, field in (("/v1/actions", "progress"), ("/v1/commitments", "readings")):
        for item in read_items(client, url, language):
            assert item["text"].rstrip(".。") in text
            assert all(report["text"].rstrip(".。") in text for report in item[field])


def test_commitments_and_reports_are_found_by_their_words(client: AppClient) -> None:
    for words, kind, code in (
        ("joint laboratories", "commitment", LABORATORIES),
        ("融资窗口", "commitment", "2023-exim-bank-window"),
        ("350 billion", "commitment", "2023-exim-bank-window"),
        ("Kuala Lumpur", "action", "2025-sign-free-trade-agreements"),
    ):
        found = read_items(client, f"/v1/search?q={words}&limit=100")
        assert (kind, code) in {(hit["kind"], hit["code"]) for hit in found}, words
