"""Full-text search in both languages, with input of every kind."""

from typing import Any

import pytest
from starlette.testclient import TestClient

pytestmark = [pytest.mark.database, pytest.mark.quick]


def found(client: TestClient, **parameters: Any) -> dict[str, Any]:
    """Search, and give the page."""
    response = client.get("/v1/search", params=parameters)
    assert response.status_code == 200, response.text
    page: dict[str, Any] = response.json()
    return page


def matches(hit: dict[str, Any]) -> list[str]:
    """List what a hit marks as found."""
    return [piece["text"] for piece in hit["title"] + hit["snippet"] if piece["match"]]


@pytest.mark.parametrize(
    "words", ["贸易", "园区", "数字经济", "援助", "“丝路电商”", "吉隆坡 马来西亚"]
)
def test_chinese_words_of_any_length(client: TestClient, words: str) -> None:
    page = found(client, q=words)
    if words == "吉隆坡 马来西亚":
        assert page["total"] == 0
        return
    assert page["total"] > 0
    for hit in page["items"]:
        assert matches(hit), hit


def test_english_words_in_all_their_forms(client: TestClient) -> None:
    codes = [
        {hit["code"] for hit in found(client, q=words)["items"]}
        for words in ("agreement", "agreements", "AGREEMENTS")
    ]
    assert codes[0] == codes[1] == codes[2] != set()


def test_best_first_and_marked(client: TestClient) -> None:
    first = found(client, q="aid projects", kind="indicator")["items"][0]
    assert first["code"] == "aid-projects"
    assert first["href"].endswith("/v1/indicators/aid-projects")
    assert [word.lower() for word in matches(first)][:2] == ["aid", "projects"]


def test_marked_pieces_spell_the_text(client: TestClient) -> None:
    for hit in found(client, q="合作", lang="zh", kind="action")["items"]:
        text = client.get(hit["href"], params={"lang": "zh"}).json()["text"]
        assert "".join(piece["text"] for piece in hit["title"]) == text


def test_every_address_leads_to_its_record(client: TestClient) -> None:
    page = found(client, q="China", limit=1000)
    assert {facet["kind"]: facet["count"] for facet in page["facets"]}
    assert sum(facet["count"] for facet in page["facets"]) == page["total"]
    kinds = set()
    for hit in page["items"]:
        assert client.get(hit["href"]).status_code == 200
        kinds.add(hit["kind"])
    assert {"indicator", "source", "area", "priority_area"} <= kinds


def test_kind_narrows_but_facets_stay(client: TestClient) -> None:
    page = found(client, q="investment", kind=["action", "topic"])
    assert {hit["kind"] for hit in page["items"]} == {"action", "topic"}
    counts = {facet["kind"]: facet["count"] for facet in page["facets"]}
    assert "indicator" in counts
    assert page["total"] == len(page["items"]) == counts["action"] + counts["topic"]


def test_pages_are_walked(client: TestClient) -> None:
    whole = found(client, q="cooperation")
    walked, url = [], "/v1/search?q=cooperation&limit=5"
    while url:
        page = client.get(url).json()
        assert page["total"] == whole["total"]
        walked += page["items"]
        url = page["next"]
    assert walked == whole["items"]
    assert len(walked) > 10


@pytest.mark.parametrize(
    "words",
    [
        '"',
        "'",
        '" OR "',
        "* OR 1=1",
        "NEAR(a b)",
        "kind:indicator",
        "-trade",
        "(((",
        "^trade",
        "trade*",
        "AND",
        "a" * 200,
        "一" * 200,
        "\u200b",
        "😀",
        "<script>alert(1)</script>",
        "\\",
        "%",
        "\t\n",
        "'; DROP TABLE release; --",
    ],
)
def test_absurd_words_are_no_error(client: TestClient, words: str) -> None:
    page = found(client, q=words)
    assert page["total"] >= len(page["items"])


def test_words_are_required(client: TestClient) -> None:
    for url, output in (
        ("/v1/search", "q is missing"),
        ("/v1/search?q=", "q is empty"),
        ("/v1/search?q=" + "a" * 201, "at most 200 characters"),
    ):
        response = client.get(url)
        assert response.status_code == 422
        assert output in response.json()["detail"]
