"""The settings that operators make with environment variables; their names start with BRI_."""

import os
import re
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from ipaddress import AddressValueError, IPv6Address, ip_network
from pathlib import Path
from typing import Annotated, NamedTuple

from platformdirs import user_data_path
from pydantic import (
    AfterValidator,
    AnyHttpUrl,
    BeforeValidator,
    Field,
    InstanceOf,
    ModelWrapValidatorHandler,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from app.enums import LogFormat
from app.problems.messages import VALIDATION_MESSAGES, find_nearest

MISSING_MCP = "the package 'mcp' is not installed; install bri-indicators[mcp]"
POSTGRES_DRIVER = "postgresql+psycopg"
SECRET_OPTION = re.compile("pass(?!file)|pwd|secret", re.IGNORECASE)
"""Found in the names of connection options whose values may be secrets."""
SECONDS_PER_YEAR = 365 * 24 * 60 * 60
HOST = r"[a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\]"
HOST_NAME = re.compile(HOST)
HOST_PATTERN = re.compile(rf"\*|(\*\.)?{HOST}")
"""A host name, which may begin with *. for any names below it, or * for all."""
PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*")
RATE = re.compile(r"([1-9][0-9]{0,9})\s*(?:/|\sper\s)\s*(?:([1-9][0-9]{0,9})\s+)?([a-z]+?)s?")
RATE_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 24 * 3600, "month": 30 * 24 * 3600}
RATE_UNITS["year"] = MAX_RATE_PERIOD = SECONDS_PER_YEAR
MAX_RATE = 1_000_000_000
NUMBERS = ("int_parsing", "float_parsing")
TRUSTED_PROXIES = "FORWARDED_ALLOW_IPS"
"""The setting of uvicorn; it ignores what is neither an address nor a network."""
PROTECTIONS = ("BRI_ALLOWED_HOSTS", "BRI_RATE_LIMIT")
"""Variables that would protect nothing if they were empty."""
OPTIONS = {"BRI_HOST": "--host", "BRI_PORT": "--port", "BRI_WORKERS": "--workers"}
"""Options of a command by the variables that might be expected instead of them."""

EMAIL_PATTERN = re.compile(r"[A-Za-z0-9.!#$%&*+/=?^_{|}~-]+@([^.]+\..+)")
PAGE_PATTERN = re.compile(r"https://([^/:]+|\[.+\])(:[0-9]+)?(/[A-Za-z0-9._~:/?#@!$&()*+,;=%-]*)?")
"""Both name the host, which ``is_host`` checks."""


def find_bundled(name: str) -> Path:
    """Return a folder that a wheel contains inside the package, and a checkout beside it."""
    package = Path(__file__).parent
    return package / name if (package / name).is_dir() else package.parent / name


def parse_database_url(value: object) -> object:
    """Parse the address of a PostgreSQL database; errors omit it, as it may have a password."""
    if not isinstance(value, str):
        return value
    if not value.isprintable() or "%00" in value:  # libpq reads up to the first NUL.
        raise ValueError("write it in UTF-8, without control characters")
    try:
        url = make_url(value)
    except (ArgumentError, ValueError):
        url = None
    if url is None or url.drivername != POSTGRES_DRIVER or not url.database:
        raise ValueError(f"write {POSTGRES_DRIVER}://USER:PASSWORD@HOST/DATABASE")
    if value.count("@") > 1 or "@" in f"{url.host}{url.database}":
        # What follows @ in a password, or / in a user name, is read as the host or the database.
        raise ValueError("write @ in a user name or password as %40, and / in a user name as %2F")
    if any(map(SECRET_OPTION.search, url.query)):
        raise ValueError("write the password before the host; there it never appears in messages")
    return url


def split_hosts(value: object) -> object:
    if not isinstance(value, str):
        return value
    hosts = tuple(name.strip().lower() for name in value.split(",") if name.strip())
    if not hosts or not all(is_host(host, HOST_PATTERN) for host in hosts):
        # An empty list would allow every host, the opposite of what was meant.
        raise ValueError(
            "write host names without ports, separated by commas, such as"
            " data.example,*.data.example,[::1]"
        )
    return tuple(map(normalize_host, hosts))


