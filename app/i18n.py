"""The languages of the service, and texts in both."""

from enum import StrEnum
from typing import NamedTuple


class Language(StrEnum):
    """A language of the texts."""

    ENGLISH = "en"
    CHINESE = "zh"


class Bilingual(NamedTuple):
    """A text in both languages."""

    en: str
    zh: str

    def get(self, language: Language) -> str:
        """Return the text in one language."""
        return self.zh if language is Language.CHINESE else self.en

    def format(self, **values: object) -> "Bilingual":
        """Fill in the placeholders of both texts."""
        return Bilingual(self.en.format(**values), self.zh.format(**values))
