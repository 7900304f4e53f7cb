"""Tables of figures: the records that single files would define, and issues by row."""

import csv
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.application import create_app
from app.enums import StockFlow
from app.ingest.build import build, load_valid_seed
from app.ingest.diff import read_records
from app.ingest.editions import list_latest, select_headlines
from app.ingest.history import take_snapshot
from app.ingest.schema import GrowthRate, Observation, Period, Series, SeriesTable
from app.ingest.schema.tables import DIMENSIONS, Fields, format_span, parse_span
from app.ingest.seed import SeedDocument
from app.ingest.writing import format_document, insert_rows
from tests.support.client import AppClient
from tests.support.processes import run_bri
from tests.support.seeds import (
    MIGRATIONS,
    SEED,
    Broken,
    add,
    check_reported,
    copy_seed,
    edit,
    find_issues,
)
from tests.support.targets import Target, build_settings

SERIES = "goods-trade.CN.BRI.partner-2023.CNY.P12M"
FILE = "figures/goods-trade.CN.BRI.partner-2023.CNY.yaml"
TABLE = (
    """\
# yaml-language-server: $schema=../.schemas/figure.json
indicator: goods-trade
reporting_area: CN
counterpart_area: BRI
coverage: partner-2023
unit: CNY
multiplier: 12
figures:
  - {period: 2019, value: 12.10, qualifier: over, OVER, SOURCE, CHECK}
  - {period: 2020, value: 950, multiplier: 9, WORDS, SOURCE, DOWN}
  - {period: 2021, SOURCE, growth: {value: 3, wording: {en: up 3%, zh: 增长3%}}}
""".replace("SOURCE", "source: starsfund-2023-10")
    .replace("OVER", "wording: {en: over 12.10 trillion yuan, zh: 逾12.10万亿元}")
    .replace("WORDS", "wording: {en: 950 billion yuan, zh: 9500亿元}")
    .replace("DOWN", "growth: {value: -1.5, wording: {en: down 1.5%, zh: 下降1.5%}}")
    .replace("CHECK", "checked_on: 2026-11-26, check_method: page")
)
TOTALS = "goods-trade.CN.BRI.partner-2023.CNY"
LATE = "landbridge-2026-01-16"
TOTAL_WORDS = 'wording: {en: "130 trillion, 190 trillion yuan", zh: 130万亿、190万亿元}'
STOCK_WORDS = "wording: {en: 152 or 155 ¥, zh: 152或155¥}"
CUMULATIVE = """\
# yaml-language-server: $schema=../.schemas/figure.json
indicator: goods-trade
reporting_area: CN
counterpart_area: BRI
coverage: partner-2023
unit: CNY
stock_flow: cumulative
multiplier: 12
figures:
  - {period: 2013-01..2022-12, value: 130, WORDS, source: starsfund-2023-10}
  - {period: 2013-01-01..2026-01-10, value: 190, WORDS, source: LATE}
""".replace("WORDS", TOTAL_WORDS).replace("LATE", LATE)
STOCKS = """\
# yaml-language-server: $schema=../.schemas/figure.json
indicator: goods-trade
reporting_area: CN
counterpart_area: BRI
coverage: partner-2023
unit: USD
stock_flow: stock
figures:
  - {period: 2023-06-30, value: 152, WORDS, source: starsfund-2023-10}
  - {period: 2026-01-12, value: 155, WORDS, source: LATE}
""".replace("WORDS", STOCK_WORDS).replace("LATE", LATE)
STOCK_FILE = "figures/goods-trade.CN.BRI.partner-2023.USD.stock.yaml"
CUMULATIVE_FILE = f"figures/{TOTALS}.cumulative.yaml"
ROW = "wording: {en: 950 billion yuan, zh: 9500亿元}, source: starsfund-2023-10"


def copy_seed_with_table(folder: Path) -> Path:
    """Copy the seed and add a table to a series that has a file."""
    seed = copy_seed(folder)
    (seed / "figures").mkdir(exist_ok=True)
    add(seed, FILE, TABLE)
    return seed


