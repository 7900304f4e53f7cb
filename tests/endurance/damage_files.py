"""Put damaged files in place of a good release under load, and compare every response.

``python -m tests.endurance.damage_files`` serves a release, damages the next one at 300 places and
in many other ways, and prints a table of the outcomes. Each response, downloads included, has to be
that of the old or of the new release, byte for byte.
"""

import argparse
import gzip
import os
import random
import socket
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from threading import Event
from typing import NamedTuple

import httpx2

from app.db import SQLiteStore
from app.ingest.publish import write_content_digest
from tests.endurance.replace_releases import PATHS, Client, build_releases, read_bodies
from tests.support.processes import Server, run_command, start_server

PAGE = 4096
MORE_PATHS = (
    *PATHS,
    "/v1/observations.xlsx",
    "/v1/dataset.zip",
    "/v1/catalog.ttl",
    "/sdmx/data/INDICATORS",
)
POLL_INTERVAL = 0.01
"""Seconds between two checks for a new release, so that hundreds of files take seconds."""
NOTICE_TIMEOUT = 20
"""The seconds in which the server has to notice a file."""

Damage = Callable[[Path, Path], None]
"""Puts a damaged copy of a good file at a path where nothing is."""


class Case(NamedTuple):
    """One way to damage a file."""

    name: str
    damage: Damage
    is_in_place: bool = False
    """Whether it changes the file that is being served, instead of replacing it."""


def run_with_frequent_polls(*arguments: str) -> None:
    """Run the command line with more frequent checks for a new release."""
    SQLiteStore.poll_interval = POLL_INTERVAL
    run_command(*arguments)


def change_bytes(change: Callable[[bytearray], None]) -> Damage:
    """Damage the bytes of a copy."""

    def damage_copy(good: Path, path: Path) -> None:
        content = bytearray(good.read_bytes())
        change(content)
        path.write_bytes(content)

    return damage_copy


def change_rows(*statements: str) -> Damage:
    """Change a copy with SQL and give it the right digest, as a faulty build would."""

    def damage_copy(good: Path, path: Path) -> None:
        copyfile(good, path)
        with closing(sqlite3.connect(path)) as connection, connection:
            for statement in statements:
                connection.execute(statement)
        write_content_digest(path)

    return damage_copy


def damage_bytes(chance: random.Random) -> Case:
    """Choose a random place, and change a bit, a byte, some bytes, a sector or a page there."""
    kind = chance.choice(("a bit", "a byte", "16 bytes", "a sector of zeros", "a page of noise"))
    place, noise = chance.random(), chance.randbytes(PAGE)

    def change(content: bytearray) -> None:
        start = int(place * len(content))
        if kind == "a bit":
            content[start] ^= 1 << (noise[0] % 8)
        elif kind == "a byte":
            content[start] ^= noise[0] or 1
        elif kind == "16 bytes":
            content[start : start + 16] = noise[: len(content[start : start + 16])]
        elif kind == "a sector of zeros":
            start -= start % 512
            content[start : start + 512] = bytes(512)
        else:
            start -= start % PAGE
            content[start : start + PAGE] = noise

    return Case(kind, change_bytes(change))


def swap_pages(content: bytearray) -> None:
    """Swap the third and the fifth page."""
    third, fifth = slice(2 * PAGE, 3 * PAGE), slice(4 * PAGE, 5 * PAGE)
    content[third], content[fifth] = content[fifth], content[third]


def set_bytes(content: bytearray, start: int, new: bytes) -> None:
    content[start : start + len(new)] = new


