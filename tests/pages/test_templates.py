"""Templates, style sheets and scripts: nothing in them is left over."""

import os
import re
import sys
from collections.abc import Iterator
from enum import EnumType
from pathlib import Path

import pytest
from pygments.token import STANDARD_TYPES

from app import enums
from app.pages import FOLDER, load_templates
from app.pages.assets import STATIC

TEMPLATES = sorted((FOLDER / "templates").glob("*.html"))
STYLE_SHEETS = sorted(STATIC.glob("*.css"))
SCRIPTS = sorted(one for one in STATIC.glob("*.js") if one.name != "minisearch.js")
WORD = re.compile(r"[A-Za-z_][\w-]*")
DRAWN = re.compile(r"^c\d$")
"""The classes of the colours of series, which the script of the chart numbers."""


def read_template(path: Path) -> str:
    """Read a template without its comments."""
    return re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.DOTALL)


def list_unused_macros(texts: list[str]) -> Iterator[str]:
    """List the macros that no template calls, and those that one imports without a use."""
    imports = re.compile(r"\bimport ([^%]*?) with context")
    names = [name for text in texts for name in re.findall(r"\{%-? macro (\w+)", text)]
    bodies = [imports.sub("", re.sub(r"\{%-? macro \w+", "", text)) for text in texts]
    for name in names:
        if not any(re.search(rf"\b{name}\b", body) for body in bodies):
            yield name
    for text, body in zip(texts, bodies, strict=True):
        for imported in imports.findall(text):
            yield from (one for one in WORD.findall(imported) if not re.search(rf"\b{one}\b", body))


def list_assigned_classes() -> set[str]:
    """List the classes of elements in templates, scripts, and what the server highlights."""
    found = {str(value) for kind in vars(enums).values() if is_enum(kind) for value in kind}
    for path in TEMPLATES:
        for value in re.findall(r'class="((?:\{\{.*?\}\}|\{%.*?%\}|[^"{])*)"', read_template(path)):
            found.update(WORD.findall(value))
        found.update(re.findall(r"\{% block body_class %\}(\w+)", read_template(path)))
        # Macros set the classes of what they are called with.
        found.update(re.findall(r'tile\(\w+, "([\w-]+)"', read_template(path)))
    for path in SCRIPTS:
        strings = re.findall(r"\"[^\"\n]*\"|'[^'\n]*'|`[^`]*`", path.read_text())
        found.update(word for text in strings for word in WORD.findall(text))
    for path in FOLDER.glob("*.py"):
        found.update(re.findall(r"class=\\?\"([\w-]+)", path.read_text()))
    return found | set(STANDARD_TYPES.values()) | {"highlight"}


def is_enum(value: object) -> bool:
    return isinstance(value, EnumType)


def list_styled_classes(path: Path) -> set[str]:
    """List the classes in the selectors of a style sheet."""
    text = re.sub(
        r"/\*.*?\*/|url\([^)]*\)|\"[^\"]*\"", "", path.read_text("utf-8"), flags=re.DOTALL
    )
    selectors = re.findall(r"([^{}]+)\{", text)
    return {name for one in selectors for name in re.findall(r"\.([A-Za-z][\w-]*)", one)}


def test_a_template_is_compiled_once_where_its_code_can_be_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    for prefix, is_kept in ((tmp_path, True), (Path(os.devnull), False)):
        monkeypatch.setattr(sys, "pycache_prefix", str(prefix))
        for is_first in (True, False):
            environment = load_templates.__wrapped__()
            if is_kept and not is_first:
                monkeypatch.setattr(environment, "compile", pytest.fail)
            assert environment.get_template("base.html").name == "base.html"


def test_every_macro_is_used() -> None:
    texts = [read_template(path) for path in TEMPLATES]
    assert list(list_unused_macros(texts)) == []
    left_over = '{% from "a.html" import used, unused with context %}{{ used() }}'
    defined = "{% macro used() %}{% endmacro %}{% macro unused() %}{% endmacro %}"
    assert list(list_unused_macros([left_over, defined])) == ["unused", "unused"]


@pytest.mark.parametrize("path", STYLE_SHEETS, ids=lambda path: path.name)
def test_every_class_with_a_style_is_assigned(path: Path) -> None:
    unused = list_styled_classes(path) - list_assigned_classes()
    assert {name for name in unused if not DRAWN.match(name)} == set()


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_every_function_of_a_script_is_called(path: Path) -> None:
    text = re.sub(r"//[^\n]*|/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
    every = "\n".join(one.read_text() for one in SCRIPTS)
    names = re.findall(
        r"\bfunction (\w+)|^ +(?:async |get |static )?(\w+)\([^()]*\) \{$", text, re.MULTILINE
    )
    called = {
        "constructor",
        "connectedCallback",
        "disconnectedCallback",
        "attributeChangedCallback",
    }
    for name in (
        {name for pair in names for name in pair if name} - called - {"if", "for", "switch"}
    ):
        assert len(re.findall(rf"\b{name}\b", every)) > 1, name
