"""Base classes of the tables: exact decimals, names of keys, common columns; and rows."""

import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import Dialect, Numeric, String, Table, TypeDecorator
from sqlalchemy.orm import declared_attr
from sqlalchemy.types import TypeEngine
from sqlmodel import Field, SQLModel

from app.i18n import Language


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal stored with exactly its digits: NUMERIC on PostgreSQL, text on SQLite.

    SQLite would convert 50.3 in a NUMERIC column to a binary float. The text has no exponent and
    no trailing zeros; such columns are compared as numbers only with a cast.
    """

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        exact = String(40) if dialect.name == "sqlite" else Numeric(38, 10)
        return dialect.type_descriptor(exact)

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | Decimal | None:
        return value if value is None or dialect.name != "sqlite" else format_plain(value)

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[Any], Decimal | None]:
        """Return the conversion to a number with the digits that were stored."""
        del coltype
        return parse_text if dialect.name == "sqlite" else strip_zeros


# The numbers of the current figures are read again and again.
@lru_cache(maxsize=4096)
def parse_text(stored: str | None) -> Decimal | None:
    return None if stored is None else Decimal(stored)


def strip_zeros(value: Decimal | None) -> Decimal | None:
    """Remove the zeros that NUMERIC adds."""
    return None if value is None else Decimal(format_plain(value))


def format_plain(value: Decimal) -> str:
    """Return a decimal without exponent and trailing zeros: 22.10 becomes 22.1."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


class TableModel(SQLModel):
    """A row of a table, without a validator: the seed is validated before it becomes rows.

    Its checks, indexes and unique columns stand only in the migration that creates it.
    """

    model_config = SQLModel.model_config | {"defer_build": True}

    @declared_attr.directive
    def __tablename__(cls) -> str:  # noqa: N805 - of the class
        """Name the table after its class: ``series_break`` for SeriesBreak."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


class KeyedModel(TableModel):
    """A record with a surrogate key for joins and a readable key for URLs."""

    id: int = Field(primary_key=True)
    code: str


class NamedModel(KeyedModel):
    """A record of a code list, with its position and its names."""

    position: int
    name_en: str
    name_zh: str


class DescribedModel(NamedModel):
    description_en: str
    description_zh: str


class NotedModel(TableModel):
    note_en: str | None
    note_zh: str | None


class WordedModel(TableModel):
    """A record with the words of a source: in its language, or in both of this service."""

    wording_en: str
    wording_zh: str
    wording_original: str | None


class LocatedModel(TableModel):
    """A record with its location in a source: P2.S3 is paragraph 2, sentence 3."""

    source_id: int = Field(foreign_key="source.id")
    locator: str | None


class StatementModel(LocatedModel):
    """What a source states at a location, as a text in both languages."""

    text_en: str
    text_zh: str


Values = dict[str, object]
Row = tuple[type[SQLModel] | Table, Values]
"""A row to insert: its table, and its values by column."""


class LocalizedText(Protocol):
    def get(self, language: Language) -> str: ...


def build_text_columns(**texts: LocalizedText | None) -> Values:
    """Return the column of each text in each language, such as ``note_en``."""
    return {
        f"{name}_{language}": text and text.get(language)
        for name, text in texts.items()
        for language in Language
    }
