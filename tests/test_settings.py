"""Settings are validated, and unknown environment variables refused."""

from importlib.util import find_spec
from pathlib import Path

import pytest
from pydantic import ValidationError

from app import settings
from app.settings import Settings, parse_rate
from tests.support.processes import run_bri


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("public_url", "https://user:secret@data.example", "scheme, host and path only"),
        ("public_url", "https://data.example/?lang=zh", "scheme, host and path only"),
        ("public_url", "https://data.example/#top", "scheme, host and path only"),
        ("contact", "operator", "an email address or the https address"),
        ("contact", "http://data.example/contact", "an email address or the https address"),
        ("contact", "javascript:alert(1)", "an email address or the https address"),
        ("rate_limit", "0/minute", "such as 600/minute"),
        ("rate_limit", "often", "such as 600/minute"),
        ("allowed_hosts", " , ", "without ports, separated by commas"),
        ("allowed_hosts", "https://data.example", "without ports, separated by commas"),
        ("public_url", "https://data.example/p/?", "scheme, host and path only"),
        ("public_url", "https://data.example:0", "scheme, host and path only"),
        ("public_url", "https://*.example", "scheme, host and path only"),
        ("public_url", "https://..", "scheme, host and path only"),
        ("public_url", "https://data.example/';alert(1)//", "scheme, host and path only"),
        ("database", " ", "write the path of a file"),
        ("root_path", "/../x", "a path without a slash at its end"),
        ("root_path", "/bri/", "a path without a slash at its end"),
        ("rate_limit", "600/minute;1/second", "such as 600/minute"),
        ("rate_limit", "5/0 minute", "such as 600/minute"),
        ("rate_limit", "600/2 year", "such as 600/minute"),
        ("rate_limit", "9999999999/second", "such as 600/minute"),
        ("rate_limit", f"1{'0' * 5000}/second", "such as 600/minute"),
        ("rate_limit", "5/fortnight", "such as 600/minute"),
        ("allowed_hosts", "::1", "without ports"),
        ("allowed_hosts", "data.example:8000", "without ports"),
        ("allowed_hosts", "data.example.", "without ports"),
        ("allowed_hosts", "data.*", "without ports"),
        ("allowed_hosts", "*.*", "without ports"),
        ("allowed_hosts", "a.*.example", "without ports"),
        ("allowed_hosts", "data.example;other.example", "without ports, separated by commas"),
        ("allowed_hosts", "[::::]", "without ports, separated by commas"),
        ("contact", "https://a`b", "an email address or the https address"),
        ("contact", "https://[:::]/", "an email address or the https address"),
        ("contact", "https://a@b/", "an email address or the https address"),
        ("contact", "a@b", "an email address or the https address"),
        ("pool_timeout", "1e-9", "1e-9 is too small; use at least 0.1"),
        ("pool_timeout", "5s", "5s is not a number; write one such as 5"),
        ("cache_bytes", "10MB", "10MB is not an integer; write one such as 33554432"),
        ("cache_entries", "9999999", "9999999 is too large; use at most 1000000"),
        ("metrics", "x", "x is not true, false, 1 or 0"),
        ("access_log", "xml", "xml is unknown; use one of off, text or json"),
        ("public_url", "data.example", "write an http or https address"),
        ("migrations", "/", "write the folder of Alembic migrations"),
    ],
)
def test_invalid_settings_are_refused(name: str, value: str, message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate({name: value})
    (details,) = caught.value.errors()
    assert details["loc"] == (f"BRI_{name.upper()}",)
    assert message in details["msg"]
    assert "secret" not in f"{caught.value} {details}"


@pytest.mark.parametrize("host", ["a..b", ".a.b", "a.b.", "a b.c", "a.b`", "数据.example", "*.a"])
def test_the_same_host_names_are_refused_everywhere(host: str) -> None:
    for name, value in (
        ("contact", f"https://{host}/"),
        ("contact", f"data@{host}"),
        ("public_url", f"https://{host}"),
        ("allowed_hosts", host),
    ):
        # Pydantic rewrites names in other scripts, and a pattern may have an asterisk.
        if (name, host) in {("public_url", "数据.example"), ("allowed_hosts", "*.a")}:
            continue
        with pytest.raises(ValidationError, match=r"write|valid URL"):
            Settings.model_validate({name: value})


@pytest.mark.parametrize(
    "contact",
    [
        "https://[2001:db8::1]:8443/a?b#c",
        "https://Data_1.example",
        "https://192.0.2.1",
        "a+b@A.b-c",
    ],
)
def test_contacts(contact: str) -> None:
    found = Settings.model_validate({"contact": contact}).contact
    assert found is not None
    assert found.text == contact


@pytest.mark.parametrize("name", ["BRI_ALLOWED_HOSTS", "BRI_RATE_LIMIT"])
def test_a_protection_that_is_empty_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "")
    with pytest.raises(ValidationError, match=f"{name}\n *empty; remove it"):
        Settings()


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("10/minute", (10, 60)),
        ("10 per 2 hour", (10, 7200)),
        (" 100/5 Minutes ", (100, 300)),
        ("1/second", (1, 1)),
        ("9 / day", (9, 86_400)),
        ("9 per month", (9, 30 * 86_400)),
        ("1000000000/year", (1_000_000_000, 365 * 86_400)),
    ],
)
def test_rates_are_accepted(text: str, rate: tuple[int, int]) -> None:
    assert Settings.model_validate({"rate_limit": text}).rate_limit == text
    assert parse_rate(text) == rate


