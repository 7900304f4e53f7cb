"""Finished answers, and the bounded place where they are kept."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import NamedTuple

from starlette.types import Message

from app.http.conditional import Validators

RawHeaders = list[tuple[bytes, bytes]]

ENTRY_OVERHEAD = 3500
"""The bytes that an answer takes besides its body, its headers and its key's texts."""
MAX_SHARE = 8
"""No answer may take more than one part in so many of the whole."""


class CachedResponse:
    """An answer as finished bytes, with the headers for each way to send it."""

    __slots__ = (
        "body",
        "headers",
        "is_file",
        "message",
        "not_modified_headers",
        "route",
        "serialized_headers",
        "validators",
        "was_reused",
    )

    def __init__(
        self,
        body: bytes,
        headers: RawHeaders,
        unchanged: RawHeaders,
        validators: Validators,
        *,
        is_file: bool,
    ) -> None:
        self.body = body
        self.headers = headers
        self.not_modified_headers = unchanged
        self.validators = validators
        self.is_file = is_file
        self.route = ""
        """The route that it is of, for whoever counts."""
        self.message: Message = {"type": "http.response.body", "body": body}
        self.serialized_headers: dict[int, bytes] = {}
        """The headers as they go over the wire, by status, once somebody needed them."""
        self.was_reused = False
        """Whether it was asked for again since it was last looked over."""


def entry_size(key: tuple[Hashable, ...], finished: CachedResponse) -> int:
    """Count the bytes that an answer takes in memory, rounded up."""
    texts = sum(len(part) for part in key if isinstance(part, str | bytes))
    names = sum(len(name) + len(value) for name, value in finished.headers)
    return len(finished.body) + 4 * names + texts + len(repr(key[-1])) + ENTRY_OVERHEAD


class CacheLimits(NamedTuple):
    """How much a process may keep."""

    entries: int
    size: int


class CacheStore:
    """Keeps answers within a number and within bytes.

    What was asked for again gets a second round before it has to go, so that a flood of requests
    that come once pushes out other such requests and not what everybody asks for.
    """

    def __init__(self, bounds: CacheLimits) -> None:
        self.entries, self.size = bounds
        self.entries_by_key: OrderedDict[tuple[Hashable, ...], tuple[CachedResponse, int]] = (
            OrderedDict()
        )
        self.used_bytes = 0

    def get(self, key: tuple[Hashable, ...]) -> CachedResponse | None:
        """Give an answer that is kept."""
        found = self.entries_by_key.get(key)
        if found is None:
            return None
        finished = found[0]
        finished.was_reused = True
        return finished

    def put(self, key: tuple[Hashable, ...], finished: CachedResponse) -> None:
        """Keep an answer if there can be room for it."""
        taken = entry_size(key, finished) if self.entries else 0
        if not self.entries or taken * MAX_SHARE > self.size:
            return
        if key in self.entries_by_key:
            self.used_bytes -= self.entries_by_key.pop(key)[1]
        self.entries_by_key[key] = finished, taken
        self.used_bytes += taken
        while len(self.entries_by_key) > self.entries or self.used_bytes > self.size:
            self.evict()

    def evict(self) -> None:
        """Let go of the oldest answer, or give it another round."""
        key, (finished, taken) = self.entries_by_key.popitem(last=False)
        if finished.was_reused:
            finished.was_reused = False
            self.entries_by_key[key] = finished, taken
        else:
            self.used_bytes -= taken

    def clear(self) -> None:
        """Let go of everything."""
        self.entries_by_key.clear()
        self.used_bytes = 0
