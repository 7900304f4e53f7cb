"""Calls every operation with the Python client of openapi-generator: DOCUMENT ORIGIN."""

import sys
from pathlib import Path
from typing import Any

import openapi_generator_made as made
from cases import (
    INVALID,
    MEANT,
    PROBLEM,
    UNKNOWN,
    Case,
    parse_json,
    read_cases,
    require,
    to_pascal_case,
)
from openapi_generator_made.exceptions import ApiException
from pydantic import BaseModel
from pydantic_core import to_json


def call(client: made.ApiClient, case: Case, **arguments: Any) -> Any:
    """Call an operation; give its whole answer."""
    api = getattr(made, f"{to_pascal_case(case.tag)}Api")(client)
    return getattr(api, f"{case.operation}_with_http_info")(**arguments)


def to_json_value(value: Any) -> Any:
    """Convert a value of the client to JSON, with the names that it has there."""
    return parse_json(value.to_json() if isinstance(value, BaseModel) else to_json(value))


def check(case: Case, answer: Any) -> None:
    """Hold an answer against what the document promises; nothing may get lost on the way."""
    require(answer.status_code == 200, case, f"status {answer.status_code}")
    value, sent = answer.data, bytes(answer.raw_data)
    if case.model:
        require(type(value).__name__ == case.model, case, f"came as {type(value).__name__}")
    if case.is_json:
        require(to_json_value(value) == parse_json(sent), case, "lost something")
    elif case.is_binary:
        require(bytes(value) == sent != b"", case, "lost bytes")
    else:
        require(value.encode() == sent != b"", case, "lost text")


def check_problem(
    client: made.ApiClient, case: Case, status: int, arguments: dict[str, Any]
) -> None:
    """Make a mistake, and expect a typed problem."""
    try:
        call(client, case, **arguments)
    except ApiException as problem:
        told = problem.data
        require(type(told).__name__ == PROBLEM, case, f"came as {type(told).__name__}")
        require(problem.status == told.status == status, case, f"status {problem.status}")
        require(told.errors[0].suggestion == MEANT, case, "no suggestion")
    else:
        require(False, case, "was not refused")


def main(document: Path, origin: str) -> None:
    """Walk all operations, and make two mistakes."""
    known = {case.operation: case for case in read_cases(document)}
    with made.ApiClient(made.Configuration(host=origin)) as client:
        for case in known.values():
            check(case, call(client, case, **case.arguments))
        check_problem(client, known["get_indicator"], 404, UNKNOWN)
        check_problem(client, known["list_observations"], 422, INVALID)
    print(f"openapi-generator, python: {len(known)} operations, 2 problems")


main(Path(sys.argv[1]), sys.argv[2])
