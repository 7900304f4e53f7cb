"""What all tables share: exact decimals, named constraints, common columns."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Dialect, Numeric, String, TypeDecorator, UniqueConstraint
from sqlalchemy.types import TypeEngine
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal number kept digit by digit: NUMERIC where that is exact, else plain text.

    SQLite would turn 50.3 in a NUMERIC column into a binary float, so there the column is
    text without exponent or needless zeros; compare such columns with ``as_number``.
    """

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type that keeps every digit on this database."""
        exact = String(40) if dialect.name == "sqlite" else Numeric(38, 10)
        return dialect.type_descriptor(exact)

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | Decimal | None:
        """Write the number without exponent and without trailing zeros."""
        if value is None or dialect.name != "sqlite":
            return value
        return format_plain(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Decimal | None:
        """Read the number back with the digits that were written; a NUMERIC column adds zeros."""
        if value is None:
            return None
        return Decimal(value if dialect.name == "sqlite" else format_plain(Decimal(value)))


def format_plain(value: Decimal) -> str:
    """Write a decimal without exponent and without trailing zeros: 22.10 becomes 22.1."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def check_member(column: str, members: Iterable[str]) -> CheckConstraint:
    """Allow only the members of an enumeration in a column."""
    allowed = ", ".join(f"'{member}'" for member in members)
    return CheckConstraint(f"{column} IN ({allowed})", name=column)


def unique_key(*columns: str) -> UniqueConstraint:
    """Name a unique key by the convention above."""
    return UniqueConstraint(*columns)


def check_positive(column: str = "position") -> CheckConstraint:
    """Keep a position at one or more."""
    return CheckConstraint(f"{column} >= 1", name=column)


def check_filled(*columns: str) -> CheckConstraint:
    """Refuse empty text in the columns that a person reads."""
    return CheckConstraint(" AND ".join(f"{column} <> ''" for column in columns), name="filled")


def cast_decimal(column: str) -> str:
    """Compare an exact decimal by its size, on SQLite too where it is kept as text."""
    return f"CAST({column} AS NUMERIC)"


class KeyedModel(SQLModel):
    """A surrogate key for joins, and the readable key that URLs carry."""

    id: int = Field(primary_key=True)
    code: str = Field(unique=True)


class NamedModel(KeyedModel):
    """A reference entity with its place in lists and its name in both languages."""

    position: int
    name_en: str
    name_zh: str


class DescribedModel(NamedModel):
    """A reference entity with a description in both languages."""

    description_en: str
    description_zh: str


class LocatedModel(SQLModel):
    """A record with its place in a source, such as P2.S2 for paragraph 2, sentence 2."""

    source_id: int = Field(foreign_key="source.id", index=True)
    locator: str | None
