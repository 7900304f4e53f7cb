"""SDMX data: every format is valid and has the values of the lists, digit by digit."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.formats.sdmx.errors import ResponseTooLarge
from app.formats.sdmx.messages import limit_observations
from app.ingest.build import build
from app.queries.sdmx import CHUNK, split_series
from tests.benchmarks.generated_data import Scale
from tests.benchmarks.generated_data import build as build_generated
from tests.support.client import AppClient
from tests.support.sdmx import DATA, Row, read_rows
from tests.support.seeds import BROKEN_SERIES, MIGRATIONS, add, add_break, copy_seed
from tests.support.targets import Target, open_app

pytestmark = pytest.mark.database

STATUSES = {"normal": "A", "provisional": "P", "estimated": "E", "revised": "R"}
FLOW = "/sdmx/data/INDICATORS"
NEW = "/sdmx/data/dataflow/BRI/INDICATORS/*"


def read_observations(client: AppClient, **query: Any) -> list[Any]:
    """Read the figures of the list."""
    items: list[Any] = client.get("/v1/observations", params={"limit": 1000, **query}).json()[
        "items"
    ]
    return items


def encode_observation(item: Any) -> Row:
    """Spell a figure of the list as SDMX does."""
    series = item["series"].split(".")
    growth = item["growth"] or {}
    contradiction = item["contradiction"] or {}
    differing_growth = (item["growth"] and item["growth"]["contradiction"]) or {}
    published = item["published"]
    row = {
        "FREQ": "A" if item["stock_flow"] == "flow" else "_O",
        "REF_AREA": item["reporting_area"]["code"],
        "COUNTERPART_AREA": item["counterpart_area"]["code"],
        "COVERAGE": item["coverage"]["code"],
        "INDICATOR": item["indicator"]["code"],
        "UNIT_MEASURE": item["unit"]["code"],
        "DURATION": series[-1],
        "TIME_PERIOD": format_period(item["period"]),
        "OBS_VALUE": format_number(item["value"]),
        "UNIT_MULT": "0",
        "DECIMALS": str(len(format_number(item["value"]).partition(".")[2])),
        "OBS_STATUS": "B" if item["break_before"] else STATUSES[item["status"]],
        "OBS_QUALIFIER": item["qualifier"],
        "COMMENT_OBS": published["wording"],
        "COMMENT_OBS_LANG": published["wording_language"],
        "COMMENT_OBS_TRANSLATED": published["wording_translated"] or "",
        "LOWER_BOUND": format_number(item["bounds"]["lower"]),
        "UPPER_BOUND": format_number(item["bounds"]["upper"]),
        "ROUNDING_LOWER": format_number(item["rounding"]["lower"]),
        "ROUNDING_UPPER": format_number(item["rounding"]["upper"]),
        "PUBLISHED_VALUE": f"{Decimal(str(published['value'])):.{published['decimals']}f}",
        "PUBLISHED_MULT": str(published["multiplier"]),
        "GROWTH": format_number(growth.get("value")),
        "GROWTH_MEASURE": growth.get("measure", ""),
        "GROWTH_BASIS": growth.get("basis", ""),
        "GROWTH_UNIT": growth["unit"]["code"] if growth else "",
        "GROWTH_SOURCE": growth["source"]["code"] if growth else "",
        "GROWTH_LOCATOR": (growth and growth["locator"]) or "",
        "SOURCE": item["source"]["code"],
        "LOCATOR": item["locator"] or "",
        "VINTAGE": item["vintage"],
        "SUPERSEDED_ON": item["superseded_on"] or "",
        "OBS_ID": item["id"],
        "OBS_NOTE": item["note"] or "",
        "GROWTH_BASE": format_period(growth["base_period"]) if growth else "",
        "GROWTH_NOTE": growth.get("note") or "",
        "GROWTH_WORDING": growth.get("wording", ""),
        "GROWTH_WORDING_LANG": growth.get("wording_language", ""),
        "GROWTH_WORDING_TRANSLATED": growth.get("wording_translated") or "",
        "COMPARABILITY": item["comparability"] or "",
        "CONTRADICTION": contradiction.get("code", ""),
        "CONTRADICTION_REASON": contradiction.get("reason", ""),
        "GROWTH_DECIMALS": str(growth.get("decimals", "")),
        "STOCK_FLOW": item["stock_flow"],
        "GROWTH_CONTRADICTION": differing_growth.get("code", ""),
        "GROWTH_CONTRADICTION_REASON": differing_growth.get("reason", ""),
    }
    return {name: text for name, text in row.items() if text}


def format_period(period: Any) -> str:
    """Format a period of the list: 2024, 2024-01-01/P11M, 2024-06-30, or 2021-12-03/P731D."""
    start: str = period["start"]
    if period["months"] is None:
        first, last = (date.fromisoformat(period[name]) for name in ("start", "end"))
        following = last + timedelta(days=1)
        if first.day == following.day == 1:
            count = (following.year - first.year) * 12 + following.month - first.month
            return f"{start}/P{count}M"
        return start if first == last else f"{start}/P{(following - first).days}D"
    return start[:4] if period["months"] == 12 else f"{start}/P{period['months']}M"


def format_number(number: Any) -> str:
    """Spell a number of JSON; nothing for none."""
    return "" if number is None else str(Decimal(str(number)).normalize().__format__("f"))


def omit_breaks(found: Iterable[Row]) -> list[Row]:
    """Leave out what lists of figures do not have, in the order of keys."""
    rows = [{name: text for name, text in row.items() if name != "BREAKS"} for row in found]
    return sorted(rows, key=lambda row: row["OBS_ID"])


def read(client: AppClient, address: str, form: str = "csv10", **headers: str) -> list[Row]:
    """Ask for data in a format."""
    answer = client.get(address, headers={"Accept": DATA[form], **headers})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == DATA[form]
    return read_rows(answer.content, form)


@pytest.mark.sqlite
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("form", DATA)
def test_every_format_tells_what_the_list_tells(
    client: AppClient, form: str, language: str
) -> None:
    listed = read_observations(client, lang=language)
    found = read(client, f"{FLOW}/all?lang={language}", form)
    assert len(found) == len(listed) > 30
    wanted = sorted((encode_observation(item) for item in listed), key=lambda row: row["OBS_ID"])
    assert omit_breaks(found) == wanted
    assert {row["OBS_QUALIFIER"] for row in found} >= {"none", "over", "nearly"}


@pytest.mark.sqlite
@pytest.mark.parametrize("form", DATA)
def test_every_format_tells_stocks_from_totals_and_flows(newest: AppClient, form: str) -> None:
    listed = read_observations(newest, lang="en", indicator="china-europe-trains")
    listed += read_observations(newest, lang="en", indicator="china-europe-train-cities")
    key = "....china-europe-trains+china-europe-train-cities.."
    found = read(newest, f"{FLOW}/{key}", form)
    wanted = sorted((encode_observation(item) for item in listed), key=lambda row: row["OBS_ID"])
    assert omit_breaks(found) == wanted
    assert {row["STOCK_FLOW"] for row in found} == {"flow", "cumulative", "stock"}
    durations = {row["DURATION"] for row in found}
    assert durations >= {"P12M", "P0D", "FROM2011-01-01"}
    for duration in ("P0D", "FROM2011-01-01"):
        selected = read(newest, f"{FLOW}/{key}{duration}", form)
        assert selected == [row for row in found if row["DURATION"] == duration]
        assert {row["FREQ"] for row in selected} == {"_O"}
        period = selected[-1]["TIME_PERIOD"]
        at = read(newest, f"{NEW}?c[DURATION]={duration}&c[TIME_PERIOD]={period}", form)
        assert {row["TIME_PERIOD"] for row in at} == {period}


def test_data_are_found_by_each_duration(newest: AppClient) -> None:
    durations = {row["DURATION"] for row in read(newest, f"{FLOW}/all")}
    assert any(duration.startswith("P1M-") for duration in durations), "a month of its own"
    for duration in durations:
        found = read(newest, f"{FLOW}/......{duration}")
        assert {row["DURATION"] for row in found} == {duration}


@pytest.mark.sqlite
@pytest.mark.parametrize("at", ["AllDimensions", "TIME_PERIOD", "INDICATOR", "UNIT_MEASURE"])
@pytest.mark.parametrize("form", [form for form in DATA if "csv" not in form])
def test_any_dimension_may_stand_at_the_observation(client: AppClient, form: str, at: str) -> None:
    found = read(client, f"{FLOW}/all?dimensionAtObservation={at}", form)
    assert sorted(map(str, map(sorted, map(dict.items, found)))) == sorted(
        map(str, map(sorted, map(dict.items, read(client, f"{FLOW}/all"))))
    )


@pytest.mark.sqlite
@pytest.mark.parametrize("form", DATA)
def test_data_alone_have_no_attributes(client: AppClient, form: str) -> None:
    for address in (f"{FLOW}/all?detail=dataonly", f"{NEW}?attributes=none"):
        (first, *_) = read(client, address, form)
        assert set(first) == {
            "FREQ",
            "REF_AREA",
            "COUNTERPART_AREA",
            "COVERAGE",
            "INDICATOR",
            "UNIT_MEASURE",
            "DURATION",
            "TIME_PERIOD",
            "OBS_VALUE",
        }


@pytest.mark.parametrize("query", ["?detail=serieskeysonly", "?detail=nodata"])
def test_series_keys_are_sent_alone(client: AppClient, query: str) -> None:
    found = read(client, f"{FLOW}/all{query}")
    codes = {item["code"] for item in client.get("/v1/series?limit=1000").json()["items"]}
    names = ("INDICATOR", "REF_AREA", "COUNTERPART_AREA", "COVERAGE", "UNIT_MEASURE", "DURATION")
    assert {".".join(row[name] for name in names) for row in found} == codes
    for form in DATA:
        answer = client.get(f"{FLOW}/all{query}", headers={"Accept": DATA[form]})
        assert answer.status_code == 200
        assert b"COMMENT_OBS" not in answer.content
        assert read_rows(answer.content, form) == ([] if "csv" not in form else found)


@pytest.mark.sqlite
def test_chosen_attributes_are_sent(client: AppClient) -> None:
    (first, *_) = read(client, f"{NEW}?attributes=OBS_QUALIFIER,COMMENT_OBS", "csv20")
    assert set(first) >= {"OBS_QUALIFIER", "COMMENT_OBS", "OBS_VALUE"}
    assert "SOURCE" not in first
    (bare, *_) = read(client, f"{NEW}?attributes=OBS_QUALIFIER&measures=none", "csv20")
    assert "OBS_VALUE" not in bare
    assert "OBS_QUALIFIER" in bare


def test_first_and_last_observations_of_each_series_are_sent(client: AppClient) -> None:
    key = f"{FLOW}/A.CN.BRI.partner-2023.goods-trade.CNY.P12M"
    everything = read(client, key)
    assert len(everything) > 2
    assert read(client, f"{key}?firstNObservations=1") == everything[:1]
    assert read(client, f"{key}?lastNObservations=2") == everything[-2:]
    both = read(client, f"{key}?firstNObservations=1&lastNObservations=1")
    assert both == [everything[0], everything[-1]]
    assert read(client, f"{key}?firstNObservations=99&lastNObservations=9") == everything


def test_breaks_are_attributes_of_every_figure_after_them(tmp_path: Path, target: Target) -> None:
    seed = copy_seed(tmp_path)
    add_break(seed)
    build(seed, MIGRATIONS, target)
    with open_app(target) as app, AppClient(app) as client:
        found = read(client, f"{FLOW}/A.CN.BRI.partner-2023.goods-trade.CNY.P12M")
        series = client.get(f"/v1/series/{BROKEN_SERIES}").json()
        (first,) = series["breaks"]
        breaks = [f"{first['start']}: {first['note']}"]
        assert [row.get("BREAKS") for row in found] == [None, *breaks * (len(found) - 1)]
        assert [row["OBS_STATUS"] for row in found] == ["A", "B", *"A" * (len(found) - 2)]


def test_data_as_of_a_day_are_those_known_then(client: AppClient) -> None:
    rates = client.get("/v1/growth-rates?limit=1000&vintages=all").json()["items"]
    days = {one["vintage"] for one in [*read_observations(client, vintages="all"), *rates]}
    for day in sorted(days):
        wanted = [encode_observation(item) for item in read_observations(client, as_of=day)]
        found = read(client, f"{NEW}?asOf={day}T12:00:00Z", "csv20")
        assert omit_breaks(found) == sorted(wanted, key=lambda row: row["OBS_ID"]), day
    early = read(client, f"{NEW}?asOf=2025-01-14", "json20")
    assert any(row["OBS_VALUE"] == "50.3" for row in early)


def test_growth_that_was_not_known_does_not_show(tmp_path: Path, target: Target) -> None:
    seed = copy_seed(tmp_path)
    name = "goods-trade.CN.BRI.partner-2025.CNY.P12M.2024-01.chinataiwan-2025-01-13"
    text = (seed / f"growth-rates/{name}.yaml").read_text()
    text = "".join(line for line in text.splitlines(True) if "original:" not in line)
    (seed / f"growth-rates/{name}.yaml").unlink()
    later = name.replace("chinataiwan-2025-01-13", "shine-2025-01-26")
    add(seed, f"growth-rates/{later}.yaml", text.replace("chinataiwan-2025-01-13", later[-16:]))
    build(seed, MIGRATIONS, target)
    address = f"{NEW}/A.CN.BRI.partner-2025.goods-trade.CNY.P12M?c[TIME_PERIOD]=2024"
    with open_app(target) as app, AppClient(app) as client:
        for day, growth in (("25", None), ("26", "6.4")):
            (row,) = read(client, f"{address}&asOf=2025-01-{day}", "json20")
            assert row.get("GROWTH") == growth


@pytest.mark.parametrize("form", ["generic", "specific", "xml30", "json10", "json20"])
def test_history_has_a_data_set_for_each_day(client: AppClient, form: str) -> None:
    found = read(client, f"{FLOW}/all?includeHistory=true", form)
    ever = [item for item in read_observations(client, vintages="all") if item["current_from"]]
    assert sorted(row["OBS_ID"] for row in found) == sorted(item["id"] for item in ever)
    ended = {row["OBS_ID"]: row["SUPERSEDED_ON"] for row in found if "SUPERSEDED_ON" in row}
    assert ended
    assert ended == {one["id"]: one["superseded_on"] for one in ever if one["superseded_on"]}
    answer = client.get(f"{FLOW}/all?includeHistory=true", headers={"Accept": DATA[form]}).text
    for day in {item["current_from"] for item in ever}:
        assert f"{day}T00:00:00" in answer


def test_updates_are_those_of_releases(client: AppClient) -> None:
    changes = client.get("/v1/changes?limit=1000&collection=observations").json()["items"]
    days = sorted({change["released_on"] for change in changes})
    listed = {item["id"] for item in read_observations(client)}
    for day in days:
        touched = {change["key"] for change in changes if change["released_on"] >= day}
        found = {row["OBS_ID"] for row in read(client, f"{FLOW}/all?updatedAfter={day}")}
        assert found >= touched & listed
        assert found
    assert client.get(f"{FLOW}/all?updatedAfter=2999-01-01T00:00:00%2B08:00").status_code == 404


def test_all_series_are_sent_if_there_are_many(target: Target) -> None:
    scale = Scale(indicators=6, areas=90, years=3)
    assert scale.indicators * scale.areas > CHUNK
    build_generated(scale, target)
    with open_app(target) as app, AppClient(app) as client:
        table = client.get("/v1/observations.csv").text.splitlines()[1:]
        wanted = sorted(line.partition(",")[0] for line in table)
        for form in ("csv20", "xml30"):
            assert sorted(row["OBS_ID"] for row in read(client, f"{FLOW}/all", form)) == wanted
        last = read(client, f"{FLOW}/all?lastNObservations=1")
        keys = read(client, f"{FLOW}/all?detail=serieskeysonly")
        assert len(last) == len(keys) == client.get("/v1/series").json()["total"]
        assert {row["TIME_PERIOD"] for row in last if row["COUNTERPART_AREA"] == "X001"} == {
            row["TIME_PERIOD"] for row in last if row["COUNTERPART_AREA"] == "X002"
        }


def test_few_observations_are_in_memory_at_once() -> None:
    parts = split_series([{"observations": count} for count in (600, 400, 1, 2000, 999, 1, 5)])
    found = [[one["observations"] for one in part] for part in parts]
    assert found == [[600, 400], [1], [2000], [999, 1], [5]]


def test_a_message_that_would_be_too_large_is_refused() -> None:
    series: dict[str, Any] = {"INDICATOR": "x"}
    some = [[(series, [1, 2]), (series, [3])]]
    assert len(list(limit_observations(some, 3))) == 2  # type: ignore[arg-type]
    with pytest.raises(ResponseTooLarge, match="narrow the key"):
        list(limit_observations(some, 2))  # type: ignore[arg-type]
