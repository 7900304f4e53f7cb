"""The shape of a request: by what it narrows a list, whatever values it names.

A statement is made and compiled once for all requests of a shape, and their values are bound.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Dialect,
    Select,
    String,
    TypeDecorator,
    bindparam,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

from app.parameters import Filters

NOT_FILTERS = frozenset({"lang", "limit", "cursor", "sort", "vintages", "q"})
"""What does not narrow a list, or does it by more than a value to bind."""


class FilterShape(NamedTuple):
    """By what a list is narrowed, and its order."""

    single: frozenset[str] = frozenset()
    """The filters with one value."""
    multiple: frozenset[str] = frozenset()
    """The filters with several values, any of which matches."""
    sort: str = ""
    vintages: str = ""
    """Which vintages are listed, where there are any."""
    has_cursor: bool = False
    """Whether the page starts after a place."""

    def __contains__(self, name: object) -> bool:
        """Tell whether a filter narrows the list."""
        return name in self.single or name in self.multiple

    def condition(self, name: str, column: Any) -> ColumnElement[bool]:
        """Hold a column against the values of a filter."""
        return equals_or_any(column, name, several=name in self.multiple)

    def apply_filters(self, statement: Select[Any], columns: Mapping[str, Any]) -> Select[Any]:
        """Hold columns against the values of the filters by whose names they are given."""
        conditions = [
            self.condition(name, column) for name, column in columns.items() if name in self
        ]
        return statement.where(*conditions)


class SplitFilters(NamedTuple):
    """The shape of a request, and its values by the names under which they are bound."""

    shape: FilterShape
    values: dict[str, Any]


def split_filters(filters: Filters, **more: str | None) -> SplitFilters:
    """Part what a request asks for into its shape and its values.

    Args:
        filters: the parameters of the request.
        more: what else narrows the list.
    """
    one, several = {name: value for name, value in more.items() if value is not None}, {}
    for name in filters.model_fields_set - NOT_FILTERS:
        value = getattr(filters, name)
        if value is None or value == []:
            continue
        if not isinstance(value, list):
            one[name] = value
        elif len(value) == 1:
            one[name] = value[0]
        else:
            several[name] = value
    shape = FilterShape(
        frozenset(one),
        frozenset(several),
        getattr(filters, "sort", ""),
        getattr(filters, "vintages", ""),
        getattr(filters, "cursor", None) is not None,
    )
    return SplitFilters(shape, {**one, **several})


class ArrayParameter(TypeDecorator[Sequence[Any]]):
    """Values that are bound as one parameter: an array where there are such, else a JSON array."""

    impl = String
    cache_ok = True

    def __init__(self, kind: TypeEngine[Any]) -> None:
        super().__init__()
        self.kind = kind

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the type of the parameter."""
        chosen = String() if dialect.name == "sqlite" else ARRAY(self.kind)
        return dialect.type_descriptor(chosen)

    def process_bind_param(self, value: Sequence[Any] | None, dialect: Dialect) -> Any:
        """Write the values as the parameter takes them."""
        return json.dumps(value) if dialect.name == "sqlite" else value


class Condition(FunctionElement[bool]):
    """A condition that each kind of database has its own words for."""

    inherit_cache = True
    type = Boolean()

    def self_group(self, against: Any = None) -> "Condition":  # noqa: ARG002
        """Stand as a condition as it is; SQLAlchemy would compare it with 1 on SQLite."""
        return self


class AnyOf(Condition):
    """Whether a column has one of the values that are bound as one parameter."""

    inherit_cache = True


class AnyOfSelected(Condition):
    """Whether a column has one of the values that a statement finds, which is run first."""

    inherit_cache = True


@compiles(AnyOf, "sqlite")
def compile_any_of_sqlite(element: AnyOf, compiler: SQLCompiler, **options: Any) -> str:
    """Write the condition for SQLite."""
    column, values = (compiler.process(one, **options) for one in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608


@compiles(AnyOf, "postgresql")
def compile_any_of_postgresql(element: AnyOf, compiler: SQLCompiler, **options: Any) -> str:
    """Write the condition for PostgreSQL."""
    column, values = (compiler.process(one, **options) for one in element.clauses)
    return f"{column} = ANY({values})"


@compiles(AnyOfSelected, "sqlite")
def compile_selected_sqlite(element: AnyOfSelected, compiler: SQLCompiler, **options: Any) -> str:
    """Write the condition for SQLite."""
    column, statement = (compiler.process(one, **options) for one in element.clauses)
    return f"{column} IN {statement}"


@compiles(AnyOfSelected, "postgresql")
def compile_selected_postgresql(
    element: AnyOfSelected, compiler: SQLCompiler, **options: Any
) -> str:
    """Write the condition for PostgreSQL, whose planner would join everything before an IN."""
    column, statement = (compiler.process(one, **options) for one in element.clauses)
    return f"{column} = ANY(ARRAY{statement})"


def any_of_selected(column: Any, statement: Select[Any]) -> ColumnElement[bool]:
    """Hold a column against the values that a statement finds."""
    return AnyOfSelected(column, statement.correlate(None).scalar_subquery())


def equals_or_any(column: Any, name: str, *, several: bool) -> ColumnElement[bool]:
    """Hold a column against values that are bound as one parameter, or against a single one."""
    equal: ColumnElement[bool] = column == bindparam(name)
    return any_of(column, name) if several else equal


def any_of(column: Any, name: str) -> ColumnElement[bool]:
    """Hold a column against values that are bound as one parameter, however many they are."""
    return AnyOf(column, bindparam(name, type_=ArrayParameter(column.type)))
