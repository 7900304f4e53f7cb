"""Markdown tables, read by a Markdown parser: the values of the displayed columns of CSV."""

import csv
import io
import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from app.formats.columns import SEPARATOR, string
from app.formats.tables import COMMITMENTS, DOWNLOAD_TABLES, Table
from app.formats.text import format_markdown_row
from app.i18n import Language
from app.ingest.build import build
from tests.support.client import AppClient
from tests.support.seeds import GOODS, ROOT, copy_seed, edit
from tests.support.targets import open_app


def read_table(text: str) -> list[list[str]]:
    """Read the cells of the only table, header first."""
    rows: list[list[str]] = []
    for token in MarkdownIt("gfm-like", {"linkify": False}).parse(text):
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline" and token.level == 4 and rows:
            rows[-1].append(read_text(token.children or []))
    return rows


def read_text(tokens: list[Token]) -> str:
    """Read what a reader sees, with line breaks."""
    return "".join("\n" if token.content == "<br>" else token.content for token in tokens)


def describe_locator(value: str, language: str) -> str:
    """Name the paragraph and the sentence of a locator; other values stay."""
    template = r"第\1段第\2句" if language == "zh" else r"paragraph \1, sentence \2"
    return re.sub(r"^P(\d+)\.S(\d+)$", template, value)


@pytest.mark.parametrize("table", DOWNLOAD_TABLES, ids=lambda table: table.name)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_markdown_shows_columns_of_csv(client: AppClient, table: Table, language: str) -> None:
    name = table.name
    query = f"lang={language}{'&vintages=all' if name == 'observations' else ''}"
    response = client.get(f"/v1/{name}.md?{query}")
    assert response.headers["content-type"] == "text/markdown; charset=utf-8"
    header, *rows = read_table(response.text)
    labels = [column.label for column in table.displayed_columns]
    assert header == [label.zh if language == "zh" else label.en for label in labels]
    assert len(set(header)) == len(header)
    plain = csv.DictReader(io.StringIO(client.get(f"/v1/{name}.csv?{query}").text, newline=""))
    words = {"true": "是", "false": "否"} if language == "zh" else {"true": "yes", "false": "no"}
    shown = [[one.replace("\n", SEPARATOR) for one in row] for row in rows]
    expected = [[row[name] for name in table.displayed] for row in plain]
    assert shown == [
        [words.get(one, describe_locator(one, language)) for one in row] for row in expected
    ]


def test_each_member_of_a_list_is_on_its_own_line(client: AppClient) -> None:
    found = client.get("/v1/commitments?limit=1000").json()["items"]
    readings = {one["code"]: [reading["text"] for reading in one["readings"]] for one in found}
    _, *rows = read_table(client.get("/v1/commitments.md").text)
    index, key = (COMMITMENTS.displayed.index(name) for name in ("reading_texts", "code"))
    assert {row[key]: row[index].split("\n") for row in rows if row[index]} == {
        code: texts for code, texts in readings.items() if texts
    }
    assert max(map(len, readings.values())) > 1


@pytest.mark.parametrize("language", ["en", "zh"])
def test_markdown_explains_how_to_read_and_cite(client: AppClient, language: str) -> None:
    text = client.get(f"/v1/observations.md?lang={language}").text
    service = client.get(f"/v1?lang={language}").json()
    introduction = text.partition("\n| ")[0]
    assert service["citation"] in introduction
    assert service["licence"]["data"] in introduction
    assert ("逾" if language == "zh" else "“over” means more") in introduction


@pytest.mark.parametrize(
    "text",
    [
        "a | b",
        "two\nlines",
        "carriage\r\nreturn",
        "*stars* and _underscores_ and ~~tildes~~",
        "`code` and \\backslash\\",
        "[link](https://example.org) <b>bold</b> &amp; #1",
        "![image](x.png)",
        "ends with \\",
        "“逾”700|万",
    ],
)
def test_special_characters_are_shown(text: str) -> None:
    column = string("text", "Text", "文本")
    row = format_markdown_row([text], [column], Language.ENGLISH)
    table = f"| {column.label.en} |\n| --- |\n{row}\n"
    assert read_table(table) == [["Text"], [text.replace("\r\n", "\n")]]


def test_a_pipe_in_a_text_is_escaped(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path)
    edit(seed, GOODS, "  en: 22.1 trillion yuan", "  en: '22.1 trillion* yuan | all'")
    build(seed, ROOT / "migrations", tmp_path / "bri.sqlite")
    with open_app(tmp_path / "bri.sqlite") as app, AppClient(app) as client:
        _, *rows = read_table(client.get("/v1/observations.md?indicator=goods-trade").text)
    assert any("22.1 trillion* yuan | all" in row for row in rows)
