"""Every path of the OpenAPI document: examples, schemas, headers and errors."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import jsonschema_rs
import pytest

from app.application import ROUTERS
from app.formats.registry import FORMATS
from app.ingest.schema import RECORD_KINDS
from app.openapi.document import read_example
from tests.record_openapi import HINT, SNAPSHOT
from tests.support.client import AppClient

pytestmark = pytest.mark.database

PATHS = sorted(
    route.path for router in ROUTERS for route in router.declared if route.include_in_schema
)
LISTS = [path for path in PATHS if path.endswith("s") and "{" not in path]
IMAGE_TYPES = ("image/", "application/vnd.vegalite")
UNDESCRIBED_HEADERS = {
    *("content-type", "content-length", "content-encoding", "content-security-policy"),
    *("access-control-expose-headers", "cross-origin-resource-policy", "x-content-type-options"),
}
"""The headers that clients handle by themselves."""
OPTIONAL_HEADERS = {"link", "ratelimit", "ratelimit-policy"}
VALIDATORS = {"etag", "last-modified"}
FILES = {form.media_type for form in FORMATS if not form.is_text}
CREATED: dict[str, jsonschema_rs.Draft202012Validator] = {}
"""The validators that tests have used, by schema."""


def get_operation(document: dict[str, Any], path: str) -> dict[str, Any]:
    """Return the one operation of a path."""
    found: dict[str, Any] = document["paths"][path]["get"]
    return found


def build_example_url(document: dict[str, Any], path: str) -> str:
    """Fill a path with the examples of its parameters."""
    query = {}
    for parameter in get_operation(document, path).get("parameters", []):
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", parameter["example"])
        elif parameter["required"]:
            query[parameter["name"]] = read_example(parameter)
    return f"{path}?{urlencode(query, doseq=True)}" if query else path


def get_validator(
    document: dict[str, Any], schema: dict[str, Any]
) -> jsonschema_rs.Draft202012Validator:
    """Return the validator for a schema of the document, formats included."""
    key = json.dumps(schema)
    if key not in CREATED:
        # Most of the time would go into the copies of schemas that it does not name.
        named = {"components": document["components"]} if "$ref" in key else {}
        CREATED[key] = jsonschema_rs.Draft202012Validator(
            {**schema, **named}, validate_formats=True
        )
    return CREATED[key]


def get_response_schema(document: dict[str, Any], path: str, status: str) -> dict[str, Any]:
    """Return the schema of a response."""
    ((_, media),) = get_operation(document, path)["responses"][status]["content"].items()
    schema: dict[str, Any] = media["schema"]
    return schema


def normalize_document(document: str) -> Any:
    """Read a document without what each kind of database computes for itself.

    That is the rank in a cursor, and the digest of the database file.
    """
    read = json.loads(re.sub(r"(/v1/search\?[^\"]*cursor=)[\w-]+", r"\1", document))
    for path in ("/v1", "/v1/catalog.jsonld", "/v1/catalog.ttl"):
        (content,) = read["paths"][path]["get"]["responses"]["200"]["content"].values()
        example = content.pop("examples")["response"]["value"]
        content["example"] = omit_file(example) if path == "/v1" else None
    (content,) = read["paths"]["/v1/search"]["get"]["responses"]["200"]["content"].values()
    del content["examples"]["response"]["value"]["next_cursor"]
    return read


def omit_file(service: dict[str, Any]) -> dict[str, Any]:
    """Omit from the entry point the database file, which a server does not have."""
    return {name: value for name, value in service.items() if name != "downloads"}


def test_every_route_is_described(document: dict[str, Any]) -> None:
    assert sorted(document["paths"]) == PATHS
    assert len(PATHS) > 80


@pytest.mark.quick
def test_document_is_the_snapshot(client: AppClient) -> None:
    served = client.get("/openapi.json").text.replace("http://testserver", "http://127.0.0.1:8000")
    assert normalize_document(served) == normalize_document(SNAPSHOT.read_text()), (
        f"the document changed; {HINT}"
    )


@pytest.mark.quick
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_responses_match_the_document(
    client: AppClient, document: dict[str, Any], path: str, language: str
) -> None:
    response = client.get(build_example_url(document, path), headers={"Accept-Language": language})
    assert response.status_code == 200
    media_type = response.headers["content-type"].partition(";")[0]
    responses = get_operation(document, path)["responses"]
    assert [media_type] == list(responses["200"]["content"])
    sent, described = set(response.headers), {name.lower() for name in responses["200"]["headers"]}
    assert sent - described <= UNDESCRIBED_HEADERS
    is_stored = response.headers["cache-control"] != "no-store"
    assert described - sent <= OPTIONAL_HEADERS | (set() if is_stored else VALIDATORS)
    assert ("206" in responses) == ("416" in responses) == ("accept-ranges" in sent)
    body = response.json() if media_type.endswith(("/json", "+json")) else response.text
    get_validator(document, get_response_schema(document, path, "200")).validate(body)
    if not path.startswith("/health"):
        assert response.headers["content-language"] == language
        assert "Accept-Language" in response.headers["vary"]


def test_examples_are_real_responses(document: dict[str, Any]) -> None:
    for path in PATHS:
        responses = get_operation(document, path)["responses"]
        ((media_type, content),) = responses["200"]["content"].items()
        is_file = media_type.startswith(IMAGE_TYPES) or media_type in FILES
        assert "example" not in content, "RapiDoc shows its fields as examples of their own"
        assert ("examples" in content) != is_file, path
        for example in content.get("examples", {}).values():
            get_validator(document, content["schema"]).validate(example["value"])
        if content["schema"].get("type") == "string":
            is_bytes = content["schema"].get("format") == "binary"
            assert is_bytes != media_type.startswith("text/"), path


def test_head_is_get_without_body(client: AppClient, document: dict[str, Any]) -> None:
    headers = {"X-Request-ID": "the-same-for-both"}
    for path in PATHS:
        url = build_example_url(document, path)
        get, head = client.get(url, headers=headers), client.head(url, headers=headers)
        assert (head.status_code, head.content) == (get.status_code, b""), path
        assert dict(head.headers) == dict(get.headers), path


def test_all_operations_are_read_only(client: AppClient, document: dict[str, Any]) -> None:
    for path in PATHS:
        for method in ("POST", "PUT", "PATCH", "DELETE", "BREW"):
            response = client.request(method, build_example_url(document, path))
            assert response.status_code == 405, (method, path)
            assert response.headers["allow"] == "GET, HEAD, OPTIONS", (method, path)
            assert response.json()["code"] == "method-not-allowed", (method, path)


def test_unknown_parameters_are_refused(client: AppClient, document: dict[str, Any]) -> None:
    for path in (path for path in PATHS if path.startswith("/v1")):
        url = build_example_url(document, path)
        response = client.get(url + ("&" if "?" in url else "?") + "lan=en")
        assert response.status_code == 422, path
        assert response.headers["content-type"] == "application/problem+json", path
        schema = get_response_schema(document, path, "422")
        get_validator(document, schema).validate(response.json())
        (error,) = response.json()["errors"]
        assert (error["location"], error["suggestion"]) == ("query.lan", "lang"), path


@pytest.mark.parametrize("path", [path for path in PATHS if "{" in path])
def test_unknown_record_is_not_found(
    client: AppClient, document: dict[str, Any], path: str
) -> None:
    url = build_example_url(document, path)
    (key,) = (
        parameter["example"]
        for parameter in get_operation(document, path)["parameters"]
        if parameter["in"] == "path"
    )
    response = client.get(url.replace(key, key[:-2] + key[-1] + key[-2]))
    assert response.status_code == 404
    get_validator(document, get_response_schema(document, path, "404")).validate(response.json())
    (error,) = response.json()["errors"]
    # Another year is not meant, so all are listed.
    assert key in error["allowed"] if key.isdecimal() else error["suggestion"]


@pytest.mark.parametrize("path", LISTS)
def test_list_walks_to_its_end(client: AppClient, path: str) -> None:
    whole = client.get(f"{path}?limit=1000").json()
    assert whole["total"] == len(whole["items"])
    assert whole["next"] is None
    walked, url = [], f"{path}?limit=2"
    while url:
        response = client.get(url)
        page = response.json()
        assert page["total"] == whole["total"]
        assert len(page["items"]) <= 2
        walked += page["items"]
        url = page["next"]
        assert (url is not None) == ('rel="next"' in response.headers.get("link", ""))
    assert walked == whole["items"]


def list_orders(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """List every list with each of its orders."""
    for path in LISTS:
        for parameter in get_operation(document, path)["parameters"]:
            if parameter["name"] == "sort":
                name = parameter["schema"]["$ref"].rpartition("/")[2]
                for order in document["components"]["schemas"][name]["enum"]:
                    yield path, order


def test_every_order_has_a_descending_one(client: AppClient, document: dict[str, Any]) -> None:
    tried = 0
    for path, order in list_orders(document):
        forward = client.get(f"{path}?sort={order}&limit=1000").json()["items"]
        assert forward
        walked, url = [], f"{path}?sort={order}&limit=1"
        while url:
            page = client.get(url).json()
            walked += page["items"]
            url = page["next"]
        assert walked == forward, (path, order)
        if order.endswith("_desc"):
            plain = f"{path}?sort={order.removesuffix('_desc')}&limit=1000"
            ascending = client.get(plain).json()["items"]
            assert walked == ascending[::-1]
        tried += 1
    assert tried >= 40


def choose_value(document: dict[str, Any], parameter: dict[str, Any]) -> Any:
    """Choose a value of a parameter: its example, or one that its schema allows."""
    schema = parameter["schema"]
    if "examples" in schema:
        return schema["examples"][0]
    name = schema.get("$ref", "").rpartition("/")[2]
    return document["components"]["schemas"].get(name, {}).get("enum", ["trade"])[0]


@pytest.mark.parametrize("path", LISTS)
def test_every_parameter_of_a_list_is_applied(
    client: AppClient, document: dict[str, Any], path: str
) -> None:
    """Each is accepted, and each filter changes the statement: one without SQL is an error."""
    for parameter in get_operation(document, path)["parameters"]:
        if parameter["in"] == "query":
            query = {parameter["name"]: choose_value(document, parameter)}
            response = client.get(path, params=query)
            # A cursor without a list, and releases of another seed, are refused.
            assert response.status_code in ({422} if "cursor" in query else {200, 410}), query


@pytest.mark.parametrize("path", [path for path in PATHS if path.endswith(".svg")])
def test_a_chart_can_be_as_high_as_the_example(
    client: AppClient, document: dict[str, Any], path: str
) -> None:
    (height,) = (
        one["schema"]["examples"][0]
        for one in get_operation(document, path)["parameters"]
        if one["name"] == "height"
    )
    response = client.get(f"{build_example_url(document, path)}?height={height}")
    assert response.status_code == 200, response.text


def list_properties(schemas: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """List every property of every schema."""
    for name, schema in schemas.items():
        for property_name, described in schema.get("properties", {}).items():
            yield f"{name}.{property_name}", described


def test_everything_is_described_and_bounded(document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        described = operations["get"]
        assert described["summary"], path
        # What services of language models accept as a function.
        assert 0 < len(described["description"]) <= 1024, path
        assert re.fullmatch(r"\w{1,64}", described["operationId"])
        assert len(described["tags"]) == 1
        for parameter in described.get("parameters", []):
            assert parameter["description"], (path, parameter["name"])
    count = 0
    for where, schema in list_properties(document["components"]["schemas"]):
        count += 1
        assert schema.get("description"), where
        kinds = schema.get("type", [])
        if "string" in kinds and schema.get("format") in {"date", "date-time"}:
            # aiopenapi3 fails on the length of a date, whose form is given anyway.
            assert "maxLength" not in schema, where
        elif "string" in kinds:
            assert "maxLength" in schema, where
            assert "pattern" in schema or "format" in schema, where
        if "array" in kinds:
            assert "maxItems" in schema, where
    assert count > 150


def test_examples_of_properties_are_right(document: dict[str, Any]) -> None:
    for where, schema in list_properties(document["components"]["schemas"]):
        for example in schema.get("examples", []):
            errors = list(get_validator(document, schema).iter_errors(example))
            assert not errors, (where, errors)


def list_values(schema: dict[str, Any], named: dict[str, Any]) -> list[str]:
    """List the values of an enumeration, or none of another schema."""
    if reference := schema.get("$ref"):
        return list_values(named[reference.rpartition("/")[2]], named)
    return [one for one in schema.get("enum", ()) if isinstance(one, str)]


def test_a_description_that_lists_values_lists_all_of_them(document: dict[str, Any]) -> None:
    named, complete = document["components"]["schemas"], 0
    for where, schema in list_properties(named):
        values = list_values(schema, named)
        text = schema.get("description", "")
        missing = [one for one in values if not re.search(rf"\b{re.escape(one)}\b", text)]
        if len(missing) < len(values) / 2:
            assert not missing, where
            complete += 1
    assert complete > 10


def test_a_citation_of_a_page_names_the_page(document: dict[str, Any]) -> None:
    pages = set()
    for path in document["paths"]:
        text = get_operation(document, path)["description"]
        if "/citation" in path and (match := re.match("The page of the (.+?) as", text)):
            pages.add(match[1])
            assert f"{{{match[1].replace(' ', '_')}}}" in path
    assert len(pages) == 3


def test_the_source_of_a_hit_is_described_for_every_kind_that_has_one(
    client: AppClient, document: dict[str, Any]
) -> None:
    field = document["components"]["schemas"]["SearchHit"]["properties"]["source"]
    found = {
        hit["kind"]
        for kind in document["components"]["schemas"]["SearchKind"]["enum"]
        for hit in client.get(f"/v1/search?q=china&kind={kind}&limit=1").json()["items"]
        if hit["source"] and not hit["display"]
    }
    assert len(found) >= 3
    assert [kind for kind in found if kind.replace("_", " ") not in field["description"]] == []


def test_no_title_and_no_null_in_parameters(document: dict[str, Any]) -> None:
    for operations in document["paths"].values():
        for parameter in operations["get"].get("parameters", []):
            text = json.dumps(parameter["schema"])
            assert "null" not in text
            assert "title" not in text


def test_patterns_describe_the_whole_text(document: dict[str, Any]) -> None:
    """Clients in Java and .NET match the whole text, others any part of it."""
    patterns = re.findall(r'"pattern": "((?:[^"\\\\]|\\\\.)*)"', json.dumps(document))
    assert len(patterns) > 100
    ends = "$", r"[\\s\\S]*"
    assert [one for one in patterns if not (one.startswith("^") and one.endswith(ends))] == []


def find_marked(document: dict[str, Any], schema: dict[str, Any]) -> Iterator[str]:
    """List the marked fields of a schema, and those of objects inside it without a list."""
    for name, field in schema["properties"].items():
        if field.get("x-editorial"):
            yield name
            continue
        for option in (field, *field.get("anyOf", ()), *field.get("allOf", ())):
            path = option.get("$ref") or option.get("items", {}).get("$ref", "")
            inner = document["components"]["schemas"].get(path.rpartition("/")[2], {})
            if inner.get("properties") and "editorial" not in inner["properties"]:
                yield from (f"{name}.{one}" for one in find_marked(document, inner))


@pytest.mark.parametrize(
    "collection", [kind.collection for kind in RECORD_KINDS if f"/v1/{kind.collection}" in PATHS]
)
def test_every_record_lists_the_fields_that_are_marked_as_ours(
    client: AppClient, collection: str
) -> None:
    document = client.get("/openapi.json").json()
    operation = document["paths"][f"/v1/{collection}"]["get"]
    page = operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
    items = document["components"]["schemas"][page.rpartition("/")[2]]["properties"]["items"]
    schema = document["components"]["schemas"][items["items"]["$ref"].rpartition("/")[2]]
    marked = list(find_marked(document, schema))
    listed = client.get(f"/v1/{collection}?limit=1000").json()["items"]
    assert marked
    assert all(item["editorial"] == marked for item in listed)
    named = {path.partition(".")[0] for path in marked}
    assert "note" in named or "note" not in schema["properties"]
    assert {"description", "definition"} & set(schema["properties"]) <= named
