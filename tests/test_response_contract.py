"""The check of JSON responses against OpenAPI finds what it should find."""

import json
from decimal import Decimal

import pytest
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError

from app.application import ROUTERS
from app.http.routing import describe_routes
from app.openapi import build_document
from app.problems.problem import MEDIA_TYPE as PROBLEM
from app.schemas import build_validator, encode_json
from app.schemas.observations import Observation
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


MODELS = {
    route.path: route.response_model
    for route in describe_routes(ROUTERS)
    if isinstance(route, APIRoute) and route.response_model and not {".", "{"} & {*route.path}
}
REQUIRED = {
    "/v1/compare": "indicator=goods-trade&period=2022&period=2023",
    "/v1/editions/compare": "edition=2024&edition=2025",
    "/v1/quotation-check": "text=over+700+aid+projects",
    "/v1/search": "q=trade",
}


@pytest.mark.parametrize("path", sorted(MODELS))
def test_the_dictionaries_of_a_model_are_encoded_like_the_model(
    client: AppClient, path: str
) -> None:
    response = client.get(f"{path}?{REQUIRED.get(path, '')}")
    assert response.status_code == 200
    model: type[BaseModel] = MODELS[path]
    content = json.loads(response.content, parse_float=Decimal)
    assert encode_json(model.model_validate(content)) == response.content


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("value",), None),
        (("period", "months"), 13),
        (("indicator", "code"), "a b"),
        (("qualifier",), "perhaps"),
        (("editorial",), ["Note"]),
        (("reports",), [{}]),
    ],
)
def test_a_response_is_checked_as_its_model_is(
    client: AppClient, path: tuple[str, ...], wrong: object
) -> None:
    content = client.get("/v1/observations?limit=1").json()["items"][0]
    valid = Observation.model_validate(content)
    assert Observation.encode(content) == encode_json(valid)
    part = content
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = wrong
    messages = []
    for validate in (Observation.model_validate, build_validator(Observation).validate_python):
        with pytest.raises(ValidationError) as error:
            validate(content)
        messages.append(str(error.value))
    assert messages[0] == messages[1]


@pytest.mark.parametrize("place", [(), ("source",), ("growth", "unit")])
def test_a_response_has_no_other_fields_than_its_model(
    client: AppClient, place: tuple[str, ...]
) -> None:
    listed = client.get("/v1/observations?limit=50").json()["items"]
    content = next(one for one in listed if one["growth"])
    part = content
    for name in place:
        part = part[name]
    encoded = Observation.encode(content)
    part["colour"] = "red"
    assert Observation.encode(content) == encoded
    with pytest.raises(ValidationError, match="colour"):
        Observation.model_validate(content)
