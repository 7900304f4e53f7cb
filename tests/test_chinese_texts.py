"""The Chinese texts of the whole product are spaced alike and have one term for each concept."""

import ast
import io
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from app.quotations import WORDS
from tests.support.seeds import NEWEST, ROOT

pytestmark = pytest.mark.quick

APP = ROOT / "app"
HAN = re.compile(r"[\u4e00-\u9fff]")
ENGLISH = re.compile(r"[A-Za-z]+ [a-z]+ [a-z]+")
"""What only an English text has, which may mention Chinese words."""
FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
PATH = r"(?<![A-Za-z0-9<])(?:/[A-Za-z0-9_./{}*-]+|\{(?:command|path|url)\})"
CODE = re.compile(rf"`[^`\n]*`|\[{PATH}[^]]*\]\([^)]*\)|{PATH}")
"""Code and paths, which have spaces around them."""
SPACED = re.compile(r"[\u4e00-\u9fff] [A-Za-z0-9{+]|[A-Za-z0-9}%)+] [\u4e00-\u9fff]")


REPLACED_TERMS = {
    "仪表板": "数据看板",
    "占比(?!例)": "比重",
    "数据立方": "多维数据集",
    "观测值(?!$)": "数据",
    "发布人|发言人": "讲话人",
    "(?<!可)替代": "取代",
    "错误文档|问题文档": "错误说明",
    "编制方法": "数据收录方法",
    "补充说明": "更新说明",
    "具体指标": "量化目标",
    "两个数据": "两项数据",
    "四舍五入|取整": "舍入",
    "运营方": "运营者",
    "标头": "响应头",
    "重点合作领域": "重点领域",
    "移除": "删除",
}
"""Terms, as patterns, and the one that this product uses instead; the seed also quotes others."""


@cache
def list_chinese_texts() -> tuple[tuple[Path, str], ...]:
    return tuple((path, text) for path, text in list_texts() if HAN.search(text))


def list_texts() -> Iterator[tuple[Path, str]]:
    """List the texts of the OpenAPI document, the guide, the seed, pages and messages."""
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
    for section in WORDS["corrections"].values():
        yield from ((APP / "quotations" / "words.yaml", text) for _, text in section.values())
    for path in APP.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.JoinedStr):
                yield path, "".join(str(getattr(one, "value", "{x}")) for one in node.values)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield path, node.value


def test_chinese_has_no_space_beside_latin_letters_and_digits() -> None:
    found, spaced = 0, []
    for path, text in list_chinese_texts():
        if not ENGLISH.search(text):
            found += 1
            prose = CODE.sub("", text)
            spaced += [(path.name, match[0]) for match in SPACED.finditer(prose)]
    assert found > 5000
    assert not spaced


def test_chinese_has_spaces_around_code_and_paths() -> None:
    joined = []
    for path, text in list_chinese_texts():
        if not ENGLISH.search(text):
            for match in CODE.finditer(text):
                beside = text[max(0, match.start() - 1)], text[match.end() : match.end() + 1]
                joined += [(path.name, match[0]) for one in beside if HAN.fullmatch(one)]
    assert not joined


def test_chinese_has_one_term_for_each_concept() -> None:
    replaced = [
        (path.name, match[0], term)
        for path, text in list_chinese_texts()
        if path.is_relative_to(APP)
        for pattern, term in REPLACED_TERMS.items()
        for match in re.finditer(pattern, text)
    ]
    assert not replaced
