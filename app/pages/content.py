"""The pages of the guide in reading order, and examples of using the data in other programs."""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from app.i18n import Bilingual, Language
from app.schemas import LOCAL_ADDRESS

GUIDE_FOLDER = Path(__file__).parent.parent / "guide"
PAGE_NAMES = (
    "reading-figures", "method", "comparing", "commitments", "quotations", "endpoints", "formats",
    "sharing", "clients", "deployment", "operations", "static-edition", "scaling", "large-data",
    "speed", "licence",
)  # fmt: skip
GUIDE_PATHS = ("/guide", *(f"/guide/{name}" for name in PAGE_NAMES))
SHORT_PATHS = {"/method": "/guide/method", "/licence": "/guide/licence"}
"""Shortened addresses of pages of the guide."""
MARKUP = re.compile(r"\[([^\]]*)\]\([^)]*\)|`")
"""Links, which are replaced by their texts, and the marks around code."""
RECIPE_FOLDER = Path(__file__).parent / "recipe_files"


class GuideEntry(NamedTuple):
    name: str
    title: str
    summary: str
    """The first paragraph as plain text."""


@cache
def read_page(name: str, language: Language) -> str:
    return (GUIDE_FOLDER / language / f"{name}.md").read_text("utf-8")


@cache
def list_entries(language: Language) -> tuple[GuideEntry, ...]:
    """List the pages. Each starts with its title, an empty line and a paragraph (tested)."""
    starts = ((name, read_page(name, language).split("\n", 3)) for name in PAGE_NAMES)
    return tuple(
        GuideEntry(name, start[0].removeprefix("# "), MARKUP.sub(r"\1", start[2]))
        for name, start in starts
    )


class Recipe(NamedTuple):
    file: str
    name: str
    purpose: Bilingual

    def render(self, base: str) -> str:
        text = (RECIPE_FOLDER / self.file).read_text("utf-8").rstrip()
        return text.replace(LOCAL_ADDRESS, base)


RECIPES = (
    Recipe("curl.sh", "curl, jq", Bilingual(
        "Print the headline figures, one per line", "逐行列出核心数据"
    )),
    Recipe("with_httpx.py", "Python, httpx", Bilingual("Print a series as text", "以文字输出序列")),
    Recipe("with_pandas.py", "Python, pandas", Bilingual(
        "Read a series with data types", "读取序列（含数据类型）"
    )),
    Recipe("with_polars.py", "Python, polars", Bilingual(
        "Read only the columns that are needed", "仅读取所需的列"
    )),
    Recipe("with_sdmx1.py", "Python, sdmx1", Bilingual(
        "Read a series by its SDMX key", "按SDMX键读取序列"
    )),
    Recipe("duckdb.sql", "DuckDB", Bilingual("Query the table at its URL", "按网址直接查询数据表")),
    Recipe("fetch.mjs", "JavaScript", Bilingual(
        "Fetch data in browsers and Node.js, from any origin", "适用于浏览器和Node.js，可跨域访问"
    )),
    Recipe("r.R", "R", Bilingual("Read a table as a data frame", "将数据表读取为数据框")),
    Recipe("excel.pq", "Excel, Power BI", Bilingual(
        "Data > Get Data > Blank Query > Advanced Editor; or open the .xlsx file",
        "“数据”—“获取数据”—“空白查询”—“高级编辑器”；也可直接打开.xlsx文件",
    )),
    Recipe("sheets.txt", "Google Sheets", Bilingual(
        "Paste into a cell; the service must be reachable from the internet",
        "粘贴到单元格；本服务须可从互联网访问",
    )),
    Recipe("grafana.json", "Grafana, Infinity", Bilingual(
        "Set as the query of a panel", "设为面板的查询"
    )),
    Recipe("vega.html", "Vega-Lite, Observable", Bilingual(
        "Draw a chart from its URL", "按网址绘制图表"
    )),
)  # fmt: skip
"""All recipes, in the order of the page."""
