"""What a request costs: a fixed number of SELECTs, whatever the size of the page."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import event
from starlette.testclient import TestClient

from tests.test_contract import LISTS, PATHS, example_url

MORE = {
    "/v1/overview": 6,
    "/v1/indicators": 4,
    "/v1/indicators/{code}": 4,
    "/v1/indicators/{code}/observations": 4,
    "/v1/observations": 4,
    "/v1/series": 4,
    "/v1/series/{code}": 6,
    "/v1/compare": 4,
}
"""The answers that are put together from more than three SELECTs."""


@contextmanager
def counted(app: FastAPI) -> Iterator[list[str]]:
    """Collect the statements that reach the database."""
    engine = app.state.library.current().database.engine
    statements: list[str] = []

    def note(_c: Any, _k: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("path", PATHS)
def test_few_selects(app: FastAPI, client: TestClient, document: dict[str, Any], path: str) -> None:
    with counted(app) as statements:
        assert client.get(example_url(document, path)).status_code == 200
    assert len(statements) <= MORE.get(path, 3)


@pytest.mark.parametrize("path", LISTS)
def test_no_more_for_a_larger_page(app: FastAPI, client: TestClient, path: str) -> None:
    with counted(app) as few:
        client.get(f"{path}?limit=1")
    with counted(app) as many:
        client.get(f"{path}?limit=1000")
    assert len(few) == len(many) > 0
