"""The data set as Markdown for programs: an index, and all records as sentences.

Each sentence contains the qualifier, the period and the source reference of its figure.
"""

from collections.abc import Iterable, Sequence

from app.db.columns import Record
from app.formats.dataset_info import (
    DATA_LICENCE,
    DESCRIPTION,
    HOW_TO_READ,
    TITLE,
    Distribution,
    cite_dataset,
)
from app.i18n import Bilingual, Language, format_citation

MEDIA_TYPE = "text/markdown"

ENTRY_POINTS = (
    ("/v1/overview", Bilingual("Overview: everything in one request (JSON)", "概览（JSON）")),
    ("/v1/observations", Bilingual("Observations", "观测值")),
    ("/v1/series", Bilingual("Series of comparable observations", "可比数据序列")),
    ("/v1/priority-areas", Bilingual("Priority areas and actions", "重点领域与举措")),
    ("/v1/search?q=trade", Bilingual("Full-text search", "全文检索")),
    ("/v1/sources", Bilingual("Sources", "来源")),
    ("/guide", Bilingual("Guide to figures, formats and clients", "数据、格式和客户端指南")),
    ("/openapi.json", Bilingual("OpenAPI document", "OpenAPI 文档")),
    ("/llms-full.txt", Bilingual("All figures as sentences", "以文字表述的全部数据")),
)
OBSERVATIONS = Bilingual("Observations", "数据")
AREAS = Bilingual("Priority areas", "重点领域")
SOURCES = Bilingual("Sources", "来源")
DOWNLOADS = Bilingual("Downloads", "下载")
BREAK_BEFORE = Bilingual(
    "There is a break in the series before this figure; do not compare it with earlier ones.",
    "该数据之前序列中断，与此前数据不可比。",
)
START = Bilingual("Start here", "入口")


def write_index(
    preamble: Sequence[str], distributions: Sequence[Distribution], base: str, language: Language
) -> str:
    """Write the index that a program reads first (llms.txt)."""
    lines = [*preamble, f"## {START.get(language)}", ""]
    lines += [f"- [{title.get(language)}]({base}{path})" for path, title in ENTRY_POINTS]
    lines += ["", f"## {DOWNLOADS.get(language)}", ""]
    lines += [f"- [{one.title.get(language)}]({base}{one.path})" for one in distributions]
    return "\n".join([*lines, ""])


def write_full_text(
    preamble: Sequence[str],
    observations: Iterable[Record],
    areas: Iterable[Record],
    sources: Iterable[Record],
    language: Language,
) -> str:
    """Write all observations, priority areas and sources as sentences (llms-full.txt)."""
    lines = [*preamble, f"## {OBSERVATIONS.get(language)}", ""]
    lines += [f"- {describe_observation(one, language)}" for one in observations]
    lines += ["", f"## {AREAS.get(language)}", ""]
    lines += [f"{describe_priority_area(one, language)}\n" for one in areas]
    lines += [f"## {SOURCES.get(language)}", ""]
    lines += [f"- {describe_source(one, language)}" for one in sources]
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


def describe_observation(record: Record, language: Language) -> str:
    """Describe an observation with its published growth, and reports that differ from it."""
    growth = record["growth"]
    text = Bilingual(
        f"{record['indicator']['name']}, {record['coverage']['name']}, "
        f"{record['period']['label']}: {record['display']}",
        f"{record['indicator']['name']}，{record['coverage']['name']}，"
        f"{record['period']['label']}：{record['display']}",
    ).get(language)
    sentences = [append_source(text, record["citation"], language)]
    if growth is not None:
        change = Bilingual("Published growth: {change}", "公布的增速：{change}").format(
            change=growth["display"]
        )
        sentences.append(append_source(change.get(language), growth["citation"], language))
    if record["break_before"]:
        sentences.append(BREAK_BEFORE.get(language))
    sentences += [record["note"]] if record["note"] else []
    sentences += [one["note"] for one in record["reports"] if one["agreement"] == "differs"]
    return Bilingual(" ", "").get(language).join(sentences)


def describe_commitment(record: Record, language: Language) -> str:
    return append_source(record["text"].rstrip(".。"), cite_record(record, language), language)


def describe_priority_area(record: Record, language: Language) -> str:
    title = Bilingual(
        f"Priority area {record['position']} of {record['year']}: {record['title']}",
        f"{record['year']}年重点领域{record['position']}：{record['title']}",
    ).get(language)
    lines = [append_source(title, cite_record(record, language), language)]
    lines += [f"- {describe_commitment(action, language)}" for action in record["actions"]]
    return "\n".join(lines)


def describe_indicator(record: Record, language: Language) -> str:
    text = Bilingual(
        f"{record['code']}: {record['name']}. {record['note']}",
        f"{record['code']}：{record['name']}。{record['note']}",
    ).get(language)
    if record["headline"] is None:
        return text
    return f"{text}\n  {describe_observation(record['headline'], language)}"


def describe_source(record: Record, language: Language) -> str:
    url = record["address"] or Bilingual("no URL", "无网址").get(language)
    return Bilingual(
        f"{record['code']}: {record['line']} ({url}). {record['licence']}",
        f"{record['code']}：{record['line']}（{url}）。{record['licence']}",
    ).get(language)


def describe_hit(record: Record, language: Language) -> str:
    title = "".join(part["text"] for part in record["title"])
    snippet = "".join(part["text"] for part in record["snippet"])
    text = Bilingual(
        f"{record['kind']} {record['code']}: {title}", f"{record['kind']} {record['code']}：{title}"
    ).get(language)
    if record["display"]:
        context = record["display"], record["coverage"]["name"], record["period"]["label"]
        text += Bilingual(": ", "：").get(language) + Bilingual(", ", "，").get(language).join(
            context
        )
    if record["source"]:
        text = append_source(text, record["source"]["line"], language)
    return text + (Bilingual(f" — {snippet}", f"——{snippet}").get(language) if snippet else "")


def cite_record(record: Record, language: Language) -> str:
    return format_citation(record["source"]["line"], record["locator"], language)


def append_source(text: str, citation: str, language: Language) -> str:
    return Bilingual(f"{text}. Source: {citation}.", f"{text}。来源：{citation}。").get(language)
