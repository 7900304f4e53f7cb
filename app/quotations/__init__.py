"""Quotations: the numbers of a text beside the published ones, and what differs.

A text is divided into sentences. Each number with its unit, its qualifier, and the words for what
is measured, when, in which countries and by whom is matched with the record of the release. All is
done by rules, so that the same text has the same result. The words are in `words.yaml`.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

from app.i18n import Bilingual

WORDS = yaml.load((Path(__file__).parent / "words.yaml").read_text("utf-8"), yaml.CSafeLoader)
PLACEHOLDERS = {
    "<word>": r"(?: [\w'&-]+)",
    "<adjective>": r"(?:(?!(?:with|in|to|from|for|and)\b)[a-z-]+ )",
}


def compile_words(listed: Iterable[str]) -> re.Pattern[str]:
    """Compile the alternatives of an entry of `words.yaml`."""
    return re.compile(fill_placeholders("|".join(listed) or "(?!)", PLACEHOLDERS))


def fill_placeholders(pattern: str, placeholders: Mapping[str, str]) -> str:
    for placeholder, words in placeholders.items():
        pattern = pattern.replace(placeholder, words)
    return pattern


def compile_entries(entries: Mapping[str, Iterable[str]]) -> dict[str, re.Pattern[str]]:
    return {name: compile_words(listed) for name, listed in entries.items()}


def read_corrections(section: str) -> dict[str, Bilingual]:
    return {name: Bilingual(*texts) for name, texts in WORDS["corrections"][section].items()}
