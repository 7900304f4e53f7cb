"""Checks of everything that the service needs, for operators."""

import errno
import json
import os
import re
import shlex
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL

from app.db import DatabaseError, check_target, describe_os_error
from app.db.files import DatabaseFile, name_digest_file
from app.db.models import SCHEMA_REVISION
from app.ingest.files import SeedError, compute_seed_hash, list_seed_files
from app.processes import remove_abandoned_folders
from app.schemas.service import HealthStatus
from app.settings import Settings

MIN_FREE_BYTES = 100 * 1024**2
METRICS_PREFIX = "bri-metrics-"
METRICS_SIZE = 2 * 1024**2
"""The bytes that the metrics of a worker and of those that replace it may take."""
COMMAND_OPTIONS = {
    "build": ("database", "seed"),
    "serve": ("database", "seed"),
    "check": ("seed",),
    "freeze": ("seed",),
}
"""The options of the commands in messages that say on what they act."""
NAMED_OPTIONS: dict[str, str] = {}
"""Those of them with which this process was called, as the user wrote them."""
HEALTH_TIMEOUT = 2.0
"""The seconds in which a service has to report its health."""


class CheckFailedError(Exception):
    """A check failed; the message says what is wrong and what to do."""


class OtherSeedError(CheckFailedError):
    """A database is valid, but was built from another seed."""


@dataclass(frozen=True)
class CheckResult:
    name: str
    message: str
    is_ok: bool


def run_checks(
    settings: Settings, invalid: Sequence[str], host: str, port: int
) -> Iterator[CheckResult]:
    """Run all checks; each is independent of the others.

    Instead of the settings that are invalid, which are reported first, the defaults are checked.
    """
    yield from (CheckResult("settings", text, is_ok=False) for text in invalid)
    checks: tuple[tuple[str, Callable[[], str]], ...] = (
        ("settings", describe_settings),
        ("contact", lambda: describe_contact(settings)),
        ("seed", lambda: check_seed(settings.seed)),
        ("migrations", lambda: check_migrations(settings.migrations)),
        ("database", lambda: describe_database(settings, host, port)),
        ("disk", lambda: check_free_space(settings)),
        ("temporary files", lambda: check_temporary_files(settings)),
        ("connections", lambda: check_connections(settings)),
        ("port", lambda: check_service(host, port)),
        ("server", check_server),
    )
    for name, check in checks[1:] if invalid else checks:
        try:
            yield CheckResult(name, check(), is_ok=True)
        except (CheckFailedError, DatabaseError) as error:
            yield CheckResult(name, str(error), is_ok=False)
        except OSError as error:
            file = f"{error.filename}: " if error.filename else ""
            yield CheckResult(name, f"{file}{describe_os_error(error)}", is_ok=False)
        except SeedError:
            yield CheckResult(name, "cannot be found, because the seed has issues", is_ok=False)


def format_count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def name_command() -> str:
    """Return how this program was called, so that users can copy the commands in messages."""
    program = Path(sys.argv[0])
    if program.name == "__main__.py":
        return "python -m app"
    found = shutil.which("bri")
    is_elsewhere = program.name == "bri" and not (found and program.samefile(found))
    return str(program) if is_elsewhere else "bri"


def quote_commands(text: str) -> str:
    """Replace ``'bri build'`` in a message by the command as the user has to type it."""

    def quote(found: re.Match[str]) -> str:
        names = (name for name in COMMAND_OPTIONS.get(found[1], ()) if name in NAMED_OPTIONS)
        options = [part for name in names for part in (f"--{name}", NAMED_OPTIONS[name])]
        return f"'{name_command()} {shlex.join([found[1], *options])}"

    return re.sub(r"'bri ([a-z-]+)", quote, text)


def describe_settings() -> str:
    """List the variables that are set and valid."""
    names = sorted(name for name in os.environ if name.upper().startswith("BRI_"))
    return f"{', '.join(names)} set and valid" if names else "defaults; no BRI_ variable is set"


def describe_contact(settings: Settings) -> str:
    if settings.contact is None:
        return "none; set BRI_CONTACT to an email address or a page, so that readers can reach you"
    return f"{settings.contact.text} is shown on pages and in the OpenAPI document"


