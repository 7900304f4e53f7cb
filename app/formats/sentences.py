"""Records as sentences, so that no qualifier, period or place in the source can be dropped."""

from typing import Any

from app.formatting import format_citation
from app.i18n import Bilingual, Language

Record = dict[str, Any]


def describe_observation(record: Record, language: Language) -> str:
    """Tell a figure with its words, its period, its published growth and its place."""
    growth = record["growth"]
    told = Bilingual(
        f"{record['indicator']['name']}, {record['period']['label']}: {record['display']}",
        f"{record['indicator']['name']}，{record['period']['label']}：{record['display']}",
    ).get(language)
    if growth is not None:
        told += Bilingual(f" ({growth['display']})", f"（{growth['display']}）").get(language)
    return end_sentence(told, record["citation"], language) + describe_reports(record, language)


def describe_reports(record: Record, language: Language) -> str:
    """Tell of other sources that differ."""
    differing = [one["note"] for one in record["reports"] if one["agreement"] == "differs"]
    return "".join(Bilingual(f" {note}", note).get(language) for note in differing)


def describe_commitment(record: Record, language: Language) -> str:
    """Tell an action or an outcome with its place."""
    return end_sentence(record["text"].rstrip(".。"), cite_record(record, language), language)


def describe_priority_area(record: Record, language: Language) -> str:
    """Tell a priority area, with its actions line by line."""
    title = Bilingual(
        f"Priority area {record['position']} of {record['year']}: {record['title']}",
        f"{record['year']}年重点领域{record['position']}：{record['title']}",
    ).get(language)
    lines = [end_sentence(title, cite_record(record, language), language)]
    lines += [f"- {describe_commitment(action, language)}" for action in record["actions"]]
    return "\n".join(lines)


def describe_indicator(record: Record, language: Language) -> str:
    """Tell an indicator with its headline figure."""
    told = f"{record['code']}: {record['name']}. {record['note']}"
    if record["headline"] is None:
        return told
    return f"{told}\n  {describe_observation(record['headline'], language)}"


def describe_source(record: Record, language: Language) -> str:
    """Tell a source with its address and what is known about reuse."""
    address = record["address"] or Bilingual("no address", "无网址").get(language)
    return f"{record['code']}: {record['line']} ({address}). {record['licence']}"


def describe_hit(record: Record, language: Language) -> str:
    """Tell a search hit with its passage."""
    del language
    title = "".join(part["text"] for part in record["title"])
    snippet = "".join(part["text"] for part in record["snippet"])
    return f"{record['kind']} {record['code']}: {title}" + (f" — {snippet}" if snippet else "")


def cite_record(record: Record, language: Language) -> str:
    """Name the source of a text with the place in it."""
    return format_citation(record["source"]["line"], record["locator"], language)


def end_sentence(told: str, where: str, language: Language) -> str:
    """End a sentence with its source."""
    return Bilingual(f"{told}. Source: {where}.", f"{told}。来源：{where}。").get(language)
