"""The Chinese texts of the OpenAPI document, which zh.po has under the English ones."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from app.db.columns import Record, Value
from app.i18n import Language

CATALOG = Path(__file__).parent / "zh.po"
TEXTS = frozenset({"description", "summary"})
DATA = frozenset({"default", "enum", "example", "examples", "x-codeSamples", "x-enum-varnames"})
"""What is the same in every language."""
NAMED = frozenset({"headers", "parameters", "paths", "properties", "responses", "schemas"})
"""Objects whose keys are names, which may be those of texts."""
Change = Callable[[str], str]


def translate_document(document: Record, language: Language) -> Record:
    """Return a document whose texts are in a language; the document itself is in English."""
    if language is Language.ENGLISH:
        return document
    catalog = load_catalog()
    # A text without a translation is better than no document; a test names those texts.
    return map_texts(document, lambda text: catalog.get(text, text))


def map_texts(document: Record, change: Change) -> Record:
    """Return a document with every text changed: descriptions, summaries, tags, title, contact."""
    changed: Record = map_nested_texts(document, change)
    info = changed["info"]
    changed["info"] = info | {
        "title": change(info["title"]),
        "contact": info["contact"] | {"name": change(info["contact"]["name"])},
    }
    changed["tags"] = [tag | {"name": change(tag["name"])} for tag in changed["tags"]]
    for methods in changed["paths"].values():
        operation = methods["get"]
        operation["tags"] = [change(tag) for tag in operation["tags"]]
    return changed


def map_nested_texts(node: Value, change: Change, *, is_named: bool = False) -> Value:
    if isinstance(node, list):
        return [map_nested_texts(one, change) for one in node]
    if not isinstance(node, dict):
        return node
    mapped: Record = {}
    for name, value in node.items():
        if not is_named and name in TEXTS and isinstance(value, str):
            mapped[name] = change(value)
        elif not is_named and name in DATA:
            mapped[name] = value
        else:
            mapped[name] = map_nested_texts(value, change, is_named=name in NAMED and not is_named)
    return mapped


@cache
def load_catalog() -> dict[str, str]:
    with CATALOG.open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file) if one.id}
