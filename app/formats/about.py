"""What is told of the data set as a whole, wherever it goes."""

from typing import Any

from app.text import Language, Words, day

TITLE = Words("Belt and Road Cooperation Indicators", "共建“一带一路”经贸合作指标")
DESCRIPTION = Words(
    "Official figures on China's economic cooperation with Belt and Road partner countries, each "
    "with its exact period, its qualifier and its place in the source, and the priority areas "
    "announced for the coming year.",
    "中国与共建“一带一路”国家经贸合作官方数据，逐项注明准确统计期、限定语和出处，"
    "并收录已公布的下一年度重点领域。",
)
DATA_LICENCE = Words(
    "Figures and dates are facts; quote them with the source line given. Copyright in the source "
    "documents stays with their publishers, and only short quotations of them are carried here.",
    "数据和日期属于事实，引用时请注明所给出处。来源文件的版权归其发布者所有，此处仅作简短引用。",
)
CONTACT = Words(
    "The operator of this address answers for the service; for a mistake in a figure, quote the "
    "observation's id and its locator.",
    "本服务由该网址的运营者负责；如发现数据有误，请注明观测值编号及出处位置。",
)


def citation(release: dict[str, Any], base: str, language: Language) -> str:
    """Cite the data set as a whole, with the day of its release and its address."""
    title = TITLE.to(language)
    released = day(release["released_on"], language)
    return Words(
        f"{title}, release of {released}, {base}/v1", f"{title}，{released}版，{base}/v1"
    ).to(language)
