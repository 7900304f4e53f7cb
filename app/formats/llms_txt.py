"""The dataset as Markdown for programs: an index, and all records as sentences."""

from collections.abc import Callable, Iterable, Sequence

from app.db.columns import Record
from app.formats import dataset_info, sentences, tables
from app.formats.tables import Table
from app.i18n import Bilingual, Language

MEDIA_TYPE = "text/markdown"

OBSERVATIONS = Bilingual("Observations", "数据")
COMMITMENTS = Bilingual("Commitments of the forums", "高峰论坛承诺")
DOWNLOADS = Bilingual("Downloads", "下载")
START = Bilingual("Start here", "入口")
ENTRY_POINTS = (
    ("/v1/overview", Bilingual("Overview: everything in one request (JSON)", "概览（JSON）")),
    ("/v1/observations", OBSERVATIONS),
    ("/v1/series", tables.SERIES.title),
    ("/v1/contradictions", tables.CONTRADICTIONS.title),
    ("/v1/editions", tables.EDITIONS.title),
    ("/v1/priority-areas", Bilingual("Priority areas and actions", "重点领域与举措")),
    ("/v1/commitments", COMMITMENTS),
    ("/v1/search?q=trade", Bilingual("Full-text search", "全文检索")),
    (
        "/v1/quotation-check?text=over+700+aid+projects",
        Bilingual("Check of the figures quoted in a text", "核对文中引用的数据"),
    ),
    ("/v1/sources", tables.SOURCES.title),
    ("/guide", Bilingual("Guide to figures, formats and clients", "数据、格式和客户端指南")),
    ("/openapi.json", Bilingual("OpenAPI document", "OpenAPI文档")),
    ("/llms-full.txt", Bilingual("All figures as sentences", "以文字表述的全部数据")),
)
Describe = Callable[[Record, Language, str], str]
SECTIONS: tuple[tuple[Table, Bilingual, Describe], ...] = (
    (tables.EDITIONS, tables.EDITIONS.title, sentences.describe_edition),
    (tables.COVERAGES, tables.COVERAGES.title, sentences.describe_coverage),
    (tables.OBSERVATIONS, OBSERVATIONS, sentences.describe_observation),
    (tables.OUTCOMES, tables.OUTCOMES.title, sentences.describe_announcement),
    (tables.PRIORITY_AREAS, tables.PRIORITY_AREAS.title, sentences.describe_priority_area),
    (tables.COMMITMENTS, COMMITMENTS, sentences.describe_commitment),
    (tables.RELATED_DATASETS, tables.RELATED_DATASETS.title, sentences.describe_related_dataset),
    (tables.SOURCES, tables.SOURCES.title, sentences.describe_source),
)


def write_index(
    preamble: Sequence[str],
    distributions: Sequence[dataset_info.Distribution],
    related_datasets: Iterable[Record],
    base: str,
    language: Language,
) -> str:
    """Write the index that a program reads first (llms.txt)."""
    lines = [*preamble, f"## {START.get(language)}", ""]
    lines += [f"- [{title.get(language)}]({base}{path})" for path, title in ENTRY_POINTS]
    lines += ["", f"## {DOWNLOADS.get(language)}", ""]
    lines += [f"- [{one.title.get(language)}]({base}{one.path})" for one in distributions]
    lines += ["", f"## {tables.RELATED_DATASETS.title.get(language)}", ""]
    lines += [f"- {sentences.describe_related_dataset(one, language)}" for one in related_datasets]
    return "\n".join([*lines, ""])


def write_full_text(
    preamble: Sequence[str],
    read: Callable[[Table], Sequence[Record]],
    base: str,
    language: Language,
) -> str:
    """Write all records as sentences, each with the URL of its location (llms-full.txt)."""
    lines = list(preamble)
    for table, title, describe in SECTIONS:
        lines += [f"## {title.get(language)}", ""]
        if table is tables.PRIORITY_AREAS:
            goals = (one for one in read(tables.SOURCES) if one["goal"])
            lines += [f"{sentences.describe_goal(one, language, base)}\n" for one in goals]
            lines += [f"{describe(one, language, base)}\n" for one in read(table)]
        else:
            lines += [*(f"- {describe(one, language, base)}" for one in read(table)), ""]
    return "\n".join(lines)


def write_preamble(release: Record, base: str, language: Language) -> list[str]:
    paragraphs = (
        f"# {dataset_info.TITLE.get(language)}",
        f"> {dataset_info.DESCRIPTION.get(language)}",
        dataset_info.HOW_TO_READ.get(language),
        dataset_info.DATA_LICENCE.get(language),
        dataset_info.cite_dataset(release, base, language),
    )
    return [line for paragraph in paragraphs for line in (paragraph, "")]
