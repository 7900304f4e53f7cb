"""Filters of SDMX data: keys, periods, and operators on dimensions."""

from collections.abc import Callable
from typing import Any

import pytest

from app.formats.sdmx.paths import parse_keys, parse_path
from app.formats.sdmx.query import parse_request
from app.parameters.sdmx import format_time_period, parse_time_period
from app.queries.sdmx import select_matching_series
from tests.formats.test_sdmx_data import FLOW, NEW, read, read_observations
from tests.support.client import AppClient

pytestmark = pytest.mark.database


@pytest.mark.parametrize(
    ("key", "query"),
    [
        ("A.CN.BRI.partner-2025.goods-trade.USD.P12M", {"indicator": "goods-trade", "unit": "USD"}),
        ("....goods-trade+aid-projects..", {"indicator": ["goods-trade", "aid-projects"]}),
        ("*.*.*.*.*.*.P11M", {"months": 11}),
        ("......P11M+P12M", {}),
        ("..BRI....", {"counterpart": "BRI"}),
        ("all", {}),
        ("ALL", {}),
        ("*", {}),
        ("A.CN.*.*.goods-trade.CNY.*,A.CN.*.*.goods-trade.USD.*", {"indicator": "goods-trade"}),
        ("....goods-trade,aid-projects..", {"indicator": ["goods-trade", "aid-projects"]}),
    ],
)
def test_keys_select_series(client: AppClient, key: str, query: dict[str, Any]) -> None:
    wanted = sorted(item["id"] for item in read_observations(client, **query))
    for address in (f"{FLOW}/{key}", f"/sdmx/data/BRI,INDICATORS,1.0/{key}/", f"{NEW}/{key}"):
        assert sorted(row["OBS_ID"] for row in read(client, address)) == wanted


def test_all_within_a_key_is_a_coverage(client: AppClient) -> None:
    assert parse_keys("A.*..all+route...") == (
        {"FREQ": frozenset("A"), "COVERAGE": frozenset({"all", "route"})},
    )
    for address in (f"{FLOW}/...all...", f"{NEW}/*.*.*.all.*.*.*"):
        assert client.get(address).status_code == 404, "the pinned release has no such figure"


@pytest.mark.parametrize(
    ("query", "since", "until"),
    [
        ("startPeriod=2024", "2024-01-01", "9999-12-31"),
        ("endPeriod=2023", "0001-01-01", "2023-12-31"),
        ("startPeriod=2024-01&endPeriod=2024-11", "2024-01-01", "2024-11-30"),
        ("startPeriod=2023-01-01&endPeriod=2024-Q4", "2023-01-01", "2024-12-31"),
    ],
)
def test_periods_filter_data(client: AppClient, query: str, since: str, until: str) -> None:
    wanted = sorted(item["id"] for item in read_observations(client, since=since, until=until))
    assert wanted
    assert sorted(row["OBS_ID"] for row in read(client, f"{FLOW}/all?{query}")) == wanted


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("c[TIME_PERIOD]=ge:2024%2Ble:2024", {"2024", "2024-01-01/P11M"}),
        ("c[TIME_PERIOD]=ge:2024+le:2024", {"2024", "2024-01-01/P11M"}),
        ("c[TIME_PERIOD]=2024", {"2024"}),
        ("c[TIME_PERIOD]=eq:2024,2025", {"2024", "2025"}),
        ("c[TIME_PERIOD]=2024-01-01/P11M", {"2024-01-01/P11M"}),
        ("c[TIME_PERIOD]=gt:2024", {"2025"}),
        ("c[TIME_PERIOD]=ge:2021-01-01+le:2022", {"2021", "2022"}),
        ("c[TIME_PERIOD]=gt:2021-01-01+le:2022", {"2022"}),
        ("c[TIME_PERIOD]=lt:2023&c[DURATION]=P12M", {"2013", "2021", "2022"}),
    ],
)
def test_components_filter_periods(client: AppClient, query: str, wanted: set[str]) -> None:
    assert {row["TIME_PERIOD"] for row in read(client, f"{NEW}?{query}", "csv20")} == wanted


