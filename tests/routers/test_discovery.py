"""Catalogues, sitemap and descriptions for programs: parsed, with every link followed."""

import html
import json
import re
from collections.abc import Iterator
from itertools import chain
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from rdflib import DCAT, DCTERMS, FOAF, RDF, Graph, URIRef
from rdflib.compare import isomorphic

from app.formats.registry import TABLE_FORMATS, list_distributions
from tests.support.client import AppClient

pytestmark = pytest.mark.database

HOST = "http://testserver"
NEEDED = {
    DCAT.Catalog: (
        DCTERMS.title,
        DCTERMS.description,
        DCTERMS.publisher,
        DCTERMS.issued,
        DCAT.themeTaxonomy,
        DCAT.dataset,
    ),
    DCAT.Dataset: (
        DCTERMS.title,
        DCTERMS.description,
        DCTERMS.publisher,
        DCAT.distribution,
        DCAT.contactPoint,
        DCAT.keyword,
        DCAT.theme,
    ),
    DCAT.Distribution: (DCAT.accessURL, DCAT.downloadURL, DCAT.mediaType, DCTERMS.license),
    DCAT.DataService: (
        DCAT.endpointURL,
        DCTERMS.title,
        DCTERMS.publisher,
        DCAT.contactPoint,
        DCAT.keyword,
        DCAT.theme,
    ),
    FOAF.Agent: (FOAF.name,),
}
"""What DCAT-AP 3 makes mandatory or recommends, of what there is here."""


def is_served(client: AppClient, address: str) -> bool:
    """Return whether an address works; those of other hosts are not requested."""
    parts = urlsplit(address)
    if f"{parts.scheme}://{parts.netloc}" != HOST:
        return True
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    return bool(client.get(path).status_code == 200)


def parse_links(header: str) -> Iterator[tuple[str, str]]:
    """Parse a Link header."""
    for href, rel in re.findall(r'<([^>]+)>; rel="([^"]+)"', header):
        yield rel, href


def test_the_catalogue_is_the_same_in_both_forms(client: AppClient) -> None:
    turtle = Graph().parse(data=client.get("/v1/catalog.ttl").text, format="turtle")
    json_ld = Graph().parse(data=client.get("/v1/catalog.jsonld").text, format="json-ld")
    assert len(turtle) > 80
    assert isomorphic(turtle, json_ld)


def test_the_identifier_of_the_catalogue_is_served(client: AppClient) -> None:
    catalog = client.get("/v1/catalog.jsonld").json()
    for identifier in (catalog["@id"], catalog["dcat:dataset"]["@id"]):
        assert is_served(client, identifier.partition("#")[0]), identifier
    # Harvesters compare it, so it must not change with the release.
    assert catalog["dcat:dataset"]["dct:identifier"] == catalog["dcat:dataset"]["@id"]


def test_the_catalogue_names_datasets_of_other_publishers(client: AppClient) -> None:
    graph = Graph().parse(data=client.get("/v1/catalog.ttl").text, format="turtle")
    (dataset,) = graph.subjects(RDF.type, DCAT.Dataset)
    found = {str(one) for one in graph.objects(dataset, DCTERMS.relation)}
    listed = client.get("/v1/related-datasets").json()["items"]
    assert found == {one["address"] for one in listed}
    assert len(found) == 7


@pytest.mark.parametrize("language", ["en", "zh"])
def test_related_datasets_and_indicators_name_each_other(client: AppClient, language: str) -> None:
    query: dict[str, str] = {"lang": language, "limit": "1000"}
    datasets = client.get("/v1/related-datasets", params=query).json()["items"]
    named = {
        (one["code"], indicator["code"]) for one in datasets for indicator in one["indicators"]
    }
    indicators = client.get("/v1/indicators", params=query).json()["items"]
    shown = {
        (dataset["code"], indicator["code"])
        for indicator in indicators
        for dataset in indicator["related_datasets"]
    }
    assert shown == named != set()
    texts = {dataset["code"]: dataset["difference"] for dataset in datasets}
    page = html.unescape(client.get(f"/indicators/goods-trade?lang={language}").text)
    (trade,) = (one for one in indicators if one["code"] == "goods-trade")
    assert trade["related_datasets"]
    for one in trade["related_datasets"]:
        assert texts[one["code"]] == one["difference"]
        assert one["difference"] in page
        assert f'href="{one["address"]}"' in page


