"""Code lists as SDMX has them, in both languages."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, literal, select

from app.models import Area, Indicator, Series, Source, Unit
from app.queries.columns import localized
from app.text import Language, Words

Group: Any = Series

LISTS: dict[str, tuple[Any, str, tuple[str, ...]]] = {
    "CL_AREA": (Area, "name", ("definition",)),
    "CL_INDICATOR": (Indicator, "name", ("definition", "note")),
    "CL_UNIT": (Unit, "name", ("description",)),
    "CL_SOURCE": (Source, "title", ("publisher",)),
}
"""The code lists that are tables: the name of a record, and the texts that describe it."""


def items(connection: Connection) -> dict[str, list[tuple[str, Words, Words]]]:
    """Read the code lists that are tables: key, name and description in both languages."""
    return {name: items_of(connection, *listed) for name, listed in LISTS.items()}


def items_of(
    connection: Connection,
    table: Any,  # noqa: ANN401
    name: str,
    texts: Sequence[str],
) -> list[tuple[str, Words, Words]]:
    """Read the records of a table as codes."""
    columns = [localized(table, one, language) for one in (name, *texts) for language in Language]
    order: Any = table.published_on if table is Source else table.position
    address: Any = table.address if table is Source else literal("")
    statement = select(table.code, address, *columns).order_by(order, table.code)
    return [
        (
            code,
            Words(*told[:2]),
            Words(" ".join([*told[2::2], *where(link)]), "".join([*told[3::2], *where(link)])),
        )
        for code, link, *told in connection.execute(statement)
    ]


def where(address: str | None) -> list[str]:
    """Put the address of a document in brackets, if it has one."""
    return [f"({address})"] if address else []


def durations(connection: Connection) -> list[int]:
    """Read the numbers of months that periods have."""
    statement = select(Group.months).distinct().order_by(Group.months.desc())
    return list(connection.execute(statement).scalars())
