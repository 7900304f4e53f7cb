"""`bri import`: rows of a CSV file become sources and tables, all of them or none."""

import csv
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.ingest.build import load_valid_seed
from app.ingest.import_rows import REQUIRED
from app.ingest.imports import copy_files, import_file
from app.ingest.schema import GrowthRate, Observation, Source
from tests.support.processes import limit_file_size, run_bri
from tests.support.seeds import copy_seed, edit

TABLE = "goods-trade.CN.BRI.route.CNY"
ROUTE = f"{TABLE}.P12M"
CUSTOMS = "General Administration of Customs of the People's Republic of China (GACC)"
ROW = {
    "row": "1",
    "status": "confirmed",
    "indicator": "goods-trade",
    "scope": "route",
    "period_start": "2022-01-01",
    "period_end": "2022-12-31",
    "months": "12",
    "period_kind": "year",
    "value": "13.80",
    "unit": "CNY_trillion",
    "currency": "CNY",
    "qualifier": "over",
    "growth_percent": "19.4",
    "growth_qualifier": "none",
    "growth_unit": "CNY",
    "growth_basis": "year_on_year",
    "wording": "exceeded 13.80 trillion yuan, up 19.4%",
    "wording_language": "en",
    "source_title": "Trade: a record, again",
    "title_kind": "printed",
    "title_zh": "外贸再创新高",
    "publisher": "Xinhua News Agency",
    "original_authority": CUSTOMS,
    "published_on": "2023-01-13",
    "published_precision": "day",
    "published_basis": "printed",
    "address": "http://www.news.cn/1.htm",
    "language": "en",
    "locator": "¶2 sentence 1",
}
OTHER = {
    "publisher": "People's Business News",
    "publisher_zh": "人民商业新闻网",
    "publisher_kind": "medium",
    "publisher_hosts": "example.com",
    "address": "https://example.com/2",
}


def write_rows(folder: Path, *changes: dict[str, str]) -> Path:
    path = folder / "rows.csv"
    rows = [ROW | change for change in changes]
    names = [*REQUIRED, *sorted({name for row in rows for name in row} - {*REQUIRED})]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, names)
        writer.writeheader()
        writer.writerows(rows)
    return path


def run(seed: Path, *changes: dict[str, str]) -> tuple[int, str]:
    """Import rows, and return the exit code and everything printed."""
    path = write_rows(seed.parent, *changes)
    done = run_bri("import", str(path), "--seed", str(seed), "--checked-on", "2026-11-26")
    return done.exit_code, done.stdout + done.stderr


def test_a_row_becomes_a_source_and_a_row_of_a_table(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path)
    assert run(seed, {}) == (0, f"1 row and 1 new source written to {seed}\n")
    table = (seed / f"figures/{TABLE}.yaml").read_text("utf-8")
    assert table == (
        "# yaml-language-server: $schema=../.schemas/figure.json\n"
        "indicator: goods-trade\nreporting_area: CN\ncounterpart_area: BRI\ncoverage: route\n"
        "unit: CNY\nmultiplier: 12\nfigures:\n"
        "  - {period: 2022, value: 13.80, qualifier: over,"
        ' wording: {en: "exceeded 13.80 trillion yuan, up 19.4%", zh: 逾13.80万亿元},'
        " source: xinhua-2023-01-13, locator: P2.S1, checked_on: 2026-11-26,"
        " check_method: stored_text, growth: {value: 19.4,"
        ' wording: {en: "exceeded 13.80 trillion yuan, up 19.4%", zh: 同比增长19.4%}}}\n'
    )
    whole = load_valid_seed(seed)
    key = f"{ROUTE}.2022-01.xinhua-2023-01-13"
    assert whole.get_all(Observation)[key].bounds.lower == 13_800_000_000_000
    assert str(whole.get_all(GrowthRate)[key].value) == "19.4"
    source = whole.get_all(Source)["xinhua-2023-01-13"]
    assert (source.standing, source.title.printed) == ("secondary", "Trade: a record, again")
    assert source.publisher == whole.get_all(Source)["xinhua-2024-12-19"].publisher
    assert source.body == whole.get_all(Source)["yuduxx-2024-01-12"].body
    named = run_bri("check", "--seed", str(seed)).stderr
    assert "figures/" not in named
    assert "sources/" not in named