def move_to_table(seed: Path, table: str) -> None:
    """Replace the files of all figures of an indicator by a table."""
    whole = load_valid_seed(seed)
    rows: dict[str, Fields] = {}
    values, rates = whole.get_all(Observation), whole.get_all(GrowthRate)
    figures: list[tuple[str, Observation | GrowthRate]] = [*values.items(), *rates.items()]
    for key, entity in figures:
        kind = type(entity)
        if key.startswith(f"{table}."):
            (seed / kind.collection / f"{key}.yaml").unlink()
            row = to_row(whole.documents[kind, key], kind)
            rows[key] = rows.get(key, {}) | {"period": format_span(entity.period)} | row
    for key, series in whole.get_all(Series).items():
        if key.startswith(f"{table}.") and series.note is None:
            (seed / f"series/{key}.yaml").unlink()
    (seed / "figures").mkdir(exist_ok=True)
    header: Fields = dict(zip(DIMENSIONS, table.split("."), strict=True))
    text = format_document(SeriesTable, header) + "figures:\n"
    add(seed, f"figures/{table}.yaml", insert_rows(text, rows.values()))


CHECKS = ("locator", "checked_on", "check_method")


def to_row(document: SeedDocument, kind: type[Observation] | type[GrowthRate]) -> Fields:
    assert isinstance(document.content, dict)
    content: Fields = dict(document.content)
    shared: Fields = {"source": content["source"]}
    shared |= {name: content[name] for name in CHECKS if name in content}
    if kind is GrowthRate:
        names = ("value", "measure", "wording", "basis", "note")
        return shared | {"growth": {name: content[name] for name in names if name in content}}
    published = content["published"]
    assert isinstance(published, dict)
    own = {
        name: content[name]
        for name in ("wording", "qualifier", "status", "note", "contradiction")
        if name in content
    }
    return shared | own | {"value": published["value"], "multiplier": published["multiplier"]}


@pytest.mark.parametrize(
    "table",
    [
        "goods-trade.CN.BRI.partner-2023.CNY",
        "trade-share.CN.BRI.partner-2023.PT",
        "aid-projects.CN.BRI.partner-2023.NB",
        "outward-direct-investment.CN.BRI.partner-2023.CNY",
    ],
)
def test_a_table_gives_the_records_of_single_files(tmp_path: Path, table: str) -> None:
    seed = copy_seed(tmp_path)
    move_to_table(seed, table)
    assert not (seed / f"series/{table}.P12M.yaml").exists()
    assert take_snapshot(load_valid_seed(seed)) == take_snapshot(load_valid_seed(SEED))
    assert read_records(seed) == read_records(SEED)
    done = run_bri("diff", str(SEED), str(seed))
    assert done.stdout == "No differences.\n"


def test_a_row_is_expanded(tmp_path: Path) -> None:
    seed = load_valid_seed(copy_seed_with_table(tmp_path))
    key = f"{SERIES}.2019-01.starsfund-2023-10"
    assert seed.documents[Observation, key].content == {
        "series": SERIES,
        "period": {"start": "2019-01-01", "end": "2019-12-31"},
        "value": 12_100_000_000_000,
        "published": {
            "value": seed.get_all(Observation)[key].published.value,
            "multiplier": 12,
            "decimals": 2,
        },
        "bounds": {"lower": 12_100_000_000_000},
        "wording": {"en": "over 12.10 trillion yuan", "zh": "逾12.10万亿元"},
        "qualifier": "over",
        "status": "normal",
        "source": "starsfund-2023-10",
        "checked_on": "2026-11-26",
        "check_method": "page",
    }
    assert str(seed.get_all(Observation)[key].published.value) == "12.10"
    second = f"{SERIES}.2020-01.starsfund-2023-10"
    assert seed.get_all(Observation)[second].value == 950_000_000_000
    base = seed.get_all(GrowthRate)[second].base_period
    assert (str(base.start), str(base.end)) == ("2019-01-01", "2019-12-31")
    third = f"{SERIES}.2021-01.starsfund-2023-10"
    assert third in seed.get_all(GrowthRate)
    assert third not in seed.get_all(Observation)


