"""Charts as SVG: safe to show, accessible, and complete without any font of the reader."""

import re
from base64 import b64decode
from io import BytesIO
from xml.etree import ElementTree as ET

import pytest
from fontTools.ttLib import TTFont

from app.formats.charts.style import LATIN
from app.ingest.history import take_snapshot
from tests.formats.test_charts import LANGUAGES, PICTURES, SVG, draw_svg
from tests.support.client import AppClient
from tests.support.seeds import ROOT, load_newest


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PICTURES)
def test_svg_is_safe_and_accessible(client: AppClient, path: str, language: str) -> None:
    theme = {"en": "light", "zh": "dark"}[language]
    response = client.get(f"{path}.svg?lang={language}&theme={theme}")
    policy = "default-src 'none'; style-src 'unsafe-inline'; font-src data:"
    assert response.headers["content-security-policy"] == policy
    picture = ET.fromstring(response.text)  # noqa: S314
    names = {element.tag.removeprefix(SVG) for element in picture.iter()}
    assert names <= {
        "svg",
        "title",
        "desc",
        "style",
        "rect",
        "g",
        "path",
        "line",
        "circle",
        "text",
        "tspan",
    }
    attributes = {name for element in picture.iter() for name in element.attrib}
    assert not [name for name in attributes if name.startswith("on") or "href" in name]
    outside = response.text.replace("http://www.w3.org/2000/svg", "")
    outside = outside.replace("http://www.w3.org/1999/xlink", "")
    assert "://" not in outside
    assert set(re.findall(r"url\((.{5})", outside)) == {"data:"}
    assert picture.get("role") == "img"
    assert picture.get("aria-labelledby") == "title desc"
    assert (
        picture.get("{http://www.w3.org/XML/1998/namespace}lang")
        == {"en": "en", "zh": "zh-Hans"}[language]
    )
    assert picture.findtext(f"{SVG}title")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PICTURES)
def test_svg_contains_its_glyphs(client: AppClient, path: str, language: str) -> None:
    picture = draw_svg(client, path, lang=language)
    style = picture.findtext(f"{SVG}style") or ""
    brought: dict[str, set[int]] = {"400": set(), "700": set()}
    for weight, data in re.findall(
        r"font-weight:(\d+);src:url\(data:font/woff;base64,([^)]+)\)", style
    ):
        with TTFont(BytesIO(b64decode(data))) as font:
            brought[weight] |= set(font.getBestCmap())
    for text in picture.iter(f"{SVG}text"):
        weight = "700" if text.get("font-weight") in ("bold", "700") else "400"
        missing = {
            letter for letter in "".join(text.itertext()) if ord(letter) not in brought[weight]
        }
        assert not missing


def test_english_charts_share_fonts(client: AppClient) -> None:
    styles = [draw_svg(client, path).findtext(f"{SVG}style") or "" for path in PICTURES]
    fonts = {
        one for style in styles for one in style.split("@font-face{")[1:] if f'"{LATIN}"' in one
    }
    assert len(fonts) <= 2, "one of each weight"
    for data in re.findall("base64,([^)]+)", "".join(fonts)):
        with TTFont(BytesIO(b64decode(data))) as font:
            features = font["GPOS"].table.FeatureList.FeatureRecord
            assert [one.FeatureTag for one in features] == ["kern"]


def test_fonts_have_every_letter_of_the_seed() -> None:
    # No chart shows the words of a source or its printed title in a third language.
    letters = {
        letter
        for fields in take_snapshot(load_newest()).values()
        for path, text in fields.items()
        if not path.endswith((".original", ".printed"))
        for letter in text
        if letter.isprintable()
    }
    for weight in ("Regular", "Bold"):
        with TTFont(ROOT / "app" / "fonts" / f"BRISansSC-{weight}.otf") as font:
            missing = {letter for letter in letters if ord(letter) not in font.getBestCmap()}
        assert not missing, "regenerate the fonts as described in tests/fonts.py"


@pytest.mark.parametrize("folder", ["fonts", "pages/static/fonts"])
def test_latin_signs_are_not_as_wide_as_ideographs(folder: str) -> None:
    """“ECNS, 15 Jan 2025, ¶4” would otherwise look like a text with words left out."""
    files = sorted((ROOT / "app" / folder).glob("BRISans-*"))
    assert len(files) == 2
    for file in files:
        with TTFont(file) as font:
            names, widths, glyphs = font.getBestCmap(), font["hmtx"], font.getGlyphSet()
            for sign in "§±¶·×÷•":
                assert widths[names[ord(sign)]][0] == glyphs[names[ord(sign)]].width < 900, sign
