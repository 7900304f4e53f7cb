"""What is told of the data set as a whole, wherever it goes."""

from typing import Any, NamedTuple

from app.formatting import format_day
from app.i18n import Bilingual, Language

TITLE = Bilingual("Belt and Road Cooperation Indicators", "共建“一带一路”经贸合作指标")
DESCRIPTION = Bilingual(
    "Official figures on China's economic cooperation with Belt and Road partner countries, each "
    "with its exact period, its qualifier and its place in the source, and the priority areas "
    "announced for the coming year.",
    "中国与共建“一带一路”国家经贸合作官方数据，逐项注明准确统计期、限定语和出处，"
    "并收录已公布的下一年度重点领域。",
)
DATA_LICENCE = Bilingual(
    "Figures and dates are facts; quote them with the source line given. Copyright in the source "
    "documents stays with their publishers, and only short quotations of them are carried here.",
    "数据和日期属于事实，引用时请注明所给出处。来源文件的版权归其发布者所有，此处仅作简短引用。",
)
CONTACT = Bilingual(
    "The operator of this address answers for the service; for a mistake in a figure, quote the "
    "observation's id and its locator.",
    "本服务由该网址的运营者负责；如发现数据有误，请注明观测值编号及出处位置。",
)


def cite_dataset(release: dict[str, Any], base: str, language: Language) -> str:
    """Cite the data set as a whole, with the day of its release and its address."""
    title = TITLE.get(language)
    released = format_day(release["released_on"], language)
    return Bilingual(
        f"{title}, release of {released}, {base}/v1", f"{title}，{released}版，{base}/v1"
    ).get(language)


class Distribution(NamedTuple):
    """A form in which the data set can be had."""

    path: str
    media_type: str
    title: Bilingual
    is_whole: bool = False
    """Whether it holds everything."""


DATABASE = "application/vnd.sqlite3"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PARQUET = "application/vnd.apache.parquet"
DISTRIBUTIONS = (
    Distribution(
        "/v1/dataset.zip",
        "application/zip",
        Bilingual("A data package of CSV tables", "CSV 数据包"),
        is_whole=True,
    ),
    Distribution(
        "/v1/dataset.sqlite",
        DATABASE,
        Bilingual("The database itself", "数据库文件"),
        is_whole=True,
    ),
    Distribution(
        "/v1/overview.xlsx",
        WORKBOOK,
        Bilingual("A workbook for people", "Excel 工作簿"),
        is_whole=True,
    ),
    Distribution(
        "/v1/observations.csv", "text/csv", Bilingual("All figures as CSV", "全部数据（CSV）")
    ),
    Distribution(
        "/v1/observations.jsonl",
        "application/jsonl",
        Bilingual("All figures as JSON Lines", "全部数据（JSON Lines）"),
    ),
    Distribution(
        "/v1/observations.parquet",
        PARQUET,
        Bilingual("All figures as Parquet", "全部数据（Parquet）"),
    ),
    Distribution(
        "/v1/observations.jsonstat",
        "application/json",
        Bilingual("All figures as a JSON-stat cube", "全部数据（JSON-stat 数据立方）"),
    ),
)
"""The forms in which the data set can be had."""


def list_distributions(*, is_file: bool) -> list[Distribution]:
    """List the forms that there are; a database server has no file to give."""
    return [one for one in DISTRIBUTIONS if is_file or one.media_type != DATABASE]


KEYWORDS = (
    Bilingual("Belt and Road", "一带一路"),
    Bilingual("China", "中国"),
    Bilingual("trade", "贸易"),
    Bilingual("investment", "投资"),
    Bilingual("contracted projects", "对外承包工程"),
    Bilingual("official statistics", "官方统计"),
)
MIT = "https://opensource.org/license/mit"
