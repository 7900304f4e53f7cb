"""Lists of records, as a client reads them."""

from typing import Any

from tests.support.client import AppClient


def read_items(client: AppClient, url: str, language: str = "en") -> list[dict[str, Any]]:
    """Read the records of a page of a list."""
    response = client.get(url, headers={"Accept-Language": language})
    assert response.status_code == 200, response.text
    items: list[dict[str, Any]] = response.json()["items"]
    return items
