"""The data set as Markdown for readers that are programs: an index, and everything in sentences."""

from collections.abc import Iterable, Sequence
from typing import Any

from app.formats import sentences
from app.formats.dataset_info import (
    DATA_LICENCE,
    DESCRIPTION,
    TITLE,
    cite_dataset,
    list_distributions,
)
from app.i18n import Bilingual, Language

MEDIA_TYPE = "text/markdown"
Record = dict[str, Any]

READING = Bilingual(
    "Quote each figure with its words: “over”, “nearly” and the period belong to the number. A "
    "full year and January to November never compare. Growth is what a source prints; where none "
    "is given there is none. Nothing is annualised or converted. Every action is announced, and no "
    "targets have been published.",
    "引用数据时不可省略“逾”“近”等限定语和统计期。全年数据与1—11月数据不可比。增速均为公布值，未列者即未公布。所有数据均未经年化或换算。各项举措均为已宣布事项，未公布量化目标。",
)
ACCESS_NOTES = (
    ("/v1/overview", Bilingual("Everything in one GET, as JSON", "一次请求取得全部内容（JSON）")),
    ("/v1/observations", Bilingual("Every published figure", "全部已公布数据")),
    ("/v1/series", Bilingual("What compares with what", "可比数据系列")),
    ("/v1/priority-areas", Bilingual("Priority areas and actions", "重点领域与举措")),
    ("/v1/search?q=trade", Bilingual("Full-text search", "全文检索")),
    ("/v1/sources", Bilingual("Where each figure stands", "数据来源")),
    ("/guide", Bilingual("Guide to figures, formats and clients", "数据、格式和客户端指南")),
    ("/openapi.json", Bilingual("The OpenAPI document", "OpenAPI 文档")),
    ("/llms-full.txt", Bilingual("All figures in sentences", "以文字列出的全部数据")),
)
FIGURES = Bilingual("Figures", "数据")
AREAS = Bilingual("Priority areas", "重点领域")
SOURCES = Bilingual("Sources", "来源")
DOWNLOADS = Bilingual("Downloads", "下载")
START = Bilingual("Start here", "入口")


def write_index(top: Sequence[str], base: str, language: Language, *, is_file: bool) -> str:
    """Write the index that a program reads first (llms.txt).

    Args:
        top: what every reader has to know first, line by line.
        base: the address of the service.
        language: the language of the index.
        is_file: whether there is a database file.
    """
    forms = list_distributions(is_file=is_file)
    return "\n".join(
        [
            *top,
            f"## {START.get(language)}",
            "",
            *(f"- [{words.get(language)}]({base}{path})" for path, words in ACCESS_NOTES),
            "",
            f"## {DOWNLOADS.get(language)}",
            "",
            *(f"- [{one.title.get(language)}]({base}{one.path})" for one in forms),
            "",
        ]
    )


def write_full_text(
    top: Sequence[str],
    language: Language,
    figures: Iterable[Record],
    areas: Iterable[Record],
    sources: Iterable[Record],
) -> str:
    """Write all figures, priority areas and sources in sentences (llms-full.txt).

    Args:
        top: what every reader has to know first, line by line.
        language: the language of the records.
        figures: the observations.
        areas: the priority areas with their actions.
        sources: the documents.
    """
    return "\n".join(
        [
            *top,
            f"## {FIGURES.get(language)}",
            "",
            *(f"- {sentences.describe_observation(one, language)}" for one in figures),
            "",
            f"## {AREAS.get(language)}",
            "",
            *(f"{sentences.describe_priority_area(one, language)}\n" for one in areas),
            f"## {SOURCES.get(language)}",
            "",
            *(f"- {sentences.describe_source(one, language)}" for one in sources),
            "",
        ]
    )


def write_preamble(release: Record, base: str, language: Language) -> list[str]:
    """Write what every reader has to know first."""
    return [
        f"# {TITLE.get(language)}",
        "",
        f"> {DESCRIPTION.get(language)}",
        "",
        READING.get(language),
        "",
        DATA_LICENCE.get(language),
        "",
        cite_dataset(release, base, language),
        "",
    ]
