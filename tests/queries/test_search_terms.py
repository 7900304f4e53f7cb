"""Searches people would make, in the words they would use, with the hit that must come first."""

import pytest

from app.db.fulltext import build_match, split_readings
from tests.support.client import AppClient

pytestmark = [pytest.mark.database, pytest.mark.quick]

TRADE_2024 = "goods-trade.CN.BRI.partner-2025.CNY.P12M.2024-01."
SEARCHES = {
    # Abbreviations and names of indicators.
    "ODI": ("indicator", "outward-direct-investment"),
    "OFDI": ("indicator", "outward-direct-investment"),
    "outward direct investment": ("indicator", "outward-direct-investment"),
    "non-financial direct investment": ("indicator", "outward-direct-investment"),
    "对外直接投资": ("indicator", "outward-direct-investment"),
    "非金融类直接投资": ("indicator", "outward-direct-investment"),
    "FDI": ("indicator", "inward-investment"),
    "对华投资": ("indicator", "inward-investment"),
    "利用外资": ("indicator", "inward-investment"),
    "goods trade": ("indicator", "goods-trade"),
    "Trade in goods": ("indicator", "goods-trade"),
    "trade": ("indicator", "goods-trade"),
    "贸易": ("indicator", "goods-trade"),
    "货物贸易": ("indicator", "goods-trade"),
    "进出口总额": ("indicator", "goods-trade"),
    "trade share": ("indicator", "trade-share"),
    "share of China's trade": ("indicator", "trade-share"),
    "贸易占比": ("indicator", "trade-share"),
    "import share": ("indicator", "import-share"),
    "进口占比": ("indicator", "import-share"),
    "contracted projects": ("indicator", "contracted-projects-turnover"),
    "outsourced projects": ("indicator", "contracted-projects-turnover"),
    "承包工程": ("indicator", "contracted-projects-turnover"),
    "完成营业额": ("indicator", "contracted-projects-turnover"),
    "foreign aid": ("indicator", "aid-projects"),
    "援助项目": ("indicator", "aid-projects"),
    "援外": ("indicator", "aid-projects"),
    "investment agreement": ("indicator", "investment-agreements"),
    "投资合作协议": ("indicator", "investment-agreements"),
    "外商投资": ("indicator", "inward-investment"),
    "海外投资": ("indicator", "outward-direct-investment"),
    "境外投资": ("indicator", "outward-direct-investment"),
    "overseas investment": ("indicator", "outward-direct-investment"),
    # Compounds that Chinese readers write, which no text has in this form.
    "承包工程营业额": ("indicator", "contracted-projects-turnover"),
    "外贸总额": ("indicator", "goods-trade"),
    "对外投资额": ("indicator", "outward-direct-investment"),
    # Sentences, and words that Chinese readers write together.
    "trade with Belt and Road countries in 2024": ("observation", TRADE_2024),
    "How much did China trade with BRI partners in 2024?": ("observation", TRADE_2024),
    "China's trade in 2024": ("observation", TRADE_2024),
    "2024年一带一路国家贸易额": ("observation", TRADE_2024),
    "2024年与共建一带一路国家贸易": ("observation", TRADE_2024),
    "2024年中国与共建国家的贸易额是多少": ("observation", TRADE_2024),
    "一带一路贸易额": ("indicator", "goods-trade"),
    "中国对一带一路国家投资": ("indicator", "outward-direct-investment"),
    "我国对共建国家投资额": ("indicator", "outward-direct-investment"),
    "援外项目数量": ("indicator", "aid-projects"),
    "who said 22.1 trillion": ("observation", TRADE_2024),
    "李咏箑说了什么": ("event", "mofcom-2025-01-15"),
    # Parts of a year.
    "2024年前11个月投资": (
        "observation",
        "outward-direct-investment.CN.BRI.partner-2023.CNY.P11M.2024",
    ),
    # Numbers, as they are printed and as people write them.
    "22.1": ("observation", TRADE_2024),
    "22.1 trillion": ("observation", TRADE_2024),
    "22.1 trillion yuan": ("observation", TRADE_2024),
    "22.1万亿": ("observation", TRADE_2024),
    "22.1万亿元": ("observation", TRADE_2024),
    "22100000000000": ("observation", TRADE_2024),
    "214.66 billion": ("observation", "outward-direct-investment.CN.BRI.partner-2023.CNY.P11M."),
    "2146.6亿": ("observation", "outward-direct-investment.CN.BRI.partner-2023.CNY.P11M."),
    "826.34 billion yuan": ("observation", "contracted-projects-turnover.CN.BRI.partner-2023.CNY."),
    "700+": ("observation", "aid-projects."),
    "700多": ("observation", "aid-projects."),
    "700多个": ("observation", "aid-projects."),
    "700余个": ("observation", "aid-projects."),
    "逾700": ("observation", "aid-projects."),
    "超过700": ("observation", "aid-projects."),
    "over 700": ("observation", "aid-projects."),
    "more than 700": ("observation", "aid-projects."),
    "nearly 700": ("observation", "aid-projects.CN.BRI.partner-2023.NB.P12M.2023-01."),
    "nearly 54 percent": ("observation", "import-share."),
    "近54%": ("observation", "import-share."),
    "50.7%": ("observation", "trade-share.CN.BRI.partner-2025.PT.P12M.2024-01."),
    "33.69 billion": ("observation", "outward-direct-investment.CN.BRI.partner-2025.USD."),
    "US$33.69bn": ("observation", "outward-direct-investment.CN.BRI.partner-2025.USD."),
    "ODI 33.69bn": ("observation", "outward-direct-investment.CN.BRI.partner-2025.USD."),
    "336.9亿美元": ("observation", "outward-direct-investment.CN.BRI.partner-2025.USD."),
    "11000亿元": ("observation", "contracted-projects-turnover.CN.BRI.partner-2025.CNY."),
    "一点一万亿元": ("observation", "contracted-projects-turnover.CN.BRI.partner-2025.CNY."),
    "RMB 1,100 billion": ("observation", "contracted-projects-turnover.CN.BRI.partner-2025.CNY."),
    "54 pct": ("observation", "import-share."),
    "百分之五十四": ("observation", "import-share."),
    ">700": ("observation", "aid-projects."),
    "七百多": ("observation", "aid-projects."),
    "七百多个援助项目": ("observation", "aid-projects."),
    "over 700 aid projects": ("observation", "aid-projects."),
    "36 agreements": ("observation", "investment-agreements."),
    "36个": ("observation", "investment-agreements."),
    "三十六份": ("observation", "investment-agreements."),
    "grew by 6.4 pct": ("growth_rate", TRADE_2024),
    "6.4%": ("growth_rate", TRADE_2024),
    "增长6.4%": ("growth_rate", TRADE_2024),
    # Growth, by its name and the year of its period.
    "growth": ("growth_rate", "goods-trade.CN.BRI.partner-2025.CNY.P12M.2025-01."),
    "trade growth 2024": ("growth_rate", TRADE_2024),
    "2024年增速": ("growth_rate", TRADE_2024),
    "2024年贸易增速": ("growth_rate", TRADE_2024),
    "贸易增长2024": ("growth_rate", TRADE_2024),
    "growth 2024": ("growth_rate", TRADE_2024),
    "growth 2023": ("growth_rate", "goods-trade.CN.BRI.partner-2023.CNY.P12M.2023-01."),
    "growth rate in yuan 2023": ("growth_rate", "goods-trade.CN.BRI.partner-2023.CNY.P12M.2023-"),
    "ODI growth 2024": ("growth_rate", "outward-direct-investment.CN.BRI.partner-2025.USD.P12M."),
    "ODI 2024 growth": ("growth_rate", "outward-direct-investment.CN.BRI.partner-2025.USD.P12M."),
    "ODI增速": ("growth_rate", "outward-direct-investment.CN.BRI.partner-2025.CNY.P12M.2025-01."),
    "投资增长": ("growth_rate", "outward-direct-investment."),
    "trade share 2024": (
        "observation",
        "trade-share.CN.BRI.partner-2025.PT.P12M.2024-01.scio-2025-",
    ),
    # Years and periods.
    "trade 2024": ("observation", TRADE_2024),
    "goods trade 2024": ("observation", TRADE_2024),
    "2024年货物贸易": ("observation", TRADE_2024),
    "ODI 2025": ("observation", "outward-direct-investment.CN.BRI.partner-2025.CNY.P12M.2025-01."),
    "aid projects 2023": ("observation", "aid-projects.CN.BRI.partner-2023.NB.P12M.2023-01."),
    "2025": ("observation", "goods-trade.CN.BRI.partner-2025.CNY.P12M.2025-01."),
    "2025年": ("observation", "goods-trade.CN.BRI.partner-2025.CNY.P12M.2025-01."),
    "2013": ("observation", "goods-trade.CN.BRI.partner-2023.CNY.P12M.2013-01."),
    "January to November 2023": (
        "observation",
        "outward-direct-investment.CN.BRI.partner-2023.CNY.P11M.2023-01.",
    ),
    "2023年1—11月": (
        "observation",
        "outward-direct-investment.CN.BRI.partner-2023.CNY.P11M.2023-01.",
    ),
    "2026-11-25": ("release", "2026-11-25"),
    # Instruments, sectors, areas, units and coverages.
    "FTA": ("instrument", "free-trade-agreement"),
    "free trade agreements": ("instrument", "free-trade-agreement"),
    "自贸协定": ("instrument", "free-trade-agreement"),
    "自由贸易协定": ("instrument", "free-trade-agreement"),
    "BIT": ("instrument", "investment-protection-treaty"),
    "投资保护协定": ("instrument", "investment-protection-treaty"),
    "bilateral investment treaty": ("instrument", "investment-protection-treaty"),
    "CIIE": ("instrument", "china-international-import-expo"),
    "进博会": ("instrument", "china-international-import-expo"),
    "东博会": ("instrument", "china-asean-expo"),
    "small and beautiful": ("instrument", "small-yet-smart-projects"),
    "small but beautiful": ("instrument", "small-yet-smart-projects"),
    "small yet smart": ("instrument", "small-yet-smart-projects"),
    "小而美": ("instrument", "small-yet-smart-projects"),
    "landmark projects": ("instrument", "flagship-projects"),
    "两国双园": ("instrument", "two-countries-twin-parks"),
    "丝路电商": ("instrument", "silk-road-e-commerce"),
    "联委会": ("instrument", "joint-committee"),
    "互联互通": ("instrument", "connectivity-network"),
    "e-commerce": ("sector", "e-commerce"),
    "电商": ("sector", "e-commerce"),
    "digital economy": ("sector", "digital-economy"),
    "清洁能源": ("sector", "clean-energy"),
    "BRI": ("area", "BRI"),
    "B&R": ("area", "BRI"),
    "Belt and Road": ("area", "BRI"),
    "一带一路": ("area", "BRI"),
    "共建国家": ("area", "BRI"),
    "Malaysia": ("area", "MY"),
    "RMB": ("unit", "CNY"),
    "yuan": ("unit", "CNY"),
    "人民币": ("unit", "CNY"),
    "美元": ("unit", "USD"),
    "沿线国家": ("coverage", "route"),
    "商务部": ("source", "mofcom-"),
    "Ministry of Commerce": ("source", "mofcom-"),
    "海关总署": ("event", "customs-"),
    "国新办": ("source", "scio-"),
    "新华社": ("source", "livedoor-2025-10-13"),
    "Xinhua": ("source", "livedoor-2025-10-13"),
    "中新网": ("source", "chinanews-2026-01-04"),
    "中新社": ("source", "chinanews-2026-01-04"),
    "ECNS": ("source", "scio-2025-01-15"),
}


