"""What generated clients rely on: the served document, and the forms of their requests."""

import asyncio
import json
import re
import time
import zlib
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi.responses import StreamingResponse

from app.application import App, build_openapi_documents
from app.enums import OpenApiVersion
from app.i18n import Language
from app.openapi import OpenApiDocuments, read_first_part
from app.openapi.document import read_example
from app.processes import HelperProcess
from app.releases import FixedRelease, ServedRelease
from tests.support.client import AppClient

pytestmark = pytest.mark.database


def get_document(client: AppClient, path: str = "/openapi.json") -> dict[str, Any]:
    document: dict[str, Any] = client.get(path).json()
    return document


def iterate_nodes(node: Any) -> Iterator[dict[str, Any]]:
    """Yield every object of a document, without what is inside examples."""
    if isinstance(node, list):
        for one in node:
            yield from iterate_nodes(one)
    elif isinstance(node, dict):
        yield node
        for name, value in node.items():
            if name not in {"example", "examples"}:
                yield from iterate_nodes(value)


def has_file(client: AppClient) -> bool:
    assert isinstance(client.app, App)
    is_file: bool = client.app.state.releases.get_release().database.is_file
    return is_file


@pytest.mark.quick
def test_the_document_is_built_once_for_all_hosts(client: AppClient) -> None:
    assert isinstance(client.app, App)
    here = get_document(client)
    built = client.app.state.documents.built
    there = client.get("/openapi.json", headers={"Host": "data.example"}).text
    assert client.app.state.documents.built is built
    assert "127.0.0.1" not in there
    assert json.loads(there.replace("//data.example", "//testserver")) == here


def test_requests_at_the_same_time_have_the_document_built_once(client: AppClient) -> None:
    assert isinstance(client.app, App)
    built: list[Language] = []

    def build(release: ServedRelease, language: Language) -> dict[OpenApiVersion, bytes]:
        built.append(language)
        time.sleep(0.05)
        return {OpenApiVersion.V3_1: zlib.compress(release.record["code"].encode())}

    documents = OpenApiDocuments(client.app.state.releases, build)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: documents.render(OpenApiVersion.V3_1, "http://a"), range(4)))
    assert built == [Language.ENGLISH]


def test_a_request_that_has_waited_gets_the_document_of_the_newest_release(
    client: AppClient,
) -> None:
    """Otherwise it would drop that document, and each request after it would build one again."""
    opened = client.app.state.releases
    old, new = opened.get_release(), replace(opened.get_release())
    releases = FixedRelease(opened.store, release=old)
    asked: list[tuple[ServedRelease, Language]] = []

    def build(*described: *tuple[ServedRelease, Language]) -> dict[OpenApiVersion, bytes]:
        asked.append(described)
        return {OpenApiVersion.V3_1: zlib.compress(b"{}")}

    documents = OpenApiDocuments(releases, build)
    with ThreadPoolExecutor(1) as threads:
        with documents.lock:
            waiting = threads.submit(documents.render, OpenApiVersion.V3_1, "http://a")
            time.sleep(0.05)
            releases.release = new
        waiting.result()
    ((release, _),) = asked
    assert release is new


