"""Pages of lists: where they end, and which cursors are accepted."""

import pytest

from tests.support.client import AppClient

pytestmark = [pytest.mark.database, pytest.mark.quick]

LISTS = ("/v1/observations?vintages=all", "/v1/topics?lang=zh", "/v1/search?q=trade")


@pytest.mark.parametrize("path", LISTS)
def test_a_full_page_can_be_the_last(client: AppClient, path: str) -> None:
    total = client.get(path).json()["total"]
    assert total > 1
    last = client.get(f"{path}&limit={total}").json()
    assert (len(last["items"]), last["next"]) == (total, None)
    assert client.get(f"{path}&limit={total - 1}").json()["next"]


@pytest.mark.parametrize("path", LISTS)
def test_a_cursor_has_one_form(client: AppClient, path: str) -> None:
    """Decoders of Base64 skip characters outside its alphabet; each form would be cached."""
    cursor = client.get(f"{path}&limit=1").json()["next_cursor"]
    assert client.get(f"{path}&cursor={cursor}").status_code == 200
    for form in (f"{cursor[:4]}....{cursor[4:]}", f"....{cursor}", f"{cursor}===="):
        response = client.get(f"{path}&cursor={form}")
        assert response.status_code == 422
        assert response.json()["errors"][0]["location"] == "query.cursor"