def is_host(text: str, pattern: re.Pattern[str] = HOST_NAME) -> bool:
    """Return whether a text is a host name, an IPv4 address, or an IPv6 address in brackets."""
    try:
        return bool(pattern.fullmatch(text.lower()) and normalize_host(text))
    except AddressValueError:
        return False


def normalize_host(host: str) -> str:
    """Write an IPv6 address in brackets as short as it can be, as those of requests are."""
    is_address = host.startswith("[") and host.endswith("]") and "*" not in host
    return f"[{IPv6Address(host[1:-1])}]" if is_address else host


def check_public_url(value: AnyHttpUrl) -> AnyHttpUrl:
    address, path = str(value), (value.path or "").rstrip("/")
    is_bare = not (value.username or value.password or "?" in address or "#" in address)
    has_host = is_host(value.host or "") and value.port != 0
    if not is_bare or not has_host or not is_plain_path(path):
        raise ValueError("write scheme, host and path only, such as https://data.example")
    return value


def is_plain_path(path: str) -> bool:
    """Return whether a path can stand in front of others: without escapes, ``.`` and ``..``."""
    return bool(PATH.fullmatch(path)) and not {".", ".."} & set(path.split("/"))


def check_database_path(value: Path) -> Path:
    if not str(value).strip():
        raise ValueError("write the path of a file, such as bri.sqlite")
    return value


def check_root_path(value: str) -> str:
    if not is_plain_path(value):
        raise ValueError("write a path without a slash at its end, such as /bri")
    return value


class Contact(NamedTuple):
    """How to reach the operator."""

    text: str
    """The email address, or the address of a page."""
    is_email: bool

    @property
    def link(self) -> str:
        return f"mailto:{self.text}" if self.is_email else self.text


