"""The reference of the API as a program reads it: every operation, parameter, field and code."""

import re
from typing import Any

import pytest
from lxml import html

from app.openapi.reference import list_groups
from tests.support.client import AppClient

pytestmark = pytest.mark.database
MOST_BYTES = 150_000
"""The weight of the heaviest page of an operation, before compression."""


def read_page(client: AppClient, url: str) -> Any:
    """Read a page, of which the stubs of lxml know too little."""
    response = client.get(url)
    assert response.status_code == 200, url
    return html.fromstring(response.text)


def list_operations(document: dict[str, Any]) -> dict[str, tuple[str, dict[str, Any]]]:
    """List the operations by their identifiers, with their paths."""
    return {
        methods["get"]["operationId"]: (path, methods["get"])
        for path, methods in document["paths"].items()
    }


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_reference_leads_to_every_operation(client: AppClient, language: str) -> None:
    document = client.get(f"/openapi.json?lang={language}").json()
    page = read_page(client, f"/docs?lang={language}")
    links = page.xpath("//section[@class='operations']//a/@href")
    operations = list_operations(document)
    assert sorted(links) == sorted(f"/docs/{name}?lang={language}" for name in operations)
    headings = page.xpath("//section[@class='operations']/h2/text()")
    assert headings == [tag["x-displayName"] for tag in document["tags"]]
    anchors = {one.get("id") for one in page.xpath("//article//h2")}
    contents = {link.removeprefix("#") for link in page.xpath("//nav[@class='toc']//a/@href")}
    assert contents == anchors
    assert {"entry-point", "figures", "downloads"} <= anchors
    names = {one.text_content() for one in page.xpath("//article//p/code")}
    assert {"display", "period.label", "limit", "ETag", "If-None-Match", "x-editorial"} <= names
    text = page.text_content()
    assert all(one["summary"] in text for _, one in operations.values())


def test_the_order_is_that_of_the_document(document: dict[str, Any]) -> None:
    groups = list_groups(document)
    assert [group.name for group in groups] == [tag["name"] for tag in document["tags"]]
    assert sum(len(group.operations) for group in groups) == len(document["paths"])
    assert groups[0].operations[0]["path"] == "/v1"


@pytest.mark.parametrize(
    "name",
    [
        *("list_observations", "get_overview", "get_indicator", "compare_periods", "get_liveness"),
        "download_dataset_sqlite",
    ],
)
def test_the_page_of_an_operation_is_complete(
    client: AppClient, document: dict[str, Any], name: str
) -> None:
    path, operation = list_operations(document)[name]
    response = client.get(f"/docs/{name}?lang=en")
    assert len(response.content) < MOST_BYTES
    page: Any = html.fromstring(response.text)
    assert page.xpath("string(//h1)") == operation["summary"]
    assert page.xpath("string(//p[@class='target']/code)") == path
    assert operation["description"] in page.text_content()
    (default,) = page.xpath("//link[@hreflang='x-default']/@href")
    assert default == f"http://testserver/docs/{name}?lang=en"
    names = [one["name"] for one in operation.get("parameters", [])]
    described = page.xpath("//section[@aria-labelledby='parameters']//dt/code/text()")
    assert described == names
    fields = page.xpath("//form//*[@name]/@name")
    assert sorted(dict.fromkeys(fields)) == sorted(names)
    assert len(page.xpath("//details[@name='samples']")) == 4
    statuses = page.xpath("//dl[contains(@class, 'statuses')]//dt//text()[normalize-space()]")
    assert statuses == sorted(set(operation["responses"]) - {"200", "206", "304"})
    menu = page.xpath("//details[contains(@class, 'menu')]//li/a")
    listed = [one["operationId"] for _, one in list_operations(document).values()]
    linked = [one.get("href").partition("?")[0].rpartition("/")[2] for one in menu]
    assert sorted(linked) == sorted(listed)
    (current,) = [one for one in menu if one.get("aria-current") == "page"]
    assert current.text == operation["summary"]
    (group,) = page.xpath("//details[@name='groups'][@open]/summary/text()")
    assert group == operation["tags"][0]
    identifiers = page.xpath("//@id")
    assert len(identifiers) == len(set(identifiers))
    targets = {one[1:] for one in page.xpath("//article//a/@href") if one.startswith("#")}
    assert targets <= set(identifiers)


