"""The shape of a list request: which filters, order and cursor it has, without their values.

Statements are built and compiled once for each shape; the values are bound as parameters.
"""

from collections.abc import Mapping
from typing import NamedTuple

from app.db.columns import Column, Condition, Record, Statement, build_equals_or_in
from app.parameters import Filters

NOT_FILTERS = frozenset({"lang", "limit", "cursor", "sort", "vintages", "q"})
"""Parameters that are not conditions on a column with a bound value."""


class FilterShape(NamedTuple):
    """The filters and the order of a list request."""

    single: frozenset[str] = frozenset()
    """The filters with one value."""
    multiple: frozenset[str] = frozenset()
    """The filters with several values, any of which matches."""
    sort: str = ""
    vintages: str = ""
    has_cursor: bool = False

    def __contains__(self, name: object) -> bool:
        return name in self.single or name in self.multiple

    def build_condition(self, name: str, column: Column) -> Condition:
        """Return the condition of a filter on a column."""
        return build_equals_or_in(column, name, several=name in self.multiple)

    def apply_filters(self, statement: Statement, columns: Mapping[str, Column]) -> Statement:
        """Restrict a statement by those filters for which a column is given."""
        conditions = [
            self.build_condition(name, column) for name, column in columns.items() if name in self
        ]
        return statement.where(*conditions)


class SplitFilters(NamedTuple):
    shape: FilterShape
    values: Record
    """The values by the names under which they are bound."""


def split_filters(filters: Filters, **more: str | None) -> SplitFilters:
    """Split the parameters of a request into its shape and its values.

    Args:
        filters: the parameters of the request.
        more: filters that are not query parameters.
    """
    single: Record = {name: value for name, value in more.items() if value is not None}
    multiple: Record = {}
    for name in filters.model_fields_set - NOT_FILTERS:
        value = getattr(filters, name)
        if value is None or value == []:
            continue
        if not isinstance(value, list):
            single[name] = value
        elif len(value) == 1:
            single[name] = value[0]
        else:
            multiple[name] = value
    shape = FilterShape(
        frozenset(single),
        frozenset(multiple),
        getattr(filters, "sort", ""),
        getattr(filters, "vintages", ""),
        getattr(filters, "cursor", None) is not None,
    )
    return SplitFilters(shape, {**single, **multiple})
