"""`bri import`: rows of a CSV file become sources and tables, all of them or none."""

import csv
import resource
from decimal import Decimal
from pathlib import Path

import pytest

from app.ingest.build import load_valid_seed
from app.ingest.import_rows import REQUIRED
from app.ingest.imports import copy_files
from app.ingest.schema import GrowthRate, Observation, Source
from tests.support.processes import run_bri
from tests.support.seeds import GOODS, SEED, copy_seed, edit

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


QUIET = {"growth_percent": "", "growth_unit": ""}


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
    ("change", "notice"),
    [
        ({"status": "not_found", "note": "Gone."}, "status: is not_found; Gone."),
        (
            {"period_kind": "cumulative", "months": "", "growth_percent": "18"},
            "growth_percent: is that of a cumulative figure",
        ),
        ({"growth_unit": "unstated"}, "growth_unit: is unstated; growth belongs to"),
        ({"growth_basis": "a year since 2013"}, "growth_basis: is a year since 2013; growth is on"),
        ({"growth_qualifier": "over"}, "growth_qualifier: is over; growth has no qualifiers"),
        ({"locator": "¶1 (caption)"}, "locator: is '¶1 (caption)'; only ¶2"),
    ],
)
def test_what_cannot_be_written_is_listed(
    tmp_path: Path, change: dict[str, str], notice: str
) -> None:
    seed = copy_seed(tmp_path)
    words = {"wording": "exceeded 13.80 trillion yuan", "growth_wording": "up 19.4%"}
    code, printed = run(seed, OTHER | QUIET | words, words | change)
    assert code == 0
    assert f"rows.csv:3: {notice}" in printed
    is_row = any(name.startswith(("growth", "locator")) for name in change)
    assert f"{2 if is_row else 1} row" in printed