def test_valid_settings_are_accepted() -> None:
    settings = Settings.model_validate(
        {
            "allowed_hosts": "data.example, *.Data.example,127.0.0.1,[::1]",
            "rate_limit": "600/minute",
            "public_url": "https://data.example/bri",
            "contact": "data@example.org",
        }
    )
    assert settings.allowed_hosts == ("data.example", "*.data.example", "127.0.0.1", "[::1]")
    assert str(settings.public_url) == "https://data.example/bri"
    assert settings.contact == ("data@example.org", True)
    page = Settings.model_validate({"contact": "https://example.org/contact"}).contact
    assert page
    assert page.link == "https://example.org/contact"


@pytest.mark.parametrize(
    "url",
    [
        "u:secret@secret@127.0.0.1/bri",
        "u/x:secret@127.0.0.1/bri",
        "u:s@ecret/secret@127.0.0.1/bri",
        "u:p@127.0.0.1/bri?passwd=secret",
        "u:p@127.0.0.1/bri?oauth_client_secret=secret",
        "u:secret@127.0.0.1:secret/bri",
    ],
)
def test_no_part_of_a_password_is_shown(url: str) -> None:
    done = run_bri("serve", BRI_DATABASE_URL=f"postgresql+psycopg://{url}")
    assert done.exit_code == 1
    assert done.stderr.startswith("bri: BRI_DATABASE_URL: write ")
    assert "secret" not in done.stdout + done.stderr


def test_a_password_with_escapes_is_accepted() -> None:
    text = "postgresql+psycopg://a%2Fb:c%40d/e:f#g?h@127.0.0.1/bri?passfile=x"
    url = Settings.model_validate({"database_url": text}).database_url
    assert url is not None
    assert (url.username, url.password, url.host) == ("a/b", "c@d/e:f#g?h", "127.0.0.1")


@pytest.mark.parametrize(
    ("hosts", "prefix", "message"),
    [
        ("other.example", "", "add data.example, the host of BRI_PUBLIC_URL"),
        ("*.data.example", "", "add data.example, the host of BRI_PUBLIC_URL"),
        ("*", "/bri", "to end with it, as https://data.example/bri does"),
        ("", "/bri", "to end with it, as https://data.example/bri does"),
    ],
)
def test_settings_that_miss_the_public_address_are_refused(
    hosts: str, prefix: str, message: str
) -> None:
    given = {"public_url": "https://data.example", "root_path": prefix}
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate(given | ({"allowed_hosts": hosts} if hosts else {}))
    (details,) = caught.value.errors()
    assert message in details["msg"]


@pytest.mark.parametrize("hosts", ["a.example,data.example", "*.example", "*", "[::1],*.example"])
def test_settings_that_fit_the_public_address_are_accepted(hosts: str) -> None:
    url = "https://Data.example/gov/bri/"
    given = {"public_url": url, "root_path": "/bri", "allowed_hosts": hosts}
    assert Settings.model_validate(given).root_path == "/bri"
    address = {"public_url": "https://[2001:db8::0:1]", "allowed_hosts": "[2001:DB8::1]"}
    assert Settings.model_validate(address).allowed_hosts == ("[2001:db8::1]",)


@pytest.mark.parametrize("name", ["workers", "port", "host"])
def test_an_option_that_is_set_as_a_variable_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(f"BRI_{name.upper()}", "2")
    with pytest.raises(ValidationError, match=f"not a setting; use the option --{name}"):
        Settings()


def test_a_misspelt_variable_is_refused(tmp_path: Path) -> None:
    done = run_bri("build", "--database", str(tmp_path / "a.sqlite"), BRI_DATABSE_URL="x")
    assert done.exit_code == 1
    assert "BRI_DATABSE_URL: not a setting; did you mean BRI_DATABASE_URL?" in done.stderr


def test_a_variable_like_no_setting_suggests_none(tmp_path: Path) -> None:
    done = run_bri("build", "--database", str(tmp_path / "a.sqlite"), BRI_FOO="x")
    assert "BRI_FOO: not a setting; remove it\n" in done.stderr


def test_all_mistakes_are_reported_together(tmp_path: Path) -> None:
    wrong = {"BRI_RATE_LIMIT": "foo", "BRI_METRICS": "x", "BRI_FOO": "1"}
    database = str(tmp_path / "a.sqlite")
    done = run_bri("build", "--database", database, **wrong, FORWARDED_ALLOW_IPS="::1,10.0.0.0/8,a")
    assert done.exit_code == 1
    names = [line.split(": ")[1] for line in done.stderr.splitlines()]
    assert sorted(names) == sorted([*wrong, "FORWARDED_ALLOW_IPS"])
    allowed = "::1, 10.0.0.0/8,127.0.0.1"
    assert run_bri("build", "--database", database, FORWARDED_ALLOW_IPS=allowed).exit_code == 0


@pytest.mark.skipif(find_spec("mcp") is None, reason="needs the package mcp")
def test_the_tools_can_be_enabled() -> None:
    assert Settings.model_validate({"mcp": "true"}).mcp


def test_a_named_database_needs_no_home_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """The user of a container may have none."""

    def fail(_: str) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(settings, "user_data_path", fail)
    named = Settings.model_validate({"database": "/srv/bri/bri.sqlite"})
    assert named.select_database("hash") == Path("/srv/bri/bri.sqlite")
