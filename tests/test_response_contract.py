"""The check of JSON responses against OpenAPI finds what it should find."""

import json

import pytest

from app.application import ROUTERS
from app.http.routing import describe_routes
from app.openapi import build_document
from app.problems.problem import MEDIA_TYPE as PROBLEM
from tests.support.client import AppClient
from tests.support.contract import Contract, Watch

pytestmark = pytest.mark.resources

JSON = "application/json"


@pytest.fixture(scope="module")
def promised() -> Contract:
    """Read the schemas of the application."""
    return Contract(build_document(describe_routes(ROUTERS), "http://contract.test", "2026-11-26"))


def test_valid_responses_are_accepted(client: AppClient, promised: Contract) -> None:
    for path, media_type, status in (
        ("/v1/units", JSON, 200),
        ("/v1/observations.csv-metadata.json", "application/csvm+json", 200),
        ("/v1/units/CN", PROBLEM, 404),
        ("/nowhere", PROBLEM, 404),
    ):
        body = client.get(path).content
        assert promised.find_violation(path, status, media_type, body) is None


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"colour": "red"}, "colour"),
        ({"code": None}, "not of type"),
        ({"code": "a b"}, "does not match"),
        ({"decimals": 1.5}, "integer"),
    ],
)
def test_invalid_field_is_reported(
    client: AppClient, promised: Contract, wrong: dict[str, object], expected: str
) -> None:
    unit = client.get("/v1/units/CNY").json() | wrong
    error = promised.find_violation("/v1/units/CNY", 200, JSON, json.dumps(unit).encode())
    assert error is not None
    assert expected in error


def test_missing_field_is_reported(client: AppClient, promised: Contract) -> None:
    problem = client.get("/nowhere").json()
    del problem["code"]
    error = promised.find_violation("/nowhere", 404, PROBLEM, json.dumps(problem).encode())
    assert error is not None
    assert '"code" is a required property' in error


@pytest.mark.parametrize(("status", "media_type"), [(201, JSON), (200, "application/ld+json")])
def test_undocumented_response_is_reported(
    promised: Contract, status: int, media_type: str
) -> None:
    error = promised.find_violation("/v1/units", status, media_type, b"{}")
    assert error == f"/v1/units: {status} as {media_type} is not in the document"


@pytest.mark.parametrize("coding", ["identity", "gzip", "br", "zstd"])
def test_every_coding_is_read(client: AppClient, watch: Watch, coding: str) -> None:
    before = watch.checked
    watch.valid.clear()
    response = client.get("/v1/overview", headers={"Accept-Encoding": coding})
    assert response.headers.get("content-encoding", "identity") == coding
    assert watch.checked == before + len(watch.valid) == before + 1


def test_watch_records_what_an_application_sends(client: AppClient, watch: Watch) -> None:
    watch.valid.clear()
    client.get("/v1/units")
    assert watch.contract is not None
    schema = watch.contract.components["schemas"]["UnitPage"]
    before, watch.contract.validators = watch.contract.validators, {}
    schema["properties"]["colour"] = {"type": "string"}
    schema["required"].append("colour")
    try:
        client.get("/v1/units?limit=3&lang=zh")
        assert [one for one in watch.violations if '"colour" is a required property' in one]
    finally:
        del schema["properties"]["colour"]
        schema["required"].remove("colour")
        watch.contract.validators = before
        watch.violations.clear()
