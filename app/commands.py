"""What the commands share: options, settings, database, server, and how errors are shown."""

import gc
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from importlib import import_module
from pathlib import Path
from socket import socket
from stat import S_ISDIR
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from sqlalchemy import URL
from typer.core import TyperGroup

from app import doctor
from app.db import DatabaseError, check_target, describe_os_error, is_current_release
from app.doctor import CheckFailedError, format_count, quote_commands
from app.ingest.files import BuildError, SeedError, compute_seed_hash
from app.processes import STANDARD_ERROR, lock_temporary_folder
from app.settings import Settings, find_bundled


def check_host(host: str) -> str:
    # The library takes an empty address, as that of an unset variable, for all addresses.
    # Bytes that are not UTF-8 cannot be encoded again.
    if not host.strip() or not host.isprintable():
        raise typer.BadParameter("write an address, such as 127.0.0.1, or 0.0.0.0 for all")
    return host


HostOption = Annotated[str, typer.Option(help="The address to listen on.", callback=check_host)]
PortOption = Annotated[int, typer.Option(metavar="N", min=1, max=65535, help="The port to use.")]
DatabaseOption = Annotated[
    Path | None,
    typer.Option(
        readable=False,  # Later, with advice.
        help="The database file. By default, a file in your data folder for this seed.",
        show_default=False,
    ),
]
CheckedDatabaseOption = Annotated[
    Path | None,
    typer.Option(readable=False, help="The database to check as well.", show_default=False),
]
SeedOption = Annotated[
    Path | None,
    typer.Option(
        readable=False,
        help="The folder of seed files. By default, the one that comes with the program.",
        show_default=False,
    ),
]


METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
NOT_UTF_8 = "the text has to be in UTF-8"
WRONG_DAY = " is not a day; write one such as 2026-11-26"
REQUIRED_COLLECTIONS = ("editions", "releases", "sources")
"""The folders that every seed has."""


class CommandError(Exception):
    """The command failed; the message says why and what to do."""


class SeedFolderError(CommandError):
    """A folder is not one of seed files, or cannot be read."""


def open_standard_streams() -> None:
    """Open the standard descriptors that are closed, which files and connections would get.

    Libraries would write messages to these, and libuv aborts the process when it closes one.
    """
    with suppress(OSError):
        while (descriptor := os.open(os.devnull, os.O_RDWR)) <= STANDARD_ERROR:
            os.set_inheritable(descriptor, True)
        os.close(descriptor)


def format_line(text: str) -> str:
    """Return a message as one line, whatever names it has, with commands as users type them."""
    return re.sub(r"[\0-\x1f\x7f-\x9f]", lambda found: repr(found[0])[1:-1], quote_commands(text))


def print_error(line: str) -> None:
    """Print a line on standard error; if that cannot be written, a command goes on."""
    with suppress(OSError):
        typer.echo(format_line(line), err=True)


def show_status(text: str) -> AbstractContextManager[object]:
    """Show what a command does to those who wait at a terminal."""
    if sys.stderr is None or not sys.stderr.isatty():
        return nullcontext()
    from rich.console import Console

    return Console(stderr=True).status(text)


def print_addresses(lines: str) -> None:
    """Print where the service is; it starts even if nobody can read that."""
    try:
        typer.echo(lines)
    except OSError as error:
        print_error(f"bri: standard output cannot be written: {error.strerror}")


def describe_invalid(details: ErrorDetails, name: str = "") -> str:
    return f"{name or details['loc'][0]}: {details['msg']}"


class Commands(TyperGroup):
    """The commands; what they say about an option says what would be right."""

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]  # Its base is private.
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            message = error.message.removeprefix("Value error, ")
            error.message = re.sub(r" does not match the formats .*", WRONG_DAY, message)
            raise


