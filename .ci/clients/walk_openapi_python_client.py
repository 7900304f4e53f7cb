"""Calls every operation with the client of openapi-python-client: DOCUMENT ORIGIN."""

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from cases import (
    INVALID,
    MEANT,
    PROBLEM,
    UNKNOWN,
    Case,
    parse_json,
    read_cases,
    require,
    to_snake_case,
)
from openapi_python_client_made import Client


def call(client: Client, case: Case, **arguments: Any) -> Any:
    """Call an operation; give its whole answer."""
    module = import_module(
        f"{Client.__module__.split('.')[0]}.api.{to_snake_case(case.tag)}.{case.operation}"
    )
    return module.sync_detailed(client=client, **arguments)


def check(case: Case, answer: Any) -> None:
    """Hold an answer against what the document promises; nothing may get lost on the way."""
    require(answer.status_code == 200, case, f"status {answer.status_code}")
    value = answer.parsed
    if case.model:
        require(type(value).__name__ == case.model, case, f"came as {type(value).__name__}")
    if case.is_json:
        plain = [one.to_dict() for one in value] if isinstance(value, list) else value.to_dict()
        require(parse_json(json.dumps(plain)) == parse_json(answer.content), case, "lost something")
    elif case.is_binary:
        require(value.payload.read() == answer.content != b"", case, "lost bytes")
    else:
        require(value.encode() == answer.content != b"", case, "lost text")


def main(document: Path, origin: str) -> None:
    """Walk all operations, and make two mistakes."""
    known = {case.operation: case for case in read_cases(document)}
    with Client(base_url=origin, timeout=30) as client:
        for case in known.values():
            check(case, call(client, case, **case.arguments))
        mistakes = (("get_indicator", UNKNOWN, 404), ("list_observations", INVALID, 422))
        for operation, arguments, status in mistakes:
            answer = call(client, known[operation], **arguments)
            problem = answer.parsed
            is_right = answer.status_code == status and type(problem).__name__ == PROBLEM
            require(is_right and problem.status == status, known[operation], f"no typed {status}")
            require(problem.errors[0].suggestion == MEANT, known[operation], "no suggestion")
    print(f"openapi-python-client: {len(known)} operations, 2 problems")


main(Path(sys.argv[1]), sys.argv[2])
