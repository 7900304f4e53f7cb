"""The command line: serve, build, check, check-quote, import, doctor, diff, export and others."""

import os
from contextlib import closing
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from app import __version__, commands, doctor
from app.doctor import format_count
from app.enums import LogFormat, OpenApiVersion
from app.i18n import Language
from app.ingest.files import compute_seed_hash, list_seed_files
from app.parameters import MAXIMUM_QUOTATION
from app.settings import MISSING_MCP

# Without markup, help and errors are plain lines, without frames and types of options.
app = typer.Typer(
    cls=commands.Commands,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
)

DEFAULT_URL = "http://127.0.0.1:8000"
OFFLINE = {
    "public_url": None,
    "root_path": "",
    "allowed_hosts": (),
    "rate_limit": None,
    "access_log": LogFormat.OFF,
    "metrics": False,
    "mcp": False,
    "cache_entries": 0,
}
"""The settings of an application that no client can reach."""
BaseUrlOption = Annotated[
    str | None,
    typer.Option(
        help="The address at which the folder will be served."
        f" By default, BRI_PUBLIC_URL or {DEFAULT_URL}.",
        show_default=False,
    ),
]
LeaveOutOption = Annotated[
    str | None,
    typer.Option(
        metavar="REGEX",
        help=r"Write no files for paths that match, such as '/chart\.'; the guide has details.",
        show_default=False,
    ),
]


def print_version(is_requested: bool) -> None:  # noqa: FBT001 (Typer passes it by position.)
    if is_requested:
        typer.echo(f"bri {__version__}")
        raise typer.Exit