def check_seed(folder: Path) -> str:
    from app.ingest.build import load_valid_seed

    try:
        load_valid_seed(folder)
    except SeedError as error:
        count = format_count(len(error.issues), "issue")
        raise CheckFailedError(
            f"{count} in {folder}, the first: {error.issues[0]}; run 'bri check' for all of them"
        ) from None
    return f"{format_count(len(list_seed_files(folder)), 'file')} valid"


def check_migrations(folder: Path) -> str:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(folder))
    try:
        newest = ScriptDirectory.from_config(config).get_current_head()
    except Exception as error:  # noqa: BLE001 (Alembic imports files, which may raise anything.)
        raise CheckFailedError(f"cannot read {folder} ({error}); reinstall the program") from None
    if newest != SCHEMA_REVISION:
        raise CheckFailedError(
            f"the newest revision in {folder} is {newest}, but this program requires"
            f" {SCHEMA_REVISION}; unset BRI_MIGRATIONS or reinstall the program"
        )
    return f"revision {newest}, as this program requires"


def describe_database(settings: Settings, host: str, port: int) -> str:
    seed_hash = compute_seed_hash(settings.seed)
    target = settings.select_database(seed_hash)
    if isinstance(target, Path) and is_missing(target):
        if read_health(host, port) == HealthStatus.RELEASE_FAILED:
            raise CheckFailedError(
                f"{target} is missing, and {host}:{port} still serves what it has read before;"
                " build it again with 'bri build'"
            )
        return f"{target} does not exist yet; 'bri serve' or 'bri build' builds it"
    try:
        return check_database(target, seed_hash)
    except OtherSeedError:
        return f"{target} is valid; it was built from another seed than {settings.seed}"


def is_missing(target: Path) -> bool:
    """Return whether there is no such file; CheckFailedError if a link leads to none."""
    try:
        target.stat()
    except FileNotFoundError:
        if target.is_symlink():
            raise CheckFailedError(
                f"{target} is a link to {target.readlink()}, which does not exist; 'bri build'"
                " builds it there, or correct the link"
            ) from None
        return True
    return False


def check_database(target: Path | URL, seed_hash: str) -> str:
    release = check_target(target, verify=True)
    if release.file is not None:
        check_digest_file(release.file)
    if release.seed_hash != seed_hash:
        raise OtherSeedError(f"{target} was built from another seed; rebuild it with 'bri build'")
    return f"{target} is valid and was built from this seed"


def check_digest_file(file: DatabaseFile) -> None:
    """Compare a file with the digest beside it, unless there is none or the file is too large."""
    digest_file = name_digest_file(file.path.resolve())
    if file.digest is None or not digest_file.is_file():
        return
    if digest_file.read_text("utf-8", "replace").split()[:1] != [file.digest]:
        raise CheckFailedError(
            f"{file.path} does not have the digest in {digest_file.name}; copy both files again, or"
            " remove the second"
        )


def check_free_space(settings: Settings) -> str:
    """Check that the database can be built, unless there is one that can be served."""
    target = settings.select_database(compute_seed_hash(settings.seed))
    if isinstance(target, URL):
        return "not used; the database is on a server"
    # A build replaces the file to which a link leads.
    parents = Path(os.path.realpath(target)).parents
    folder = next(parent for parent in parents if parent.exists())
    if not folder.is_dir():
        raise CheckFailedError(f"{folder} is not a folder; name another file with --database")
    if not os.access(folder, os.W_OK, effective_ids=True):
        with suppress(DatabaseError):
            check_target(target)
            is_read_only = os.statvfs(folder).f_flag & os.ST_RDONLY
            state = "is read-only" if is_read_only else "cannot be written by this user"
            return f"{folder} {state}; the database in it can be served but not rebuilt"
        raise CheckFailedError(
            f"{folder} is not writable, so the database cannot be built there; make it writable or"
            " name another file with --database"
        )
    free = f"{shutil.disk_usage(folder).free // 1024**2} MB"
    if shutil.disk_usage(folder).free < MIN_FREE_BYTES:
        raise CheckFailedError(f"only {free} are free in {folder}; a build may need more")
    return f"{free} are free in {folder}"