@pytest.mark.parametrize("words", SEARCHES)
def test_the_hit_that_was_meant_comes_first(client: AppClient, words: str) -> None:
    kind, code = SEARCHES[words]
    page = client.get("/v1/search", params={"q": words, "limit": 3}).json()
    found = [(hit["kind"], hit["code"]) for hit in page["items"]]
    assert found, "no hit"
    assert found[0][0] == kind, found
    assert found[0][1].startswith(code), found


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("中欧班列数量", "china-europe-trains"),
        ("中欧班列开行多少列", "china-europe-trains"),
        ("中老铁路客运量", "china-laos-railway-passengers"),
        ("自贸协定数量", "free-trade-agreements"),
    ],
)
def test_a_newer_indicator_is_found_first(newest: AppClient, words: str, code: str) -> None:
    (found,) = newest.get("/v1/search", params={"q": words, "limit": 1}).json()["items"]
    assert (found["kind"], found["code"]) == ("indicator", code)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("trade in the first half of 2025", "goods-trade.CN.BRI.partner-2025.CNY.P6M.2025-01"),
        ("2025年上半年贸易", "goods-trade.CN.BRI.partner-2025.CNY.P6M.2025-01"),
        ("Q1 2024 exports", "goods-exports.CN.BRI.partner-2023.CNY.P3M.2024-01"),
        ("2024年前三季度贸易", "goods-trade.CN.BRI.partner-2023.CNY.P9M.2024-01"),
    ],
)
def test_a_part_of_a_year_is_found_by_its_name(newest: AppClient, words: str, code: str) -> None:
    (found,) = newest.get("/v1/search", params={"q": words, "limit": 1}).json()["items"]
    assert found["kind"] == "observation"
    assert found["code"].startswith(code)


@pytest.mark.parametrize("words", ["trade", "一带一路", "1.1万亿", "中 国", "the in"])
def test_a_repeated_term_is_searched_once(client: AppClient, words: str) -> None:
    repeated = " ".join([words, words.upper()] * 5)
    assert split_readings(repeated) == split_readings(words)
    assert build_match(repeated).casefold() == build_match(words).casefold()
    once, often = (
        {hit["href"] for hit in client.get(f"/v1/search?limit=1000&q={one}").json()["items"]}
        for one in (words, repeated)
    )
    assert once == often
