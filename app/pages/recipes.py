"""Ways to take the data into other programs, ready to copy."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

from app.i18n import Bilingual

FOLDER = Path(__file__).parent / "recipe_files"
ADDRESS_PLACEHOLDER = "http://127.0.0.1:8000"
"""The address in the files, in whose place that of the service is shown."""


class Recipe(NamedTuple):
    """A way to take the data into another program."""

    file: str
    name: str
    how: Bilingual
    """What to do with the text."""

    def render(self, base: str) -> str:
        """Give the text with the address of the service."""
        return read_recipe(self.file).replace(ADDRESS_PLACEHOLDER, base)


@cache
def read_recipe(file: str) -> str:
    """Read a recipe."""
    return (FOLDER / file).read_text("utf-8").rstrip()


RECIPES = (
    Recipe(
        "curl.sh",
        "curl, jq",
        Bilingual("The headline figures, one a line", "逐行列出核心数据"),
    ),
    Recipe("with_httpx.py", "Python, httpx", Bilingual("One figure in words", "一项数据及其表述")),
    Recipe(
        "with_pandas.py",
        "Python, pandas",
        Bilingual("Figures for full years with their types", "全年数据（含数据类型）"),
    ),
    Recipe(
        "with_polars.py",
        "Python, polars",
        Bilingual("Only the columns that are needed are read", "仅读取所需的列"),
    ),
    Recipe(
        "with_sdmx1.py",
        "Python, sdmx1",
        Bilingual("A series by its SDMX key", "按SDMX键读取数据系列"),
    ),
    Recipe(
        "duckdb.sql", "DuckDB", Bilingual("SQL over the table by its address", "按网址直接查询")
    ),
    Recipe(
        "fetch.mjs",
        "JavaScript",
        Bilingual("In browsers and Node.js, from any origin", "适用于浏览器和Node.js，可跨域访问"),
    ),
    Recipe("r.R", "R", Bilingual("A table as a data frame", "读取为数据框")),
    Recipe(
        "excel.pq",
        "Excel, Power BI",
        Bilingual(
            "Data, Get Data, Blank Query, Advanced Editor; or open the .xlsx",
            "“数据”—“获取数据”—“空白查询”—“高级编辑器”；也可直接打开 .xlsx 文件",
        ),
    ),
    Recipe(
        "sheets.txt",
        "Google Sheets",
        Bilingual(
            "Into a cell; the service has to be reachable from the internet",
            "填入单元格；本服务须可从互联网访问",
        ),
    ),
    Recipe(
        "grafana.json",
        "Grafana, Infinity",
        Bilingual("The query of a panel", "面板查询设置"),
    ),
    Recipe(
        "vega.html",
        "Vega-Lite, Observable",
        Bilingual("A chart drawn by its address", "按网址绘制图表"),
    ),
)
"""All recipes, in the order in which they are shown."""
