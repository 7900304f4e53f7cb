"""The command line: bri serve, build, check, doctor, diff, freeze, openapi, mcp."""

import gc
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from sqlalchemy import URL

from app.db import DatabaseError, ReleaseInfo, inspect_release, is_current_release
from app.db.models import SCHEMA_REVISION
from app.doctor import check_address
from app.ingest.files import compute_seed_hash, list_seed_files
from app.ingest.issues import BuildError, SeedError
from app.settings import Settings

app = typer.Typer(
    help="Belt and Road Cooperation Indicators: build the database and serve the API.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

DatabaseOption = Annotated[
    Path | None,
    typer.Option(
        help="The database file. Without it a file of this seed's own is used.", show_default=False
    ),
]
SeedOption = Annotated[
    Path | None,
    typer.Option(
        help="The folder of seed files. Without it the one that came along.", show_default=False
    ),
]


HSTS = ("strict-transport-security", "max-age=31536000")
"""Tells browsers to come by TLS alone from now on."""


class CommandError(Exception):
    """The command cannot do what was asked; the message says why."""


def print_error(line: str) -> None:
    """Write a line to standard error."""
    typer.echo(line, err=True)


@contextmanager
def exit_on_error() -> Iterator[None]:
    """End with exit code 1 and a line for each thing that is wrong, never with a traceback."""
    try:
        yield
    except SeedError as error:
        print_error(f"bri: the seed has {len(error.issues)} faults; nothing was written")
        for fault in error.issues:
            print_error(str(fault))
        raise typer.Exit(1) from None
    except ValidationError as error:
        for wrong in error.errors():
            name = "_".join(str(part) for part in wrong["loc"]).upper().removeprefix("BRI_")
            said = wrong["msg"].removeprefix("Value error, ")
            print_error(f"bri: BRI_{name}: {said}" if name else f"bri: {said}")
        raise typer.Exit(1) from None
    except (BuildError, DatabaseError, CommandError) as error:
        print_error(f"bri: {error}")
        raise typer.Exit(1) from None
    except OSError as error:
        print_error(f"bri: {error.filename or ''}: {error.strerror or error}")
        raise typer.Exit(1) from None


def load_settings(database: Path | None, seed: Path | None = None, **more: bool) -> Settings:
    """Join the options of a command with the environment."""
    if database is not None and ":/" in str(database):
        raise CommandError("--database names a file; give an address as BRI_DATABASE_URL")
    given = {"database": database and database.absolute(), "seed": seed and seed.absolute()}
    options: Any = {name: value for name, value in given.items() if value is not None} | more
    settings = Settings(**options)
    if not settings.seed.is_dir():
        raise CommandError(f"{settings.seed} is no folder of seed files")
    return settings


def run_build(settings: Settings, target: Path | URL) -> None:
    """Build the database, with a sign of life where somebody watches."""
    from rich.console import Console  # noqa: PLC0415

    from app.ingest.build import build  # noqa: PLC0415

    with Console(stderr=True).status("Building the database"):
        build(settings.seed, settings.migrations, target)


@app.command("build")
def build_database(database: DatabaseOption = None, seed: SeedOption = None) -> None:
    """Build the database from the seed files and put it in place, whole or not at all."""
    with exit_on_error():
        settings = load_settings(database, seed)
        target = settings.select_database(compute_seed_hash(settings.seed))
        run_build(settings, target)
        typer.echo(f"{target} built from {len(list_seed_files(settings.seed))} seed files")


@app.command()
def check(
    database: DatabaseOption = None,
    seed: SeedOption = None,
    write: Annotated[  # noqa: FBT002
        bool,
        typer.Option(
            "--write-schemas", help="Also write JSON Schemas for editors to seed/.schemas."
        ),
    ] = False,
) -> None:
    """Check the seed files, and the database if one is named; change nothing."""
    from app.ingest.build import load_valid_seed  # noqa: PLC0415
    from app.ingest.json_schemas import write_schemas  # noqa: PLC0415

    with exit_on_error():
        settings = load_settings(database, seed)
        load_valid_seed(settings.seed)
        typer.echo(f"{len(list_seed_files(settings.seed))} seed files are right")
        if write:
            write_schemas(settings.seed)
            typer.echo(f"schemas written to {settings.seed / '.schemas'}")
        if (target := settings.database_url or settings.database) is not None:
            check_database(settings, target)


@app.command()
def doctor(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8000,
    database: DatabaseOption = None,
    seed: SeedOption = None,
) -> None:
    """Say in plain words what would keep the service from working, and what to do."""
    from app.doctor import run_checks  # noqa: PLC0415

    with exit_on_error():
        settings = load_settings(database, seed)
        findings = list(run_checks(settings, host, port))
        for one in findings:
            typer.echo(f"{'well' if one.is_well else 'ILL':4}  {one.name:15}  {one.told}")
        if not all(one.is_well for one in findings):
            raise typer.Exit(1)


def check_servable(target: Path | URL) -> ReleaseInfo:
    """Look at a database and refuse one that this program cannot serve."""
    held = inspect_release(target)
    if held.revision != SCHEMA_REVISION:
        raise CommandError(
            f"{target} has schema revision {held.revision}, this program needs {SCHEMA_REVISION}; "
            "build it anew with 'bri build'"
        )
    return held


def check_database(settings: Settings, target: Path | URL) -> None:
    """Say whether a database can be served and is that of the seed."""
    held = check_servable(target)
    if held.seed_hash != compute_seed_hash(settings.seed):
        raise CommandError(f"{target} was built from another seed; build it anew with 'bri build'")
    typer.echo(f"{target} is the database of this seed")


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(help="A seed folder or a database file.", exists=True)],
    new: Annotated[Path, typer.Argument(help="Another one, which is newer.", exists=True)],
    as_json: Annotated[  # noqa: FBT002
        bool, typer.Option("--json", help="Print JSON instead of a table.")
    ] = False,
) -> None:
    """Show what leads from one data set to another: records and fields, with both values."""
    from app.ingest.diff import format_json, format_table, read_records  # noqa: PLC0415
    from app.ingest.history import list_differences  # noqa: PLC0415

    with exit_on_error():
        before, after = read_records(old), read_records(new)
        found = list_differences(before, after)
        typer.echo((format_json if as_json else format_table)(found), nl=False)


