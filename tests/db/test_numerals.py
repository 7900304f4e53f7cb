"""Numbers in queries, in every way in which people write them."""

from decimal import Decimal

import pytest

from app.db.numerals import find_limit, has_number, has_qualifier, normalize_numbers, split_numbers
from app.enums import Qualifier

NUMBERS = {
    "over 700": ("700+", ">700", ">= 700", "700多", "700余个", "逾700", "七百多个", "700个以上"),
    "nearly 54 percent": (
        "nearly 54 percent",
        "almost 54 pct",
        "近54%",
        "近百分之五十四",
        "<54 ％",
    ),
    "nearly 700": ("no more than 700", "not more than 700", "at most 700", "不超过700个"),
    "about 150": ("about 150", "约150个", "150左右", "大约一百五十"),
    "36": ("36个", "三十六份", "三十六"),
    "1100000000000 CNY": ("11000亿元", "1.1万亿元", "一万一千亿元", "RMB 1.1 tn", "¥1,100bn"),
    "33690000000 USD": ("US$33.69bn", "$33.69 billion", "336.9亿美元", "33.69bn USD"),
    "200000000000": ("2千亿", "二千亿", "两千亿", "200 billion", "200,000 million"),
    "up 6.4 percent": ("up 6.4%", "grew by 6.4 per cent", "增长6.4%", "上升了百分之六点四"),
    "down 3 percentage points": ("down 3 percentage points", "下降3个百分点"),
    "2000": ("2,000",),
    "105": ("一百零五",),
    "230": ("两百三", "二百三十"),
    "3500": ("三千五", "三千五百", "3,500"),
    "3005": ("三千零五",),
    "15000": ("一万五", "1.5万", "一万五千"),
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


@pytest.mark.parametrize(
    ("text", "number", "multiplier"),
    [
        ("1,234 trips", "1234", 0),
        ("共1234列，", "1234", 0),
        ("１２３４列", "1234", 0),
        ("12.4万标箱", "124000", 0),
        ("124,000 TEU", "12.4", 4),
        ("1.24亿", "12400", 4),
        ("13.80万亿元", "13.80", 12),
        ("13.8 trillion yuan", "13800", 9),
        ("進出口891.2億美元", "891.2", 8),
        ("US$33.69bn", "33.69", 9),
        ("six trillion U.S. dollars", "6", 12),
        ("Eighteen new agreements", "18", 0),
        ("七百多个项目", "700", 0),
        ("2 trillion 930 billion yuan", "2.93", 12),
        ("1兆1000億元", "1.1", 12),
        ("億4000万元、1兆3338億1000", "13338.1", 8),
        ("1万5183本", "15183", 0),
        ("31・1%", "31.1", 0),
        ("47,1 percent", "47.1", 0),
        ("1 846 nouveaux contrats", "1846", 0),
        ("1.724 Güterzüge", "1724", 0),
        ("up 6.4%, to", "6.4", 0),
    ],
)
def test_a_number_is_found_as_it_is_printed(text: str, number: str, multiplier: int) -> None:
    assert has_number(text, Decimal(number), multiplier, has_known_scales=True)


@pytest.mark.parametrize(
    ("text", "number", "multiplier"),
    [
        ("签署了100份合作文件", "999", 0),
        ("there are 5 countries", "777", 0),
        ("13.8 trillion", "13.8", 9),
        ("13.83 trillion", "13.8", 12),
        ("22.1", "2.1", 0),
        ("1,234", "234", 0),
        ("1,234", "1.234", 0),
        ("1兆1000億元", "1", 12),
        ("", "1", 0),
    ],
)
def test_another_number_is_not_found(text: str, number: str, multiplier: int) -> None:
    assert not has_number(text, Decimal(number), multiplier, has_known_scales=True)


def test_the_scales_of_other_languages_are_not_compared() -> None:
    assert has_number("fast 1 Billion US-Dollar", Decimal(1), 12, has_known_scales=False)
    assert not has_number("fast 2 Billionen", Decimal(1), 12, has_known_scales=False)


@pytest.mark.parametrize(
    ("text", "number", "multiplier"),
    [
        ("بلغ أكثر من ثلاثة تريليون يوان", "3", 12),
        ("65 .6 تريليون يوان", "6.65", 12),
        ("٦٫٦٥ تريليون يوان", "6.65", 12),
    ],
)
def test_a_number_is_found_in_arabic(text: str, number: str, multiplier: int) -> None:
    assert has_number(text, Decimal(number), multiplier, has_known_scales=False)
    assert not has_number(text, Decimal(number) + 1, multiplier, has_known_scales=False)


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("from 1,702 to over 17,000", None),
        ("over 1,702 trains", "over"),
        ("1702多列", "over"),
        ("近1702列", "nearly"),
        ("about 1,702", "about"),
        ("1702", None),
    ],
)
def test_the_limit_of_a_number_stands_beside_it(text: str, limit: str | None) -> None:
    assert find_limit(text, Decimal(1702)) == limit


def test_a_qualifier_may_stand_anywhere() -> None:
    assert has_qualifier("exceeded the mark of 6 trillion yuan", Qualifier.OVER)
    assert not has_qualifier("6 trillion yuan", Qualifier.OVER)
