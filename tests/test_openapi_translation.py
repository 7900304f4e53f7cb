"""The OpenAPI document in Chinese: every text, and nothing but the texts."""

import re
from typing import Any

import pytest

from app.application import ROUTERS
from app.http.routing import describe_routes
from app.openapi import load_catalog, map_texts
from app.openapi.document import build_document
from app.schemas import LOCAL_ADDRESS
from tests.openapi_texts import list_texts
from tests.support.client import AppClient

pytestmark = pytest.mark.database
CHINESE = re.compile(r"[\u4e00-\u9fff]")
EXAMPLES = {"examples", "example", "x-codeSamples"}
"""What has the language of the responses."""
TRANSLATED = {"title", "summary", "description", "x-displayName"}


@pytest.fixture(scope="module")
def translated(client: AppClient) -> dict[str, Any]:
    """Read the document in Chinese."""
    found: dict[str, Any] = client.get("/openapi.json?lang=zh").json()
    return found


def test_the_catalogue_has_every_text_and_no_other() -> None:
    catalog = load_catalog()
    texts = list_texts(build_document(describe_routes(ROUTERS), LOCAL_ADDRESS, "2026-11-26"))
    hint = "run python -m tests.openapi_texts, and translate the texts that it adds"
    assert set(texts) - set(catalog) == set(), hint
    assert set(catalog) - set(texts) == set(), hint
    assert [text for text, chinese in catalog.items() if not CHINESE.search(chinese)] == []


def test_names_in_texts_are_the_same_in_both_languages() -> None:
    """Paths, parameters with values, and names of headers are not translated."""
    names = re.compile(r"/v1/[\w/{}.-]+|\b\w+_\w+\b|\b[a-z_]+=[\w-]+|`[^`]+`")
    for english, chinese in load_catalog().items():
        for name in names.findall(english):
            assert name.rstrip(".") in chinese, (name, chinese)


def test_numbers_in_texts_are_the_same_in_both_languages() -> None:
    """Chinese groups the digits of a number only from five digits."""
    number = re.compile(r"\d+")
    for english, chinese in load_catalog().items():
        found, expected = ({*number.findall(one.replace(",", ""))} for one in (chinese, english))
        assert expected <= found, english


def list_served_texts(document: dict[str, Any]) -> list[str]:
    """List the texts of a document."""
    found: list[str] = []

    def note(text: str) -> str:
        found.append(text)
        return text

    map_texts(document, note)
    return found


def omit_texts(node: Any) -> Any:
    """Omit what may differ between the languages, but no name: clients are named after tags."""
    if isinstance(node, list):
        return [omit_texts(one) for one in node]
    if not isinstance(node, dict):
        return node
    return {
        key: omit_texts(value)
        for key, value in node.items()
        if key not in EXAMPLES | {"contact"} and not (key in TRANSLATED and isinstance(value, str))
    }


def test_the_document_in_chinese_is_complete(
    client: AppClient, document: dict[str, Any], translated: dict[str, Any]
) -> None:
    texts = list_served_texts(translated)
    assert len(texts) > 2500
    assert [text for text in texts if not CHINESE.search(text)] == []
    assert not any(CHINESE.search(tag["x-displayName"]) for tag in document["tags"])
    assert omit_texts(translated) == omit_texts(document)
    old = client.get("/openapi-3.0.json?lang=zh").json()
    assert old["openapi"] == "3.0.3"
    assert old["info"]["title"] == "共建“一带一路”经贸合作指标"
    assert [one for one in list_served_texts(old) if not CHINESE.search(one)] == []


def test_examples_are_responses_in_the_language_of_the_document(translated: dict[str, Any]) -> None:
    operation = translated["paths"]["/v1/overview"]["get"]
    content = operation["responses"]["200"]["content"]["application/json"]
    example = content["examples"]["response"]["value"]
    assert example["indicators"][0]["headline"]["period"]["label"] == "2024年全年"
    assert all("lang=zh" in one["source"] for one in operation["x-codeSamples"])


def test_the_language_is_chosen_as_elsewhere(client: AppClient) -> None:
    def fetch(url: str, accepted: str = "en") -> tuple[str, str]:
        response = client.get(url, headers={"Accept-Language": accepted})
        assert response.status_code == 200
        title = response.json()["info"]["title"]
        assert (response.headers["content-language"] == "zh") == bool(CHINESE.search(title))
        return response.headers["content-language"], response.headers.get("vary", "")

    assert fetch("/openapi.json")[0] == "en"
    assert fetch("/openapi.json", "zh-CN")[0] == "zh"
    assert "Accept-Language" in fetch("/openapi.json")[1]
    assert fetch("/openapi.json?lang=zh") == ("zh", fetch("/openapi.json?lang=en")[1])
    assert fetch("/openapi-3.0.json?lang=en", "zh")[0] == "en"
    refused = client.get("/openapi.json?lang=fr")
    assert refused.status_code == 422
