"""A static edition behind web servers: types, ranges, and a query of a table over HTTP."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import duckdb
import duckdb_extension_httpfs
import httpx2
import pytest

from tests.support.processes import find_free_port
from tests.support.reverse_proxies import NGINX, write_nginx
from tests.support.static_edition import list_files, run_listening_server, serve_folder

pytestmark = [pytest.mark.sqlite, pytest.mark.resources]
KNOWN_TO_PYTHON = {".html", ".json", ".xml", ".csv", ".md", ".txt", ".svg", ".png", ".css", ".js"}
"""The suffixes whose types every host knows."""
DOWNLOAD = "application/octet-stream"
EQUIVALENT = {
    "application/xml": {"text/xml"},
    "application/atom+xml": {"text/xml", "application/xml"},
    "text/javascript": {"application/javascript"},
    "text/markdown": {"text/plain"},
}
"""Types that are also correct, as hosts name them: llms.txt is Markdown and plain text."""
SAMPLE = r"""
index.html en/index.html en/v1/topics.json en/v1/observations.csv en/v1/observations.jsonl
en/v1/observations.parquet en/v1/outcomes.md
en/v1/indicators.xlsx en/v1/dataset.zip en/v1/changes.atom.xml en/v1/catalog.jsonld
en/v1/catalog.ttl en/v1/indicators/goods-trade/chart.svg en/v1/indicators/goods-trade/chart.png
en/llms.txt sitemap.xml robots.txt openapi.json static/site.css static/page.js
static/fonts/BRISans-Regular.woff2 .well-known/api-catalog
"""


@pytest.fixture(scope="module")
def python_host(edition: Path) -> Iterator[str]:
    """Serve the edition with the server of the standard library."""
    with serve_folder(edition) as base:
        yield base


@pytest.fixture(scope="module")
def nginx_host(edition: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the edition with nginx as the guide configures it, and once more in a folder."""
    if NGINX is None and not os.environ.get("CI"):
        pytest.skip("no nginx on this machine")
    port, folder = find_free_port(), tmp_path_factory.mktemp("nginx")
    site = folder / "site"
    site.mkdir()
    for path in edition.iterdir():
        (site / path.name).symlink_to(path)
    (site / "edition").symlink_to(edition)
    replacements = {"listen 80;": f"listen 127.0.0.1:{port};", "/srv/bri": str(site)}
    with run_listening_server(
        write_nginx(folder, replacements, page="static-edition"), port
    ) as base:
        yield base


def get_type(base: str, path: str) -> str:
    """Request a file, and return its media type."""
    served = httpx2.get(f"{base}/{path}")
    assert served.status_code == 200, path
    return served.headers["content-type"].partition(";")[0]


@pytest.fixture
def types(edition: Path) -> dict[str, set[str]]:
    """Read which media types of each file are correct: that of the service, and plainer ones."""
    return {
        file["path"]: {file["media_type"], *EQUIVALENT.get(file["media_type"], ())}
        for file in list_files(edition)
    }


def test_the_types_of_nginx_are_those_of_the_service(
    types: dict[str, set[str]], nginx_host: str
) -> None:
    for path in SAMPLE.split():
        assert get_type(nginx_host, path) in types[path], path


def test_the_types_of_python_are_known_or_downloads(
    types: dict[str, set[str]], python_host: str
) -> None:
    for path in SAMPLE.split():
        found = get_type(python_host, path)
        is_known = Path(path).suffix in KNOWN_TO_PYTHON
        assert found in (types[path] if is_known else {*types[path], DOWNLOAD}), path


def test_nginx_finds_addresses_without_suffix_and_sends_ranges(nginx_host: str) -> None:
    whole = httpx2.get(f"{nginx_host}/en/v1/topics.json")
    short = httpx2.get(f"{nginx_host}/en/v1/topics")
    assert short.content == whole.content
    assert short.headers["access-control-allow-origin"] == "*"
    assert httpx2.get(f"{nginx_host}/en/editions").headers["content-type"].startswith("text/html")
    assert "charset=utf-8" in httpx2.get(f"{nginx_host}/zh/llms.txt").headers["content-type"]
    part = httpx2.get(f"{nginx_host}/en/v1/topics.json", headers={"Range": "bytes=0-9"})
    assert (part.status_code, part.content) == (206, whole.content[:10])
    for path in ("/en/v1/topics/nothing.json", "/en/v1/series/", "/.well-known/"):
        assert httpx2.get(f"{nginx_host}{path}").status_code == 404, path


def test_nginx_serves_an_edition_in_a_folder_of_its_site(edition: Path, nginx_host: str) -> None:
    response = httpx2.get(f"{nginx_host}/edition/.well-known/api-catalog")
    assert response.content == (edition / ".well-known" / "api-catalog").read_bytes()
    assert response.headers["content-type"] == "application/linkset+json"
    assert httpx2.get(f"{nginx_host}/edition/en/").headers["content-type"].startswith("text/html")


def test_duckdb_reads_a_table_over_http(nginx_host: str) -> None:
    (extension,) = Path(duckdb_extension_httpfs.__file__).parent.rglob("*.duckdb_extension")
    with duckdb.connect() as database:
        database.load_extension(str(extension))
        query = "SELECT count(*) FROM read_parquet($1) WHERE series = $2"
        url = f"{nginx_host}/en/v1/observations.parquet"
        key = "goods-trade.CN.BRI.partner-2025.CNY.P12M"
        assert database.execute(query, [url, key]).fetchone() != (0,)


def test_digests_are_checked_with_sha256sum(edition: Path) -> None:
    command = ["sha256sum", "--check", "--quiet", "SHA256SUMS"]
    subprocess.run(command, cwd=edition, check=True)
