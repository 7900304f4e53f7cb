"""Tells an operator in plain words what is wrong, and what to do about it."""

import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL

from app.db import DatabaseError, inspect_release
from app.db.models import SCHEMA_REVISION
from app.ingest.files import compute_seed_hash, list_seed_files
from app.ingest.issues import SeedError
from app.settings import Settings

MIN_FREE_BYTES = 100 * 1024**2
"""The bytes that should be free where a database is built and downloads are made."""


class CheckFailedError(Exception):
    """Something that is wrong; the message says what, and what to do."""


@dataclass(frozen=True)
class Finding:
    """What one examination came to."""

    name: str
    told: str
    is_well: bool


def run_checks(settings: Settings, host: str, port: int) -> Iterator[Finding]:
    """Examine everything that serving needs, each thing for itself."""
    examinations: tuple[tuple[str, Callable[[], str]], ...] = (
        ("settings", describe_settings),
        ("seed", lambda: check_seed(settings.seed)),
        ("migrations", lambda: check_migrations(settings.migrations)),
        ("database", lambda: check_database(settings)),
        ("disk", lambda: check_free_space(settings)),
        ("temporary files", check_temporary_files),
        ("port", lambda: check_port(host, port)),
        ("server", check_server),
    )
    for name, examine in examinations:
        try:
            yield Finding(name, examine(), is_well=True)
        except CheckFailedError as found:
            yield Finding(name, str(found), is_well=False)


def describe_settings() -> str:
    """Name what is set; that the settings are right is known by now."""
    names = sorted(name for name in os.environ if name.upper().startswith("BRI_"))
    return f"{', '.join(names)} set, all right" if names else "none set, the defaults hold"


def check_seed(folder: Path) -> str:
    """Validate all seed files."""
    from app.ingest.build import load_valid_seed  # noqa: PLC0415

    try:
        load_valid_seed(folder)
    except SeedError as error:
        raise CheckFailedError(
            f"{len(error.issues)} faults in {folder}, the first: {error.issues[0]}; "
            "run 'bri check' to see all"
        ) from None
    return f"{len(list_seed_files(folder))} files are right"


def check_migrations(folder: Path) -> str:
    """Compare the newest schema revision with the one that the program needs."""
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(folder))
    try:
        newest = ScriptDirectory.from_config(config).get_current_head()
    except Exception as error:  # noqa: BLE001
        raise CheckFailedError(
            f"{folder} cannot be read ({error}); install the program anew"
        ) from None
    if newest != SCHEMA_REVISION:
        raise CheckFailedError(
            f"{folder} ends with {newest}, this program needs {SCHEMA_REVISION}; unset "
            "BRI_MIGRATIONS or install the program anew"
        )
    return f"up to {newest}, as this program needs"


def check_database(settings: Settings) -> str:
    """Open the database, and compare it with the seed."""
    digest = compute_seed_hash(settings.seed)
    target = settings.select_database(digest)
    if isinstance(target, Path) and not target.exists():
        return f"{target} is not built yet; 'bri serve' or 'bri build' does it"
    try:
        held = inspect_release(target)
    except DatabaseError as error:
        raise CheckFailedError(str(error)) from None
    if held.revision != SCHEMA_REVISION:
        raise CheckFailedError(
            f"{target} has schema revision {held.revision}, this program needs {SCHEMA_REVISION}; "
            "run 'bri build'"
        )
    if held.seed_hash != digest:
        raise CheckFailedError(f"{target} was built from another seed; run 'bri build'")
    return f"{target} is whole and of this seed"


def check_free_space(settings: Settings) -> str:
    """Look for room where the database is built."""
    target = settings.select_database(compute_seed_hash(settings.seed))
    if isinstance(target, URL):
        return "the database is on a server"
    folder = next(one for one in target.absolute().parents if one.exists())
    if not os.access(folder, os.W_OK):
        raise CheckFailedError(
            f"{folder} cannot be written to; a new release could not be put in place there"
        )
    free = shutil.disk_usage(folder).free
    if free < MIN_FREE_BYTES:
        raise CheckFailedError(
            f"only {free // 1024**2} MB are free in {folder}; a build may not fit"
        )
    return f"{free // 1024**2} MB are free in {folder}"


def check_temporary_files() -> str:
    """Write a temporary file, as workbooks and Parquet need."""
    try:
        with tempfile.TemporaryFile() as file:
            file.write(b"bri")
    except OSError as error:
        raise CheckFailedError(
            f"none can be written ({error.strerror}); .xlsx and .parquet would fail: mount a "
            "writable /tmp, or set TMPDIR"
        ) from None
    return f"can be written in {tempfile.gettempdir()}"


def check_server() -> str:
    """Check whether cached responses can be sent by the parser."""
    from app.server import SLOWER, has_fast_path  # noqa: PLC0415  # Few commands need uvicorn.

    if not has_fast_path():
        raise CheckFailedError(f"{SLOWER}; install the versions of requirements.lock")
    return "cached responses are sent by the parser"


def check_port(host: str, port: int) -> str:
    """Look whether the address can be listened on."""
    try:
        check_address(host, port)
    except OSError as error:
        raise CheckFailedError(
            f"cannot listen on {host}:{port} ({error.strerror or error}); a server may be running "
            "there, else try another --port"
        ) from None
    return f"{host}:{port} is free"


def check_address(host: str, port: int) -> None:
    """Bind to an address and let go of it.

    Raises:
        OSError: if it cannot be listened on.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
