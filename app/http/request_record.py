"""What is known of a request while it is answered."""

from time import perf_counter

OTHER_ROUTE = "other"
"""The route of what no route was found for."""


class RequestRecord:
    """One request on its way; whoever knows its route or where its answer is from says so here."""

    __slots__ = ("cache", "length", "route", "started", "status")

    def __init__(self) -> None:
        self.started = perf_counter()
        self.route = OTHER_ROUTE
        self.cache = "none"
        """hit, miss, or none where the cache has nothing to do with the answer."""
        self.status = 0
        self.length = 0
