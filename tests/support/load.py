"""Clients that make requests all the time and record every response."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any

import httpx2

URLS = (
    "/v1/observations?sort=value_desc",
    "/v1/search?q=trade",
    "/v1/overview",
    "/v1/series/goods-trade.CN.BRI.partner-2025.CNY.P12M",
    "/v1/actions?q=cooperation",
)

PAUSE = 0.02
"""The seconds between the requests of a client."""


class Load:
    """The responses that the clients received."""

    def __init__(self) -> None:
        self.statuses: Counter[int | str] = Counter()
        self.wrong: list[str] = []
        self.ended = Event()

    def send_requests(self, base: str) -> None:
        """Send requests until the test ends, with pauses that leave time for the server."""
        with httpx2.Client(base_url=base, timeout=60) as client:
            for url in cycle(URLS):
                if self.ended.is_set():
                    return
                sleep(PAUSE)
                try:
                    response = client.get(url)
                except httpx2.TransportError as error:
                    self.statuses[type(error).__name__] += 1
                    self.wrong.append(repr(error))
                    continue
                self.statuses[response.status_code] += 1
                if response.status_code != httpx2.codes.OK:
                    self.wrong.append(response.text)

    def wait_for_responses(self, count: int) -> None:
        """Wait for a number of further responses."""
        expected = self.statuses.total() + count
        wait_for(lambda: self.statuses.total() >= expected)


@contextmanager
def load_server(base: str, clients: int = 6) -> Iterator[Load]:
    """Send requests to a server in the background."""
    load = Load()
    threads = [Thread(target=load.send_requests, args=[base]) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        load.ended.set()
        for thread in threads:
            thread.join()


def wait_for(condition: Callable[[], Any], seconds: float = 60) -> None:
    """Wait until a condition holds."""
    deadline = monotonic() + seconds
    while not condition():
        assert monotonic() < deadline
        sleep(0.02)
