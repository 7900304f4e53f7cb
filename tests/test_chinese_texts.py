"""The Chinese texts of the whole product are spaced alike."""

import ast
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from tests.support.seeds import NEWEST, ROOT

pytestmark = pytest.mark.quick

APP = ROOT / "app"
HAN = re.compile(r"[\u4e00-\u9fff]")
ENGLISH = re.compile(r"[A-Za-z]+ [a-z]+ [a-z]+")
"""What only an English text has, which may mention Chinese words."""
FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"`[^`]*`|(?<![A-Za-z0-9<])(?:/[A-Za-z0-9_./{}*-]+|\{(?:command|path|url)\})")
"""Code and paths, which have spaces around them."""
SPACED = re.compile(r"[\u4e00-\u9fff] [A-Za-z0-9{+]|[A-Za-z0-9}%)+] [\u4e00-\u9fff]")


def list_chinese_texts() -> Iterator[tuple[Path, str]]:
    """List the Chinese texts of the OpenAPI document, the guide, the seed, pages and messages."""
    for path in (APP / "guide" / "zh").glob("*.md"):
        yield path, FENCED.sub("", path.read_text("utf-8"))
    catalog = APP / "openapi" / "zh.po"
    messages = read_po(io.BytesIO(catalog.read_bytes()))
    yield from ((catalog, str(message.string)) for message in messages)
    for path in NEWEST.glob("*/*.yaml"):
        content = path.read_text("utf-8")
        printed = re.findall(r"printed: (.+)", content)
        # A title is as its document prints it.
        texts = [one for one in re.findall(r"zh: (.+)", content) if one not in printed]
        yield from ((path, text) for text in texts)
    for path in (APP / "pages" / "templates").glob("*.html"):
        yield from ((path, text) for text in re.findall(r'"([^"\n]*)"', path.read_text("utf-8")))
    for path in APP.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.JoinedStr):
                yield path, "".join(str(getattr(one, "value", "{x}")) for one in node.values)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield path, node.value


def test_chinese_has_no_space_beside_latin_letters_and_digits() -> None:
    found, spaced = 0, []
    for path, text in list_chinese_texts():
        if HAN.search(text) and not ENGLISH.search(text):
            found += 1
            prose = CODE.sub("", text)
            spaced += [(path.name, match[0]) for match in SPACED.finditer(prose)]
    assert found > 5000
    assert not spaced