def test_filters_narrow_the_key(client: AppClient) -> None:
    found = read(client, f"{NEW}/*.*.*.*.goods-trade.*.*?c[UNIT_MEASURE]=USD", "csv20")
    assert {(row["INDICATOR"], row["UNIT_MEASURE"]) for row in found} == {("goods-trade", "USD")}
    answer = client.get(f"{NEW}/*.*.*.*.goods-trade.*.*?c[INDICATOR]=aid-projects")
    assert answer.status_code == 404
    # As many comparisons in one statement would exceed what SQLite accepts.
    repeated = "+".join(["USD"] * 2000)
    assert (
        read(client, f"{NEW}/*.*.*.*.goods-trade.*.*?c[UNIT_MEASURE]={repeated}", "csv20") == found
    )
    answer = client.get(f"{NEW}?c[UNIT_MEASURE]=USD+CNY")
    assert answer.status_code == 404


def test_codes_of_a_filter_are_not_repeated_for_each_key() -> None:
    """A hundred keys and a thousand codes would otherwise be a hundred thousand comparisons."""
    path = parse_path("data/dataflow/BRI/INDICATORS/1.0/" + ",".join(["......"] * 100))
    codes = [f"FROM{year:04}-01-01" for year in range(1, 1001)]
    filters = parse_request(path, [("c[DURATION]", ",".join(codes))], {}).filters
    compared = select_matching_series(filters).compile().params.values()
    assert len(filters.keys) == 100
    assert sum(len(one) for one in compared if isinstance(one, list | tuple)) == len(codes)


@pytest.mark.parametrize(
    ("query", "dimension", "accepts"),
    [
        ("ne:goods-trade", "INDICATOR", lambda code: code != "goods-trade"),
        ("ne:CNY,USD", "UNIT_MEASURE", lambda code: code not in {"CNY", "USD"}),
        ("sw:Goods,aid", "INDICATOR", lambda code: code.startswith(("goods", "aid"))),
        ("ew:-trade", "INDICATOR", lambda code: code.endswith("-trade")),
        ("co:trade%2Bne:goods-trade", "INDICATOR", lambda code: code == "trade-share"),
        ("nc:c", "UNIT_MEASURE", lambda code: "C" not in code),
        ("ne:P12M", "DURATION", lambda code: code == "P11M"),
        ("ew:12M", "DURATION", lambda code: code == "P12M"),
        ("ne:M", "FREQ", lambda code: code == "A"),
    ],
)
def test_operators_filter_codes(
    client: AppClient, query: str, dimension: str, accepts: Callable[[str], bool]
) -> None:
    wanted = [row["OBS_ID"] for row in read(client, NEW, "csv20") if accepts(row[dimension])]
    found = read(client, f"{NEW}?c[{dimension}]={query}", "csv20")
    assert wanted
    assert [row["OBS_ID"] for row in found] == wanted


@pytest.mark.parametrize(
    "query",
    [
        "c[FREQ]=ne:A",
        "c[INDICATOR]=co:%25",
        "c[INDICATOR]=sw:_",
        "c[INDICATOR]=goods-trade+trade-share",
    ],
)
def test_operators_that_match_nothing_get_404(client: AppClient, query: str) -> None:
    assert client.get(f"{NEW}?{query}").status_code == 404


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024", "2024-01-01", "2024-12-31"),
        ("2024-A1", "2024-01-01", "2024-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2024-M02", "2024-02-01", "2024-02-29"),
        ("2024-Q4", "2024-10-01", "2024-12-31"),
        ("2024-T2", "2024-05-01", "2024-08-31"),
        ("2024-S2", "2024-07-01", "2024-12-31"),
        ("2024-W01", "2024-01-01", "2024-01-07"),
        ("2024-05-06", "2024-05-06", "2024-05-06"),
        ("2024-05-06T00:00:00", "2024-05-06", "2024-05-06"),
        ("2024-01-01/P11M", "2024-01-01", "2024-11-30"),
        ("2024-01-01--P11M", "2024-01-01", "2024-11-30"),
        ("2024-04-01/P1Y", "2024-04-01", "2025-03-31"),
    ],
)
def test_periods_are_read(text: str, first: str, last: str) -> None:
    assert [str(day) for day in parse_time_period(text)] == [first, last]


@pytest.mark.parametrize("text", ["", "24", "2024-13", "2024-Q5", "2024-01-01/P", "2024-W60"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_time_period(text)


@pytest.mark.parametrize("text", ["2024", "2024-01-01/P11M", "2024-02-01/P12M", "2024-12-01/P1M"])
def test_periods_are_spelled_as_they_are_read(text: str) -> None:
    assert format_time_period(*parse_time_period(text)) == text
