"""A collection whose list is short enough to be counted and sorted: its list and its records.

A resource declares what is selected, the orders and filters of its list, and how selected rows are
completed. Lists that may be very long are read by ``listing/plan``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, exists
from sqlmodel import col

from app.db.columns import Column, Record, Statement, Table, get_foreign_key
from app.db.fulltext import filter_by_text
from app.db.models.base import KeyedModel
from app.db.statements import fetch_one
from app.i18n import Language
from app.parameters import ListParameters
from app.queries.listing.keyset import MAX_STATEMENTS, QueryPage, read_page
from app.queries.listing.shape import FilterShape, split_filters


class LinkedFilter(NamedTuple):
    """A filter on the records that a record is linked to."""

    link: Table
    target: type[KeyedModel]
    code: Column
    """The column of the target that the filter is compared with."""


@dataclass(frozen=True, eq=False)
class Resource:
    """A collection: its statement, its orders and filters, and the completion of its records."""

    table: type[KeyedModel]
    select: Callable[[Language], Statement]
    """Returns the joined statement in a language, the same object each time."""
    orders: Mapping[str, Sequence[Column]]
    """The sort columns of each value of ``sort``; the last column is unique."""
    complete: Callable[[Connection, Language, list[Record]], list[Record]]
    """Completes selected rows, for example with links and labels."""
    filters: Mapping[str, Column] = field(default_factory=dict)
    """The column of each filter."""
    linked_filters: Mapping[str, LinkedFilter] = field(default_factory=dict)
    since: Column | None = None
    """The column that has to be at least the value of the filter ``since``."""
    scope: Mapping[str, str] = field(default_factory=dict)
    """What tells the cursors of lists with the same parameters apart."""

    @property
    def kind(self) -> str:
        """The name of the collection in the tables of links and in the search index."""
        return str(self.table.__tablename__)

    def list_page(
        self, connection: Connection, language: Language, filters: ListParameters
    ) -> QueryPage:
        """Read one page of the list.

        Raises:
            InvalidParameters: if the cursor belongs to another list.
        """
        shape, values = split_filters(filters)
        statement = select_matching(self, language, shape)
        words: str | None = vars(filters).get("q")
        # The words become part of the statement, which therefore cannot be cached.
        if words is not None:
            code = col(self.table.code)
            statement = filter_by_text(connection, statement, code, words, self.kind)
        page = read_page(connection, statement, self.orders, filters, {**values, **self.scope})
        return page.replace_rows(self.complete(connection, language, page.rows))

    def get(self, connection: Connection, language: Language, key: str) -> Record | None:
        """Read the record with a key."""
        row = fetch_one(connection, self.select(language), col(self.table.code), key)
        return self.complete(connection, language, [row])[0] if row else None


@lru_cache(maxsize=MAX_STATEMENTS)
def select_matching(resource: Resource, language: Language, shape: FilterShape) -> Statement:
    """Select the matching records, for all requests of a shape."""
    statement = shape.apply_filters(resource.select(language), resource.filters)
    for name, (link, target, code) in resource.linked_filters.items():
        if name in shape:
            statement = statement.where(
                exists().where(
                    get_foreign_key(link, resource.table) == resource.table.id,
                    get_foreign_key(link, target) == target.id,
                    shape.build_condition(name, code),
                )
            )
    if resource.since is not None and "since" in shape:
        statement = statement.where(resource.since >= bindparam("since"))
    return statement
