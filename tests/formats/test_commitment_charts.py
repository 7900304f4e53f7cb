"""Charts of commitments: comparable readings as bars, others apart and with their reason."""

from xml.etree import ElementTree as ET

import pytest

from tests.formats.test_charts import draw_svg, read_text, strip_spaces
from tests.support.client import AppClient

pytestmark = pytest.mark.database


@pytest.fixture(scope="module")
def commitments(client: AppClient) -> list[str]:
    """List the keys of all commitments."""
    return [item["code"] for item in client.get("/v1/commitments").json()["items"]]


def draw(client: AppClient, code: str, **query: str | int) -> ET.Element:
    return draw_svg(client, f"/v1/commitments/{code}/chart", **query)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_chart_has_target_deadline_readings_and_sources(
    client: AppClient, commitments: list[str], language: str
) -> None:
    for code in commitments:
        record = client.get(f"/v1/commitments/{code}?lang={language}").json()
        text = read_text(draw(client, code, lang=language, width=900))
        assert strip_spaces(record["name"]) in text
        assert record["target"] is None or strip_spaces(record["target"]["display"]) in text
        assert record["deadline"] is None or strip_spaces(record["deadline"]["text"]) in text
        assert strip_spaces(record["citation"]["full"]) in text
        assert record["distance"] is None or strip_spaces(record["distance"]["display"]) in text
        for reading in record["readings"]:
            assert (
                reading["quantity"] is None or strip_spaces(reading["quantity"]["display"]) in text
            )
            assert (
                reading["reason"] is None or strip_spaces(reading["reason"]).rstrip(".。") in text
            )


def test_only_comparable_readings_share_a_scale(client: AppClient) -> None:
    def list_bars(code: str) -> list[int]:
        """List the values that are drawn as bars."""
        chart = client.get(f"/v1/commitments/{code}/chart.vl.json").json()
        has_bars = any(layer["mark"]["type"] == "bar" for layer in chart["layer"])
        return [one["value"] for one in chart["data"]["values"]] if has_bars else []

    assert list_bars("2023-joint-laboratories") == [100, 50, 70]
    assert "Counted differently" not in ET.tostring(
        draw(client, "2023-joint-laboratories"), encoding="unicode"
    )
    assert "Counted differently" in ET.tostring(
        draw(client, "2017-development-bank-lending"), encoding="unicode"
    )
    assert list_bars("2017-development-bank-lending") == []


def test_an_unknown_commitment_has_no_chart(client: AppClient) -> None:
    response = client.get("/v1/commitments/2023-laboratories/chart.svg")
    assert response.status_code == 404
    assert "2023-joint-laboratories" in response.text