def test_rows_of_a_frozen_release_are_refused_in_the_seed_itself(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path)
    assert run_bri("freeze", "--seed", str(seed)).exit_code == 0
    (frozen,) = seed.glob("history/*.jsonl")
    code, shown = run(seed, {})
    assert code == 1
    assert shown == (
        "bri: the seed has 1 issue; nothing was written\n"
        f"{frozen}:1: differs from the seed; add a file to releases/ for the changes\n"
    )
    code, shown = run(seed, {"value": "x"})
    assert shown.startswith(f"bri: {tmp_path / 'rows.csv'} has 1 issue; nothing was written\n")


def test_rows_keep_the_order_of_periods_and_touch_no_others(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path)
    assert run(seed, {})[0] == 0
    file = f"figures/{TABLE}.yaml"
    edit(seed, file, "figures:\n", "# An editor's remark.\nfigures:\n")
    before = (seed / file).read_text("utf-8").splitlines()
    years = [
        {"period_start": f"{year}-01-01", "period_end": f"{year}-12-31"}
        for year in (2021, 2019, 2020)
    ]
    assert run(seed, *years)[0] == 0
    after = (seed / file).read_text("utf-8").splitlines()
    rows = [line for line in after if line.startswith("  - ")]
    assert [row[13:17] for row in rows] == ["2019", "2020", "2021", "2022"]
    assert [line for line in after if line in before] == before


def test_stocks_and_totals_have_tables_of_their_own(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path)
    own = {"growth_percent": "", "growth_unit": "", "months": "", "scope": "partner-2023"}
    stock = {"indicator": "aid-projects", "unit": "count", "currency": "", "value": "36"}
    stock |= {"wording": "36 projects", "qualifier": "none"}
    stock |= {"period_kind": "stock", "period_start": "", "period_end": "2022-06-30"}
    total = {"period_kind": "cumulative", "period_start": "2013-01-01"}
    assert run(seed, own | stock, own | total) == (
        0,
        f"2 rows and 1 new source written to {seed}\n",
    )
    written = (seed / "figures/aid-projects.CN.BRI.partner-2023.NB.stock.yaml").read_text("utf-8")
    assert "stock_flow: stock\n" in written
    assert "{period: 2022-06-30, value: 36," in written
    table = seed / "figures/goods-trade.CN.BRI.partner-2023.CNY.cumulative.yaml"
    assert "{period: 2013-01..2022-12, value: 13.80," in table.read_text("utf-8")
    assert "repeats observations/" in run(seed, own | total)[1]


def test_figures_of_several_sources_and_currencies_stand_side_by_side(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path)
    second = {"value": "13.83", "qualifier": "none", "wording": "13.83 trillion yuan, up 19.4%"}
    dollars = {
        "value": "891.2", "unit": "USD_100million", "currency": "USD", "qualifier": "none",
        "wording": "進出口891.2億美元", "wording_language": "zh", "growth_percent": "19.4",
        "growth_wording": "按人民币计增长19.4%", "title_zh": "", "title_en": "A record",
        "source_title": "再创新高", "language": "zh", "address": "http://www.news.cn/2.htm",
    }  # fmt: skip
    code, printed = run(seed, {}, OTHER | second, dollars)
    assert (code, printed) == (0, f"4 rows and 3 new sources written to {seed}\n")
    whole = load_valid_seed(seed)
    assert "peoples-business-news-2023-01-13" in whole.get_all(Source)
    yuan = {key: one.value for key, one in whole.get_all(Observation).items() if ROUTE in key}
    assert list(yuan.values()) == [13_800_000_000_000, 13_830_000_000_000]
    key = "2022-01.xinhua-2-2023-01-13"
    other = whole.get_all(Observation)[f"{ROUTE.replace('CNY', 'USD')}.{key}"]
    assert other.value == 89_120_000_000
    assert other.wording.model_dump() == {
        "en": "89.12 billion US dollars", "zh": "891.2亿美元", "original": "進出口891.2億美元"
    }  # fmt: skip
    # The growth is that of amounts in yuan.
    assert whole.get_all(GrowthRate)[f"{ROUTE}.{key}"].value == Decimal("19.4")
    assert f"{ROUTE}.{key}" not in whole.get_all(Observation)


def test_a_publisher_keeps_its_kind_where_it_carries_the_text_of_another(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path)
    site = {"publisher": "China.org.cn", "address": "http://www.china.org.cn/1.htm"}
    carried = {"carrier": "China.org.cn", "address": "http://www.china.org.cn/2.htm"}
    again = site | {"address": "http://www.china.org.cn/3.htm"}
    assert run(seed, site, carried, again)[0] == 0
    sources = load_valid_seed(seed).get_all(Source)
    assert sources["xinhua-2023-01-13"].standing == "repost"
    assert sources["china-org-cn-2-2023-01-13"].publisher.hosts == ["china.org.cn"]