BODY = {"indicator": "aid-projects", "scope": "partner-2023", "unit": "count", "currency": ""}
STOCK = {"period_kind": "stock", "period_start": "", "months": ""}
TOTAL = {"period_kind": "cumulative", "period_start": "2013-01-01", "months": ""}
WRONG_CELLS: list[tuple[dict[str, str], str]] = [
    ({"status": "ok"}, "status: found 'ok'; write one of confirmed, corrected, not_found,"),
    ({"status": ""}, "status: found ''; write one of confirmed"),
    (
        {"indicator": "goods-trades"},
        "indicator: there is no indicators/goods-trades.yaml; did you mean goods-trade?",
    ),
    ({"indicator": ""}, "indicator: is empty; write a key in indicators/"),
    ({"scope": "along"}, "scope: there is no coverages/along.yaml"),
    ({"scope": ""}, "scope: is empty; write a key in coverages/"),
    ({"unit": "CNY_zillion"}, "unit: found 'CNY_zillion'; the scales are trillion"),
    ({"unit": "EUR_billion", "currency": ""}, "unit: there is no units/EUR.yaml"),
    ({"currency": "USD"}, "currency: found 'USD'; the unit is CNY_trillion"),
    ({"value": "13,8"}, "value: found '13,8'; write a plain number"),
    ({"value": "1" * 40}, f"value: found '{'1' * 40}'; write at most 28 digits"),
    ({"value": "-3"}, "value: found '-3'; write the amount of a decline as growth_percent"),
    ({"months": "11"}, "months: found '11'; the period has 12"),
    ({"period_end": "2022-12-30"}, "period_end: found 2022-12-30; write whole months"),
    ({"period_start": "2022"}, "period_start: found '2022'; write a day such as 2024-01-31"),
    ({"period_end": ""}, "period_end: is empty; write a day such as 2024-01-31"),
    ({"period_kind": "weekly"}, "period_kind: found 'weekly'; write one of year, year_to_date,"),
    (BODY | STOCK | {"months": "12"}, "months: found '12'; a stock has none; leave it empty"),
    (BODY | STOCK | {"period_end": ""}, "period_end: is empty; write a day"),
    (BODY | TOTAL | {"period_start": ""}, "period_start: is empty; write a day"),
    (BODY | TOTAL | {"months": "12"}, "months: found '12'; the period has 120"),
    (
        {"period_start": "2013-01-01", "months": "120"},
        "period_end: found 2022-12-31; covers 120 months; more than 12 are",
    ),
    ({"qualifier": "more"}, "qualifier: found 'more'; write none, over, nearly, about"),
    ({"wording": ""}, "wording: is empty; copy the words"),
    ({"publisher": "A paper"}, "publisher_zh: is empty; no source has this name"),
    ({"publisher": "A paper", "publisher_zh": "报"}, "publisher_kind: is empty; write one of"),
    ({"address": "https://example.com/1"}, "address: found the host example.com"),
    (OTHER | {"publisher": "报"}, "publisher: found '报'; write its English name"),
    ({"value": "", "growth_percent": ""}, "value: is empty; write the number, or growth_percent"),
    ({"address": ""}, "address: is empty; write the web address"),
    ({"address": "http://www.news.cn/新闻"}, "address: found 'http://www.news.cn/新闻'; write a"),
    ({"title_zh": ""}, "title_zh: is empty; translate the title"),
    ({"source_title": "=1+1"}, "source_title: found '=1+1'; start the text with another"),
    ({"published_on": "2026-11-30"}, "--checked-on: found 2026-11-26; the page was published"),
    ({"published_on": "2023-02"}, "published_on: found '2023-02'; write a day"),
    ({"published_precision": "month"}, "published_on: found '2023-01-13'; write a day"),
    ({"published_basis": "guess"}, "published_basis: found 'guess'; write one of"),
    ({"original_authority": "X"}, "authority_zh: is empty; no source has this name"),
    ({"value": "999"}, "wording: found 'exceeded 13.80 trillion yuan, up 19.4%', which does not"),
    ({"value": "13.8", "unit": "CNY_billion"}, "wording: found 'exceeded 13.80 trillion yuan"),
    (
        {"wording": "签署了100份合作文件", "wording_language": "zh", "language": "zh"}
        | {"title_zh": "", "title_en": "A record", **QUIET},
        "wording: found '签署了100份合作文件', which does not state 13800000000000",
    ),
    (
        {"wording": "mehr als 14 Billionen Yuan", "wording_language": "de", "language": "de"}
        | {"title_en": "A record", **QUIET},
        "wording: found 'mehr als 14 Billionen Yuan', which does not state 138",
    ),
    ({"growth_percent": "19"}, "wording: found 'exceeded 13.80 trillion yuan, up 19.4%', which"),
    ({"growth_wording": "down 19.4%"}, "growth_wording: found 'down 19.4%', which states a decl"),
    ({"growth_wording": "up 19.4 percentage points"}, "growth_wording: found 'up 19.4 percentage"),
    ({"growth_percent": "-19.4"}, "wording: found 'exceeded 13.80 trillion yuan, up 19.4%', which"),
    ({"wording": "over 13.80 trillion dollars"}, "wording: found 'over 13.80 trillion dollars', w"),
    ({"unit": "RMB_trillion"}, "unit: there is no units/RMB.yaml"),
    ({"growth_wording": "up 9.4%"}, "growth_wording: found 'up 9.4%', which does not state 19.4"),
]
WORDS = QUIET | {"wording": "exceeded 13.80 trillion yuan"}
SHARE = {"indicator": "trade-share", "unit": "percent", "currency": "", "value": "32.9"}
WRONG_RECORDS: list[tuple[dict[str, str], str]] = [
    (QUIET, "wording: found “exceeded 13.80 trillion yuan, up 19.4%”; state the change of 19.4%"),
    (WORDS | {"wording_language": "zh"}, "wording: found “exceeded 13.80 trillion yuan”; write Ch"),
    (WORDS | {"wording_language": "fr"}, "wording: is for other languages"),
    (BODY | WORDS | {"unit": "CNY_trillion"}, "unit: found CNY; the unit of aid-projects is NB"),
    (
        {"unit": "percent", "currency": "", "wording": "over 13.80 percent", **QUIET},
        "unit: found PT; the unit of goods-trade is CNY",
    ),
    (
        SHARE | {"unit": "count", "wording": "over 32.9", **QUIET},
        "unit: found NB; the unit of trade-share is PT",
    ),
    (
        {"period_start": "2023-01-01", "period_end": "2023-12-31"},
        "period_end: found 2023-12-31; the source was published on",
    ),
]


def find_lines(printed: str, file: Path) -> dict[int, list[str]]:
    """Return the messages by line of the file."""
    lines: dict[int, list[str]] = {}
    for text in printed.splitlines()[1:]:
        assert text.startswith(f"{file}:"), text
        line, _, message = text.removeprefix(f"{file}:").partition(": ")
        lines.setdefault(int(line), []).append(message)
    return lines


