"""Sees each request on its way: counts it, and tells of it in the log where that is asked for."""

from collections.abc import Mapping
from time import perf_counter
from typing import TYPE_CHECKING

from app.http.access_log import AccessLog
from app.http.request_record import RequestRecord

if TYPE_CHECKING:
    from app.http.metrics import Metrics


class Observer:
    """What sees the requests of one process; with neither numbers nor log it does nothing."""

    def __init__(self, metrics: "Metrics | None" = None, lines: AccessLog | None = None) -> None:
        self.metrics = metrics
        self.lines = lines

    @property
    def is_active(self) -> bool:
        """Tell whether anybody wants to know."""
        return self.metrics is not None or self.lines is not None

    def record(
        self,
        seen: RequestRecord,
        method: str,
        target: str,
        headers: Mapping[bytes, bytes],
        identifier: str,
    ) -> None:
        """Take note of a request that is answered."""
        seconds = perf_counter() - seen.started
        if self.metrics is not None:
            self.metrics.count_request(seen.route, seen.status, seen.cache, seconds)
        if self.lines is not None:
            self.lines.log_request(seen, method, target, seconds, headers, identifier)
