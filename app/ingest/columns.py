"""The rows of tables, and the columns of texts."""

from sqlmodel import SQLModel

from app.i18n import Bilingual, Language
from app.ingest.schema.base import BilingualText

Values = dict[str, object]
Row = tuple[type[SQLModel], Values]


def build_text_columns(**texts: BilingualText | Bilingual | None) -> Values:
    """Return the column of each text in each language, such as ``note_en``."""
    return {
        f"{name}_{language}": text and text.get(language)
        for name, text in texts.items()
        for language in Language
    }
