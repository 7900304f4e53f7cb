"""The numbers of all processes in the form that Prometheus reads.

Answers that go straight from the parser only add to plain numbers, which a thread hands to the
client library once a second. With several processes the library shares its numbers in the files of
a folder, so whichever process is asked answers for all.
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
"""The environment variable that names the folder which processes share."""
FLUSH_INTERVAL = 1.0
"""The seconds between two hand-overs."""
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""The upper edges of the classes of durations, in seconds."""
HIT = "hit"


class Metrics:
    """Holds the numbers of this process, and writes those of all.

    Args:
        state: gives the numbers that stand at a moment, by their names in ``GAUGES``.
        release: gives the code of the release that is served, and when it was put in place.
    """

    def __init__(
        self, state: Callable[[], Mapping[str, float]], release: Callable[[], tuple[str, float]]
    ) -> None:
        self.state = state
        self.release = release
        self.registry = CollectorRegistry()
        self.fast_path_hits: Counter[tuple[str, int]] = Counter()
        """The answers that went straight from the parser, by route and status."""
        self.handed: Counter[tuple[str, int]] = Counter()
        self.handing = Lock()
        self.closed = Event()
        self.requests = Total(
            "bri_requests",
            "Requests answered, by route, status and whether the answer was kept.",
            ["route", "status", "cache"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "bri_request_seconds",
            "Seconds until an answer was sent that was not kept, by route.",
            ["route"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.gauges = {
            name: Gauge(name, told, registry=self.registry, multiprocess_mode="livesum")
            for name, told in GAUGES.items()
        }
        self.released = Gauge(
            "bri_release_timestamp_seconds",
            "When the release that is served was put in place, in seconds since 1970.",
            ["release"],
            registry=self.registry,
            multiprocess_mode="livemax",
        )
        self.thread = Thread(target=self.run, name="metrics", daemon=True)
        self.thread.start()

    def count_request(self, route: str, status: int, cache: str, seconds: float) -> None:
        """Count a request that is answered."""
        self.requests.labels(route, str(status), cache).inc()
        if cache != HIT:
            self.seconds.labels(route).observe(seconds)

    def run(self) -> None:
        """Hand over until there is nothing more to come."""
        while not self.closed.wait(FLUSH_INTERVAL):
            self.flush()

    def flush(self) -> None:
        """Give what was added since the last time to the library."""
        with self.handing:
            for (route, status), count in list(self.fast_path_hits.items()):
                added = count - self.handed[route, status]
                if added:
                    self.requests.labels(route, str(status), HIT).inc(added)
                    self.handed[route, status] = count
            for name, value in self.state().items():
                self.gauges[name].set(value)
            code, placed = self.release()
            self.released.clear()
            self.released.labels(code).set(placed)

    def render(self) -> bytes:
        """Write the numbers of all processes."""
        self.flush()
        folder = os.environ.get(FOLDER)
        if folder is None:
            return generate_latest(self.registry)
        drop_dead_processes(Path(folder))
        together = CollectorRegistry()
        MultiProcessCollector(together, folder)  # type: ignore[no-untyped-call]
        return generate_latest(together)

    def close(self) -> None:
        """Hand over for the last time."""
        self.closed.set()
        self.thread.join()
        self.flush()


GAUGES = {
    "bri_cache_entries": "Answers that are kept.",
    "bri_cache_bytes": "Bytes of memory that they take.",
    "bri_connections_in_use": "Connections to the database that requests hold.",
}
"""The numbers that stand at a moment, summed over the processes that live."""


def drop_dead_processes(folder: Path) -> None:
    """Leave out what processes that are gone had at a moment; what they counted stays."""
    processes = {int(file.stem.rpartition("_")[2]) for file in folder.glob("gauge_live*.db")}
    for process in processes:
        if not Path(f"/proc/{process}").exists():
            mark_process_dead(process, str(folder))  # type: ignore[no-untyped-call]