@contextmanager
def exit_on_error(imported: Path | None = None) -> Iterator[None]:
    """Exit with code 1 and one line per error, without a traceback."""
    try:
        yield
    except SeedError as error:
        count = format_count(len(error.issues), "issue")
        is_file = imported in {issue.file for issue in error.issues}
        written = "; nothing was written" if imported else ""
        summary = f"bri: {imported if is_file else 'the seed'} has {count}{written}"
        lines = [summary, *map(str, error.issues)]
    except ValidationError as error:
        lines = [f"bri: {describe_invalid(details)}" for details in error.errors()]
    except (BuildError, CheckFailedError, CommandError, DatabaseError) as error:
        lines = [f"bri: {error}"]
    except BrokenPipeError:
        # Typer ends quietly if the reader, such as head, has seen enough.
        raise
    except OSError as error:
        file = f"{error.filename}: " if error.filename else ""
        lines = [f"bri: {file}{describe_os_error(error)}"]
    except MemoryError:
        lines = ["bri: out of memory"]
    else:
        return
    for line in lines:
        print_error(line)
    raise typer.Exit(1)


def read_standard_input(most: int) -> str:
    """Read text of up to a number of bytes, and one byte more if there is any."""
    if sys.stdin is None:
        raise CommandError("standard input is closed")
    read = sys.stdin.buffer.read(most + 1)
    try:
        return read.decode(errors="strict" if len(read) <= most else "replace")
    except UnicodeDecodeError as error:
        raise CommandError(NOT_UTF_8) from error


def require_utf_8(argument: str) -> None:
    """Refuse an argument with bytes that could not be decoded, which are surrogates in it."""
    try:
        argument.encode()
    except UnicodeEncodeError as error:
        raise CommandError(NOT_UTF_8) from error


def load_settings(
    database: Path | None,
    seed: Path | None = None,
    *,
    address_option: str = "--base-url",
    **more: object,
) -> Settings:
    if database is not None and ":/" in str(database):
        raise CommandError("--database takes a file; set BRI_DATABASE_URL for a database server")
    named = {"database": database, "seed": seed}
    doctor.NAMED_OPTIONS = {name: str(path) for name, path in named.items() if path}
    if "public_url" in more:
        # The settings of the service belong to its own address.
        more |= {"allowed_hosts": (), "root_path": ""}
    options: dict[str, Any] = {"database": database and database.absolute(), "seed": seed, **more}
    try:
        settings = Settings(**{name: value for name, value in options.items() if value is not None})
    except ValidationError as error:
        for details in error.errors():
            # The option and the variable set the same, and only the one that was given is wrong.
            if details["loc"] == ("BRI_PUBLIC_URL",) and "public_url" in more:
                raise CommandError(describe_invalid(details, address_option)) from None
        raise
    check_seed_folder(settings.seed, f"{'--seed' if seed else 'BRI_SEED'}: ")
    return settings


def load_valid_settings(database: Path | None, seed: Path | None) -> tuple[Settings, list[str]]:
    """Load the settings without those that are invalid, and say what is wrong with them."""
    try:
        return load_settings(database, seed), []
    except ValidationError as error:
        for details in error.errors():
            os.environ.pop(str(details["loc"][0]), None)
        settings, more = load_valid_settings(database, seed)
        return settings, [*map(describe_invalid, error.errors()), *more]
    except SeedFolderError as error:
        os.environ.pop("BRI_SEED", None)
        settings, more = load_valid_settings(database, None)
        return settings, [str(error), *more]


def check_seed_folder(folder: Path, setting: str = "") -> None:
    names = ", ".join(REQUIRED_COLLECTIONS)
    reason = f"is not a folder of seed files, which are in {names} and others"
    try:
        # Any other folder may have millions of files.
        if any(S_ISDIR((folder / name).stat().st_mode) for name in REQUIRED_COLLECTIONS):
            return
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        reason = f"cannot be read: {describe_os_error(error)}"
    advice = "; name another one, or none for that of the program" if setting else ""
    raise SeedFolderError(f"{setting}{folder} {reason}{advice}")


def parse_pattern(text: str | None) -> re.Pattern[str] | None:
    try:
        return re.compile(text) if text else None
    except re.error as error:
        raise CommandError(f"--leave-out: {error}") from None


def write_text(path: Path, text: str) -> None:
    """Write a file whole, or leave the one that has its name; write to a device or a pipe."""
    from app.ingest.publish import replace_atomically

    target = Path(os.path.realpath(path))  # Path.resolve() fails for a loop of links.
    if target.is_dir() or not target.parent.is_dir():
        raise CommandError(f"{path} cannot be written: name a file in a folder that exists")
    try:
        if target.exists() and not target.is_file():
            target.write_text(text, encoding="utf-8")
            return
        with replace_atomically(target) as temporary:
            temporary.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}") from None


