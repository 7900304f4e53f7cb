"""Response times as data grows: the same requests to a small and a large database, in turn.

python -m tests.benchmarks.generated_data 10k small.sqlite
python -m tests.benchmarks.generated_data 10m large.sqlite
python -m tests.benchmarks.data_size small.sqlite large.sqlite

For PostgreSQL, both are first built in a temporary server:

python -m tests.benchmarks.data_size 10k 1m
"""

import gc
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from sqlmodel import col, select

from app.db.models import Observation
from app.db.models.observations import FOREVER
from app.parameters import ObservationListParameters
from app.queries.long_lists import list_orders
from app.queries.pagination import encode_cursor, encode_scope
from tests.benchmarks.generated_data import SCALES, build
from tests.support.client import AppClient
from tests.support.postgresql import create_server_folder, start_cluster
from tests.support.processes import find_free_port
from tests.support.targets import Target, open_app

SECONDS = 4.0
LEAST, MOST = 20, 200
PAGE = 50
LIST = f"/v1/observations?limit={PAGE}"
UNKNOWN = "/v1/observations/goods-trade.CN.BRI.partner-2025.CNY.P12M.2024-01.scio"
REQUESTS = {
    "first page": LIST,
    "first page of all vintages": f"{LIST}&vintages=all",
    "last page": "last",
    **{
        f"filter {query}": f"{LIST}&{query}"
        for query in (
            "indicator=generated-0003",
            "topic=projects",
            "counterpart=X005",
            "unit=CNY",
            "series=generated-0003.CN.X005.partner-2025.USD.P12M",
            "source=generated-2010-01-15&vintages=all",
            "status=revised",
            "qualifier=over",
            "months=12",
            "since=2020-01-01",
            "until=2001-12-31",
        )
    },
    "filters combined": f"{LIST}&counterpart=X005&qualifier=over&since=2010-01-01",
    "filters combined, two values": f"{LIST}&unit=CNY&unit=USD&status=normal&until=2010-12-31",
    **{
        f"sort {order}": f"{LIST}&sort={order}"
        for name in ("indicator", "period", "vintage", "value")
        for order in (name, f"{name}_desc")
    },
    "sort by value within a filter": f"{LIST}&sort=value_desc&counterpart=X005",
    "as_of in the middle": f"{LIST}&as_of=2012-06-01",
    "as_of early": f"{LIST}&as_of=2001-01-20",
    "as_of before everything": f"{LIST}&as_of=1999-01-20",
    "one observation": "/v1/observations/"
    "goods-trade.CN.BRI.partner-2025.CNY.P12M.2024-01.scio-2025-01-15",
    "an unknown observation": UNKNOWN,
    "growth rates": "/v1/growth-rates?limit=50",
    "series": "/v1/series?limit=50",
    "one series": "/v1/series/generated-0003.CN.X005.partner-2025.USD.P12M",
    "search": "/v1/search?q=trade&limit=20",
    "overview": "/v1/overview",
}


def complete_url(client: AppClient, url: str) -> str:
    """Complete the URL of a request; that of the last page depends on the database."""
    return build_last_page_url(client) if url == "last" else url


def build_last_page_url(client: AppClient) -> str:
    """Build the URL of the last page in the default order."""
    database = client.app.state.releases.get_release().database
    columns = list_orders(Observation)["indicator"]
    current = col(Observation.current_until) == FOREVER
    backwards = select(*columns).where(current).order_by(*(column.desc() for column in columns))
    with database.connect() as connection:
        row = connection.execute(backwards.limit(1).offset(PAGE)).one()
    scope = encode_scope(ObservationListParameters(), {})
    return f"{LIST}&cursor={encode_cursor(list(row), scope)}"


def measure_request(client: AppClient, url: str) -> float:
    """Send a request and return its duration in milliseconds."""
    start = perf_counter()
    response = client.get(url)
    taken = (perf_counter() - start) * 1000
    assert response.status_code == (404 if url == UNKNOWN else 200), url
    return taken


def compare(clients: list[AppClient], template: str) -> list[list[float]]:
    """Send a request to all in turn, after a first one that is not measured."""
    urls = [complete_url(one, template) for one in clients]
    for client, url in zip(clients, urls, strict=True):
        client.get(url)
    taken: list[list[float]] = [[] for _ in clients]
    start = perf_counter()
    while len(taken[0]) < LEAST or (len(taken[0]) < MOST and perf_counter() - start < SECONDS):
        for times, client, url in zip(taken, clients, urls, strict=True):
            times.append(measure_request(client, url))
    return taken


@contextmanager
def open_targets(names: list[str]) -> Iterator[list[Target]]:
    """Yield the databases that exist, or build those whose sizes are named on PostgreSQL."""
    if not set(names) <= SCALES.keys():
        yield [Path(name) for name in names]
        return
    with (
        create_server_folder() as folder,
        start_cluster(folder / "main", find_free_port()) as cluster,
    ):
        built: list[Target] = []
        for name in names:
            built.append(cluster.create_database())
            build(SCALES[name], built[-1])
        yield built


def main(names: list[str]) -> None:
    """Print a table of medians and 99th percentiles, and their ratios."""
    with open_targets(names) as found, ExitStack() as stack:
        apps = [stack.enter_context(open_app(one, cache_entries=0)) for one in found]
        print_table([AppClient(app) for app in apps])


def print_table(clients: list[AppClient]) -> None:
    """Measure each request, and print a row for it."""
    # The server freezes what is there at its start; here the requests would pay for it.
    gc.collect()
    gc.freeze()
    print("| request | p50 ms small | p50 ms large | ratio | p99 ms small | p99 ms large | ratio |")
    print("|---|---|---|---|---|---|---|")
    for name, url in REQUESTS.items():
        small, large = compare(clients, url)
        p50, p99 = [median(small), median(large)], [quantiles(x, n=100)[98] for x in (small, large)]
        cells = (*p50, p50[1] / p50[0], *p99, p99[1] / p99[0])
        print(f"| {name} | " + " | ".join(f"{cell:.2f}" for cell in cells) + " |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
