"""Metrics of all processes in the text format of Prometheus.

The parser only adds to plain numbers for each cached response that it sends; a thread hands them to
the client library once a second. Several processes share their numbers through files in a folder,
so that any of them can respond for all.
"""

import os
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event, Lock, Thread

from prometheus_client import CollectorRegistry, Gauge, Histogram, generate_latest
from prometheus_client import Counter as Total
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
FLUSH_INTERVAL = 1.0
"""The seconds between two flushes."""
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""The upper bounds of the buckets of durations, in seconds."""
HIT = "hit"
GAUGES = {
    "bri_cache_entries": "Cached responses.",
    "bri_cache_bytes": "Bytes of memory that cached responses take.",
    "bri_open_connections": "Connections that clients hold.",
    "bri_waiting_requests": "Requests that wait for an image, a file, a table, SDMX or OpenAPI.",
    "bri_connections_in_use": "Connections to the database that requests hold.",
    "bri_fast_path_processes": "Processes whose parser sends cached responses by itself.",
    "bri_release_failed_processes": "Processes that cannot open the newest release and serve the "
    "previous one.",
}
"""The current numbers, summed over the live processes."""


class Metrics:
    """Collects the metrics of this process, and formats those of all.

    Args:
        state: returns the current values of ``GAUGES``.
        release: returns the code of the served release, and when it was installed.
    """

    def __init__(
        self, state: Callable[[], Mapping[str, float]], release: Callable[[], tuple[str, float]]
    ) -> None:
        self.state = state
        self.release = release
        self.registry = CollectorRegistry()
        self.fast_path_hits: Counter[tuple[str, int]] = Counter()
        """The cached responses that the parser has sent, by route and status."""
        self.flushed: Counter[tuple[str, int]] = Counter()
        self.flush_lock = Lock()
        self.closed = Event()
        self.requests = Total(
            "bri_requests",
            "Requests by route, status and use of the cache (hit, miss or none).",
            ["route", "status", "cache"],
            registry=self.registry,
        )
        self.rejections = Total(
            "bri_rejections",
            "Requests and connections that were refused, by the kind of rejection.",
            ["kind"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "bri_request_seconds",
            "Seconds until a response that was not cached was sent, by route.",
            ["route"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.gauges = {
            name: Gauge(name, text, registry=self.registry, multiprocess_mode="livesum")
            for name, text in GAUGES.items()
        }
        self.released = Gauge(
            "bri_release_timestamp_seconds",
            "When the served release was installed, in seconds since 1970.",
            ["release"],
            registry=self.registry,
            multiprocess_mode="livemax",
        )
        self.thread = Thread(target=self.run, name="metrics", daemon=True)
        self.thread.start()

    def count_request(self, route: str, status: int, cache: str, seconds: float) -> None:
        self.requests.labels(route, str(status), cache).inc()
        if cache != HIT:
            self.seconds.labels(route).observe(seconds)

    def count_rejection(self, kind: str) -> None:
        self.rejections.labels(kind).inc()

    def run(self) -> None:
        while not self.closed.wait(FLUSH_INTERVAL):
            self.flush()

    def flush(self) -> None:
        with self.flush_lock:
            for (route, status), count in list(self.fast_path_hits.items()):
                added = count - self.flushed[route, status]
                if added:
                    self.requests.labels(route, str(status), HIT).inc(added)
                    self.flushed[route, status] = count
            for name, value in self.state().items():
                self.gauges[name].set(value)
            code, installed_at = self.release()
            # In files that several processes share, the package cannot remove a label.
            if FOLDER not in os.environ:
                self.released.clear()
            self.released.labels(code).set(installed_at)

    def render(self) -> bytes:
        self.flush()
        folder = os.environ.get(FOLDER)
        if folder is None:
            return generate_latest(self.registry)
        drop_dead_processes(Path(folder))
        combined = CollectorRegistry()
        MultiProcessCollector(combined, folder)  # type: ignore[no-untyped-call]
        return generate_latest(combined)

    def close(self) -> None:
        self.closed.set()
        self.thread.join()
        self.flush()


def drop_dead_processes(folder: Path) -> None:
    """Drop the current numbers of processes that have ended; their counters stay."""
    processes = {int(file.stem.rpartition("_")[2]) for file in folder.glob("gauge_live*.db")}
    for process in processes:
        if not Path(f"/proc/{process}").exists():
            mark_process_dead(process, str(folder))  # type: ignore[no-untyped-call]
