"""Languages: bilingual texts and the negotiation of a language."""

import re
from enum import StrEnum
from typing import NamedTuple


class Language(StrEnum):
    """A language of the texts."""

    ENGLISH = "en"
    CHINESE = "zh"


class Bilingual(NamedTuple):
    """The same words in both languages."""

    en: str
    zh: str

    def get(self, language: Language) -> str:
        """Say them in one language."""
        return self.zh if language is Language.CHINESE else self.en


LANGUAGE_RANGE = re.compile(
    r"\s*([A-Za-z*]+)(?:-[A-Za-z0-9-]+)?\s*(?:;\s*q\s*=\s*([01](?:\.\d*)?))?\s*"
)


def negotiate_language(accept_language: str) -> Language:
    """Choose the language that a reader prefers (RFC 9110, 12.5.4); English for any other."""
    best, chosen = 0.0, Language.ENGLISH
    for part in accept_language.split(","):
        match = LANGUAGE_RANGE.fullmatch(part)
        if match is None or match[1].lower() not in ("en", "zh", "*"):
            continue
        weight = float(match[2] or 1)
        if weight > best:
            best = weight
            chosen = Language.CHINESE if match[1].lower() == "zh" else Language.ENGLISH
    return chosen
