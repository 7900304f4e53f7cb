"""Slow work is limited, and does not take the threads that lists need."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
import httpx2
import pytest
from fastapi import Response

from app.http import limits
from app.problems.problem import NotReady

pytestmark = pytest.mark.resources


def test_so_many_are_made_at_once_and_no_more() -> None:
    at_once, most = 0, 0
    counting = threading.Lock()

    def work() -> Response:
        nonlocal at_once, most
        with counting:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.02)
        with counting:
            at_once -= 1
        return Response()

    async def ask() -> None:
        async with anyio.create_task_group() as group:
            for _ in range(20):
                group.start_soon(limits.run_limited, work)

    anyio.run(ask)
    assert most == limits.MAX_RENDERINGS


def test_who_waits_too_long_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_WAIT", 0.05)
    ended = threading.Event()

    def work() -> Response:
        ended.wait(5)
        return Response()

    async def ask() -> Any:
        async with anyio.create_task_group() as group:
            for _ in range(limits.MAX_RENDERINGS):
                group.start_soon(limits.run_limited, work)
            await anyio.sleep(0.01)
            try:
                await limits.run_limited(work)
            except NotReady as problem:
                return problem
            finally:
                ended.set()

    problem = anyio.run(ask)
    assert problem.headers == {"Retry-After": "10"}


def test_a_failure_gives_the_turn_back() -> None:
    def work() -> Response:
        raise ValueError

    async def ask() -> int:
        for _ in range(limits.MAX_RENDERINGS * 2):
            with pytest.raises(ValueError):  # noqa: PT011
                await limits.run_limited(work)
        return int(limits.RENDERING_LIMITER.borrowed_tokens)

    assert anyio.run(ask) == 0


def test_lists_are_answered_while_files_are_made(server: str) -> None:
    def file(number: int) -> int:
        return client.get(f"/v1/observations.xlsx?until={2000 + number}-12-31").status_code

    def item(number: int) -> int:
        return client.get(f"/v1/observations?limit={number}").status_code

    with httpx2.Client(base_url=server, timeout=60) as client, ThreadPoolExecutor(24) as threads:
        files = [threads.submit(file, number) for number in range(20)]
        lists = [threads.submit(item, number) for number in range(1, 60)]
        assert {one.result() for one in lists} == {200}
        assert {one.result() for one in files} == {200}