@app.command()
def freeze(seed: SeedOption = None) -> None:
    """Record what the newest release holds, before the files change for the next one."""
    from app.ingest.build import load_valid_seed  # noqa: PLC0415
    from app.ingest.diff import freeze_release  # noqa: PLC0415

    with exit_on_error():
        settings = load_settings(None, seed)
        path = freeze_release(load_valid_seed(settings.seed), settings.seed)
        typer.echo(f"{path} written; add a new file to releases/ before anything else changes")


@app.command()
def openapi(
    database: DatabaseOption = None,
    server: Annotated[
        str, typer.Option(help="The address of the service that the document names.")
    ] = "http://127.0.0.1:8000",
) -> None:
    """Print the OpenAPI document, with examples from the database."""
    from app.application import create_app  # noqa: PLC0415
    from app.openapi.document import write_document  # noqa: PLC0415

    with exit_on_error():
        settings = load_settings(database)
        ensure_database(settings)
        described = create_app(settings)
        typer.echo(write_document(described, server.rstrip("/")))
        described.state.releases.close()


def ensure_database(settings: Settings) -> Path | URL:
    """Build the file if there is none, or if it is of another seed or revision.

    Whoever serves from PostgreSQL only reads there; a release is made by ``bri build`` alone.
    """
    digest = compute_seed_hash(settings.seed)
    target = settings.select_database(digest)
    if isinstance(target, URL):
        check_servable(target)
    elif not is_current_release(target, digest):
        run_build(settings, target)
    return target


@app.command()
def mcp(database: DatabaseOption = None, seed: SeedOption = None) -> None:
    """Serve the data as tools for language models, on standard input and output."""
    with exit_on_error():
        settings = load_settings(database, seed, mcp=True)
        from app.db import create_store  # noqa: PLC0415
        from app.mcp.server import create_server  # noqa: PLC0415
        from app.releases import ReleaseManager  # noqa: PLC0415

        with closing(ReleaseManager(create_store(ensure_database(settings)))) as releases:
            releases.get_release()
            create_server(releases, str(settings.public_url or "")).run("stdio")


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="How many processes answer.")] = 1,
    database: DatabaseOption = None,
    seed: SeedOption = None,
) -> None:
    """Serve the API; the file is built first if there is none or the seed has changed."""
    with exit_on_error():
        settings = load_settings(database, seed)
        check_port(host, port)
        target = ensure_database(settings)
        shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104
        base = str(settings.public_url or f"http://{shown}:{port}").rstrip("/")
        typer.echo(f"Page      {base}{settings.root_path}/")
        typer.echo(f"Docs      {base}{settings.root_path}/docs")
        typer.echo(f"Database  {target}")
        os.environ["BRI_SEED"] = str(settings.seed)
        if isinstance(target, Path):
            os.environ["BRI_DATABASE"] = str(target)
        with share_metrics(settings, workers):
            run_server(host, port, workers, settings)


@contextmanager
def share_metrics(settings: Settings, workers: int) -> Iterator[None]:
    """Give several processes a folder in which they share what they count."""
    if not settings.metrics or workers == 1:
        yield
        return
    with TemporaryDirectory(prefix="bri-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        yield


def run_server(host: str, port: int, workers: int, settings: Settings) -> None:
    """Run the server processes until they are told to stop."""
    is_secure = settings.public_url is not None and settings.public_url.scheme == "https"
    if workers == 1:
        gc.disable()  # Imports make no garbage; the application turns it on when it is made.
    import uvicorn  # noqa: PLC0415

    from app.server import SLOWER, ServerProtocol, has_fast_path  # noqa: PLC0415

    if not has_fast_path():
        print_error(f"bri: {SLOWER}")
    uvicorn.run(
        "app.application:create_from_environment",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        root_path=settings.root_path,
        headers=[HSTS] if is_secure else [],
        http=ServerProtocol,
        ws="none",
        timeout_worker_healthcheck=30,
        server_header=False,
        log_level="warning",
        access_log=False,
    )


def check_port(host: str, port: int) -> None:
    """Say so at once if the address cannot be listened on."""
    try:
        check_address(host, port)
    except OSError as error:
        raise CommandError(
            f"cannot listen on {host}:{port}: {error.strerror or error}; try another --port"
        ) from None


if __name__ == "__main__":
    app()