ISSUES = {
    "value": Broken(
        FILE, "value: 950,", "value: no,", "figures[1].value", "found 'no'; write a plain"
    ),
    "period": Broken(
        FILE, "{period: 2020,", "{period: 2020-13,", "figures[1].period", "write a period"
    ),
    "length": Broken(
        *(FILE, "{period: 2020,", "{period: 2020-01..2021-01,", "figures[1].period"),
        "covers 13 months; more than 12 are a cumulative total",
    ),
    "day": Broken(
        FILE, "{period: 2020,", "{period: 2020-01-31,", "figures[1].period", "whole months"
    ),
    "indicator": Broken(
        FILE, "indicator: goods-trade", "indicator: goods-trad", "indicator", "mean goods-trade?"
    ),
    "separator": Broken(FILE, "value: 950,", "value: 1,950,", "figures[1].950", "without separ"),
    "colon": Broken(FILE, "value: 950,", "value: a: b,", "", "quote a text with ','"),
    "cn": Broken(FILE, "zh: 下降1.5%", "cn: 下降1.5%", "figures[1].growth.wording.cn", "mean zh?"),
    "unknown field": Broken(
        FILE, ROW, f"words: 1, {ROW}", "figures[1].words", "is not a field here"
    ),
    "wording missing": Broken(
        FILE,
        ROW,
        "source: starsfund-2023-10",
        "figures[1].wording",
        "is missing; add it",
        at="value: 950",
    ),
    "source": Broken(
        FILE,
        ROW,
        ROW.replace("starsfund-2023-10", "starsfund-2023-11"),
        "figures[1].source",
        "did you mean starsfund-2023-10?",
    ),
    "growth wording": Broken(
        FILE,
        "{en: down 1.5%, zh: 下降1.5%}",
        "{en: down}",
        "figures[1].growth.wording.zh",
        "is missing",
    ),
    "repeated": Broken(
        *(FILE, "{period: 2020,", "{period: 2019, ", "figures[1].source", "repeats figures/"),
        at="value: 950",
    ),
    "repeated file": Broken(
        FILE,
        "{period: 2020,",
        "{period: 2022,",
        "figures[1].source",
        f"repeats observations/{SERIES}.2022-01.starsfund-2023-10.yaml:2; remove one",
    ),
    "header": Broken(
        FILE, "coverage: partner-2023", "coverage: route", "", "rename the file", at="indicator: "
    ),
    "half a check": Broken(
        FILE, ", check_method: page", "", "figures[0].checked_on", "write both", at="value: 12.10"
    ),
    "early check": Broken(
        FILE,
        "checked_on: 2026-11-26",
        "checked_on: 2020-01-01",
        "figures[0].checked_on",
        "the source was published on",
    ),
}


@pytest.mark.parametrize("broken", ISSUES.values(), ids=ISSUES)
def test_an_issue_names_its_row(tmp_path: Path, broken: Broken) -> None:
    check_reported(copy_seed_with_table(tmp_path), broken)


def test_a_broken_table_causes_no_issues_in_others(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path)
    table = "outward-direct-investment.CN.BRI.partner-2023.CNY"
    move_to_table(seed, table)
    edit(seed, f"figures/{table}.yaml", "unit: CNY", "unit: CNY\ncolour: red")
    assert [issue.field for issue in find_issues(seed)] == ["colour"]
    edit(seed, f"figures/{table}.yaml", "colour: red", "colour: [")
    assert [issue.file.name for issue in find_issues(seed)] == [f"{table}.yaml"]


def test_an_unknown_code_of_a_table_is_reported_once(tmp_path: Path) -> None:
    seed = copy_seed_with_table(tmp_path)
    edit(seed, FILE, "{period: 2020,", "{period: 2020-01..2020-02,")
    edit(seed, FILE, "coverage: partner-2023", "coverage: partner-2022")
    (seed / FILE).rename(seed / FILE.replace("-2023", "-2022"))
    (issue,) = find_issues(seed)
    assert (issue.line, issue.field) == (5, "coverage")


def test_an_editor_is_offered_the_schema(tmp_path: Path) -> None:
    seed = copy_seed_with_table(tmp_path)
    edit(seed, FILE, "# yaml-language-server: $schema=../.schemas/figure.json", "# none")
    done = run_bri("check", "--seed", str(seed))
    assert "start it with the line" in done.stderr
    assert done.stderr.count("figures/") == done.stderr.count(": warning: editors") == 1


@pytest.mark.database
def test_the_day_of_the_check_is_served(tmp_path: Path, target: Target) -> None:
    build(copy_seed_with_table(tmp_path), MIGRATIONS, target)
    with AppClient(create_app(build_settings(target))) as client:
        key = f"{SERIES}.2019-01.starsfund-2023-10"
        figure = client.get(f"/v1/observations/{key}").json()
        assert (figure["checked_on"], figure["check_method"]) == ("2026-11-26", "page")
        other = client.get(f"/v1/observations/{SERIES}.2020-01.starsfund-2023-10").json()
        assert (other["checked_on"], other["check_method"]) == (None, None)
        assert other["growth"]["value"] == -1.5
        rows = csv.DictReader(client.get("/v1/observations.csv").text.splitlines())
        (row,) = (row for row in rows if row["id"] == key)
        assert (row["checked_on"], row["check_method"]) == ("2026-11-26", "page")