def test_the_catalogue_has_what_dcat_needs(client: AppClient) -> None:
    graph = Graph().parse(data=client.get("/v1/catalog.ttl").text, format="turtle")
    for kind, needed in NEEDED.items():
        subjects = set(graph.subjects(RDF.type, kind))
        assert subjects, kind
        for subject in subjects:
            for predicate in needed:
                assert set(graph.objects(subject, predicate)), (subject, predicate)
    (dataset,) = graph.subjects(RDF.type, DCAT.Dataset)
    languages = {
        getattr(title, "language", None) for title in graph.objects(dataset, DCTERMS.title)
    }
    assert languages == {"en", "zh"}
    releases = client.get("/v1/changes.feed.json").json()["items"]
    days = [one["date_published"][:10] for one in releases]
    for predicate, day in ((DCTERMS.issued, min(days)), (DCTERMS.modified, max(days))):
        assert [str(one) for one in graph.objects(dataset, predicate)] == [day]
    periods = [one["period"] for one in client.get("/v1/observations?limit=1000").json()["items"]]
    (covered,) = graph.objects(dataset, DCTERMS.temporal)
    ends = (
        (DCAT.startDate, min(one["start"] for one in periods)),
        (DCAT.endDate, max(one["end"] for one in periods)),
    )
    for predicate, day in ends:
        assert [str(one) for one in graph.objects(covered, predicate)] == [day]


def test_every_form_has_its_declared_media_type(client: AppClient) -> None:
    graph = Graph().parse(data=client.get("/v1/catalog.ttl").text, format="turtle")
    forms = set(graph.subjects(RDF.type, DCAT.Distribution))
    assert len(forms) in {len(list_distributions(has_file=has_file)) for has_file in (True, False)}
    for form in forms:
        (media_type,) = graph.objects(form, DCAT.mediaType)
        response = client.get(str(form).removeprefix(HOST))
        shown = response.headers["content-type"].partition(";")[0]
        assert media_type == URIRef(f"https://www.iana.org/assignments/media-types/{shown}")


def test_the_api_catalogue_leads_to_the_api(client: AppClient) -> None:
    response = client.get("/.well-known/api-catalog")
    assert response.headers["content-type"].startswith("application/linkset+json; profile=")
    (entry,) = response.json()["linkset"]
    assert entry.pop("anchor") == f"{HOST}/v1"
    assert {"service-desc", "service-doc", "license", "cite-as"} <= set(entry)
    for links in entry.values():
        for link in links:
            assert is_served(client, link["href"])
            if "type" in link and link["href"].startswith(HOST):
                found = client.get(link["href"].removeprefix(HOST)).headers["content-type"]
                assert found.startswith(link["type"])


@pytest.mark.parametrize("path", ["/v1", "/"])
def test_the_entry_points_link_to_what_describes_them(client: AppClient, path: str) -> None:
    links = dict(parse_links(client.get(path).headers["link"]))
    assert {"service-desc", "service-doc", "describedby", "license", "cite-as"} <= set(links)
    assert all(is_served(client, href) for href in links.values())


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("observations", "unit=USD&sort=value_desc"),
        ("actions", "kind=sign&lang=zh"),
        ("outcomes", ""),
        ("indicators", "topic=trade"),
    ],
)
def test_a_list_links_to_its_tables(client: AppClient, path: str, query: str) -> None:
    paged = f"/v1/{path}?{query}{'&' if query else ''}limit=1"
    total = client.get(paged).json()["total"]
    found = [
        href for rel, href in parse_links(client.get(paged).headers["link"]) if rel == "alternate"
    ]
    suffixes = [urlsplit(href).path.rpartition(".")[2] for href in found]
    assert suffixes == [form.suffix for form in TABLE_FORMATS]
    lines = client.get(found[1].removeprefix(HOST)).text.splitlines()
    assert len(lines) == total


@pytest.mark.sqlite
def test_robots_and_sitemap_lead_to_pages(client: AppClient) -> None:
    robots = client.get("/robots.txt").text
    (sitemap,) = re.findall(r"^Sitemap: (.*)$", robots, re.MULTILINE)
    root = ET.fromstring(client.get(sitemap.removeprefix(HOST)).text)  # noqa: S314
    name = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    pages = [url.findtext(f"{name}loc") or "" for url in root]
    sources = client.get("/v1/sources").json()["total"]
    series = client.get("/v1/series").json()["total"]
    assert len(pages) == len(set(pages)) == 2 * (10 + 17 + 15 + 2 + 8 + 4 + sources + series)
    # Every other record in Chinese: the static edition has all of these pages in both languages.
    for page in (*pages[::4], *pages[3::4]):
        response = client.get(page.removeprefix(HOST))
        assert response.status_code == 200, page
        assert response.headers["content-type"].startswith("text/html")
    for url in root:
        links = [link.attrib for link in url.findall("{http://www.w3.org/1999/xhtml}link")]
        assert [link["hreflang"] for link in links] == ["en", "zh"]
        assert all(link["href"] in pages for link in links)