def test_the_document_is_built_in_a_process_of_its_own(
    client: AppClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends with the document, and the next one can succeed where one has failed."""
    assert isinstance(client.app, App)
    release = client.app.state.releases.get_release()
    process = HelperProcess(max_memory=0)
    monkeypatch.setattr("app.application.OPENAPI_PROCESS", process)

    def build() -> dict[OpenApiVersion, bytes]:
        return build_openapi_documents(None, None, release, Language.CHINESE)

    with monkeypatch.context() as patch:
        patch.setattr(process, "timeout", 0.01)
        with pytest.raises(TimeoutError):
            build()
    alone = build()
    assert process.process is None
    monkeypatch.setattr(HelperProcess, "is_current", True)
    assert build() == alone


def test_examples_read_the_first_part_of_a_stream() -> None:
    async def stream() -> AsyncIterator[bytes]:
        yield b"first"
        pytest.fail("the rest is read too")

    assert asyncio.run(read_first_part(StreamingResponse(stream()))) == b"first"


def test_version_3_0_has_no_keyword_of_3_1(client: AppClient) -> None:
    old, new = get_document(client, "/openapi-3.0.json"), get_document(client)
    assert old["openapi"] == "3.0.3"
    assert list(old["paths"]) == list(new["paths"])
    assert list(old["components"]["schemas"]) == list(new["components"]["schemas"])
    nullable = 0
    for node in iterate_nodes([old["paths"], old["components"]]):
        assert node.get("type") != "null"
        assert not isinstance(node.get("type"), list)
        assert "examples" not in node or isinstance(node["examples"], dict)
        assert "const" not in node or isinstance(node["const"], dict)
        assert "$ref" not in node or len(node) == 1
        nullable += node.get("nullable") is True
    new_nullable = sum(
        isinstance(node.get("type"), list) or {"type": "null"} in node.get("anyOf", ())
        for node in iterate_nodes([new["paths"], new["components"]])
    )
    assert nullable == new_nullable > 50


def test_a_reference_may_be_null_in_version_3_0(client: AppClient) -> None:
    """Validators take `nullable` literally: it allows nothing that another keyword refuses."""
    # Its import takes two seconds, which every worker would spend when it collects the tests.
    from openapi_schema_validator import OAS30Validator  # noqa: PLC0415

    components = get_document(client, "/openapi-3.0.json")["components"]
    record = client.get("/v1/observations").json()["items"][0]
    schema = components["schemas"]["Observation"]
    nullable = [name for name, one in schema["properties"].items() if "oneOf" in one]
    assert len(nullable) > 2
    validator = OAS30Validator({"components": components} | schema)
    for name in nullable:
        validator.validate(record | {name: None})
        assert not validator.is_valid(record | {name: {}})


def test_names_of_values_are_unique(client: AppClient) -> None:
    document = get_document(client)
    lists = [schema for schema in document["components"]["schemas"].values() if "enum" in schema]
    # Some generators fail on a list without a name, in a header for example.
    assert sum("enum" in node for node in iterate_nodes(document)) == len(lists)
    names = [name for schema in lists for name in schema["x-enum-varnames"]]
    assert len(names) == len(set(names)) > 100
    assert all(len(one["enum"]) == len(one["x-enum-varnames"]) for one in lists)


def test_names_of_models_are_names_of_classes(client: AppClient) -> None:
    """Two models of one name would be told apart by their modules."""
    names = get_document(client)["components"]["schemas"]
    assert [name for name in names if not re.fullmatch("([A-Z][a-z0-9]*)+", name)] == []


def test_required_parameters_come_first(client: AppClient) -> None:
    for path, operations in get_document(client)["paths"].items():
        required = [one["required"] for one in operations["get"].get("parameters", [])]
        assert required == sorted(required, reverse=True), path


@pytest.mark.parametrize("name", ["Aspect", "Vintages"])
def test_a_code_list_says_what_its_values_do(client: AppClient, name: str) -> None:
    """Tools made of operations, for language models, describe a parameter by its schema alone."""
    schema = get_document(client)["components"]["schemas"][name]
    assert set(schema["enum"]) <= set(re.findall(r"\w+", schema["description"]))


@pytest.mark.parametrize("path", ["/openapi.json", "/openapi-3.0.json"])
def test_a_list_is_a_named_example(client: AppClient, path: str) -> None:
    """openapi-qraft and openapi3 fail on a plain one, and RapiDoc fills in only its first value."""
    document = get_document(client, path)
    named = {}
    for one, operations in document["paths"].items():
        for parameter in operations["get"].get("parameters", []):
            assert not isinstance(parameter.get("example"), list), one
            if "examples" in parameter:
                named[one] = parameter["examples"]
    assert named == {
        "/v1/compare": {"request": {"value": ["2024", "2025"]}},
        "/v1/editions/compare": {"request": {"value": [2024, 2025]}},
    }


def test_all_examples_of_an_operation_are_valid_together(newest: AppClient) -> None:
    """Importers fill in all examples, not only those of required parameters."""
    document = get_document(newest)
    tried = 0
    for path, operations in document["paths"].items():
        query = {}
        for parameter in operations["get"].get("parameters", []):
            example = read_example(parameter)
            if parameter["in"] == "path":
                path = path.replace(f"{{{parameter['name']}}}", example)  # noqa: PLW2901
            elif example != "":
                query[parameter["name"]] = example
        response = newest.get(path, params=urlencode(query, doseq=True))
        # A database server has no file to download.
        expected = 404 if path == "/v1/dataset.sqlite" and not has_file(newest) else 200
        assert response.status_code == expected, (path, query, response.text)
        tried += bool(query)
    assert tried > 40


@pytest.mark.parametrize("value", ["True", "TRUE", "1", "FALSE", "False", "0"])
def test_booleans_are_accepted_in_the_forms_of_clients(client: AppClient, value: str) -> None:
    url = "/v1/observations.csv?bom="
    plain = client.get(f"{url}{'true' if value.lower() in {'true', '1'} else 'false'}")
    assert client.get(url + value).content == plain.content
    assert plain.content.startswith(b"\xef\xbb\xbf") == (value.lower() in {"true", "1"})


LIST_FORMS = (
    "topic=trade,investment",
    "topic[]=trade&topic[]=investment",
    "topic%5B0%5D=trade&topic%5B1%5D=investment",
    "topic=trade%2Cinvestment",
)


@pytest.mark.parametrize("query", LIST_FORMS)
def test_lists_are_accepted_in_the_forms_of_clients(client: AppClient, query: str) -> None:
    plain = client.get("/v1/observations?topic=trade&topic=investment&limit=2")
    other = client.get(f"/v1/observations?{query}&limit=2")
    assert other.status_code == 200
    assert other.content == plain.content
    assert client.get(f"/v1/observations.csv?{query}").text.count("\n") > 2


def test_all_forms_of_a_list_share_a_cached_response(client: AppClient) -> None:
    assert isinstance(client.app, App)
    store = client.app.cache.store
    store.clear()
    for query in (*LIST_FORMS, "topic=trade&topic=investment"):
        client.get(f"/v1/observations?{query}&limit=3")
    assert len(store.entries) == 1


def test_a_comma_is_part_of_a_text(client: AppClient) -> None:
    found = client.get("/v1/search", params={"q": "green, digital"})
    assert found.status_code == 200
    assert found.json()["total"] == client.get("/v1/search?q=green+digital").json()["total"]


@pytest.mark.parametrize("query", ["months[]=11", "q[0]=trade", "topic[a]=trade", "topic=trade,"])
def test_forms_that_are_no_lists_are_rejected(client: AppClient, query: str) -> None:
    assert client.get(f"/v1/observations?{query}").status_code == 422


def test_a_page_names_the_cursor_of_the_next_page(client: AppClient) -> None:
    page = client.get("/v1/observations?limit=2").json()
    following = client.get("/v1/observations", params={"limit": 2, "cursor": page["next_cursor"]})
    assert following.json() == client.get(page["next"]).json()
    assert client.get("/v1/topics").json()["next_cursor"] is None


def test_the_document_avoids_what_clients_failed_on(client: AppClient) -> None:
    """Each line is a fault that a generator or a linter once found."""
    document = get_document(client)
    operations = {path: one["get"] for path, one in document["paths"].items()}
    contents = {path: one["responses"]["200"]["content"] for path, one in operations.items()}
    assert contents["/v1/observations.jsonl"].keys() == {"application/x-ndjson"}
    parameters = {one["name"] for one in operations["/v1/observations.jsonstat"]["parameters"]}
    assert "vintages" not in parameters
    schemas = [content["schema"] for one in contents.values() for content in one.values()]
    assert all({"$ref", "description"} & schema.keys() for schema in schemas)
    dates = [one for one in iterate_nodes(document) if one.get("format") in {"date", "date-time"}]
    assert not [date for date in dates if {"minLength", "maxLength"} & date.keys()]
    feed_item = document["components"]["schemas"]["FeedItem"]["properties"]
    assert feed_item["date_published"]["format"] == "date-time"
