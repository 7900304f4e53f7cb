"""Code lists as SDMX has them, in both languages."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, literal, select

from app.db.columns import localized_column
from app.db.models import Area, Indicator, Series, Source, Unit
from app.i18n import Bilingual, Language

Group: Any = Series

LISTS: dict[str, tuple[Any, str, tuple[str, ...]]] = {
    "CL_AREA": (Area, "name", ("definition",)),
    "CL_INDICATOR": (Indicator, "name", ("definition", "note")),
    "CL_UNIT": (Unit, "name", ("description",)),
    "CL_SOURCE": (Source, "title", ("publisher",)),
}
"""The code lists that are tables: the name of a record, and the texts that describe it."""


def read_code_lists(connection: Connection) -> dict[str, list[tuple[str, Bilingual, Bilingual]]]:
    """Read the code lists that are tables: key, name and description in both languages."""
    return {name: read_codes(connection, *listed) for name, listed in LISTS.items()}


def read_codes(
    connection: Connection,
    table: Any,
    name: str,
    texts: Sequence[str],
) -> list[tuple[str, Bilingual, Bilingual]]:
    """Read the records of a table as codes."""
    columns = [
        localized_column(table, one, language) for one in (name, *texts) for language in Language
    ]
    order: Any = table.published_on if table is Source else table.position
    address: Any = table.address if table is Source else literal("")
    statement = select(table.code, address, *columns).order_by(order, table.code)
    return [
        (
            code,
            Bilingual(*told[:2]),
            Bilingual(
                " ".join([*told[2::2], *format_address(link)]),
                "".join([*told[3::2], *format_address(link)]),
            ),
        )
        for code, link, *told in connection.execute(statement)
    ]


def format_address(address: str | None) -> list[str]:
    """Put the address of a document in brackets, if it has one."""
    return [f"({address})"] if address else []


def read_durations(connection: Connection) -> list[int]:
    """Read the numbers of months that periods have."""
    statement = select(Group.months).distinct().order_by(Group.months.desc())
    return list(connection.execute(statement).scalars())