def copy_seed_with_stocks(folder: Path) -> Path:
    """Copy the seed and add a table of totals and one of stocks."""
    seed = copy_seed_with_table(folder)
    add(seed, CUMULATIVE_FILE, CUMULATIVE)
    add(seed, STOCK_FILE, STOCKS)
    return seed


def test_stocks_and_totals_are_series_of_their_own(tmp_path: Path) -> None:
    seed = load_valid_seed(copy_seed_with_stocks(tmp_path))
    totals = f"{TOTALS}.FROM2013-01-01"
    assert seed.get_all(Series)[totals].stock_flow is StockFlow.CUMULATIVE
    for day, source in (("2022-12-31", "starsfund-2023-10"), ("2026-01-10", LATE)):
        figure = seed.get_all(Observation)[f"{totals}.{day}.{source}"]
        assert (str(figure.period.start), str(figure.period.end)) == ("2013-01-01", day)
    stocks = "goods-trade.CN.BRI.partner-2023.USD.P0D"
    assert seed.get_all(Series)[stocks].stock_flow is StockFlow.STOCK
    assert seed.get_all(Observation)[f"{stocks}.2026-01-12.{LATE}"].period.start.day == 12
    # The table of flows has the same dimensions.
    assert seed.get_all(Series)[SERIES].months == 12


def test_a_total_or_a_stock_never_represents_a_flow(tmp_path: Path) -> None:
    path = copy_seed_with_stocks(tmp_path)
    edit(path, STOCK_FILE, "unit: USD", "unit: CNY")
    (path / STOCK_FILE).rename(path / STOCK_FILE.replace(".USD.", ".CNY."))
    seed = load_valid_seed(path)
    series = seed.get_all(Observation)[list_latest(seed)["goods-trade"][-1].observation].series
    assert seed.get_all(Series)[series].months == 12
    # Without the rule it would be the later one.
    edit(path, "indicators/goods-trade.yaml", "direction:", "stock_flow: cumulative\ndirection:")
    seed = load_valid_seed(path)
    latest = list_latest(seed)["goods-trade"][-1].observation
    assert latest.endswith(f"FROM2013-01-01.2026-01-10.{LATE}")
    assert "goods-trade" not in select_headlines(seed)


KINDS = {
    "stock of a month": Broken(
        STOCK_FILE, "2023-06-30", "2023-06", "figures[0].period", "write one day"
    ),
    "total of a day": Broken(
        *(CUMULATIVE_FILE, "2013-01-01..2026-01-10", "2026-01-10", "figures[1].period"),
        "write the first and the last day",
    ),
    "growth of a stock": Broken(
        *(STOCK_FILE, "value: 152,", "growth: {value: 1, wording: {en: 1%, zh: 1%}}, value: 152,"),
        *("figures[0].growth", "belongs to flows alone; remove it"),
    ),
    "a day after the source": Broken(
        *(STOCK_FILE, "2026-01-12", "2026-01-17", "figures[1].period"),
        "the source was published on 2026-01-16",
    ),
}


@pytest.mark.parametrize("broken", KINDS.values(), ids=KINDS)
def test_a_period_fits_what_is_measured(tmp_path: Path, broken: Broken) -> None:
    check_reported(copy_seed_with_stocks(tmp_path), broken)


@given(st.dates(date(1949, 1, 1), date(2990, 1, 1)), st.integers(1, 12))
def test_a_period_is_written_and_read(day: date, months: int) -> None:
    start = day.replace(day=1)
    last = start.year * 12 + start.month - 1 + months - 1
    text = f"{start:%Y-%m}..{last // 12:04}-{last % 12 + 1:02}"
    period = Period.model_validate(parse_span(text))
    assert period.months == months
    assert parse_span(format_span(period)) == parse_span(text)


@pytest.mark.parametrize(
    "text", ["2023-13", "23", "2023-01-1", "2023-01...2023-02", "2023-02..2023-01", "", 12023, 1925]
)
def test_other_periods_are_refused(text: object) -> None:
    with pytest.raises(Exception, match="Write a period"):
        parse_span(text)
