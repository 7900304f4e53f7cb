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

from app.addressing import listen_once
from app.database import DatabaseError, Held, inspect, is_current
from app.models import SCHEMA_REVISION
from app.seeding.faults import BuildError, SeedError
from app.seeding.files import seed_files, seed_hash
from app.settings import Settings

app = typer.Typer(
    help="Belt and Road Cooperation Indicators: build the database and serve the API.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

Database = Annotated[
    Path | None,
    typer.Option(
        help="The database file. Without it a file of this seed's own is used.", show_default=False
    ),
]
Seed = Annotated[
    Path | None,
    typer.Option(
        help="The folder of seed files. Without it the one that came along.", show_default=False
    ),
]


HSTS = ("strict-transport-security", "max-age=31536000")
"""Tells browsers to come by TLS alone from now on."""


class RefusedError(Exception):
    """The command cannot do what was asked; the message says why."""


def complain(line: str) -> None:
    """Write a line to standard error."""
    typer.echo(line, err=True)


@contextmanager
def one_line_errors() -> Iterator[None]:
    """End with exit code 1 and a line for each thing that is wrong, never with a traceback."""
    try:
        yield
    except SeedError as error:
        complain(f"bri: the seed has {len(error.faults)} faults; nothing was written")
        for fault in error.faults:
            complain(str(fault))
        raise typer.Exit(1) from None
    except ValidationError as error:
        for wrong in error.errors():
            name = "_".join(str(part) for part in wrong["loc"]).upper().removeprefix("BRI_")
            said = wrong["msg"].removeprefix("Value error, ")
            complain(f"bri: BRI_{name}: {said}" if name else f"bri: {said}")
        raise typer.Exit(1) from None
    except (BuildError, DatabaseError, RefusedError) as error:
        complain(f"bri: {error}")
        raise typer.Exit(1) from None
    except OSError as error:
        complain(f"bri: {error.filename or ''}: {error.strerror or error}")
        raise typer.Exit(1) from None


def configured(database: Path | None, seed: Path | None = None, **more: bool) -> Settings:
    """Join the options of a command with the environment."""
    if database is not None and ":/" in str(database):
        raise RefusedError("--database names a file; give an address as BRI_DATABASE_URL")
    given = {"database": database and database.absolute(), "seed": seed and seed.absolute()}
    options: Any = {name: value for name, value in given.items() if value is not None} | more
    settings = Settings(**options)
    if not settings.seed.is_dir():
        raise RefusedError(f"{settings.seed} is no folder of seed files")
    return settings


def built(settings: Settings, target: Path | URL) -> None:
    """Build the database, with a sign of life where somebody watches."""
    from rich.console import Console  # noqa: PLC0415

    from app.seeding.build import build  # noqa: PLC0415

    with Console(stderr=True).status("Building the database"):
        build(settings.seed, settings.migrations, target)


@app.command("build")
def build_database(database: Database = None, seed: Seed = None) -> None:
    """Build the database from the seed files and put it in place, whole or not at all."""
    with one_line_errors():
        settings = configured(database, seed)
        target = settings.database_for(seed_hash(settings.seed))
        built(settings, target)
        typer.echo(f"{target} built from {len(seed_files(settings.seed))} seed files")


@app.command()
def check(
    database: Database = None,
    seed: Seed = None,
    write: Annotated[  # noqa: FBT002
        bool,
        typer.Option(
            "--write-schemas", help="Also write JSON Schemas for editors to seed/.schemas."
        ),
    ] = False,
) -> None:
    """Check the seed files, and the database if one is named; change nothing."""
    from app.seeding.build import valid_seed  # noqa: PLC0415
    from app.seeding.json_schemas import write_schemas  # noqa: PLC0415

    with one_line_errors():
        settings = configured(database, seed)
        valid_seed(settings.seed)
        typer.echo(f"{len(seed_files(settings.seed))} seed files are right")
        if write:
            write_schemas(settings.seed)
            typer.echo(f"schemas written to {settings.seed / '.schemas'}")
        if (target := settings.database_url or settings.database) is not None:
            check_database(settings, target)


@app.command()
def doctor(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8000,
    database: Database = None,
    seed: Seed = None,
) -> None:
    """Say in plain words what would keep the service from working, and what to do."""
    from app.doctor import examined  # noqa: PLC0415

    with one_line_errors():
        settings = configured(database, seed)
        findings = list(examined(settings, host, port))
        for one in findings:
            typer.echo(f"{'well' if one.is_well else 'ILL':4}  {one.name:15}  {one.told}")
        if not all(one.is_well for one in findings):
            raise typer.Exit(1)


def servable(target: Path | URL) -> Held:
    """Look at a database and refuse one that this program cannot serve."""
    held = inspect(target)
    if held.revision != SCHEMA_REVISION:
        raise RefusedError(
            f"{target} has schema revision {held.revision}, this program needs {SCHEMA_REVISION}; "
            "build it anew with 'bri build'"
        )
    return held


def check_database(settings: Settings, target: Path | URL) -> None:
    """Say whether a database can be served and is that of the seed."""
    held = servable(target)
    if held.seed_hash != seed_hash(settings.seed):
        raise RefusedError(f"{target} was built from another seed; build it anew with 'bri build'")
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
    from app.seeding.comparing import printed_json, printed_table, records_at  # noqa: PLC0415
    from app.seeding.history import differences  # noqa: PLC0415

    with one_line_errors():
        before, after = records_at(old), records_at(new)
        found = differences(before, after)
        typer.echo((printed_json if as_json else printed_table)(found), nl=False)


@app.command()
def freeze(seed: Seed = None) -> None:
    """Record what the newest release holds, before the files change for the next one."""
    from app.seeding.build import valid_seed  # noqa: PLC0415
    from app.seeding.comparing import frozen  # noqa: PLC0415

    with one_line_errors():
        settings = configured(None, seed)
        path = frozen(valid_seed(settings.seed), settings.seed)
        typer.echo(f"{path} written; add a new file to releases/ before anything else changes")


@app.command()
def openapi(
    database: Database = None,
    server: Annotated[
        str, typer.Option(help="The address of the service that the document names.")
    ] = "http://127.0.0.1:8000",
) -> None:
    """Print the OpenAPI document, with examples from the database."""
    from app.main import create_app  # noqa: PLC0415
    from app.openapi import printed  # noqa: PLC0415

    with one_line_errors():
        settings = configured(database)
        ensure(settings)
        described = create_app(settings)
        typer.echo(printed(described, server.rstrip("/")))
        described.state.library.close()


def ensure(settings: Settings) -> Path | URL:
    """Build the file if there is none, or if it is of another seed or revision.

    Whoever serves from PostgreSQL only reads there; a release is made by ``bri build`` alone.
    """
    digest = seed_hash(settings.seed)
    target = settings.database_for(digest)
    if isinstance(target, URL):
        servable(target)
    elif not is_current(target, digest):
        built(settings, target)
    return target


@app.command()
def mcp(database: Database = None, seed: Seed = None) -> None:
    """Serve the data as tools for language models, on standard input and output."""
    with one_line_errors():
        settings = configured(database, seed, mcp=True)
        from app.context import Library  # noqa: PLC0415
        from app.database import storage  # noqa: PLC0415
        from app.mcp.server import server  # noqa: PLC0415

        with closing(Library(storage(ensure(settings)))) as library:
            library.current()
            server(library, str(settings.public_url or "")).run("stdio")


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="How many processes answer.")] = 1,
    database: Database = None,
    seed: Seed = None,
) -> None:
    """Serve the API; the file is built first if there is none or the seed has changed."""
    with one_line_errors():
        settings = configured(database, seed)
        refuse_taken(host, port)
        target = ensure(settings)
        shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104
        base = str(settings.public_url or f"http://{shown}:{port}").rstrip("/")
        typer.echo(f"Page      {base}{settings.root_path}/")
        typer.echo(f"Docs      {base}{settings.root_path}/docs")
        typer.echo(f"Database  {target}")
        os.environ["BRI_SEED"] = str(settings.seed)
        if isinstance(target, Path):
            os.environ["BRI_DATABASE"] = str(target)
        with shared_numbers(settings, workers):
            run(host, port, workers, settings)