def test_what_is_recorded_is_skipped(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path)
    assert run(seed, {})[0] == 0
    files = {path: path.read_bytes() for path in seed.rglob("*.yaml")}
    code, printed = run(seed, {}, {})
    assert (code, printed.count("repeats observations/")) == (0, 2)
    assert "0 rows and 0 new sources" in printed
    assert files == {path: path.read_bytes() for path in seed.rglob("*.yaml")}
    code, printed = run(
        seed, {"value": "13.9", "growth_percent": "", "wording": "over 13.9 trillion yuan"}
    )
    assert code == 1
    assert (
        f"value: is 13900000000000; observations/{ROUTE}.2022-01.xinhua-2023-01-13 has" in printed
    )


def test_what_a_report_records_is_skipped(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path)
    whole = load_valid_seed(seed)
    aid = {
        "indicator": "aid-projects", "scope": "partner-2023", "period_start": "2024-01-01",
        "period_end": "2024-11-30", "months": "11", "unit": "count", "currency": "", "value": "700",
        "wording": "over 700",
        "address": whole.get_all(Source)["xinhua-2025-01-15"].address or "", "growth_percent": "",
    }  # fmt: skip
    code, printed = run(seed, aid)
    assert (code, printed.count("value: repeats reports/aid-projects.")) == (0, 1)
    assert not list((seed / "figures").glob("*"))


def test_a_source_of_the_seed_is_used(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path)
    address = "https://www.shine.cn/biz/economy/2501262877/"
    assert "and 0 new sources" in run(seed, {"address": address})[1]
    assert (seed / f"figures/{TABLE}.yaml").read_text().count("source: shine-2025-01-26") == 1


@pytest.mark.parametrize(
    ("value", "words", "language"),
    [
        ("0", "exceeded 13.80 trillion yuan, up 0%", "en"),
        ("0.0", "exceeded 13.80 trillion yuan, flat on a year earlier", "en"),
        ("0", "贸易额超过13.80万亿元，同比持平", "zh"),
    ],
)
def test_no_growth_is_a_growth_rate(tmp_path: Path, value: str, words: str, language: str) -> None:
    seed = copy_seed(tmp_path)
    change = {"growth_percent": value, "wording": words, "wording_language": language}
    assert run(seed, change) == (0, f"1 row and 1 new source written to {seed}\n")
    rate = load_valid_seed(seed).get_all(GrowthRate)[f"{ROUTE}.2022-01.xinhua-2023-01-13"]
    assert rate.value == 0


@pytest.mark.parametrize("words", ["almost flat", "basically unchanged"])
def test_nearly_no_growth_is_another_number(tmp_path: Path, words: str) -> None:
    change = {"growth_percent": "0", "wording": f"exceeded 13.80 trillion yuan, {words}"}
    code, shown = run(copy_seed(tmp_path), change)
    assert code == 1
    assert "does not state 0; correct one of them" in shown


def test_imports_at_the_same_time_lose_no_row(tmp_path: Path) -> None:
    seed, files = copy_seed(tmp_path), []
    for year in ("2020", "2021"):
        (folder := tmp_path / year).mkdir()
        span = {"period_start": f"{year}-01-01", "period_end": f"{year}-12-31"}
        files.append(write_rows(folder, span | {"address": f"http://www.news.cn/{year}.htm"}))
    with ThreadPoolExecutor(2) as threads:
        done = [threads.submit(import_file, seed, file, date(2026, 11, 26)) for file in files]
    assert [one.result().count_rows() for one in done] == [1, 1]
    periods = re.findall(r"{period: (\d+)", (seed / f"figures/{TABLE}.yaml").read_text("utf-8"))
    assert periods == ["2020", "2021"]


def test_a_disk_without_room_leaves_no_file(tmp_path: Path) -> None:
    (tmp_path / "units").mkdir()
    (tmp_path / "units/a.yaml").write_text("old", "utf-8")
    with limit_file_size(100), pytest.raises(OSError, match="File too large"):
        copy_files({"units/a.yaml": "new", "units/b.yaml": "b" * 1000}, tmp_path)
    assert [path.name for path in sorted((tmp_path / "units").iterdir())] == ["a.yaml"]
    assert (tmp_path / "units/a.yaml").read_text("utf-8") == "old"


def test_an_interrupt_leaves_no_hidden_file(tmp_path: Path) -> None:
    class InterruptedFiles(dict[str, str]):
        def items(self) -> Any:
            yield "units/a.yaml", "new"
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_files(InterruptedFiles(), tmp_path)
    assert not [*(tmp_path / "units").iterdir()]
