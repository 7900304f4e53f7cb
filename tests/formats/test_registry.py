"""The registry of formats: everything that lists formats follows from it."""

import re
from typing import Any

import pytest

from app.formats.registry import (
    CHART_FORMATS,
    CITATION_FORMATS,
    DATABASE,
    FORMATS,
    JSON_STAT,
    TABLE_FORMATS,
    Format,
)
from app.http.cached_response import is_compressible
from app.i18n import Language
from app.pages.content import read_page
from tests.support.client import AppClient


def list_paths(form: Format) -> list[str]:
    return [f"/v1/{resource}.{form.suffix}" for resource in form.resources]


def test_every_format_has_its_operations(document: dict[str, Any]) -> None:
    for form in FORMATS:
        for path in list_paths(form):
            (media_type,) = document["paths"][path]["get"]["responses"]["200"]["content"]
            assert media_type == form.media_type, path


def test_every_suffix_is_a_format(document: dict[str, Any]) -> None:
    paths = {path for form in FORMATS for path in list_paths(form)}
    suffixed = {path for path in document["paths"] if "." in path and path.startswith("/v1")}
    assert suffixed - paths == {
        f"/v1/{name}.csv-metadata.json"
        for name in ("observations", "indicators", "actions", "outcomes", "commitments")
    }


@pytest.mark.parametrize("language", Language)
def test_guide_lists_exactly_the_formats(language: Language) -> None:
    page = read_page("formats", language)
    names = [
        name
        for row in re.findall(r"^\| (`.*?) \|", page, re.MULTILINE)
        for name in re.findall("`([^`]+)`", row)
    ]
    suffixes = [name.rpartition("/")[2].partition(".")[2] for name in names if name != "/sdmx"]
    unlisted = {form.suffix for form in FORMATS} - set(suffixes)
    assert not unlisted, f"not listed in app/guide/{language}/formats.md"
    assert sorted(suffixes) == sorted({form.suffix for form in FORMATS})
    for form in FORMATS:
        assert form.max_rows is None or f"{form.max_rows:,}" in page


def test_entry_point_lists_the_media_types(client: AppClient) -> None:
    listed = client.get("/v1").json()["formats"]
    assert set(listed) == {"application/json", *(form.media_type for form in FORMATS)}
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize("path", ["/", "/llms.txt", "/v1/catalog.jsonld"])
def test_distributions_are_listed(client: AppClient, path: str) -> None:
    text = client.get(path).text
    for form in (*TABLE_FORMATS, JSON_STAT):
        assert f"/v1/observations.{form.suffix}" in text


def test_download_menu_lists_the_formats(client: AppClient) -> None:
    page = client.get("/indicators/goods-trade?lang=en").text
    for form in (*TABLE_FORMATS, JSON_STAT):
        assert re.search(rf"/v1/observations\.{form.suffix}\?[^\"]*indicator=goods-trade", page)
    for form in CHART_FORMATS:
        assert f"/v1/indicators/goods-trade/chart.{form.suffix}?" in page
    source = client.get("/sources/scio-2025-01-15").text
    for citation in CITATION_FORMATS:
        assert f"/v1/sources/scio-2025-01-15/citation.{citation.suffix}" in source


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: f"{form.resources[0]}.{form.suffix}")
def test_compression_follows_the_entry(form: Format) -> None:
    assert is_compressible(form.content_type) is form.is_compressible
    assert is_compressible(form.media_type.upper()) is form.is_compressible


@pytest.mark.parametrize(
    ("media_type", "expected"),
    [
        ("text/html; charset=utf-8", True),
        ("text/event-stream", False),
        ("application/problem+json", True),
        ("application/vnd.sdmx.data+csv;version=2.0.0", True),
        ("application/vnd.sdmx.structure+xml;version=2.1", True),
        ("application/javascript", True),
        ("application/octet-stream", False),
        ("font/woff2", False),
    ],
)
def test_only_text_types_are_compressed(media_type: str, *, expected: bool) -> None:
    assert is_compressible(media_type) is expected


def test_binary_formats_are_declared_as_bytes(document: dict[str, Any]) -> None:
    for form in (*TABLE_FORMATS, DATABASE):
        for path in list_paths(form):
            (content,) = document["paths"][path]["get"]["responses"]["200"]["content"].values()
            is_bytes = content["schema"].get("format") == "binary"
            assert is_bytes is not form.media_type.startswith("text/")
