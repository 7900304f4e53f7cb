"""Records as sentences, so that no qualifier, period or place in the source can be dropped."""

from typing import Any

from app.text import Language, Words, citation

Record = dict[str, Any]


def observation(record: Record, language: Language) -> str:
    """Tell a figure with its words, its period, its published growth and its place."""
    growth = record["growth"]
    told = Words(
        f"{record['indicator']['name']}, {record['period']['label']}: {record['display']}",
        f"{record['indicator']['name']}，{record['period']['label']}：{record['display']}",
    ).to(language)
    if growth is not None:
        told += Words(f" ({growth['display']})", f"（{growth['display']}）").to(language)
    return ended(told, record["citation"], language) + reports(record, language)


def reports(record: Record, language: Language) -> str:
    """Tell of other sources that differ."""
    differing = [one["note"] for one in record["reports"] if one["agreement"] == "differs"]
    return "".join(Words(f" {note}", note).to(language) for note in differing)


def commitment(record: Record, language: Language) -> str:
    """Tell an action or an outcome with its place."""
    return ended(record["text"].rstrip(".。"), cited(record, language), language)


def priority_area(record: Record, language: Language) -> str:
    """Tell a priority area, with its actions line by line."""
    title = Words(
        f"Priority area {record['position']} of {record['year']}: {record['title']}",
        f"{record['year']}年重点领域{record['position']}：{record['title']}",
    ).to(language)
    lines = [ended(title, cited(record, language), language)]
    lines += [f"- {commitment(action, language)}" for action in record["actions"]]
    return "\n".join(lines)


def indicator(record: Record, language: Language) -> str:
    """Tell an indicator with its headline figure."""
    told = f"{record['code']}: {record['name']}. {record['note']}"
    if record["headline"] is None:
        return told
    return f"{told}\n  {observation(record['headline'], language)}"


def source(record: Record, language: Language) -> str:
    """Tell a source with its address and what is known about reuse."""
    address = record["address"] or Words("no address", "无网址").to(language)
    return f"{record['code']}: {record['line']} ({address}). {record['licence']}"


def hit(record: Record, language: Language) -> str:
    """Tell a search hit with its passage."""
    del language
    title = "".join(part["text"] for part in record["title"])
    snippet = "".join(part["text"] for part in record["snippet"])
    return f"{record['kind']} {record['code']}: {title}" + (f" — {snippet}" if snippet else "")


def cited(record: Record, language: Language) -> str:
    """Name the source of a text with the place in it."""
    return citation(record["source"]["line"], record["locator"], language)


def ended(told: str, where: str, language: Language) -> str:
    """End a sentence with its source."""
    return Words(f"{told}. Source: {where}.", f"{told}。来源：{where}。").to(language)