def add_journals(good: Path, path: Path) -> None:
    """Leave a log and a journal beside a good file."""
    for suffix in ("-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).write_bytes(b"\x37\x7f\x06\x82" + bytes(60_000))
    copyfile(good, path)


def compress(good: Path, path: Path) -> None:
    path.write_bytes(gzip.compress(good.read_bytes()))


def keep(good: Path, path: Path) -> None:
    copyfile(good, path)


def make_socket(_: Path, path: Path) -> None:
    with closing(socket.socket(socket.AF_UNIX)) as made:
        made.bind(str(path))


def make_other_database(_: Path, path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE release (name TEXT)")


def overwrite_release(good: Path, path: Path) -> None:
    """Write another release into the file that is being served, as cp does, in two halves."""
    content = good.read_bytes()
    with path.open("r+b") as file:
        file.truncate(0)
        for half in (content[: len(content) // 2], content[len(content) // 2 :]):
            file.write(half)
            file.flush()
            time.sleep(4 * POLL_INTERVAL)


def truncate(_: Path, path: Path) -> None:
    os.truncate(path, PAGE * 3)


def forbid_reading(good: Path, path: Path) -> None:
    copyfile(good, path)
    path.chmod(0)


OTHER_CASES = (
    Case("empty", lambda _, path: path.touch()),
    Case("only a header", change_bytes(lambda content: content.__delitem__(slice(100, None)))),
    Case("half", change_bytes(lambda content: content.__delitem__(slice(len(content) // 2, None)))),
    Case("a byte short", change_bytes(lambda content: content.__delitem__(-1))),
    Case("a page short", change_bytes(lambda content: content.__delitem__(slice(-PAGE, None)))),
    Case("a page more", change_bytes(lambda content: content.extend(bytes(PAGE)))),
    Case("twice", change_bytes(lambda content: content.extend(bytes(content)))),
    Case("zeros", change_bytes(lambda content: set_bytes(content, 0, bytes(len(content))))),
    Case("first page of zeros", change_bytes(lambda content: set_bytes(content, 0, bytes(PAGE)))),
    Case("two pages swapped", change_bytes(swap_pages)),
    Case("marked as WAL", change_bytes(lambda content: set_bytes(content, 18, b"\2\2"))),
    Case("text", change_bytes(lambda content: set_bytes(content, 0, b"no database"))),
    Case("compressed", compress),
    Case("another database", make_other_database),
    Case("another revision", change_rows("UPDATE release SET schema_revision = 'old'")),
    Case("no release", change_rows("DELETE FROM release")),
    Case("no table", change_rows("DROP TABLE changed_field")),
    Case("no search", change_rows("DROP TABLE search_index")),
    Case("journals beside it", add_journals),
    Case("a folder", lambda _, path: path.mkdir()),
    Case("a pipe", lambda _, path: os.mkfifo(path)),
    Case("a socket", make_socket),
    Case("a device", lambda _, path: path.symlink_to("/dev/zero")),
    Case("a link to nothing", lambda _, path: path.symlink_to("nothing")),
    Case("a link to itself", lambda _, path: path.symlink_to(path.name)),
    Case("no permission", forbid_reading),
    Case("deleted", lambda _good, _path: None),
    Case("not damaged", keep),
    Case("truncated while open", truncate, is_in_place=True),
    Case("overwritten while open", overwrite_release, is_in_place=True),
)


class Trial:
    """A server whose file is replaced by damaged ones."""

    def __init__(self, server: Server, served: Path, releases: dict[str, Path]) -> None:
        self.server = server
        self.served = served
        self.releases = releases
        self.client = httpx2.Client(base_url=server.base, timeout=30)

    def read_state(self) -> str:
        """Return which release is served, and the health of the service."""
        seed_hash = self.client.get("/v1").json()["release"]["seed_hash"]
        return f"{seed_hash} {self.client.get('/health/ready').json()['status']}"

    def wait_until(self, condition: Callable[[str], bool]) -> str:
        deadline = time.monotonic() + NOTICE_TIMEOUT
        while not condition(state := self.read_state()):
            assert time.monotonic() < deadline, state
            time.sleep(POLL_INTERVAL)
        return state

    def put(self, place: Damage, good: Path) -> None:
        """Put a file in place of the served one, at once."""
        beside = self.served.with_suffix(".new")
        place(good, beside)
        if not os.path.lexists(beside):
            self.served.unlink()
        elif beside.is_dir():
            self.served.unlink()
            beside.rename(self.served)
        else:
            beside.replace(self.served)

    def run(self, case: Case, settled: str) -> str:
        """Put a damaged file in place, wait until it is noticed, and put the old one back."""
        if case.is_in_place:
            case.damage(self.releases["second"], self.served)
        else:
            self.put(case.damage, self.releases["second"])
        seed_hash = settled.partition(" ")[0]
        state = self.wait_until(lambda state: state != settled)
        outcome = "the old release" if state.startswith(seed_hash) else "the new release"
        outcome += f", {state.partition(' ')[2]}"
        for path in self.served.parent.glob(f"{self.served.name}-*"):
            path.unlink()
        if self.served.is_dir():
            self.served.rmdir()
        self.put(keep, self.releases["first"])
        self.wait_until(lambda state: state == settled)
        return outcome


@contextmanager
def load(server: Server, known: dict[str, dict[bytes, str]], count: int) -> Iterator[Counter[str]]:
    """Request every path all the time, and count what the responses are."""
    ended = Event()
    clients = [Client(server.base, known, ended) for _ in range(count)]
    for client in clients:
        client.start()
    counts: Counter[str] = Counter()
    try:
        yield counts
    finally:
        ended.set()
        for client in clients:
            client.join()
            counts.update(client.counts)


def run_cases(
    cases: list[Case], clients: int, releases: dict[str, Path]
) -> tuple[Counter[tuple[str, str]], Counter[str], str]:
    """Return the outcomes by kind of damage, what the responses were, and the log."""
    outcomes: Counter[tuple[str, str]] = Counter()
    with TemporaryDirectory() as name:
        folder = Path(name)
        served, log = folder / "served" / "bri.sqlite", folder / "log"
        served.parent.mkdir()
        copyfile(releases["first"], served)
        with start_server(
            served,
            run_with_frequent_polls,
            log=log,
            BRI_PUBLIC_URL="http://swap.test",
            BRI_CACHE_ENTRIES="0",
        ) as server:
            known = read_bodies(releases, MORE_PATHS)
            trial = Trial(server, served, releases)
            settled = trial.read_state()
            for path in MORE_PATHS:
                trial.client.get(path)  # Starts the processes that write files.
            with load(server, known, clients) as counts:
                for case in cases:
                    outcomes[case.name, trial.run(case, settled)] += 1
            trial.client.close()
        return outcomes, counts, log.read_text()


def main() -> None:
    """Run the trial and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--places", type=int, default=300)
    parser.add_argument("--clients", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1, help="of the random places")
    options = parser.parse_args()
    chance = random.Random(options.seed)  # noqa: S311
    began = time.monotonic()
    cases = [damage_bytes(chance) for _ in range(options.places)] + list(OTHER_CASES)
    with TemporaryDirectory() as name:
        outcomes, counts, _ = run_cases(cases, options.clients, build_releases(Path(name)))
    for (name, outcome), count in outcomes.items():
        print(f"{count:5}  {name:24} {outcome}")
    print(f"{outcomes.total()} files in {time.monotonic() - began:.0f} s; responses:")
    for what, count in sorted(counts.items()):
        print(f"{count:7}  {what}")
    assert set(counts) <= {"first", "second", "either"}, counts


if __name__ == "__main__":
    main()