@app.callback()
def main(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Belt and Road Cooperation Indicators: build the database and serve the API."""
    del version
    commands.open_standard_streams()


@app.command("build")
def build_database(
    database: commands.DatabaseOption = None, seed: commands.SeedOption = None
) -> None:
    """Build the database from the seed files. It replaces the previous one atomically."""
    with commands.exit_on_error():
        settings = commands.load_settings(database, seed)
        target = settings.select_database(compute_seed_hash(settings.seed))
        commands.run_build(settings, target)
        count = format_count(len(list_seed_files(settings.seed)), "seed file")
        typer.echo(f"{target} built from {count}")


@app.command()
def check(
    *,
    database: commands.CheckedDatabaseOption = None,
    seed: commands.SeedOption = None,
    write_schemas: Annotated[
        bool,
        typer.Option(
            "--write-schemas", help="Also write the JSON Schemas for editors to seed/.schemas."
        ),
    ] = False,
) -> None:
    """Check the seed files, and the database if one is named."""
    from app.ingest import schema
    from app.ingest.build import load_valid_seed
    from app.ingest.integrity import find_warnings

    with commands.exit_on_error():
        settings = commands.load_settings(database, seed)
        folder = commands.find_own_seed(settings) if write_schemas else commands.find_seed(settings)
        warnings = find_warnings(load_valid_seed(folder))
        for warning in warnings:
            commands.print_error(str(warning))
        typer.echo(f"{format_count(len(list_seed_files(folder)), 'file')} valid")
        if write_schemas:
            schema.write_schemas(folder)
            typer.echo(f"schemas written to {folder / '.schemas'}")
        if (target := settings.named_database) is not None:
            seed_hash = compute_seed_hash(folder)
            typer.echo(doctor.check_database(target, seed_hash))


@app.command("import")
def import_rows(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file, one figure per row.")],
    checked_on: Annotated[
        datetime,
        typer.Option(
            formats=["%Y-%m-%d"],
            metavar="YYYY-MM-DD",
            help="The day on which the rows were compared with their sources.",
            default_factory=lambda: datetime.now(UTC),
            show_default="today",
        ),
    ],
    seed: commands.SeedOption = None,
) -> None:
    """Add figures, and their sources, from a CSV file to the seed."""
    from app.ingest.imports import import_file

    with commands.exit_on_error(file):
        folder = commands.find_own_seed(commands.load_settings(None, seed))
        done = import_file(folder, file, checked_on.date())
        for notice in done.notices:
            commands.print_error(str(notice))
        rows = format_count(done.count_rows(), "row")
        sources = format_count(done.count_sources(), "new source")
        typer.echo(f"{rows} and {sources} written to {folder}")


@app.command("doctor")
def run_doctor(
    host: commands.HostOption = "127.0.0.1",
    port: commands.PortOption = 8000,
    database: commands.DatabaseOption = None,
    seed: commands.SeedOption = None,
) -> None:
    """Check what the service needs, and say how to fix problems."""
    with commands.exit_on_error():
        settings, invalid = commands.load_valid_settings(database, seed)
        results = list(doctor.run_checks(settings, invalid, host, port))
        for result in results:
            status = "OK" if result.is_ok else "FAIL"
            typer.echo(commands.format_line(f"{status:4}  {result.name:15}  {result.message}"))
        if not all(result.is_ok for result in results):
            raise typer.Exit(1)


@app.command()
def diff(
    *,
    old: Annotated[Path, typer.Argument(metavar="OLD", help="A database file or seed folder.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The one to compare it with.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Compare two databases or seed folders, field by field."""
    from app.ingest.diff import format_changes, format_json, read_corrections, read_records
    from app.ingest.history import list_differences

    with commands.exit_on_error():
        for path in (old, new):
            if not path.exists():
                raise typer.BadParameter(
                    f"{path} does not exist; name a database file, such as one that was built"
                    " before the change, or a seed folder"
                )
        for folder in filter(Path.is_dir, (old, new)):
            commands.check_seed_folder(folder)
        changes = list_differences(read_records(old), read_records(new), read_corrections(new))
        typer.echo((format_json if as_json else format_changes)(changes), nl=False)


@app.command()
def freeze(seed: commands.SeedOption = None) -> None:
    """Save the newest release before you change files for the next."""
    from app.ingest.build import load_valid_seed
    from app.ingest.history import freeze_release

    with commands.exit_on_error():
        folder = commands.find_own_seed(commands.load_settings(None, seed))
        path = freeze_release(load_valid_seed(folder))
        typer.echo(f"{path} written; add a new file to releases/ before you change other files")


@app.command()
def openapi(
    database: commands.DatabaseOption = None,
    server: Annotated[
        str, typer.Option(help="The address of the service that the document names.")
    ] = DEFAULT_URL,
    version: Annotated[
        OpenApiVersion, typer.Option("--openapi-version", help="The version of OpenAPI.")
    ] = OpenApiVersion.V3_1,
    language: Annotated[
        Language, typer.Option("--lang", help="The language of the texts.")
    ] = Language.ENGLISH,
    output: Annotated[
        Path | None,
        typer.Option(help="The file to write. By default, standard output.", show_default=False),
    ] = None,
) -> None:
    """Print the OpenAPI document, with examples from the database."""
    import msgspec

    from app.application import create_app

    with commands.exit_on_error():
        settings = commands.load_settings(database, address_option="--server", public_url=server)
        commands.require_outside_seed(output, settings)
        commands.find_database(settings)
        application = create_app(settings)
        documents = application.state.documents
        rendered = documents.render(version, str(settings.public_url).rstrip("/"), language)
        document = msgspec.json.format(rendered, indent=2).decode()
        application.state.releases.close()
        if output is None:
            typer.echo(document)
        else:
            commands.write_text(output, f"{document}\n")


@app.command()
def export(  # noqa: PLR0913 (Each is an option of the command.)
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="A folder that is new, empty, or an earlier export."),
    ],
    *,
    base_url: BaseUrlOption = None,
    compress: Annotated[
        str, typer.Option(help="Also write compressed copies: br, zst or gz, separated by commas.")
    ] = "",
    max_records: Annotated[
        int, typer.Option(metavar="N", min=1, help="Longer collections are written as tables only.")
    ] = 10_000,
    leave_out: LeaveOutOption = None,
    database: commands.DatabaseOption = None,
    seed: commands.SeedOption = None,
) -> None:
    """Write everything as files that any web server can serve."""
    from app.application import create_app
    from app.export import ExportError, ExportOptions, export_release, parse_codings

    with commands.exit_on_error():
        more = {"public_url": base_url} if base_url else {}
        settings = commands.load_settings(database, seed, **more)
        commands.require_outside_seed(folder, settings)
        address = str(settings.public_url or DEFAULT_URL).rstrip("/")
        commands.find_database(settings)
        application = create_app(settings.model_copy(update=OFFLINE))
        try:
            with commands.show_status("Writing the static edition"):
                codings, left_out = parse_codings(compress), commands.parse_pattern(leave_out)
                options = ExportOptions(address, codings, max_records, left_out)
                router = application.request_router
                done = export_release(application, router, folder, options)
        except ExportError as error:
            raise commands.CommandError(str(error)) from None
        finally:
            application.state.releases.close()
        written = f"{done.changed:,} of them new or changed"
        typer.echo(f"{folder} has {done.files:,} files, {done.size / 1e6:,.1f} MB; {written}")