@pytest.fixture(scope="module")
def messages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return what is said about the rows that are wrong alone, and about those that are not."""
    found: dict[str, str] = {}
    for number, cases in enumerate((WRONG_CELLS, WRONG_RECORDS)):
        folder = tmp_path_factory.mktemp("refused")
        seed = copy_seed(folder)
        files = {path: path.read_bytes() for path in seed.rglob("*") if path.is_file()}
        rows = [
            {"address": f"http://www.news.cn/{index}.htm"}
            | (
                {"period_start": f"{2001 + index}-01-01", "period_end": f"{2001 + index}-12-31"}
                if number
                else {}
            )
            | change
            for index, (change, _) in enumerate(cases)
        ]
        code, printed = run(seed, {"address": "http://www.news.cn/good.htm"}, *rows)
        assert code == 1
        assert files == {path: path.read_bytes() for path in seed.rglob("*") if path.is_file()}
        lines = find_lines(printed, folder / "rows.csv")
        assert sorted(lines) == [*range(3, 3 + len(cases))]
        assert [texts for texts in lines.values() if len(texts) > 1] == []
        found |= {message: lines[3 + index][0] for index, (_, message) in enumerate(cases)}
    return found


@pytest.mark.parametrize("message", [message for _, message in WRONG_CELLS + WRONG_RECORDS])
def test_an_issue_names_its_line_and_its_column(messages: dict[str, str], message: str) -> None:
    assert messages[message].startswith(message)


@pytest.mark.parametrize("published_on", ["2025-01-05", "2026-01-20"])
def test_a_contradiction_is_reported_at_the_row(tmp_path: Path, published_on: str) -> None:
    """It is, whether the seed or the row has the later source."""
    seed = copy_seed(tmp_path)
    change = {
        "scope": "partner-2025", "period_start": "2024-01-01", "period_end": "2024-12-31",
        "value": "23.1", "qualifier": "none", "wording": "23.1 trillion yuan",
        "published_on": published_on, "growth_percent": "", "growth_unit": "",
    }  # fmt: skip
    code, printed = run(seed, change)
    (message,) = find_lines(printed, tmp_path / "rows.csv")[2]
    assert code == 1
    assert message.startswith("value: “23.1 trillion yuan” does not agree with “")
    assert f"({GOODS}:" in message
    assert message.endswith("enter this row by hand in figures/, as seed/README.md describes")
    assert not list((seed / "figures").glob("*"))


def test_a_second_figure_of_an_edition_is_reported_at_the_row(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path)
    # The sentences of this source are listed, so that its figures require a locator.
    address = load_valid_seed(seed).get_all(Source)["scio-2025-01-15"].address or ""
    year = {"scope": "partner-2023", "period_start": "2024-01-01", "period_end": "2024-12-31"}
    code, printed = run(seed, year | {"address": address, "locator": ""})
    assert code == 1
    lines = find_lines(printed, tmp_path / "rows.csv")
    assert [text.partition("; ")[0] for text in lines[2]] == [
        f"indicator: {Path(GOODS).stem} already gives the figure of this source for that year",
        "locator: is missing",
    ]
    assert not list((seed / "figures").glob("*"))


HEADER = ",".join(REQUIRED)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (HEADER.encode("utf-16"), "1: is not UTF-8 text; save the file in the encoding UTF-8"),
        (HEADER.encode("utf-16-le"), "1: is not UTF-8 text"),
        (f"{HEADER}\n\0".encode(), "2: contains a NUL character; remove it"),
        (f"{HEADER}\n已确认".encode("gb18030"), "2: is not UTF-8 text"),
        (
            b"",
            "1: is empty; write a line with the columns: row, status, indicator, scope and so on",
        ),
        (b"\xef\xbb\xbf\n", "1: is empty; write a line with the columns"),
        (b"a,b\n1,2\n", "1: names no known columns: row, status"),
        (HEADER.replace(",", ";").encode(), "1: the columns are separated by semicolons; separate"),
        (HEADER.replace(",", "\t").encode(), "1: the columns are separated by tabs; separate"),
        (f"{HEADER},row\n".encode(), "1: row: is repeated; keep one of the columns"),
        (f"{HEADER}\n1,confirmed\n".encode(), f"2: has 2 cells, the first line {len(REQUIRED)};"),
        (f'{HEADER}\n1,"confirmed\n2\n'.encode(), "2: is not valid CSV (unexpected end of data);"),
    ],
)
def test_a_file_of_another_form_is_one_issue(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(content)
    done = run_bri("import", str(path), "--seed", str(SEED))
    assert done.exit_code == 1
    assert done.stderr.splitlines()[1:] == [done.stderr.splitlines()[-1]]
    assert done.stderr.splitlines()[-1].startswith(f"{path}:{message}")


def test_a_byte_order_mark_and_empty_rows_are_ignored(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path)
    path = write_rows(tmp_path, {})
    text = path.read_text("utf-8")
    path.write_text(text + "," * text.partition("\n")[0].count(",") + "\n", "utf-8-sig")
    done = run_bri("import", str(path), "--seed", str(seed), "--checked-on", "2026-11-26")
    assert done.stdout == f"1 row and 1 new source written to {seed}\n"


def test_columns_are_checked(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path)
    path = write_rows(tmp_path, {"growth_words": "x"})
    path.write_text(path.read_text("utf-8").replace("scope,", "", 1), "utf-8")
    done = run_bri("import", str(path), "--seed", str(seed))
    assert f"{path}:1: scope: is missing" in done.stderr
    hint = "remove it; did you mean growth_wording?"
    assert f"{path}:1: growth_words: is unknown; {hint}" in done.stderr


def test_a_disk_without_room_leaves_no_file(tmp_path: Path) -> None:
    (tmp_path / "units").mkdir()
    (tmp_path / "units/a.yaml").write_text("old", "utf-8")
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limit[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            copy_files({"units/a.yaml": "new", "units/b.yaml": "b" * 1000}, tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert [path.name for path in sorted((tmp_path / "units").iterdir())] == ["a.yaml"]
    assert (tmp_path / "units/a.yaml").read_text("utf-8") == "old"
