"""The words of `words.yaml`, as compiled patterns."""

import re
from collections.abc import Iterable
from pathlib import Path

import yaml

WORDS = yaml.load((Path(__file__).parent / "words.yaml").read_text("utf-8"), yaml.CSafeLoader)
ENGLISH_WORD = r"(?: [\w'&-]+)"


def compile_words(listed: Iterable[str]) -> re.Pattern[str]:
    """Compile the alternatives of an entry of `words.yaml`."""
    return re.compile("|".join(one.replace("<word>", ENGLISH_WORD) for one in listed) or "(?!)")


def compile_phrase(name: str) -> re.Pattern[str]:
    return compile_words(WORDS["phrases"][name])
