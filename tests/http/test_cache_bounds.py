"""The bounds of the cache: what a flood of requests takes, and what is let go first."""

import asyncio
import gc
import tracemalloc
from itertools import pairwise
from urllib.parse import quote

import pytest
from fastapi import FastAPI

from app.application import App
from tests.http.test_cache import fetch
from tests.support.client import AppClient
from tests.support.targets import Target, open_app

pytestmark = [pytest.mark.database, pytest.mark.resources]


def test_a_flood_stays_within_its_bounds(database: Target) -> None:
    limit = 600_000
    with open_app(database, cache_bytes=limit, cache_entries=10_000) as app:
        flood_cache(app, limit)


def flood_cache(app: App, limit: int) -> None:
    """Request far more than the cache holds, and check its bounds."""
    client, hot = AppClient(app), "/v1/units"
    client.get(hot)
    client.get(hot)
    # The texts of the sources that are found are cached too, without growing any more.
    asyncio.run(send_different_requests(app, 50, hot))
    tracemalloc.start()
    try:
        app.cache.store.clear()
        before = count_memory()
        asyncio.run(send_different_requests(app, 50, hot))
        once = count_memory()
        asyncio.run(send_different_requests(app, 60, hot))
        again = count_memory()
        sizes = [again]
        for _ in range(3):
            asyncio.run(send_different_requests(app, 60, hot))
            sizes.append(count_memory())
    finally:
        tracemalloc.stop()
    store = app.cache.store
    assert 0 < store.used_bytes <= limit
    assert store.used_bytes == sum(taken for _, taken in store.entries.values())
    assert len(store.entries) > 15
    assert any(key[0] == hot.encode() for key in store.entries)
    assert limit * 0.7 < once - before < limit * 1.6
    # Parsed queries and headers are remembered too, up to 1,024 of each.
    assert again - once < limit * 0.7, (before, once, again)
    # What other threads do meanwhile may add to one round; a leak adds to each of them.
    growth = min(later - earlier for earlier, later in pairwise(sizes))
    assert growth < limit * 0.06, "nothing else may grow with the number of requests"
    assert not app.cache.pending


def count_memory() -> int:
    """Count the bytes that are in use."""
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


async def send_different_requests(app: FastAPI, count: int, hot: str) -> None:
    """Send requests that are all different in one way or another."""
    for number in range(count):
        mark = f"{number:06}{count}"
        for path, query, headers in (
            ("/v1/topics", f"limit={1 + number % 1000}", {"host": f"{mark * 20}.example"}),
            ("/v1/search", f"q={quote('贸易')}&limit={1 + number % 1000}", {"host": mark}),
            ("/problems", f"{mark}={mark * 100}", {"accept-language": mark}),
            ("/v1/sectors", "", {"if-none-match": f'"{mark}"', "accept-encoding": mark}),
            (hot, "", {}),
        ):
            status, _, _ = await fetch(app, path, query, headers)
            # A page redirects from parameters that it ignores.
            assert status == (307 if path == "/problems" else 200)


def test_a_small_cache_evicts_the_oldest(database: Target) -> None:
    """A response that was requested again survives one eviction, and no second one."""
    with open_app(database, cache_entries=3) as app:
        request_lists(app, "topics", "areas", "units", "topics", "sectors")
        assert list_cached(app) == {b"/v1/topics", b"/v1/units", b"/v1/sectors"}
        request_lists(app, "areas", "instruments")
        assert list_cached(app) == {b"/v1/topics", b"/v1/areas", b"/v1/instruments"}
        request_lists(app, "units")
        assert list_cached(app) == {b"/v1/areas", b"/v1/instruments", b"/v1/units"}


def request_lists(app: App, *names: str) -> None:
    for name in names:
        AppClient(app).get(f"/v1/{name}")


def list_cached(app: App) -> set[object]:
    """List the paths whose responses are in the cache."""
    return {key[0] for key in app.cache.store.entries}


def test_a_replaced_entry_counts_once(database: Target) -> None:
    with open_app(database) as app:
        AppClient(app).get("/v1/units")
        store = app.cache.store
        ((key, (response, size)),) = store.entries.items()
        store.put(key, response)
        assert store.used_bytes == size
