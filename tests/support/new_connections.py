"""Clients that open a connection for each request, and count how the requests ended."""

import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PATHS = ("/v1/overview", "/v1/observations?limit={}", "/v1/observations.csv?until=2{:03}-12-31")


def fetch(port: int, path: str) -> str:
    """Send a request on a new connection, and return how it ended."""
    try:
        connection = socket.create_connection(("127.0.0.1", port), timeout=20)
    except OSError:
        return "refused"
    with connection:
        line = f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        try:
            connection.sendall(line.encode())
            received = b"".join(iter(lambda: connection.recv(65536), b""))
        except OSError:
            return "broken"
    head, _, body = received.partition(b"\r\n\r\n")
    if not head:
        return "unanswered"
    length = [one for one in head.lower().split(b"\r\n") if one.startswith(b"content-length: ")]
    is_whole = not length or int(length[0].partition(b": ")[2]) == len(body)
    return head.split()[1].decode() if is_whole else "cut short"


@contextmanager
def load_with_new_connections(
    port: int, clients: int = 8
) -> Iterator[tuple[Counter[str], Callable[[], None]]]:
    """Send requests until the test ends, with short pauses; count how they ended."""
    ended = threading.Event()
    counts: Counter[str] = Counter()

    def send_requests(number: int) -> None:
        count = 0
        while not ended.is_set():
            count += 1
            path = PATHS[count % len(PATHS)].format(1 + (count * 8 + number) % 999)
            counts[fetch(port, path)] += 1
            time.sleep(0.02)

    threads = [threading.Thread(target=send_requests, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()

    def stop() -> None:
        ended.set()
        for thread in threads:
            thread.join()

    try:
        yield counts, stop
    finally:
        stop()
