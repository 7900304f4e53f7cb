"""Records as rows of a table: which columns, and where each stands in the record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from app.models import plain
from app.text import Words
from app.vocabulary import Datatype

SEPARATOR = ";"
"""What stands between several keys in one field."""


@dataclass(frozen=True)
class FlatColumn:
    """A column of a table of records."""

    name: str
    datatype: Datatype
    description: Words
    path: tuple[str, ...]
    """Where its value stands in the record; a list gives the keys of its members."""
    required: bool = True
    """Whether it is never empty."""


def row(record: Mapping[str, Any], columns: Sequence[FlatColumn]) -> list[Any]:
    """Lay a record out: texts, numbers, days, truths, and None where there is nothing."""
    return [value_at(record, column.path) for column in columns]


def value_at(value: Any, path: tuple[str, ...]) -> Any:  # noqa: ANN401
    """Find the value at a path; a list is its keys, parted."""
    for place, name in enumerate(path):
        if isinstance(value, list | tuple):
            return SEPARATOR.join(spelled(value_at(one, path[place:])) for one in value) or None
        value = None if value is None else value[name]
    return value


def spelled(value: Any) -> str:  # noqa: ANN401
    """Spell a value exactly; nothing is empty."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def declared(  # noqa: PLR0913
    datatype: Datatype, name: str, path: str, english: str, chinese: str, *, required: bool = True
) -> FlatColumn:
    """Declare a column."""
    return FlatColumn(name, datatype, Words(english, chinese), tuple(path.split(".")), required)


string = partial(declared, Datatype.STRING)
whole = partial(declared, Datatype.INTEGER)
number = partial(declared, Datatype.DECIMAL)
day = partial(declared, Datatype.DATE)
truth = partial(declared, Datatype.BOOLEAN)
address = partial(declared, Datatype.ADDRESS)