@app.command()
def mcp(database: commands.DatabaseOption = None, seed: commands.SeedOption = None) -> None:
    """Serve tools for language models on standard input and output."""
    with commands.exit_on_error():
        if find_spec("mcp") is None:
            raise commands.CommandError(MISSING_MCP)
        settings = commands.load_settings(database, seed)
        from app.db import create_store
        from app.mcp import create_server, serve_standard_streams
        from app.releases import ReleaseManager

        with closing(ReleaseManager(create_store(commands.find_database(settings)))) as releases:
            releases.get_release()
            public_url = str(settings.public_url).rstrip("/") if settings.public_url else None
            commands.run_tools(lambda: serve_standard_streams(create_server(releases, public_url)))


@app.command("check-quote")
def check_quote(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The text; - for standard input.")],
    asked_on: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            metavar="YYYY-MM-DD",
            help="The day from which “last year” is counted. By default, today in Beijing.",
        ),
    ] = None,
    language: Annotated[
        Language, typer.Option("--lang", help="The language of the findings.")
    ] = Language.ENGLISH,
    database: commands.DatabaseOption = None,
    seed: commands.SeedOption = None,
) -> None:
    """Check the figures quoted in a text. The command exits with 1 if any differs."""
    with commands.exit_on_error():
        from app.db import Database, FileLimits, create_store
        from app.formats.sentences import describe_quotations
        from app.releases import open_release

        quotation = commands.read_standard_input(4 * MAXIMUM_QUOTATION) if text == "-" else text
        commands.require_utf_8(quotation)
        if not quotation.strip() or len(quotation) > MAXIMUM_QUOTATION:
            raise commands.CommandError(f"the text has to have 1 to {MAXIMUM_QUOTATION} characters")
        target = commands.find_database(commands.load_settings(database, seed))
        store = create_store(target, file_limits=FileLimits(verify=True))
        release = open_release(Database(store))
        with closing(release.database):
            checked = release.check_quotation(quotation, asked_on and asked_on.date(), language)
        typer.echo(describe_quotations(checked, language))
        if any(item["findings"] for item in checked["items"]):
            raise typer.Exit(1)


@app.command()
def serve(  # noqa: PLR0913 (Each is an option of the command.)
    host: commands.HostOption = "127.0.0.1",
    port: commands.PortOption = 8000,
    workers: Annotated[
        int, typer.Option(metavar="N", min=1, max=64, help="The number of processes.")
    ] = 1,
    database: commands.DatabaseOption = None,
    seed: commands.SeedOption = None,
    *,
    verify: Annotated[
        bool, typer.Option("--verify", help="Also verify a database of more than 16 MiB.")
    ] = False,
) -> None:
    """Serve the API; build a missing database first. Sockets of systemd replace host and port."""
    with commands.exit_on_error():
        settings = commands.load_settings(database, seed)
        if verify:
            settings = settings.model_copy(update={"verify": True})
        from app.server import take_passed_sockets

        if sockets := take_passed_sockets():
            host, port = sockets[0].getsockname()[:2]
        else:
            doctor.check_port(host, port)
        target = commands.ensure_database(settings)
        shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 (only printed)
        shown = f"[{shown}]" if ":" in shown else shown
        base = str(settings.public_url or f"http://{shown}:{port}{settings.root_path}").rstrip("/")
        commands.print_addresses(f"Page      {base}/\nDocs      {base}/docs\nDatabase  {target}")
        os.environ["BRI_SEED"] = str(settings.seed.absolute())
        os.environ["BRI_VERIFY"] = str(settings.verify)
        if isinstance(target, Path):
            os.environ["BRI_DATABASE"] = str(target)
        with commands.share_metrics(settings, workers):
            commands.run_server(host, port, workers, settings, sockets)
