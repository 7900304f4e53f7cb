"""Words of sources state the number, the qualifier and the unit that are recorded from them."""

from pathlib import Path

import pytest

from app.db.numerals import describe_omission, find_change, find_other_currency
from app.ingest.build import load_valid_seed
from tests.ingest.test_tables import FILE, ROW, copy_seed_with_table
from tests.support.seeds import edit, find_issues


@pytest.mark.parametrize(
    ("old", "new", "field", "message"),
    [
        ("{en: 950 billion yuan", "{en: 951 billion yuan", "en", "does not state 950000000000"),
        ("zh: 9500亿元", "zh: 950亿元", "zh", "does not state 950000000000"),
        (
            "{en: 950 billion yuan",
            "{en: over 950 billion yuan",
            "en",
            "says over; correct the words or",
        ),
        ("zh: 9500亿元", "zh: 9500多亿元", "zh", "says over; correct the words or"),
        (ROW, f"qualifier: nearly, {ROW}", "en", "has no word for nearly"),
        ("zh: 9500亿元}", "zh: 9500亿元, original: 9600億元}", "original", "does not state"),
        ("{en: 950 billion yuan", "{en: 950 billion", "en", "does not name the unit of its number"),
        ("{en: 950 billion yuan", "{en: 950 yuan", "en", "not give the power of ten of"),
        ("zh: 9500亿元}", "zh: 9500亿元, original: 9500億}", "original", "does not name the unit"),
        (
            "zh: 9500亿元}",
            "zh: 9500亿元, original: 9500億美元}",
            "original",
            "says USD; the number",
        ),
    ],
)
def test_the_words_of_a_row_state_its_number_and_its_qualifier(
    tmp_path: Path, old: str, new: str, field: str, message: str
) -> None:
    seed = copy_seed_with_table(tmp_path)
    text = (seed / FILE).read_text("utf-8")
    assert ROW in text
    (seed / FILE).write_text(text.replace(old, new, 1), "utf-8")
    found = [issue for issue in find_issues(seed) if issue.field.endswith(f"wording.{field}")]
    assert any(message in one.message for one in found)


def test_a_note_explains_the_currency_of_a_text(tmp_path: Path) -> None:
    seed = copy_seed_with_table(tmp_path)
    edit(seed, FILE, "zh: 9500亿元}", "zh: 9500亿元, original: 9500億美元}")
    (issue,) = find_issues(seed)
    assert issue.field == "figures[1].wording.original"
    note = "note: {en: The text means yuan., zh: 原文指人民币。}"
    edit(seed, FILE, "original: 9500億美元}", f"original: 9500億美元}}, {note}")
    load_valid_seed(seed)


@pytest.mark.parametrize(
    ("text", "unit", "currency"),
    [
        ("完成營業額1526.3億元", "USD", "CNY"),
        ("完成營業額1526.3億美元", "USD", None),
        ("3000万美金", "CNY", "USD"),
        ("570亿元人民币（折合81.2亿美元）", "USD", None),
        ("3630列", "NB", None),
    ],
)
def test_chinese_words_name_the_currency_of_their_number(
    text: str, unit: str, currency: str | None
) -> None:
    assert find_other_currency(text, unit) == currency


@pytest.mark.parametrize(
    ("words", "unit", "change"),
    [
        ("12.1 trillion yuan", "CNY", None),
        ("grew 3.1 percent to 12.1 trillion yuan", "CNY", "3.1 percent"),
        ("12.1万亿元，同比增长3%", "CNY", "3%"),
        ("16・7%増の12.1兆元", "CNY", "16・7%"),
        ("creció un 6 % hasta 12,1 billones de yuanes", "CNY", "6 %"),
        ("a 20.8-percent rise to $15 billion", "USD", "20.8-percent"),
        ("a 5 percent rise to 36 projects", "NB", "5 percent"),
        ("reached $15 billion, accounting for 55.3% and 49.2%", "USD", None),
        ("$15 billion or 45.4 percent of the total", "USD", None),
        ("150亿美元，占总额的45.4%", "USD", None),
        ("150亿美元，占45.4%，增长3%", "USD", "3%"),
        ("総額の45.4%を占め150億ドル", "USD", None),
        ("nearly 54 percent", "PT", None),
        ("up 1.7 percentage points to 30.4%", "PT", "1.7 percentage points"),
    ],
)
def test_a_change_is_told_from_a_share(words: str, unit: str, change: str | None) -> None:
    assert find_change(words, is_share=unit == "PT") == change


def test_a_change_in_the_words_of_a_figure_is_its_growth(tmp_path: Path) -> None:
    seed = copy_seed_with_table(tmp_path)
    edit(seed, FILE, "en: over 12.10", "en: grew 3 percent to over 12.10")
    (issue,) = find_issues(seed)
    assert (issue.file, issue.line, issue.field) == (seed / FILE, 9, "figures[0].wording.en")
    assert "state the change of 3 percent on a year earlier as growth" in issue.message
    growth = "check_method: page, growth: {value: 3, wording: {en: up 3%, zh: 增长3%}}"
    edit(seed, FILE, "check_method: page", growth)
    load_valid_seed(seed)


@pytest.mark.parametrize(
    ("words", "unit", "gap"),
    [
        (".4％増の1兆3338億1000万元", "CNY", "begins within a number or a phrase"),
        ("増の1兆3338億1000万元", "CNY", "begins within a number or a phrase"),
        ("額は222億7000万ドル", "USD", "begins within a number or a phrase"),
        ("新規契約額は222億7000万ドル", "USD", None),
        ("同9.4％増の8042億4000", "CNY", "ends within a number or before its unit"),
        ("2.2%減の286億6,000万元", "CNY", None),
        ("was 74.61 billion US dollars, up 1.3", "USD", "ends within a number or before its unit"),
        ("was 74.61 billion US dollars in Q1", "USD", None),
        ("from 6.46 trillion yuan in 2013", "CNY", None),
        ("amounted to US$ 155", "USD", None),
        ("to 3.97 trillion", "CNY", "does not name the unit of its number"),
        ("umabot sa 3.61 bilyong dolyares", "USD", None),
        ("15.65 ارب امریکی ڈالرز", "USD", None),
        ("увеличившись на 23,9", "percent", "ends within a number or before its unit"),
        ("увеличившись на 23,9 проц", "percent", None),
        ("up 1.7", "percentage_points", "ends within a number or before its unit"),
        ("nearly 54 of the total", "PT", "does not name the unit of its number"),
        ("has now exceeded 110,000", "NB", None),
    ],
)
def test_a_quotation_leaves_nothing_of_its_number_out(
    words: str, unit: str, gap: str | None
) -> None:
    assert describe_omission(words, unit) == gap
