"""The words of `words.yaml`, as compiled patterns."""

import re
from collections.abc import Iterable
from pathlib import Path

import yaml

WORDS = yaml.load((Path(__file__).parent / "words.yaml").read_text("utf-8"), yaml.CSafeLoader)
PLACEHOLDERS = {
    "<word>": r"(?: [\w'&-]+)",
    "<adjective>": r"(?:(?!(?:with|in|to|from|for|and)\b)[a-z-]+ )",
}


def compile_words(listed: Iterable[str]) -> re.Pattern[str]:
    """Compile the alternatives of an entry of `words.yaml`."""
    pattern = "|".join(listed) or "(?!)"
    for placeholder, words in PLACEHOLDERS.items():
        pattern = pattern.replace(placeholder, words)
    return re.compile(pattern)


def compile_phrase(name: str) -> re.Pattern[str]:
    return compile_words(WORDS["phrases"][name])
