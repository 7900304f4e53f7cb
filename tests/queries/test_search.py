"""Full-text search in both languages, with input of every kind."""

from typing import Any

import pytest

from tests.support.client import AppClient

pytestmark = [pytest.mark.database, pytest.mark.quick]


def search(client: AppClient, **parameters: Any) -> dict[str, Any]:
    """Search, and give the page."""
    response = client.get("/v1/search", params=parameters)
    assert response.status_code == 200, response.text
    page: dict[str, Any] = response.json()
    return page


def list_matches(hit: dict[str, Any]) -> list[str]:
    """List what a hit marks as found."""
    return [piece["text"] for piece in hit["title"] + hit["snippet"] if piece["match"]]


@pytest.mark.parametrize(
    "words", ["贸易", "园区", "数字经济", "援助", "“丝路电商”", "吉隆坡 马来西亚"]
)
def test_chinese_words_of_any_length_are_found(client: AppClient, words: str) -> None:
    page = search(client, q=words)
    if words == "吉隆坡 马来西亚":
        assert page["total"] == 0
        return
    assert page["total"] > 0
    marked = [match for hit in page["items"] for match in list_matches(hit)]
    # A snippet may end within the words.
    assert all(match in words for match in marked)


def test_english_words_are_found_in_all_forms(client: AppClient) -> None:
    codes = [
        {hit["code"] for hit in search(client, q=words)["items"]}
        for words in ("agreement", "agreements", "AGREEMENTS")
    ]
    assert codes[0] == codes[1] == codes[2] != set()


def test_best_hit_is_first_and_marked(client: AppClient) -> None:
    first = search(client, q="aid projects", kind="indicator")["items"][0]
    assert first["code"] == "aid-projects"
    assert first["href"].endswith("/v1/indicators/aid-projects")
    assert [word.lower() for word in list_matches(first)][:2] == ["aid", "projects"]


def test_marked_pieces_spell_the_text(client: AppClient) -> None:
    for hit in search(client, q="合作", lang="zh", kind="action")["items"]:
        text = client.get(hit["href"], params={"lang": "zh"}).json()["text"]
        assert "".join(piece["text"] for piece in hit["title"]) == text


@pytest.mark.parametrize("words", ["the", "How", "在", "between"])
def test_a_word_that_joins_others_is_searched_alone(client: AppClient, words: str) -> None:
    first = search(client, q=words)["items"][0]
    assert {match.lower() for match in list_matches(first)} <= {words.lower()}


def test_words_that_join_others_are_not_marked(client: AppClient) -> None:
    for hit in search(client, q="trade with the countries")["items"]:
        assert not {"with", "the"} & {match.lower() for match in list_matches(hit)}


def test_every_address_leads_to_its_record(client: AppClient) -> None:
    page = search(client, q="China", limit=1000)
    assert {facet["kind"]: facet["count"] for facet in page["facets"]}
    assert sum(facet["count"] for facet in page["facets"]) == page["total"]
    kinds = set()
    for hit in page["items"]:
        assert client.get(hit["href"]).status_code == 200
        kinds.add(hit["kind"])
    assert {"indicator", "source", "area", "priority_area", "growth_rate", "release"} <= kinds


def test_kind_filters_hits_but_not_facets(client: AppClient) -> None:
    page = search(client, q="investment", kind=["action", "topic"])
    assert {hit["kind"] for hit in page["items"]} == {"action", "topic"}
    counts = {facet["kind"]: facet["count"] for facet in page["facets"]}
    assert "indicator" in counts
    assert page["total"] == len(page["items"]) == counts["action"] + counts["topic"]


def test_pages_are_walked(client: AppClient) -> None:
    whole = search(client, q="cooperation")
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
        "😀",
        "<script>alert(1)</script>",
        "\\",
        "%",
        "'; DROP TABLE release; --",
    ],
)
def test_unusual_words_cause_no_error(client: AppClient, words: str) -> None:
    page = search(client, q=words)
    assert page["total"] >= len(page["items"])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("７００", "700"),
        ("２０２４年", "2024年"),
        ("１－１１月", "1-11月"),
        ("２２．１万亿", "22.1万亿"),
        ("ＢＲＩ", "BRI"),
        ("tra\u200bde", "trade"),
    ],
)
def test_full_width_and_invisible_characters_do_not_matter(
    client: AppClient, typed: str, meant: str
) -> None:
    found = search(client, q=typed)
    assert found["total"] > 0
    assert found["items"] == search(client, q=meant)["items"]
    indicators = client.get("/v1/indicators", params={"q": typed}).json()
    assert indicators["items"] == client.get("/v1/indicators", params={"q": meant}).json()["items"]