def parse_contact(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = value.strip()
    is_email = "://" not in text
    match = (EMAIL_PATTERN if is_email else PAGE_PATTERN).fullmatch(text)
    if match is None or not is_host(match[1]):
        raise ValueError(
            "write an email address or the https address of a page, such as data@example.org"
            " or https://example.org/contact"
        )
    return Contact(text, is_email)


def parse_rate(value: str) -> tuple[int, int]:
    """Return a number of requests and the seconds of their period: 600/minute, 9 per 5 hours."""
    match = RATE.fullmatch(value.strip().lower())
    requests, count, unit = match.groups() if match else ("0", None, "")
    period = int(count or 1) * RATE_UNITS.get(unit, 0)
    if not (0 < int(requests) <= MAX_RATE and 0 < period <= MAX_RATE_PERIOD):
        raise ValueError("write a number of requests and a unit of time, such as 600/minute")
    return int(requests), period


def check_rate(value: str) -> str:
    parse_rate(value)
    return value


def check_migrations(value: Path) -> Path:
    text = "write the folder of Alembic migrations, which contains env.py"
    try:
        is_folder = (value / "versions").is_dir()
    except OSError as error:
        raise ValueError(f"{error.strerror}; {text}, and that this user may read") from None
    if not is_folder:
        raise ValueError(text)
    return value


def create_error(variable: str, text: str) -> InitErrorDetails:
    kind = PydanticCustomError("setting", "{text}", {"text": text})
    return InitErrorDetails(type=kind, loc=(variable,), input=None)


def list_environment_errors(fields: Iterable[str]) -> list[InitErrorDetails]:
    """List variables that would have no effect, or another one than was meant."""
    names = {f"BRI_{field.upper()}" for field in fields}
    errors = [
        create_error(name, "empty; remove it, or write what it limits")
        for name in PROTECTIONS
        if not os.environ.get(name, name)
    ]
    for name in sorted(os.environ):
        if name.upper().startswith("BRI_") and name.upper() not in names:
            option, nearest = OPTIONS.get(name.upper()), find_nearest(name[4:], fields)
            suggested = f"did you mean BRI_{nearest.upper()}?" if nearest else "remove it"
            advice = f"use the option {option}" if option else suggested
            errors.append(create_error(name, f"not a setting; {advice}"))
    try:
        for proxy in os.environ.get(TRUSTED_PROXIES, "*").replace("*", "").split(","):
            ip_network(proxy.strip() or "::")
    except ValueError:
        errors.append(create_error(TRUSTED_PROXIES, "write IP addresses or networks, or * for all"))
    return errors


def list_address_errors(settings: "Settings") -> Iterator[InitErrorDetails]:
    """List the settings with which nothing at the public address would be found."""
    if settings.public_url is None:
        return
    url, hosts, prefix = settings.public_url, settings.allowed_hosts, settings.root_path
    name = normalize_host(url.host or "")
    endings = tuple(pattern[1:] for pattern in hosts if pattern[0] == "*")
    if hosts and name not in hosts and not name.endswith(endings):
        text = f"add {name}, the host of BRI_PUBLIC_URL, to which requests would get status 421"
        yield create_error("BRI_ALLOWED_HOSTS", text)
    if not str(url).rstrip("/").endswith(prefix):
        text = f"BRI_PUBLIC_URL has to end with it, as {str(url).rstrip('/')}{prefix} does"
        yield create_error("BRI_ROOT_PATH", text)


def explain_error(details: ErrorDetails, default: object) -> str:
    """Say what is wrong with a variable; its value is repeated only where it is no secret."""
    kind, text = details["type"], details["msg"].removeprefix("Value error, ")
    if kind.startswith("url"):
        return "write an http or https address, such as https://data.example"
    if kind in VALIDATION_MESSAGES:
        context = details.get("ctx") or {}
        choices = str(context.get("expected")).replace("'", "")
        known = {**context, "found": details["input"], "choices": choices}
        text = VALIDATION_MESSAGES[kind].en.format(**known)
    return f"{text}; write one such as {default}" if kind.endswith(NUMBERS) else text


class Settings(BaseSettings):
    """The settings of a process; each is an environment variable BRI_<NAME>."""

    model_config = SettingsConfigDict(
        env_prefix="BRI_",
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        env_ignore_empty=True,
    )

    database: Annotated[Path, AfterValidator(check_database_path)] | None = None
    """The database file; by default a file in the user's data folder, named after the seed."""
    database_url: Annotated[
        Annotated[InstanceOf[URL], BeforeValidator(parse_database_url)] | None, NoDecode
    ] = None
    """The PostgreSQL database to use instead of a file."""
    pool_size: int = Field(default=10, ge=1, le=1000)
    """The largest number of database connections that a process holds for requests."""
    pool_timeout: float = Field(default=5, ge=0.1, le=300)
    """The seconds that a request waits for a connection."""
    connect_timeout: int = Field(default=3, ge=2, le=300)
    """The seconds that each host has to accept a connection."""
    statement_timeout: float = Field(default=5, ge=0.1, le=300)
    """The seconds that a statement may take."""
    verify: bool = False
    """Whether a database file of more than 16 MiB is read completely before it is served."""
    release_check: float = Field(default=1, ge=0.1, le=60)
    """The seconds between checks for a new release."""
    seed: Path = Field(default_factory=lambda: find_bundled("seed"))
    """The folder of seed files."""
    migrations: Annotated[Path, AfterValidator(check_migrations)] = Field(
        default_factory=lambda: find_bundled("migrations")
    )
    """The folder of Alembic migrations."""
    public_url: Annotated[AnyHttpUrl, AfterValidator(check_public_url)] | None = None
    """The public address of the service, used in links; by default that of each request."""
    contact: Annotated[Contact | None, BeforeValidator(parse_contact), NoDecode] = None
    """How to reach the operator: an email address, or the https address of a page. It is shown in
    pages and in the OpenAPI document."""
    root_path: Annotated[str, AfterValidator(check_root_path)] = ""
    """The path prefix that a proxy removes before it forwards a request."""
    allowed_hosts: Annotated[tuple[str, ...], NoDecode, BeforeValidator(split_hosts)] = ()
    """The host names that requests may have, separated by commas. A name may begin with *. for all
    names below it; * alone allows every name, which is the default."""
    rate_limit: Annotated[str, AfterValidator(check_rate)] | None = None
    """The number of requests that one client may send to each process, such as 600/minute; by
    default unlimited."""
    max_connections: int = Field(default=900, ge=8, le=1_000_000)
    """The largest number of connections of clients that a process holds."""
    max_client_connections: int = Field(default=100, ge=1, le=1_000_000)
    """The largest number of them that one client may hold; trusted proxies may hold any number."""
    shutdown_timeout: int = Field(default=8, ge=1, le=3600)
    """The seconds in which requests in progress may finish when the service stops; less than the
    ten after which Docker kills a container."""
    access_log: LogFormat = LogFormat.OFF
    """The format of the access log, one line per request: off, text or json."""
    metrics: bool = False
    """Whether /metrics serves metrics for Prometheus."""
    mcp: bool = False
    """Whether /mcp serves tools for language models."""
    data_max_age: int = Field(default=300, ge=0, le=SECONDS_PER_YEAR)
    """The seconds for which caches may reuse a response with data."""
    pages_max_age: int = Field(default=3600, ge=0, le=SECONDS_PER_YEAR)
    """The seconds for which caches may reuse a page or the OpenAPI document."""
    files_max_age: int = Field(default=86_400, ge=0, le=SECONDS_PER_YEAR)
    """The seconds for which caches may reuse a static file."""
    stale_while_revalidate: int = Field(default=86_400, ge=0, le=SECONDS_PER_YEAR)
    """The seconds for which caches may still reuse a stale response while they fetch a new one."""
    cache_entries: int = Field(default=4096, ge=0, le=1_000_000)
    """The largest number of responses that a process caches; 0 disables the cache."""
    cache_bytes: int = Field(default=32 * 1024**2, ge=0, le=64 * 1024**3)
    """The largest number of bytes that the cached responses of a process take."""

    @model_validator(mode="wrap")
    @classmethod
    def report_all_errors(
        cls, values: object, validate: ModelWrapValidatorHandler["Settings"]
    ) -> "Settings":
        """Report all errors together, by the names of variables, and in words for operators."""
        errors = list_environment_errors(cls.model_fields)
        try:
            settings = validate(values)
        except ValidationError as error:
            for details in error.errors():
                field = str(details["loc"][0]).lower().removeprefix("bri_")
                text = explain_error(details, cls.model_fields[field].default)
                errors.append(create_error(f"BRI_{field.upper()}", text))
        else:
            errors += list_address_errors(settings)
        if errors:
            raise ValidationError.from_exception_data(cls.__name__, errors, hide_input=True)
        return settings

    @field_validator("mcp")
    @classmethod
    def require_mcp_package(cls, value: bool) -> bool:  # noqa: FBT001 (Pydantic's signature.)
        if value and find_spec("mcp") is None:
            raise ValueError(MISSING_MCP)
        return value

    @field_validator("database_url")
    @classmethod
    def reject_two_databases(cls, value: URL | None, info: ValidationInfo) -> URL | None:
        if value is not None and info.data.get("database") is not None:
            raise ValueError("BRI_DATABASE or --database is set too; set only one of them")
        return value

    @property
    def named_database(self) -> Path | URL | None:
        """The database that the user has named; without one, the file for the seed is used."""
        return self.database_url or self.database

    def select_database(self, seed_hash: str) -> Path | URL:
        if self.named_database is not None:
            return self.named_database
        try:
            # Not before: the user of a container may have no home folder.
            folder = user_data_path("bri-indicators")
        except RuntimeError:
            raise OSError("you have no home folder; set HOME or BRI_DATABASE") from None
        return folder / f"{seed_hash[:16]}.sqlite"
