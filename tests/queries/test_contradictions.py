"""Contradictions, and where a figure in one leads to it."""

import csv
import io
from typing import Any

import pytest
from fastapi.testclient import TestClient

pytestmark = [pytest.mark.database, pytest.mark.quick]

KEY = "trade-share-2024"
REASON = "Customs published 50.3% in January 2025"


def read_figures(client: TestClient, key: str) -> dict[str, Any]:
    body: dict[str, Any] = client.get(f"/v1/contradictions/{key}").json()
    return body


def test_a_contradiction_has_all_sides(client: TestClient) -> None:
    body = read_figures(client, KEY)
    assert body["indicator"]["code"] == "trade-share"
    assert [one["value"] for one in body["observations"]] == [50.3, 50.7]
    assert (body["growth_rates"], body["reports"], body["basis"]) == ([], [], "inferred")
    aid = read_figures(client, "aid-projects-2024-11")
    (figure,), (report,) = aid["observations"], aid["reports"]
    assert (figure["display"], report["wording"]) == ("over 700", "700 aid projects")
    assert report["observation"] == figure["id"]


def test_contradictions_are_filtered_by_indicator(client: TestClient) -> None:
    listed = client.get("/v1/contradictions?indicator=trade-share").json()["items"]
    assert [one["code"] for one in listed] == [KEY]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_record_in_a_contradiction_leads_to_it(client: TestClient, lang: str) -> None:
    for one in client.get(f"/v1/contradictions?lang={lang}&limit=1000").json()["items"]:
        reference = {name: one[name] for name in ("code", "name", "reason")}
        assert one["observations"]
        for collection in ("observations", "growth_rates", "reports"):
            path = collection.replace("_", "-")
            for record in one[collection]:
                found = client.get(f"/v1/{path}/{record['id']}?lang={lang}").json()
                assert found["contradiction"] == record["contradiction"] == reference
        indicator = client.get(f"/v1/indicators/{one['indicator']['code']}?lang={lang}").json()
        assert reference in indicator["contradictions"]
        page = client.get(f"/indicators/{one['indicator']['code']}?lang={lang}").text
        assert f'id="{one["code"]}"' in page
        # A figure on the page leads to it, if the page shows the series.
        assert f'#{one["code"]}"' in page


def test_other_figures_name_none(client: TestClient) -> None:
    listed = client.get("/v1/observations?vintages=all&limit=1000").json()["items"]
    named = {one["id"] for one in listed if one["contradiction"]}
    sides = client.get("/v1/contradictions?limit=1000").json()["items"]
    assert named == {figure["id"] for one in sides for figure in one["observations"]}


def test_tables_name_the_contradiction_and_its_reason(client: TestClient) -> None:
    text = client.get("/v1/observations.csv?vintages=all&indicator=trade-share").text
    rows = [
        row
        for row in csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
        if row["contradiction"]
    ]
    assert {row["contradiction"] for row in rows} == {KEY}
    assert all(row["contradiction_reason"].startswith(REASON) for row in rows)


def test_a_calculated_change_warns_of_a_contradiction(client: TestClient) -> None:
    url = "/v1/compare?indicator=trade-share&period=2021&period=2024&derived=true"
    body = client.get(url).json()
    assert body["later"]["contradiction"]["code"] == KEY
    assert REASON in body["derived"]["warning"]
    body = client.get(f"{url}&lang=zh").json()
    assert "公布的数据互不一致" in body["derived"]["warning"]
