"""Contradictions, and where a figure in one leads to it."""

import csv
import io
from typing import Any

import pytest

from tests.support.client import AppClient
from tests.support.seeds import STATED

pytestmark = [pytest.mark.database, pytest.mark.quick]

KEY = "trade-share-2024"
REASON = "Customs published 50.3 percent in January 2025"
REFERENCE = ("code", "name", "cause", "cause_label", "reason", "basis", "numbers")
"""The fields with which a figure names its contradiction."""


def read_contradiction(client: AppClient, key: str) -> dict[str, Any]:
    body: dict[str, Any] = client.get(f"/v1/contradictions/{key}").json()
    return body


def test_a_contradiction_has_all_sides(client: AppClient) -> None:
    body = read_contradiction(client, KEY)
    assert body["indicator"]["code"] == "trade-share"
    assert [observation["value"] for observation in body["observations"]] == [50.3, 50.7]
    assert (body["growth_rates"], body["reports"], body["basis"]) == ([], [], "inferred")
    aid = read_contradiction(client, "aid-projects-2024-11")
    (figure,), (report,) = aid["observations"], aid["reports"]
    assert (figure["display"], report["wording"]) == ("over 700", "700 aid projects")
    assert report["observation"] == figure["id"]
    assert [number["display"] for number in aid["numbers"]] == ["over 700", "700 aid projects"]


def test_a_contradiction_may_be_of_numbers_that_are_no_figures(client: AppClient) -> None:
    body = read_contradiction(client, STATED)
    assert not any(body[name] for name in ("observations", "growth_rates", "reports"))
    assert (body["cause"], body["cause_label"]) == ("currency", "Different currencies")
    texts = [statement["quantity"]["display"] for statement in body["statements"]]
    assert texts == ["up 6.4 percent a year", "up 7 percent a year", "up 7 percent a year"]
    first = body["statements"][0]
    assert first["period"]["label"] == "2013 to 2022"
    assert (first["measure"], first["base_period"]) == ("average_growth", None)
    assert first["coverage"]["code"] == "partner-2023"
    assert first["wording"] == "with an average annual growth rate of 6.4 percent"
    assert first["citation"]["short"] == "Xinhua Silk Road, 10 Oct 2023"
    page = client.get("/indicators/goods-trade?lang=zh").text
    assert "年均增长6.4%" in page
    assert "计价币种不同" in page
    source = client.get(f"/sources/{first['source']['code']}").text
    assert f'/contradictions?lang=en#{STATED}"' in source
    assert "up 6.4 percent a year" in client.get("/contradictions").text


def test_all_numbers_have_words_a_source_and_a_cause(newest: AppClient) -> None:
    for lang in ("en", "zh"):
        listed = newest.get(f"/v1/contradictions?lang={lang}&limit=1000").json()["items"]
        assert len(listed) > 30
        for one in listed:
            figures = [*one["observations"], *one["growth_rates"]]
            texts = [figure["display"] for figure in figures]
            texts += [each["quantity"]["display"] for each in one["statements"]]
            numbers = one["numbers"]
            assert len(numbers) == len(texts) + len(one["reports"]) > 1
            assert not set(texts) - {each["display"] for each in numbers}
            sources = [each["source"] for each in (*figures, *one["reports"], *one["statements"])]
            assert {each["source"] for each in numbers} == {each["code"] for each in sources}
            assert {each["address"] for each in numbers} == {each["address"] for each in sources}


def test_a_figure_and_a_rate_with_one_key_are_both_shown(newest: AppClient) -> None:
    body = read_contradiction(newest, "outward-direct-investment-2015-7m")
    rates = body["growth_rates"]
    assert {rate["id"] for rate in rates} <= {figure["id"] for figure in body["observations"]}
    for rate in rates:
        assert (rate["display"], rate["decimals"]) == ("up 29.5 percent on a year earlier", 1)
    assert body["observations"][0]["display"] == "8.59 billion US dollars"


def test_a_share_changes_on_the_period_that_its_source_names(newest: AppClient) -> None:
    body = newest.get("/v1/contradictions/trade-share-2022-q1?lang=zh").json()
    assert [number["display"] for number in body["numbers"]] == [
        "比2021年全年提高1.4个百分点",
        "比2021年1—3月提高1.4个百分点",
    ]
    assert [statement["base_period"]["months"] for statement in body["statements"]] == [12, 3]


@pytest.mark.parametrize("query", ["indicator=trade-share", "cause=unknown"])
def test_contradictions_are_filtered(client: AppClient, query: str) -> None:
    listed = client.get(f"/v1/contradictions?{query}").json()["items"]
    assert [one["code"] for one in listed] == [KEY]


def test_an_unknown_cause_is_refused_with_the_nearest(client: AppClient) -> None:
    response = client.get("/v1/contradictions?cause=roundings")
    assert response.status_code == 422
    assert response.json()["errors"][0]["suggestion"] == "rounding"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_record_in_a_contradiction_leads_to_it(client: AppClient, lang: str) -> None:
    for item in client.get(f"/v1/contradictions?lang={lang}&limit=1000").json()["items"]:
        reference = {name: item[name] for name in REFERENCE}
        for collection in ("observations", "growth_rates", "reports"):
            path = collection.replace("_", "-")
            for record in item[collection]:
                found = client.get(f"/v1/{path}/{record['id']}?lang={lang}").json()
                assert found["contradiction"] == record["contradiction"] == reference
        indicator = client.get(f"/v1/indicators/{item['indicator']['code']}?lang={lang}").json()
        assert reference in indicator["contradictions"]
        address = f"/indicators/{item['indicator']['code']}?lang={lang}"
        page = client.get(address).text
        assert f'id="{item["code"]}"' in page
        # A figure on the page leads to it.
        assert (f'href="#{item["code"]}"' in page) == bool(item["observations"])


def test_only_figures_of_a_contradiction_name_it(client: AppClient) -> None:
    listed = client.get("/v1/observations?vintages=all&limit=1000").json()["items"]
    named = {one["id"] for one in listed if one["contradiction"]}
    sides = client.get("/v1/contradictions?limit=1000").json()["items"]
    assert named == {figure["id"] for one in sides for figure in one["observations"]}


def test_tables_name_the_contradiction_and_its_reason(client: AppClient) -> None:
    text = client.get("/v1/observations.csv?vintages=all&indicator=trade-share").text
    rows = [
        row
        for row in csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
        if row["contradiction"]
    ]
    assert {row["contradiction"] for row in rows} == {KEY}
    assert all(row["contradiction_reason"].startswith(REASON) for row in rows)


def test_a_calculated_change_warns_of_a_contradiction(client: AppClient) -> None:
    url = "/v1/compare?indicator=trade-share&period=2021&period=2024&derived=true"
    body = client.get(url).json()
    assert body["later"]["contradiction"]["code"] == KEY
    assert REASON in body["derived"]["warning"]
    body = client.get(f"{url}&lang=zh").json()
    assert "公布的数据存在差异" in body["derived"]["warning"]


def test_a_calculated_change_does_not_warn_of_rounding(newest: AppClient) -> None:
    url = "/v1/compare?indicator=goods-imports&period=2016&period=2017&derived=true"
    body = newest.get(url).json()
    assert body["later"]["contradiction"]["cause"] == "rounding"
    assert "do not agree" not in body["derived"]["warning"]
