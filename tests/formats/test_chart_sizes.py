"""The sizes of charts: as requested, never too small for their content, and fixed for cards."""

import struct

import pytest

from tests.formats.test_charts import (
    LANGUAGES,
    PICTURES,
    draw_svg,
    list_bars,
    read_text,
    strip_spaces,
)
from tests.support.client import AppClient


def read_size(png: bytes) -> tuple[int, int]:
    """Read the width and the height of a PNG."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    wide, high = struct.unpack(">II", png[16:24])
    return wide, high


def test_charts_have_the_requested_size(client: AppClient) -> None:
    path = "/v1/indicators/goods-trade"
    for width in (320, 640, 1600):
        picture = draw_svg(client, path, width=width)
        assert picture.get("width") == str(width)
        height = int(picture.get("height", ""))
        assert picture.get("viewBox") == f"0 0 {width} {height}"
        image = client.get(f"{path}.png?lang=en&width={width}&scale=2")
        assert image.headers["content-type"] == "image/png"
        assert read_size(image.content) == (2 * width, 2 * height)
    plain, high = (list_bars(draw_svg(client, path, **size)) for size in ({}, {"height": 2500}))
    assert max(high) > max(plain), "what is left of the height goes to the plots"
    assert draw_svg(client, path, height=2500).get("height") == "2500"
    assert draw_svg(client, "/v1/overview", height=3000).get("height") == "3000"


REFUSED = [
    ("width=319", "319 is too small; use at least 320", "319过小；最小值为320"),
    ("width=1601", "1601 is too large; use at most 1600", "1601过大；最大值为1600"),
    ("width=6_40", "6_40 is not an integer", "6_40不是整数"),
    ("height=8001", "8001 is too large; use at most 8000", "8001过大；最大值为8000"),
    ("scale=5", "5 is too large; use at most 4", "5过大；最大值为4"),
    (
        "theme=drak",
        "drak is unknown; use one of light, dark; did you mean dark?",
        "drak不存在；可选值为light、dark；您要找的是dark吗？",
    ),
]


@pytest.mark.parametrize(("query", "english", "chinese"), REFUSED)
def test_bad_sizes_are_refused(client: AppClient, query: str, english: str, chinese: str) -> None:
    for language, message in (("en", english), ("zh", chinese)):
        response = client.get(f"/v1/overview.png?lang={language}&{query}")
        assert response.status_code == 422
        (error,) = response.json()["errors"]
        assert error["location"] == f"query.{query.partition('=')[0]}"
        assert error["message"] == message


def test_what_does_not_fit_is_refused(client: AppClient) -> None:
    least = draw_svg(client, "/v1/overview").get("height", "")
    assert draw_svg(client, "/v1/overview", height=least).get("height") == least
    for kind in ("svg", "png"):
        response = client.get(f"/v1/overview.{kind}?lang=en&height={int(least) - 1}")
        assert response.status_code == 422
        (error,) = response.json()["errors"]
        assert error["location"] == "query.height"
        assert f"use at least {least}, or omit height" in error["message"]
    large = client.get("/v1/overview.png?lang=zh&width=1600&height=2000&scale=3")
    assert large.status_code == 422
    assert large.json()["errors"][0]["location"] == "query.scale"
    assert "28,800,000个像素，最多为16,000,000个" in large.json()["errors"][0]["message"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_cards_have_a_fixed_size(client: AppClient, language: str) -> None:
    for path in (*PICTURES, "/v1/commitments/2023-joint-laboratories/chart"):
        picture = draw_svg(client, path, lang=language, aspect="card", theme="dark")
        assert (picture.get("width"), picture.get("height")) == ("1200", "630")
        assert ("release2026" if language == "en" else "经贸合作指标") in read_text(picture)
        assert "…" not in read_text(picture), "nothing is cut"
    image = client.get("/v1/indicators/goods-trade/chart.png?aspect=card&scale=2")
    assert read_size(image.content) == (2400, 1260)
    headline = client.get(f"/v1/indicators/goods-trade?lang={language}").json()["headline"]
    card = read_text(draw_svg(client, "/v1/indicators/goods-trade", lang=language, aspect="card"))
    assert strip_spaces(headline["coverage"]["name"]) in card


@pytest.mark.parametrize("name", ["width", "height"])
def test_cards_take_no_other_size(client: AppClient, name: str) -> None:
    for kind in ("svg", "png", "vl.json"):
        response = client.get(f"/v1/overview.{kind}?lang=en&aspect=card&{name}=800")
        assert response.status_code == 422
        (error,) = response.json()["errors"]
        assert error["location"] == f"query.{name}"
        assert "always 1200 pixels wide" in error["message"]


def test_only_pixels_have_a_scale(client: AppClient) -> None:
    response = client.get("/v1/overview.svg?scale=2")
    assert response.status_code == 422
    assert response.json()["errors"][0]["location"] == "query.scale"
