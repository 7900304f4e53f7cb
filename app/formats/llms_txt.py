"""The dataset as Markdown for programs: an index, and all records as sentences."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from app.db.columns import Record
from app.formats.dataset_info import (
    DATA_LICENCE,
    DESCRIPTION,
    HOW_TO_READ,
    TITLE,
    Distribution,
    cite_dataset,
)
from app.formats.sentences import (
    describe_announcement,
    describe_commitment,
    describe_coverage,
    describe_edition,
    describe_goal,
    describe_observation,
    describe_priority_area,
    describe_related_dataset,
    describe_source,
)
from app.i18n import Bilingual, Language

MEDIA_TYPE = "text/markdown"

ENTRY_POINTS = (
    ("/v1/overview", Bilingual("Overview: everything in one request (JSON)", "概览（JSON）")),
    ("/v1/observations", Bilingual("Observations", "数据")),
    ("/v1/series", Bilingual("Series, and which figures are comparable", "数据序列及可比性说明")),
    ("/v1/contradictions", Bilingual("Published numbers that differ", "存在差异的公布数据")),
    ("/v1/editions", Bilingual("Yearly press conferences", "年度发布会")),
    ("/v1/priority-areas", Bilingual("Priority areas and actions", "重点领域与举措")),
    ("/v1/commitments", Bilingual("Commitments of the forums", "高峰论坛承诺")),
    ("/v1/search?q=trade", Bilingual("Full-text search", "全文检索")),
    (
        "/v1/quotation-check?text=over+700+aid+projects",
        Bilingual("Check of the figures quoted in a text", "核对文中引用的数据"),
    ),
    ("/v1/sources", Bilingual("Sources", "来源")),
    ("/guide", Bilingual("Guide to figures, formats and clients", "数据、格式和客户端指南")),
    ("/openapi.json", Bilingual("OpenAPI document", "OpenAPI文档")),
    ("/llms-full.txt", Bilingual("All figures as sentences", "以文字表述的全部数据")),
)
EDITIONS = Bilingual("Press conferences", "历次发布会")
OBSERVATIONS = Bilingual("Observations", "数据")
COVERAGES = Bilingual("Countries counted", "统计范围")
OUTCOMES = Bilingual("Other results", "其他成果")
AREAS = Bilingual("Priority areas", "重点领域")
COMMITMENTS = Bilingual("Commitments of the forums", "高峰论坛承诺")
SOURCES = Bilingual("Sources", "来源")
RELATED_DATASETS = Bilingual("Similar data of other publishers", "其他机构的类似数据")
DOWNLOADS = Bilingual("Downloads", "下载")
START = Bilingual("Start here", "入口")


class AllRecords(NamedTuple):
    """The records that llms-full.txt describes."""

    editions: Iterable[Record]
    coverages: Iterable[Record]
    observations: Iterable[Record]
    outcomes: Iterable[Record]
    areas: Iterable[Record]
    commitments: Iterable[Record]
    related_datasets: Iterable[Record]
    sources: Sequence[Record]


def write_index(
    preamble: Sequence[str],
    distributions: Sequence[Distribution],
    related_datasets: Iterable[Record],
    base: str,
    language: Language,
) -> str:
    """Write the index that a program reads first (llms.txt)."""
    lines = [*preamble, f"## {START.get(language)}", ""]
    lines += [f"- [{title.get(language)}]({base}{path})" for path, title in ENTRY_POINTS]
    lines += ["", f"## {DOWNLOADS.get(language)}", ""]
    lines += [f"- [{one.title.get(language)}]({base}{one.path})" for one in distributions]
    lines += ["", f"## {RELATED_DATASETS.get(language)}", ""]
    lines += [f"- {describe_related_dataset(one, language)}" for one in related_datasets]
    return "\n".join([*lines, ""])


def write_full_text(
    preamble: Sequence[str], records: AllRecords, base: str, language: Language
) -> str:
    """Write all records as sentences, each with the URL of its location (llms-full.txt)."""
    lines = [*preamble, f"## {EDITIONS.get(language)}", ""]
    lines += [f"- {describe_edition(one, language)}" for one in records.editions]
    lines += ["", f"## {COVERAGES.get(language)}", ""]
    lines += [f"- {describe_coverage(one, language, base)}" for one in records.coverages]
    lines += ["", f"## {OBSERVATIONS.get(language)}", ""]
    lines += [f"- {describe_observation(one, language, base)}" for one in records.observations]
    lines += ["", f"## {OUTCOMES.get(language)}", ""]
    lines += [f"- {describe_announcement(one, language, base)}" for one in records.outcomes]
    lines += ["", f"## {AREAS.get(language)}", ""]
    goals = [one for one in records.sources if one["goal"]]
    lines += [f"{describe_goal(one, language, base)}\n" for one in goals]
    lines += [f"{describe_priority_area(one, language, base)}\n" for one in records.areas]
    lines += [f"## {COMMITMENTS.get(language)}", ""]
    lines += [f"- {describe_commitment(one, language, base)}" for one in records.commitments]
    lines += ["", f"## {RELATED_DATASETS.get(language)}", ""]
    lines += [f"- {describe_related_dataset(one, language)}" for one in records.related_datasets]
    lines += ["", f"## {SOURCES.get(language)}", ""]
    lines += [f"- {describe_source(one, language)}" for one in records.sources]
    return "\n".join([*lines, ""])


def write_preamble(release: Record, base: str, language: Language) -> list[str]:
    paragraphs = (
        f"# {TITLE.get(language)}",
        f"> {DESCRIPTION.get(language)}",
        HOW_TO_READ.get(language),
        DATA_LICENCE.get(language),
        cite_dataset(release, base, language),
    )
    return [line for paragraph in paragraphs for line in (paragraph, "")]
