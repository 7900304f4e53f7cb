"""Clients take turns at the starts of requests and at the threads."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from app.application import App
from app.http import limits
from app.http.routing import Router
from app.problems.problem import NotReady
from app.request import ClientDisconnectedError, RequestContext
from tests.http.test_cache import fetch
from tests.http.test_concurrency_limits import block_queue, create_caller
from tests.support.targets import open_app

pytestmark = pytest.mark.resources


async def take_turns(turns: limits.ClientTurns, clients: Iterable[str]) -> list[str]:
    """Take a turn for each client, all at the same time; return them in the order of the turns."""
    taken = []

    async def take(client: str) -> None:
        await turns.take(client)
        taken.append(client)
        await anyio.lowlevel.checkpoint()
        turns.release()

    async with anyio.create_task_group() as group:
        for client in clients:
            group.start_soon(take, client)
    return taken


@pytest.mark.parametrize(("number", "order"), [(1, "aabcabaa"), (2, "aaabcaba")])
def test_clients_continue_in_turn(number: int, order: str) -> None:
    turns = limits.ClientTurns(number)
    assert "".join(anyio.run(take_turns, turns, "aaaaabbc")) == order
    assert (turns.free, turns.waiting) == (number, {})


def test_a_turn_that_is_cancelled_is_that_of_another() -> None:
    turns, taken = limits.ClientTurns(1), []

    async def take(client: str) -> None:
        await turns.take(client)
        taken.append(client)

    async def cancel_two() -> None:
        await turns.take("a")
        waiting = [asyncio.create_task(take(client)) for client in "bcd"]
        await asyncio.sleep(0)
        waiting[0].cancel()
        turns.release()  # It is the turn of b, or of c if b has been cancelled by then.
        waiting[1].cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        turns.release()

    asyncio.run(cancel_two())
    assert taken == ["d"]
    assert (turns.free, turns.waiting) == (1, {})


def test_clients_take_turns_at_the_threads(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_query, found = RequestContext.run_query, []

    def run(self: RequestContext, query: Any, *arguments: Any) -> Any:
        found.append(arguments[0].limit)
        return run_query(self, query, *arguments)

    async def send_requests(app: App) -> None:
        busy = (fetch(app, "/v1/observations", f"limit={100 + number}") for number in range(30))
        other = fetch(app, "/v1/observations", "limit=99", client=("192.0.2.2", 1))
        await asyncio.gather(*busy, other)

    with open_app(built) as app:
        asyncio.run(fetch(app, "/v1/observations", "limit=98"))
        monkeypatch.setattr(RequestContext, "run_query", run)
        asyncio.run(send_requests(app))
    assert found.index(99) < 10


def test_nothing_is_read_for_clients_that_have_gone_before_a_thread_is_free() -> None:
    """Otherwise a client that opens and closes connections would occupy the threads for long."""
    router, caller, half_closed = Router([], threads=2), create_caller(), create_caller()

    async def send_requests() -> None:
        async with anyio.create_task_group() as group:
            with block_queue() as respond:
                for _ in range(router.turns.free):
                    group.start_soon(router.run_in_thread, create_caller(), respond)
                await anyio.sleep(0.01)
                waiting = asyncio.ensure_future(router.run_in_thread(caller, pytest.fail))
                other = asyncio.ensure_future(router.run_in_thread(half_closed, pytest.fail))
                await anyio.sleep(0.01)
                caller.is_closed = caller.has_left = half_closed.has_left = True
            with pytest.raises(ClientDisconnectedError):
                await waiting
            with pytest.raises(NotReady):
                await other

    anyio.run(send_requests)