@contextmanager
def shared_numbers(settings: Settings, workers: int) -> Iterator[None]:
    """Give several processes a folder in which they share what they count."""
    if not settings.metrics or workers == 1:
        yield
        return
    with TemporaryDirectory(prefix="bri-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        yield


def run(host: str, port: int, workers: int, settings: Settings) -> None:
    """Run the server processes until they are told to stop."""
    is_secure = settings.public_url is not None and settings.public_url.scheme == "https"
    if workers == 1:
        gc.disable()  # Imports make no garbage; the application turns it on when it is made.
    import uvicorn  # noqa: PLC0415

    uvicorn.run(
        "app.main:application",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        root_path=settings.root_path,
        headers=[HSTS] if is_secure else [],
        http=protocol(),
        ws="none",
        timeout_worker_healthcheck=30,
        server_header=False,
        log_level="warning",
        access_log=False,
    )


def protocol() -> Any:  # noqa: ANN401
    """Choose the protocol that answers from the cache, where the server is one that it fits."""
    try:
        from app.caching.protocol import Protocol, is_as_expected  # noqa: PLC0415
    except ImportError:
        return "auto"
    return Protocol if is_as_expected() else "auto"


def refuse_taken(host: str, port: int) -> None:
    """Say so at once if the address cannot be listened on."""
    try:
        listen_once(host, port)
    except OSError as error:
        raise RefusedError(
            f"cannot listen on {host}:{port}: {error.strerror or error}; try another --port"
        ) from None


if __name__ == "__main__":
    app()