def test_every_field_of_a_response_is_described_once(
    client: AppClient, document: dict[str, Any]
) -> None:
    page = read_page(client, "/docs/list_observations?lang=en")
    schemas = document["components"]["schemas"]
    shown = page.xpath("//dl[@id='Observation']/div/dt/code/text()")
    assert shown == list(schemas["Observation"]["properties"])
    (meaning,) = page.xpath("//dl[@id='Observation']/div[dt/code='qualifier']")
    assert "over nearly about" in " ".join(meaning.text_content().split())
    first = page.xpath("//dl[@id='CoverageReference'] | //dl[@id='SourceReference']")
    assert len(first) == 2
    editorial = page.xpath("//dl[@id='Observation']/div[dt/code='note']/dt")[0]
    assert "editorial" in editorial.text_content()


def test_a_form_offers_the_codes_of_the_release(client: AppClient) -> None:
    page = read_page(client, "/docs/list_observations?lang=en")
    for name, path in (
        ("topic", "topics"),
        ("counterpart", "areas"),
        ("source", "sources"),
        ("series", "series"),
    ):
        codes = [item["code"] for item in client.get(f"/v1/{path}?limit=1000").json()["items"]]
        assert sorted(page.xpath(f"//datalist[@id='{name}-codes']/option/@value")) == sorted(codes)
        assert page.xpath(f"//input[@name='{name}']/@list") == [f"{name}-codes"]
    boxes = page.xpath("//fieldset[legend='qualifier']//input/@value")
    assert boxes == ["none", "over", "nearly", "about"]
    assert page.xpath("//select[@name='vintages']/option/text()")[1:] == ["latest", "all"]
    assert page.xpath("//input[@name='months']/@max") == ["12"]
    assert page.xpath("//input[@name='since']/@type") == ["date"]
    links = page.xpath("//section[@aria-labelledby='parameters']//a/@href")
    assert "/topics?lang=en" in links
    assert all(client.get(link).status_code == 200 for link in links)


def test_every_parameter_that_takes_a_code_offers_codes(
    client: AppClient, document: dict[str, Any]
) -> None:
    code = "^[A-Za-z0-9.-]+$"
    pages: dict[str, str] = {}
    for name, (_, operation) in list_operations(document).items():
        for parameter in operation.get("parameters", []):
            schema = parameter["schema"]
            if schema.get("items", schema).get("pattern") == code:
                pages.setdefault(parameter["name"], name)
    assert len(pages) > 20
    for parameter, name in pages.items():
        page = read_page(client, f"/docs/{name}")
        assert page.xpath(f"//datalist[@id='{parameter}-codes']/option"), (name, parameter)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("indicator=goods-trade&lang=zh", "/v1/indicators/goods-trade?lang=zh"),
        ("indicator=goods-trade&lang=", "/v1/indicators/goods-trade"),
        ("indicator=a%2Fb&lang=en", "/v1/indicators/a%2Fb?lang=en"),
    ],
)
def test_a_form_without_script_leads_to_the_operation(
    client: AppClient, query: str, expected: str
) -> None:
    response = client.get(f"/docs/get_indicator/request?{query}", follow_redirects=False)
    assert response.status_code == 307
    assert response.headers["location"] == f"http://testserver{expected}"


def test_empty_fields_are_not_sent(client: AppClient) -> None:
    given = "lang=en&limit=2&topic=&since=&qualifier=over&qualifier=nearly&unit=+"
    response = client.get(f"/docs/list_observations/request?{given}")
    assert response.status_code == 200
    sent = str(response.url).partition("?")[2]
    assert sorted(sent.split("&")) == sorted(
        ["lang=en", "limit=2", "qualifier=over", "qualifier=nearly"]
    )
    assert len(response.json()["items"]) == 2


def test_a_missing_key_is_named(client: AppClient) -> None:
    response = client.get("/docs/get_indicator/request?indicator=&lang=en")
    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert error["location"] == "path.indicator"
    assert error["message"] == "indicator is missing"


def test_an_unknown_operation_is_not_found(client: AppClient) -> None:
    for path in ("/docs/get_indicater", "/docs/get_indicater/request"):
        response = client.get(path)
        assert response.status_code == 404
        assert response.json()["errors"][0]["suggestion"] == "get_indicator"


def test_other_formats_are_linked(client: AppClient) -> None:
    page = read_page(client, "/docs/list_observations?lang=zh")
    formats = page.xpath("//section[@aria-labelledby='formats']//a")
    assert {re.sub(r".*?\.", "", one.text) for one in formats} >= {"csv", "xlsx", "parquet"}
    assert all(client.get(one.get("href")).status_code == 200 for one in formats)
