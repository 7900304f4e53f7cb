"""A table with an entry for each value of an enumeration has one for every value."""

import ast
from collections.abc import Iterator
from enum import StrEnum

import pytest

from app import enums
from tests.support.seeds import ROOT

pytestmark = pytest.mark.quick

ENUMERATIONS = {
    name: {member.name for member in kind}
    for name, kind in vars(enums).items()
    if isinstance(kind, type) and issubclass(kind, StrEnum)
}
LEFT_OUT = {
    "app/db/numerals.py ENDINGS": {"Qualifier.NONE", "Qualifier.NEARLY"},
    "app/db/numerals.py LIMITS": {"Qualifier.NONE"},
    "app/db/numerals.py QUALIFIER_WORDS": {"Qualifier.NONE"},
    "app/formats/charts/labels.py MEANINGS": {"Qualifier.NONE"},
    "app/formats/charts/subjects.py COMMITMENT_NOTES": {"CommitmentKind.PLEDGE"},
    "app/formats/citations.py DIFFERENCES": {"RevisionKind.REFINED", "RevisionKind.REVISED"},
    "app/queries/commitments.py LIMITS": {"Qualifier.ABOUT"},
}
"""What tables leave out because nothing is to be said of it."""
CHOICES = {
    "app/ingest/passages.py FIGURES",
    "app/pages/__init__.py DIFFERENCES",
    "app/queries/reference.py STATED_BY",
}
"""Tables of only some values, which stay as they are when a value is added."""


def list_tables() -> Iterator[tuple[str, ast.Dict]]:
    """List the tables of all modules, and those within them."""
    for path in sorted((ROOT / "app").rglob("*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
                target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
                place = f"{path.relative_to(ROOT)} {ast.unparse(target)}"
                tables = (one for one in ast.walk(node.value) if isinstance(one, ast.Dict))
                yield from ((place, table) for table in tables)


def list_missing(table: ast.Dict) -> set[str]:
    """List the values that a table lacks, if its keys are values of one enumeration."""
    keys = {tuple(ast.unparse(key).split(".")) for key in table.keys if key is not None}
    kinds = {key[0] for key in keys}
    if len(kinds) != 1 or not kinds <= ENUMERATIONS.keys():
        return set()
    (kind,) = kinds
    return {f"{kind}.{name}" for name in ENUMERATIONS[kind] - {key[-1] for key in keys}}


def test_tables_have_every_value_of_their_enumeration() -> None:
    found = {place: missing for place, table in list_tables() if (missing := list_missing(table))}
    lacking = {
        f"{place}: {value}"
        for place, values in found.items()
        if place not in CHOICES
        for value in values - LEFT_OUT.get(place, set())
    }
    assert lacking == set()
    assert found.keys() == LEFT_OUT.keys() | CHOICES
