"""What `bri import` refuses: each issue names the line and the column of the file."""

from pathlib import Path

import pytest

from app.ingest.build import load_valid_seed
from app.ingest.import_rows import REQUIRED
from app.ingest.schema import Source
from tests.ingest.test_imports import OTHER, run, write_rows
from tests.support.processes import run_bri
from tests.support.seeds import GOODS, SEED, copy_seed

QUIET = {"growth_percent": "", "growth_unit": ""}


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
        (f"{HEADER}\n\0".encode(), "2: contains a NUL character; remove it, or save a workbook as"),
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