def check_temporary_files(settings: Settings) -> str:
    from app.formats.registry import TABLE_FORMATS, FileFormat, find_temporary_file_error

    error = find_temporary_file_error()
    if error is not None:
        files = (form for form in TABLE_FORMATS if isinstance(form, FileFormat))
        suffixes = ", ".join(f".{form.suffix}" for form in files)
        raise CheckFailedError(
            f"cannot be written ({error.strerror}), so {suffixes} would fail; mount a"
            " writable /tmp, or set TMPDIR"
        )
    found = f"can be written in {tempfile.gettempdir()}"
    if not settings.metrics:
        return found
    try:
        return f"{found}; the metrics of several workers in {find_metrics_folder(2)}"
    except CheckFailedError as shortage:
        return f"{found}; start one worker only: {shortage}"


def find_metrics_folder(workers: int) -> Path:
    """Find a folder with space for the metrics of workers; remove folders of killed services."""
    # Not beside the files of downloads: a worker that maps a file on a full disk is killed.
    folders = [Path("/dev/shm"), Path(tempfile.gettempdir())]  # noqa: S108 - below a name of its own
    for folder in folders:
        remove_abandoned_folders(METRICS_PREFIX, folder)
    size = workers * METRICS_SIZE
    for folder in folders:
        if os.access(folder, os.W_OK) and shutil.disk_usage(folder).free >= size:
            return folder
    names = " or ".join(map(str, folders))
    raise CheckFailedError(f"the metrics of {workers} workers need {size} bytes in {names}")


def check_connections(settings: Settings) -> str:
    from app.http.connections import count_possible_connections

    total, per_client = settings.max_connections, settings.max_client_connections
    possible = count_possible_connections()
    if total > possible:
        raise CheckFailedError(
            f"BRI_MAX_CONNECTIONS is {total}, but the open files of a process suffice for"
            f" {possible}; raise their limit (ulimit -n) or lower the setting"
        )
    rate = settings.rate_limit or "any number of requests"
    hosts = ", ".join(settings.allowed_hosts) or "any host name"
    return f"at most {total} in each process, {per_client} of a client; {rate}; {hosts}"


def check_server() -> str:
    from app.server import FAST_PATH_WARNING, has_fast_path  # Few commands need uvicorn.

    if not has_fast_path():
        raise CheckFailedError(f"{FAST_PATH_WARNING}; install the versions of requirements.lock")
    return "cached responses are sent by the parser"


def check_service(host: str, port: int) -> str:
    """Check that the port is free, or that this program serves it and is well."""
    try:
        return check_port(host, port)
    except CheckFailedError:
        health = read_health(host, port)
        if health is None:
            raise
    if health not in set(HealthStatus):
        raise CheckFailedError(f"{host}:{port} is served, but reports: {health}")
    if health != HealthStatus.OK:
        raise CheckFailedError(f"{host}:{port} is served, but its health is {health}; read its log")
    return f"{host}:{port} is served, and its health is {health}"


def read_health(host: str, port: int) -> str | None:
    """Return the health of the service at an address, or why it has none.

    None stands for an address at which no service or another one answers.
    """
    from http.client import HTTPConnection, HTTPException

    with closing(HTTPConnection(host, port, timeout=HEALTH_TIMEOUT)) as connection:
        try:
            connection.request("GET", "/health/ready")
            document = json.load(connection.getresponse())
            is_problem = "request_id" in document
            return str(document["detail" if is_problem else "status"])
        except (OSError, HTTPException, ValueError, TypeError, LookupError):
            return None


def check_port(host: str, port: int) -> str:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        advice = "stop the server that runs there, or try another --port"
        if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
            advice = "write a host name or an address of this machine"
        elif error.errno == errno.EACCES:
            advice = "choose a --port above 1023, and let a proxy listen on the other one"
        reason = error.strerror or error
        raise CheckFailedError(f"cannot listen on {host}:{port} ({reason}); {advice}") from None
    return f"{host}:{port} is free"
