"""Records as rows of a table: which columns, and where each stands in the record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from app.db.models import format_plain
from app.enums import Datatype
from app.i18n import Bilingual

SEPARATOR = ";"
"""What stands between several keys in one field."""


@dataclass(frozen=True)
class FlatColumn:
    """A column of a table of records."""

    name: str
    datatype: Datatype
    description: Bilingual
    path: tuple[str, ...]
    """Where its value stands in the record; a list gives the keys of its members."""
    required: bool = True
    """Whether it is never empty."""


def flatten_record(record: Mapping[str, Any], columns: Sequence[FlatColumn]) -> list[Any]:
    """Lay a record out: texts, numbers, days, truths, and None where there is nothing."""
    return [get_value(record, column.path) for column in columns]


def get_value(value: Any, path: tuple[str, ...]) -> Any:
    """Find the value at a path; a list is its keys, parted."""
    for place, name in enumerate(path):
        if isinstance(value, list | tuple):
            return (
                SEPARATOR.join(format_cell(get_value(one, path[place:])) for one in value) or None
            )
        value = None if value is None else value[name]
    return value


def format_cell(value: Any) -> str:
    """Spell a value exactly; nothing is empty."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format_plain(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def declare_column(  # noqa: PLR0913
    datatype: Datatype, name: str, path: str, english: str, chinese: str, *, required: bool = True
) -> FlatColumn:
    """Declare a column."""
    return FlatColumn(name, datatype, Bilingual(english, chinese), tuple(path.split(".")), required)


string_column = partial(declare_column, Datatype.STRING)
integer_column = partial(declare_column, Datatype.INTEGER)
decimal_column = partial(declare_column, Datatype.DECIMAL)
date_column = partial(declare_column, Datatype.DATE)
boolean_column = partial(declare_column, Datatype.BOOLEAN)
url_column = partial(declare_column, Datatype.ADDRESS)