def test_words_are_required(client: AppClient) -> None:
    for url, output in (
        ("/v1/search", "q is missing"),
        ("/v1/search?q=", "q is empty"),
        ("/v1/search?q=%20%09", "q is empty"),
        ("/v1/search?q=%E2%80%8B", "q is empty"),
        ("/v1/search?q=" + "a" * 201, "at most 200 characters"),
    ):
        response = client.get(url)
        assert response.status_code == 422
        assert output in response.json()["detail"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_hit_has_the_context_of_its_record(client: AppClient, language: str) -> None:
    shown = {"period", "coverage", "source"}
    seen = set()
    for words in ("2024", "2025", "trade", "agreements"):
        for hit in search(client, q=words, lang=language, limit=1000)["items"]:
            seen.add(hit["kind"])
            if hit["kind"] in {"observation", "growth_rate"}:
                record = client.get(hit["href"], params={"lang": language}).json()
                assert {name: hit[name] for name in shown} == {name: record[name] for name in shown}
                assert record["display"] in hit["display"]
                for name in ("qualifier", "current", "superseded_on"):
                    assert hit[name] == record.get(name)
            elif hit["kind"] in {"action", "outcome", "priority_area", "commitment"}:
                record = client.get(hit["href"], params={"lang": language}).json()
                assert hit["source"] == record["source"]
                assert hit["period"] is hit["coverage"] is hit["display"] is None
            else:
                names = (*shown, "display", "qualifier", "current", "superseded_on")
                assert [hit[name] for name in names] == [None] * 7
    assert {"observation", "growth_rate", "action", "outcome", "indicator"} <= seen


def test_a_figure_is_shown_as_its_record_shows_it(client: AppClient) -> None:
    for language in ("en", "zh"):
        for hit in search(client, q="2024", kind="observation", lang=language)["items"]:
            record = client.get(hit["href"], params={"lang": language}).json()
            assert hit["display"] == record["display"]


def test_a_year_finds_figures_actions_and_releases(client: AppClient) -> None:
    kinds = {facet["kind"]: facet["count"] for facet in search(client, q="2025")["facets"]}
    assert {"observation", "growth_rate", "action", "priority_area", "source"} <= set(kinds)
    year = client.get("/v1/overview").json()["release"]["released_on"][:4]
    assert "release" in {facet["kind"] for facet in search(client, q=year)["facets"]}


def test_the_year_of_a_list_of_countries_finds_no_figure(client: AppClient) -> None:
    for hit in search(client, q="2023", kind="observation", limit=1000)["items"]:
        assert "2023" in hit["period"]["label"] or "2023" in str(hit["snippet"])


def test_keywords_are_never_shown(client: AppClient) -> None:
    for hit in search(client, q="FTA", limit=1000)["items"]:
        shown = "".join(piece["text"] for piece in hit["title"] + hit["snippet"])
        assert "fta" not in shown.lower()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("FTA", "2025-sign-free-trade-agreements"),
        ("进博会", "2025-host-china-international-import-expo"),
        ("small and beautiful", "2025-promote-small-yet-smart-projects"),
    ],
)
def test_a_synonym_finds_the_records_whose_texts_have_the_term(
    client: AppClient, words: str, code: str
) -> None:
    assert code in {hit["code"] for hit in search(client, q=words, kind="action")["items"]}


def test_the_newest_figures_of_an_indicator_come_first(client: AppClient) -> None:
    _, *others = search(client, q="goods trade", kind="observation")["items"]
    shown = [hit for hit in others if hit["code"].startswith("goods-trade")]
    order = [(hit["current"], hit["period"]["end"]) for hit in shown]
    assert len(set(order)) > 3
    assert order == sorted(order, reverse=True)


@pytest.mark.parametrize("words", ["2024", "2023", "trade share", "贸易"])
def test_current_figures_come_before_others(client: AppClient, words: str) -> None:
    for kind in ("observation", "growth_rate"):
        states = [hit["current"] for hit in search(client, q=words, kind=kind, limit=1000)["items"]]
        named = states[: states.index(False)] if False in states else states
        assert all(named)


def test_the_year_searched_for_is_that_of_the_period(client: AppClient) -> None:
    for words in ("growth 2024", "2024年增速", "yuan 2024 growth", "customs 2024"):
        hits = search(client, q=words, limit=1000)["items"]
        states = ["2024" in hit["period"]["label"] for hit in hits if hit["period"]]
        assert states == sorted(states, reverse=True)
        assert states[0]