def find_seed(settings: Settings) -> Path:
    """Return the seed folder as the user named it, or relative to the working directory."""
    folder, here = settings.seed, Path.cwd()
    if folder == find_bundled("seed") and here in folder.parents:
        return folder.relative_to(here)
    return folder


def find_own_seed(settings: Settings) -> Path:
    """Return the seed folder, unless it belongs to the installed package, which must not change."""
    if settings.seed.resolve().is_relative_to(Path(__file__).parent):
        raise CommandError(
            f"{settings.seed} belongs to the installed package; copy it with"
            f" 'cp -r {settings.seed} seed' and add --seed seed"
        )
    return find_seed(settings)


def require_outside_seed(target: Path | URL | None, settings: Settings) -> None:
    """Refuse to write a file into the seed folder, which would make the seed invalid."""
    folder = os.path.realpath(settings.seed)
    if isinstance(target, Path) and Path(os.path.realpath(target)).is_relative_to(folder):
        raise CommandError(f"{target} is in the seed folder; name another place")


def run_build(settings: Settings, target: Path | URL) -> None:
    from app.ingest.build import build

    require_outside_seed(target, settings)
    with show_status("Building the database"):
        build(find_seed(settings), settings.migrations, target)


def ensure_database(settings: Settings) -> Path | URL:
    """Build the database file if it is missing.

    A file that the user named is never replaced, whatever seed it was built from; ``bri build``
    does that, and publishes releases on PostgreSQL. The default file belongs to the seed, and is
    also built if it cannot be served.
    """
    seed_hash = compute_seed_hash(settings.seed)
    target = settings.select_database(seed_hash)
    if settings.named_database is None:
        if not is_current_release(target, seed_hash):
            run_build(settings, target)
    elif isinstance(target, Path) and not target.exists():
        run_build(settings, target)
    elif check_target(target).seed_hash != seed_hash:
        print_error(f"bri: {target} was built from another seed; 'bri build' replaces it")
    return target


def find_database(settings: Settings) -> Path | URL:
    """Return the database that a command reads; it does not create a file that the user named."""
    named = settings.named_database
    if isinstance(named, Path) and not named.exists():
        raise CommandError(f"{named} does not exist; build it with 'bri build'")
    return ensure_database(settings)


def run_tools(run: Callable[[], object]) -> None:
    """Serve tools on standard input and output, until the client closes the input."""
    if sys.stdin is None or sys.stdout is None:
        raise CommandError("standard input or output is closed")
    # A thread waits for the next line of the input, and would delay the end until there is one.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        run()
    except* OSError:
        sys.unraisablehook = str  # Python 3.13 repeats it for what is left in a buffer.
        raise CommandError("standard output cannot be written") from None


@contextmanager
def share_metrics(settings: Settings, workers: int) -> Iterator[None]:
    if not settings.metrics or workers == 1:
        yield
        return
    parent = doctor.find_metrics_folder(workers)
    with lock_temporary_folder(doctor.METRICS_PREFIX, parent) as folder:
        os.environ[METRICS_FOLDER] = folder
        try:
            yield
        finally:
            del os.environ[METRICS_FOLDER]


def run_server(
    host: str, port: int, workers: int, settings: Settings, sockets: Sequence[socket] = ()
) -> None:
    is_secure = settings.public_url is not None and settings.public_url.scheme == "https"
    # Imports create no garbage; collection is enabled again when the application is ready.
    gc.disable()
    from app.server import FAST_PATH_WARNING, has_fast_path, run

    if settings.mcp:  # Here, so that workers need not import it each.
        import_module("app.mcp")
    if not has_fast_path():
        print_error(f"bri: {FAST_PATH_WARNING}")
    options = {"host": host, "port": port, "workers": workers, "root_path": settings.root_path}
    timeout = settings.shutdown_timeout
    run(sockets, is_secure=is_secure, timeout_graceful_shutdown=timeout, **options)