def test_a_program_can_follow_the_links(client: AppClient) -> None:
    text = client.get("/llms.txt").text
    assert re.match(r"# .+\n\n> .+\n", text)
    addresses = re.findall(r"\]\((.*?)\)", text)
    assert len(addresses) >= 14
    assert all(is_served(client, address) for address in addresses)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("path", ["/llms.txt", "/llms-full.txt"])
def test_programs_are_told_of_datasets_of_other_publishers(
    newest: AppClient, path: str, language: str
) -> None:
    lines = newest.get(f"{path}?lang={language}").text.splitlines()
    datasets = newest.get(f"/v1/related-datasets?lang={language}").json()["items"]
    assert datasets
    names = ("name", "publisher", "description", "difference", "licence", "address")
    for dataset in datasets:
        assert any(all(dataset[name] in line for name in names) for line in lines), dataset["code"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_programs_are_led_to_contradictions(client: AppClient, language: str) -> None:
    text = client.get(f"/llms.txt?lang={language}").text
    start, _, _ = text.partition("/openapi.json")
    assert f"({HOST}/v1/contradictions)" in start


@pytest.mark.parametrize("language", ["en", "zh"])
def test_llms_full_has_every_record_as_a_sentence(client: AppClient, language: str) -> None:
    text = client.get(f"/llms-full.txt?lang={language}").text
    lines = text.splitlines()
    comma, colon = (", ", ": ") if language == "en" else ("，", "：")

    def list_records(path: str) -> list[dict[str, Any]]:
        found = json.loads(client.get(f"/v1/{path}?limit=1000&lang={language}").text)
        return list(found["items"])

    for figure in list_records("observations"):
        names = (figure[name]["name"] for name in ("indicator", "coverage"))
        named = comma.join([*names, figure["period"]["label"]])
        (line,) = [one for one in lines if one.startswith(f"- {named}{colon}{figure['display']}")]
        assert figure["citation"]["full"] in line
        growth = figure["growth"]
        assert growth is None or (growth["display"] in line and (growth["note"] or "") in line)
        is_rounded = figure["rounding"]["lower"] != figure["rounding"]["upper"]
        is_stated = figure["qualifier"] == "none" and is_rounded
        assert is_stated is bool(re.search("Rounding of the printed number|舍入区间", line))
    for action in list_records("actions"):
        assert any(action["text"].rstrip(".。") in one for one in lines)
    for record in chain(*map(list_records, ("actions", "outcomes", "observations"))):
        if record["locator"]:
            source = record["source"]["code"]
            url = f"{HOST}/sources/{source}/passages#{record['locator']}"
            mark = record.get("display") or record["text"].rstrip(".。")
            assert any(mark in one and url in one for one in lines), record["id"]
        assert (record.get("note") or "") in text
        assert (record.get("aim") or "") in text
    for area in list_records("priority-areas"):
        assert (area["aim"] or "").rstrip(".。") in text
    for source in list_records("sources"):
        assert any(source["line"] in one and source["code"] in one for one in lines)
        assert source["goal"] is None or source["goal"]["text"].rstrip(".。") in text
    for coverage in list_records("coverages"):
        (line,) = [one for one in lines if one.startswith(f"- {coverage['code']}")]
        assert coverage["evidence"] in line
        assert f"{HOST}/v1/coverages/{coverage['code']}" in line
        mark = re.search("Inferred by this service|系本站推断，来源", line)
        assert bool(mark) is (coverage["basis"] == "inferred")
    assert "22.05 trillion to 22.15 trillion (CNY)" in text or "22.05万亿元至22.15万亿元" in text
    assert re.search("^## (Other results|其他成果)$", text, re.MULTILINE)


@pytest.mark.parametrize(
    "path",
    ["/.well-known/api-catalog", "/robots.txt", "/sitemap.xml", "/llms.txt", "/llms-full.txt"],
)
def test_what_is_not_known_is_refused_here_too(client: AppClient, path: str) -> None:
    assert client.get(f"{path}?x=1").json()["errors"][0]["location"] == "query.x"
    assert client.get(f"{path}?lang=fr").json()["errors"][0]["location"] == "query.lang"
