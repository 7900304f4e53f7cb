"""Vega-Lite specifications: valid, and drawn by vega-embed at any width."""

import json
import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import jsonschema_rs
import pytest
from playwright.sync_api import Browser, Page, Route

from tests.formats.test_charts import PICTURES
from tests.support.chromium import wait_until
from tests.support.client import AppClient
from tests.support.seeds import ROOT

MODULES = ROOT / ".ci" / "node_modules"
SCRIPTS = [
    MODULES / name / "build" / f"{name}.min.js" for name in ("vega", "vega-lite", "vega-embed")
]
SCHEMA = MODULES / "vega-lite" / "build" / "vega-lite-schema.json"
IS_INSTALLED = SCHEMA.exists() or bool(os.environ.get("CI"))
"""In CI it must be."""
COMMITMENT = "/v1/commitments/2023-joint-laboratories/chart"
EMBED = "s => vegaEmbed('#view', s, {renderer: 'svg'}).then(() => null)"
PAGE = "<!doctype html><div id=view style='width: 100%'></div>"
LIST_CUT = """() => {
  const edge = document.querySelector("svg.marks").getBoundingClientRect();
  return [...document.querySelectorAll("svg.marks text")].filter((text) => {
    const box = text.getBoundingClientRect();
    return box.left < edge.left - 1 || box.right > edge.right + 1 || text.textContent.endsWith("…");
  }).map((text) => text.textContent);
}"""
"""The texts that are cut, or that leave the picture."""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """Open a page with vega-embed that can load nothing."""
    if not IS_INSTALLED:
        pytest.skip("Vega-Lite is not installed: run npm ci in .ci")
    opened = browser.new_page()

    def refuse(route: Route) -> None:
        route.abort()

    opened.route("**/*", refuse)
    opened.set_content(PAGE)
    for script in SCRIPTS:
        opened.add_script_tag(content=script.read_text())
    yield opened
    opened.close()


def quote_reference(node: dict[str, Any]) -> dict[str, Any]:
    """Write the reference of a schema as RFC 3986 demands: Vega-Lite leaves < and > as they are."""
    reference = node.get("$ref")
    return node | {"$ref": quote(reference, safe="#/")} if isinstance(reference, str) else node


def list_specifications(client: AppClient) -> Iterator[str]:
    for path in (*PICTURES, COMMITMENT):
        for language in ("en", "zh"):
            yield client.get(f"{path}.vl.json?lang={language}").text


@pytest.mark.skipif(not IS_INSTALLED, reason="Vega-Lite is not installed: run npm ci in .ci")
def test_specifications_are_valid(client: AppClient) -> None:
    schema = json.loads(SCHEMA.read_text(), object_hook=quote_reference)
    validator = jsonschema_rs.Draft7Validator(schema, validate_formats=False)
    for specification in list_specifications(client):
        errors = [error.message for error in validator.iter_errors(json.loads(specification))]
        assert not errors


def test_specifications_scale_and_have_tooltips(page: Page, client: AppClient) -> None:
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    for width in (376, 1000):
        page.set_viewport_size({"width": width, "height": 700})
        for specification in list_specifications(client):
            found = json.loads(specification)
            page.evaluate(EMBED, found)
            drawn = page.locator("svg.marks")
            box = drawn.bounding_box()
            assert box is not None
            assert width - 60 < box["width"] <= width
            assert page.evaluate(LIST_CUT) == []
            assert found["usermeta"]["sources"]
    assert not messages


@pytest.mark.parametrize("language", ["en", "zh"])
def test_marks_show_the_qualifier(page: Page, client: AppClient, language: str) -> None:
    """A figure that is nearly its number is hatched, one that is over it has an open end."""
    page.set_viewport_size({"width": 800, "height": 700})
    for code, qualifier, written in (
        ("import-share", "nearly", {"en": "nearly 54", "zh": "近54"}),
        ("aid-projects", "over", {"en": "over 700", "zh": "逾700"}),
        ("goods-trade", "", {"en": "22.1", "zh": "22.1"}),
    ):
        found = client.get(f"/v1/indicators/{code}/chart.vl.json?lang={language}").json()
        page.evaluate(EMBED, found)
        bars = page.locator(".mark-rect path").all()
        hatched = [bar for bar in bars if "url(" in (bar.get_attribute("fill") or "")]
        assert len(bars) == (2 if code == "goods-trade" else 1)
        assert len(hatched) == (qualifier == "nearly")
        assert page.locator(".mark-symbol path").count() == (qualifier == "over")
        texts = page.locator(".mark-text text").all_text_contents()
        assert written[language] in texts, texts
        years = page.locator(".role-axis-label text").all_text_contents()
        assert found["data"]["values"][0]["end"][:4] in years


def test_a_figure_has_a_tooltip_and_the_menu_selects_a_series(
    page: Page, client: AppClient
) -> None:
    page.set_viewport_size({"width": 800, "height": 700})
    found = client.get("/v1/indicators/goods-trade/chart.vl.json?lang=en").json()
    page.evaluate(EMBED, found)
    shown = [one for one in found["data"]["values"] if one["form"] == "bar"]
    page.locator(".mark-rect path").last.hover()
    tooltip = page.locator("#vg-tooltip-element.visible")
    tooltip.wait_for()
    text = tooltip.inner_text()
    assert any(one["display"] in text and one["source"] in text for one in shown)
    menu = page.locator("#view select")
    names = menu.locator("option").all_inner_texts()
    assert len(names) > 1
    assert page.locator(".mark-rect path").count() == 2
    menu.select_option(names[1])
    selected = [one for one in found["data"]["values"] if one["series"] == names[1]]
    wait_until(page, f"document.querySelectorAll('.mark-rect path').length === {len(selected)}")
    assert len(selected) == 3
