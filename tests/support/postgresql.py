"""PostgreSQL servers in temporary folders, set up as in the guide."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

import psycopg
from sqlalchemy import URL

from tests.support.seeds import ROOT

BUILDER, READER = "bri_builder", "bri_reader"
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_wal_size": "128MB",
    "wal_level": "replica",
    "wal_keep_size": "64MB",
    "max_connections": "60",
    "dynamic_shared_memory_type": "mmap",
    "unix_socket_directories": "",
    "listen_addresses": "127.0.0.1",
    "logging_collector": "off",
}
"""A server that is killed leaves its shared memory behind; here that is in its folder."""
NUMBERS = count(1)
USER = "postgres" if os.geteuid() == 0 else None
"""Who runs the servers; PostgreSQL refuses to be run by root."""


def find_programs() -> Path | None:
    """Find PostgreSQL's programs, which Debian keeps off the search path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    server = str(found[-1]) if found else shutil.which("postgres")
    return Path(server).parent if server else None


def read_guide_sql() -> tuple[list[str], list[str], list[str]]:
    """Read the SQL of the guide: for the roles, for the database, and within it."""
    text = (ROOT / "app" / "guide" / "en" / "scaling.md").read_text("utf-8")
    (block,) = re.findall(r"```sql\n(.*?)```", text, re.DOTALL)
    bare = re.sub("--.*", "", block)
    statements = [one.strip() for one in bare.split(";") if one.strip()]
    roles = [one for one in statements if "ROLE bri" in one and "DEFAULT" not in one]
    within = [statement for statement in statements if "DEFAULT" in statement]
    return roles, [statement for statement in statements if statement not in roles + within], within


class Cluster:
    """One server with its folder and its port; it can be killed and come back."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self.process: subprocess.Popen[bytes] | None = None

    def find_program(self, name: str) -> str:
        """Find one of PostgreSQL's programs."""
        folder = find_programs()
        assert folder is not None
        return str(folder / name)

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs."""
        command = [self.find_program(program), *arguments]
        subprocess.run(
            command, check=True, capture_output=True, cwd=self.folder.parent, user=USER, group=USER
        )

    def create_files(self) -> None:
        """Create the files of the server."""
        options = ["-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"]
        self.run("initdb", "-D", str(self.folder), *options)

    def start(self) -> None:
        """Start the server and wait until it accepts connections."""
        self.start_process()
        for _ in range(1500):
            with suppress(psycopg.OperationalError):
                self.execute("SELECT 1")
                return
            time.sleep(0.02)
            if self.process is None or self.process.poll() is not None:
                self.start_process()  # A process of the killed server was still there.
        raise AssertionError(f"{self.folder} did not start")

    def start_process(self) -> None:
        """Start the server's first process."""
        options = [f"-c{name}={value}" for name, value in SETTINGS.items()]
        self.process = subprocess.Popen(
            [self.find_program("postgres"), "-D", str(self.folder), "-p", str(self.port), *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.folder.parent,
            user=USER,
            group=USER,
        )

    def kill(self) -> None:
        """Kill every process of the server at once."""
        assert self.process is not None
        self.send_signal(signal.SIGKILL)
        self.process.wait()

    def list_processes(self) -> list[int]:
        """List the processes of the server."""
        assert self.process is not None
        number = self.process.pid
        children = Path(f"/proc/{number}/task/{number}/children").read_text("utf-8").split()
        return [number, *map(int, children)]

    def send_signal(self, order: signal.Signals) -> None:
        """Send a signal to every process of the server."""
        for number in self.list_processes():
            with suppress(ProcessLookupError):
                os.kill(number, order)

    def stop(self) -> None:
        """Stop the server, if it runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait()

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run a statement as the owner of the server."""
        address = f"host=127.0.0.1 port={self.port} user=postgres dbname={database}"
        with psycopg.connect(address, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def create_database(self, template: URL | None = None) -> URL:
        """Create a database as the guide describes, and return the URL of the role that builds.

        It is a copy of another one, if there is one, to which nobody may be connected.
        """
        name = f"bri_{next(NUMBERS)}"
        copied = "template0" if template is None else str(template.database)
        _, outside, within = read_guide_sql()
        for statement in outside:
            own = re.sub(r"\bDATABASE bri\b", f"DATABASE {name}", statement)
            self.execute(own.replace("template0", copied))
        for statement in within if template is None else ():
            self.execute(statement, name)
        return self.build_url(name)

    def build_url(self, database: str) -> URL:
        """Build the URL of a database for the role that builds."""
        return URL.create(
            "postgresql+psycopg", BUILDER, "a secret/1", "127.0.0.1", self.port, database
        )

    def start_replica(self, folder: Path, port: int) -> "Cluster":
        """Start a server that follows this one."""
        other = Cluster(folder, port)
        source = f"host=127.0.0.1 port={self.port} user=postgres"
        self.run("pg_basebackup", "-D", str(folder), "-R", "-c", "fast", "-d", source)
        other.start()
        return other


def build_reader_url(url: URL) -> URL:
    """Build the URL of a database for the role that only reads."""
    return url.set(username=READER)


@contextmanager
def create_server_folder() -> Iterator[Path]:
    """Create a folder in which servers may write, and remove it afterwards."""
    folder = Path(mkdtemp(prefix="bri-"))
    if USER:
        shutil.chown(folder, USER, USER)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def start_cluster(folder: Path, port: int, template: Path | None = None) -> Iterator[Cluster]:
    """Start a server with the roles of the guide, and stop it afterwards.

    Its files are copied from a template, if there is one: initdb takes a second.
    """
    cluster = Cluster(folder, port)
    if template is None:
        cluster.create_files()
    else:
        subprocess.run(["cp", "-a", template, folder], check=True)  # noqa: S607
    cluster.start()
    try:
        for statement in read_guide_sql()[0]:
            cluster.execute(statement)
        yield cluster
    finally:
        cluster.stop()
