"""Numbers in queries, in every way in which people write them."""

import pytest

from app.db.numerals import normalize_numbers, split_numbers

NUMBERS = {
    "over 700": ("700+", ">700", ">= 700", "700多", "700余个", "逾700", "七百多个", "700个以上"),
    "nearly 54 percent": (
        "nearly 54 percent",
        "almost 54 pct",
        "近54%",
        "近百分之五十四",
        "<54 ％",
    ),
    "about 150": ("about 150", "约150个", "150左右", "大约一百五十"),
    "36": ("36个", "三十六份", "三十六"),
    "1100000000000 CNY": ("11000亿元", "1.1万亿元", "一万一千亿元", "RMB 1.1 tn", "¥1,100bn"),
    "33690000000 USD": ("US$33.69bn", "$33.69 billion", "336.9亿美元", "33.69bn USD"),
    "200000000000": ("2千亿", "二千亿", "两千亿", "200 billion", "200,000 million"),
    "up 6.4 percent": ("up 6.4%", "grew by 6.4 per cent", "增长6.4%", "上升了百分之六点四"),
    "down 3 percentage points": ("down 3 percentage points", "下降3个百分点"),
    "2000": ("2,000",),
    "105": ("一百零五",),
}
UNCHANGED = (
    *("2024", "2024年货物贸易", "2026-11-25", "1—11月", "11个月", "22.1", "P3.S2", "G20"),
    *("一带一路", "两国双园", "十四五", "点点", "亿万点", "22.1.3 bn", "11 months", "", "%"),
)


@pytest.mark.parametrize(
    ("written", "number"), [(one, number) for number, all_ in NUMBERS.items() for one in all_]
)
def test_a_number_has_one_form(written: str, number: str) -> None:
    assert normalize_numbers(written).strip() == number
    assert split_numbers(f"ODI {written} 贸易") == ([number], "ODI   贸易")


@pytest.mark.parametrize("words", UNCHANGED)
def test_other_words_and_bare_numbers_are_unchanged(words: str) -> None:
    assert normalize_numbers(words) == words
    assert split_numbers(words) == ([], words)
