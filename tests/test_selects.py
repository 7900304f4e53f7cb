"""What a request costs: a fixed number of SELECTs, whatever the size of the page."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from fastapi import FastAPI
from sqlalchemy import event
from starlette.testclient import TestClient

from app.main import create_app
from app.queries.prepared import Prepared
from app.settings import Settings
from tests.test_contract import LISTS, PATHS, example_url

MORE = {
    "/v1/overview": 6,
    "/v1/indicators": 4,
    "/v1/indicators.csv": 4,
    "/v1/observations.jsonstat": 4,
    "/v1/indicators/{code}": 4,
    "/v1/indicators/{code}/observations": 4,
    "/v1/observations": 4,
    "/v1/series": 4,
    "/v1/series/{code}": 6,
    "/v1/compare": 4,
}
"""The answers that are put together from more than three SELECTs."""


@pytest.fixture(scope="module")
def working(database: Path) -> FastAPI:
    """Make an application that keeps no answers, so that each request does its work."""
    return create_app(Settings(database=database, cache_entries=0))


@pytest.fixture(scope="module")
def asking(working: FastAPI) -> Iterator[TestClient]:
    with TestClient(working) as client:
        yield client


@contextmanager
def counted(app: FastAPI) -> Iterator[list[str]]:
    """Collect the statements that reach the database."""
    engine = app.state.library.current().database.engine
    statements: list[str] = []

    def note(_c: Any, _k: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    def run(ready: Prepared, *given: Any) -> Any:
        statements.append(ready.text)
        return running(ready, *given)

    running = Prepared.run
    event.listen(engine, "before_cursor_execute", note)
    try:
        with patch.object(Prepared, "run", run):
            yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("path", PATHS)
def test_few_selects(
    working: FastAPI, asking: TestClient, document: dict[str, Any], path: str
) -> None:
    with counted(working) as statements:
        assert asking.get(example_url(document, path)).status_code == 200
    assert len(statements) <= MORE.get(path, 3)


@pytest.mark.parametrize("path", LISTS)
def test_no_more_for_a_larger_page(working: FastAPI, asking: TestClient, path: str) -> None:
    with counted(working) as few:
        asking.get(f"{path}?limit=1")
    with counted(working) as many:
        asking.get(f"{path}?limit=1000")
    assert len(few) == len(many) > 0
