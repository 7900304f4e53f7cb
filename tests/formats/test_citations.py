"""Citations, read by reference managers: source, date and passage."""

import json
import warnings
from typing import Any

import pytest
import rispy
from bibtexparser.entrypoint import parse_string
from starlette.testclient import TestClient

pytestmark = [pytest.mark.database, pytest.mark.quick]

AID = "Aid projects organised and implemented in BRI countries, January to November 2024, over 700"
FIGURE = "aid-projects.CN.BRI.partner-2023.NB.P11M.2024-01.scio-2025-01-15"


def sources(client: TestClient, language: str) -> list[dict[str, Any]]:
    """Read all sources."""
    items: list[dict[str, Any]] = client.get(f"/v1/sources?lang={language}").json()["items"]
    return items


def day(source: dict[str, Any]) -> str:
    """Return the date of publication, as far as it is known."""
    published: str = source["published_on"]
    return published[:7] if source["published_precision"] == "month" else published


@pytest.mark.parametrize("language", ["en", "zh"])
def test_bibtex_is_read_by_a_parser(client: TestClient, language: str) -> None:
    for source in sources(client, language):
        response = client.get(f"/v1/sources/{source['code']}.bib?lang={language}")
        library = parse_string(response.text)
        assert not library.failed_blocks
        (entry,) = library.entries
        fields = {name: field.value for name, field in entry.fields_dict.items()}
        assert (entry.key, entry.entry_type) == (source["code"], "misc")
        assert fields["title"].strip("{}") == source["title"].replace("&", "\\&")
        assert fields["author"].strip("{}") == source["body"]
        assert fields["howpublished"] == source["publisher"]
        assert fields["date"] == day(source)
        assert fields["year"] == source["published_on"][:4]
        assert fields["urldate"] == client.get("/v1").json()["release"]["released_on"]
        assert fields.get("url") == source["address"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_ris_is_read_by_a_parser(client: TestClient, language: str) -> None:
    for source in sources(client, language):
        response = client.get(f"/v1/sources/{source['code']}.ris?lang={language}")
        assert response.text.startswith("TY  - ")
        (entry,) = rispy.loads(response.text)
        assert entry["title"] == source["title"]
        assert entry["authors"] == [source["body"]]
        assert entry["publisher"] == source["publisher"]
        assert entry["date"] == day(source).replace("-", "/")
        assert entry.get("urls") == ([source["address"]] if source["address"] else None)


def rendered(items: list[dict[str, Any]]) -> str:
    """Render references by a citation processor."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from citeproc import (  # noqa: PLC0415
            Citation,
            CitationItem,
            CitationStylesBibliography,
            CitationStylesStyle,
            formatter,
        )
        from citeproc.source.json import CiteProcJSON  # noqa: PLC0415

        source = CiteProcJSON(items)
        style = CitationStylesStyle("harvard-cite-them-right", validate=False)
        bibliography = CitationStylesBibliography(style, source, formatter.plain)
        bibliography.register(Citation([CitationItem(item["id"]) for item in items]))
        return "\n".join(str(line) for line in bibliography.bibliography())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_csl_json_is_rendered_by_a_processor(client: TestClient, language: str) -> None:
    for source in sources(client, language):
        response = client.get(f"/v1/sources/{source['code']}.csl.json?lang={language}")
        (item,) = response.json()
        assert item["issued"]["date-parts"] == [[int(part) for part in day(source).split("-")]]
        line = rendered([item])
        assert source["title"] in line
        assert source["published_on"][:4] in line
        assert source["address"] is None or source["address"] in line


@pytest.mark.parametrize(
    ("language", "note", "place"),
    [
        (
            "en",
            AID,
            "paragraph 4, sentence 2",
        ),
        (
            "zh",
            "中国在共建“一带一路”国家组织实施的援助项目数，2024年1—11月，逾700个",
            "第4段第2句",
        ),
    ],
)
def test_a_figure_is_cited_with_its_words_and_its_place(
    client: TestClient, language: str, note: str, place: str
) -> None:
    def get(suffix: str) -> str:
        return client.get(f"/v1/observations/{FIGURE}/citation.{suffix}?lang={language}").text

    (item,) = json.loads(get("csl.json"))
    assert (item["id"], item["note"], item["locator"]) == (FIGURE, note, place)
    (entry,) = parse_string(get("bib")).entries
    (reference,) = rispy.loads(get("ris"))
    together = entry.fields_dict["note"].value
    assert together == reference["notes"][0]
    assert together.startswith(note)
    assert together.endswith(place)


@pytest.mark.parametrize("suffix", ["bib", "ris", "csl.json"])
def test_an_unknown_key_is_reported(client: TestClient, suffix: str) -> None:
    for path, near in (
        (f"/v1/sources/scio-2025-01-16/citation.{suffix}", "scio-2025-01-15"),
        (f"/v1/observations/{FIGURE[:-1]}4/citation.{suffix}", FIGURE),
    ):
        response = client.get(path)
        assert response.status_code == 404
        assert near in response.json()["errors"][0]["allowed"] + [
            response.json()["errors"][0]["suggestion"]
        ]
