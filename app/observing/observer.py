"""Sees each request on its way: counts it, and tells of it in the log where that is asked for."""

from collections.abc import Mapping
from time import perf_counter
from typing import TYPE_CHECKING

from app.observing.lines import Lines
from app.observing.seen import Seen

if TYPE_CHECKING:
    from app.observing.metrics import Metrics


class Observer:
    """What sees the requests of one process; with neither numbers nor log it does nothing."""

    def __init__(self, metrics: "Metrics | None" = None, lines: Lines | None = None) -> None:
        self.metrics = metrics
        self.lines = lines

    @property
    def is_watching(self) -> bool:
        """Tell whether anybody wants to know."""
        return self.metrics is not None or self.lines is not None

    def note(
        self, seen: Seen, method: str, target: str, headers: Mapping[bytes, bytes], identifier: str
    ) -> None:
        """Take note of a request that is answered."""
        seconds = perf_counter() - seen.started
        if self.metrics is not None:
            self.metrics.note(seen.route, seen.status, seen.cache, seconds)
        if self.lines is not None:
            self.lines.write(seen, method, target, seconds, headers, identifier)
