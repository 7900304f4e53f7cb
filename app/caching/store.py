"""Finished answers, and the bounded place where they are kept."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import NamedTuple

from starlette.types import Message

from app.caching.conditions import Validators

Raw = list[tuple[bytes, bytes]]

OVERHEAD = 3500
"""The bytes that an answer takes besides its body, its headers and its key's texts."""
LARGEST_SHARE = 8
"""No answer may take more than one part in so many of the whole."""


class Finished:
    """An answer as finished bytes, with the headers for each way to send it."""

    __slots__ = (
        "again",
        "body",
        "headers",
        "is_file",
        "message",
        "route",
        "unchanged",
        "validators",
        "wire",
    )

    def __init__(
        self, body: bytes, headers: Raw, unchanged: Raw, validators: Validators, *, is_file: bool
    ) -> None:
        self.body = body
        self.headers = headers
        self.unchanged = unchanged
        self.validators = validators
        self.is_file = is_file
        self.route = ""
        """The route that it is of, for whoever counts."""
        self.message: Message = {"type": "http.response.body", "body": body}
        self.wire: dict[int, bytes] = {}
        """The headers as they go over the wire, by status, once somebody needed them."""
        self.again = False
        """Whether it was asked for again since it was last looked over."""


def weight(key: tuple[Hashable, ...], finished: Finished) -> int:
    """Count the bytes that an answer takes in memory, rounded up."""
    texts = sum(len(part) for part in key if isinstance(part, str | bytes))
    names = sum(len(name) + len(value) for name, value in finished.headers)
    return len(finished.body) + 4 * names + texts + len(repr(key[-1])) + OVERHEAD


class Bounds(NamedTuple):
    """How much a process may keep."""

    entries: int
    size: int


class Store:
    """Keeps answers within a number and within bytes.

    What was asked for again gets a second round before it has to go, so that a flood of requests
    that come once pushes out other such requests and not what everybody asks for.
    """

    def __init__(self, bounds: Bounds) -> None:
        self.entries, self.size = bounds
        self.kept: OrderedDict[tuple[Hashable, ...], tuple[Finished, int]] = OrderedDict()
        self.taken = 0

    def get(self, key: tuple[Hashable, ...]) -> Finished | None:
        """Give an answer that is kept."""
        found = self.kept.get(key)
        if found is None:
            return None
        finished = found[0]
        finished.again = True
        return finished

    def put(self, key: tuple[Hashable, ...], finished: Finished) -> None:
        """Keep an answer if there can be room for it."""
        taken = weight(key, finished) if self.entries else 0
        if not self.entries or taken * LARGEST_SHARE > self.size:
            return
        if key in self.kept:
            self.taken -= self.kept.pop(key)[1]
        self.kept[key] = finished, taken
        self.taken += taken
        while len(self.kept) > self.entries or self.taken > self.size:
            self.look_over()

    def look_over(self) -> None:
        """Let go of the oldest answer, or give it another round."""
        key, (finished, taken) = self.kept.popitem(last=False)
        if finished.again:
            finished.again = False
            self.kept[key] = finished, taken
        else:
            self.taken -= taken

    def clear(self) -> None:
        """Let go of everything."""
        self.kept.clear()
        self.taken = 0
