"""What an operator can set, by environment variables that start with BRI_."""

import os
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

from platformdirs import user_data_path
from pydantic import (
    AfterValidator,
    AnyHttpUrl,
    BeforeValidator,
    Field,
    InstanceOf,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from app.enums import LogFormat

SCHEME = "postgresql+psycopg"

YEAR = 365 * 24 * 60 * 60


def find_bundled(name: str) -> Path:
    """Find a folder that travels inside the wheel, or stands beside the package in a checkout."""
    package = Path(__file__).parent
    return package / name if (package / name).is_dir() else package.parent / name


def parse_server_url(value: object) -> object:
    """Read the address of PostgreSQL; what is refused is not repeated, since it holds a password.

    Raises:
        ValueError: if it is no such address.
    """
    if not isinstance(value, str):
        return value
    try:
        url = make_url(value)
    except (ArgumentError, ValueError):
        url = None
    if url is None or url.drivername != SCHEME or not url.database:
        raise ValueError(f"write {SCHEME}://USER:PASSWORD@HOST/DATABASE")
    if {"password", "sslpassword"} & url.query.keys():
        raise ValueError("write the password before the host, where it is kept out of messages")
    return url


def split_names(value: object) -> object:
    """Read names parted by commas."""
    if not isinstance(value, str):
        return value
    return tuple(name.strip().lower() for name in value.split(",") if name.strip())


def parse_rate(value: str | None) -> str | None:
    """Check a rate such as 600/minute.

    Raises:
        ValueError: if it is none.
    """
    if value is not None:
        from limits import parse  # noqa: PLC0415

        try:
            parse(value)
        except ValueError:
            said = "write a number of requests and a time, as 600/minute or 10/second"
            raise ValueError(said) from None
    return value


ServerUrl = Annotated[InstanceOf[URL], BeforeValidator(parse_server_url)]


class Settings(BaseSettings):
    """The settings of one process; each can be given as BRI_<NAME>."""

    model_config = SettingsConfigDict(
        env_prefix="BRI_",
        frozen=True,
        use_attribute_docstrings=True,
        extra="forbid",
        hide_input_in_errors=True,
        env_ignore_empty=True,
    )

    database: Path | None = None
    """The database file; by default a file in the user's data folder, named by the seed."""
    database_url: Annotated[ServerUrl | None, NoDecode] = None
    """The PostgreSQL database that takes the place of a file."""
    pool_size: int = Field(default=10, ge=1, le=1000)
    """How many connections a process holds to answer requests, at the most."""
    pool_timeout: float = Field(default=5, gt=0, le=300)
    """How many seconds a request waits for one of them."""
    connect_timeout: int = Field(default=3, ge=2, le=300)
    """How many seconds each server has to accept a connection."""
    statement_timeout: float = Field(default=5, gt=0, le=300)
    """How many seconds a statement may take."""
    release_check: float = Field(default=1, ge=0.1, le=60)
    """How many seconds pass between two looks for a new release."""
    seed: Path = Field(default_factory=lambda: find_bundled("seed"))
    """The folder of seed files."""
    migrations: Path = Field(default_factory=lambda: find_bundled("migrations"))
    """The folder of schema revisions."""
    public_url: AnyHttpUrl | None = None
    """The address that the outside sees, for links; by default that of each request."""
    root_path: str = Field(default="", pattern=r"^(/[^/\s]+)*$")
    """The path prefix that a proxy strips before it passes a request on."""
    allowed_hosts: Annotated[tuple[str, ...], NoDecode, BeforeValidator(split_names)] = ()
    """The names that requests may ask for, parted by commas, * for any part; all without it."""
    rate_limit: Annotated[str | None, AfterValidator(parse_rate)] = None
    """How often one client may ask each process, such as 600/minute; as often as it likes without
    it."""
    access_log: LogFormat = LogFormat.OFF
    """Whether each request is told of in a line of the log: off, text, or json."""
    metrics: bool = False
    """Whether /metrics gives numbers for Prometheus."""
    mcp: bool = False
    """Whether the tools for language models are served at /mcp."""
    data_max_age: int = Field(default=300, ge=0, le=YEAR)
    """For how many seconds caches may use an answer with data."""
    pages_max_age: int = Field(default=3600, ge=0, le=YEAR)
    """For how many seconds caches may use a page or the OpenAPI document."""
    files_max_age: int = Field(default=86_400, ge=0, le=YEAR)
    """For how many seconds caches may use a file that a page loads."""
    stale_while_revalidate: int = Field(default=86_400, ge=0, le=YEAR)
    """For how many seconds after that they may use it while they ask for a newer one."""
    cache_entries: int = Field(default=4096, ge=0, le=1_000_000)
    """How many finished answers a process keeps; 0 keeps none."""
    cache_bytes: int = Field(default=32 * 1024**2, ge=0, le=64 * 1024**3)
    """How many bytes of memory they may take."""

    @model_validator(mode="after")
    def reject_unknown(self) -> "Settings":
        """Refuse a variable that is no setting, since it may be a misspelt one."""
        names = {f"BRI_{name.upper()}" for name in type(self).model_fields}
        for found in sorted(os.environ):
            if found.upper().startswith("BRI_") and found.upper() not in names:
                (nearest,) = get_close_matches(found.upper(), names, n=1, cutoff=0) or [""]
                raise ValueError(f"{found} is no setting; did you mean {nearest}?")
        return self

    @field_validator("mcp")
    @classmethod
    def require_package(cls, value: bool) -> bool:  # noqa: FBT001
        """Refuse what needs a package that is not installed."""
        if value and find_spec("mcp") is None:
            raise ValueError("install bri-indicators[mcp], or leave it out")
        return value

    @field_validator("database_url")
    @classmethod
    def reject_both(cls, value: URL | None, info: ValidationInfo) -> URL | None:
        """Refuse two databases at once."""
        if value is not None and info.data.get("database") is not None:
            raise ValueError("BRI_DATABASE (or --database) names another database; set only one")
        return value

    def select_database(self, seed_hash: str) -> Path | URL:
        """Choose the database: the one that is set, or a file of this seed's own."""
        if self.database_url is not None:
            return self.database_url
        return self.database or user_data_path("bri-indicators") / f"{seed_hash[:16]}.sqlite"
