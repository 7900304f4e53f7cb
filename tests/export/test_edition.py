"""The static edition: its links, its files beside the responses of the service, and its client."""

import asyncio
import json
import re
from io import BytesIO
from operator import itemgetter
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pyarrow.feather
import pyarrow.parquet
import pytest
from starlette.types import Receive, Scope, Send

from app.application import App
from app.export import DISCOVERY_LINK, PERMANENT_LINK, Exporter, requests
from app.export.addresses import HOST, Address, Layout
from app.export.files import ExportFolder
from app.export.plan import Collections
from app.export.search_index import list_terms
from app.i18n import Language
from app.request import MAX_BUFFERED
from tests import vendored
from tests.support.client import AppClient
from tests.support.seeds import ROOT
from tests.support.static_edition import BASE, find_broken, list_files

pytestmark = pytest.mark.sqlite
SERVICE = "http://testserver"
INSERTED = re.compile(r'  <meta (http-equiv|name="(referrer|search-index)").*\n')
"""What a file has instead of headers."""
ATTRIBUTE = re.compile(r'\b(href|src|srcset|action|data-document)="(?!https?:|#|data:)[^"]*"')
MANIFEST_LINK = re.compile(r'"(id|start_url|scope|src)": "[^"]*"')
LOCAL = "http://127.0.0.1:8000"
"""The address in examples of requests to a service."""
ADDRESS = re.compile(
    rf"({'|'.join(map(re.escape, (SERVICE, BASE, LOCAL)))})[A-Za-z0-9._~%=+,:@/?;&#\\-]*"
)
BINARY = {".parquet", ".arrow", ".xlsx", ".zip"}
RECORDS = (
    Address("/v1/observations/import-share.CN.BRI.partner-2025.PT.P12M.2024-01.scio-2025-01-15"),
    Address("/v1/series/goods-trade.CN.BRI.partner-2025.CNY.P12M", (), Language.CHINESE),
    Address("/v1/observations"),
    Address("/v1/sources/scio-2025-01-15/passages"),
    Address("/v1/sources/scio-2025-01-15/citation.ris"),
    Address("/v1/observations.csv", (("indicator", "goods-trade"),)),
    Address("/sources/scio-2025-01-15", (), Language.CHINESE),
    Address("/sources/scio-2025-01-15/passages"),
)
"""What the edition of the tests leaves out, because it belongs to a long collection."""


FORM = re.compile(
    r'\s*(?:<a (?:[^<>]* )?href="(?:https?://[^/"]+)?/(?:(?:v1/)?quotation-check|compare|history)\?[^"]*"[^>]*>'
    r"[^<]*</a>"
    r'|<li class="form-link">.*?</li>|<section id="console">.*?</section>'
    r'|<p class="note">(?:This page describes a running|本页说明运行中的)[^<]*</p>)',
    re.DOTALL,
)
"""What only a service can answer: forms and links to them; and the note in their place."""


DROPPED = re.compile(
    r"(?:\s*·|[,，])?\s*<(?:img|source|meta|(?P<anchor>a))\s[^<>]*?"
    r'(?:/|="|-)(?:chart|overview)(?:,[^"]*)?\.(?:png|svg|vl|xlsx)\b[^<>]*>(?(anchor).*?</a>)'
    r'|\s*(?:<meta (?:property="og:image:|name="twitter:card")[^>]*>|</?picture>)',
    re.DOTALL,
)
"""The charts, most of which the edition of the tests leaves out."""
EMPTIED = re.compile(
    r"\s*(?:<dt>(?:Chart|图表)</dt>\s*<dd>\s*</dd>"
    r'|<(li|noscript|p class="note")>\s*</\w+>|<span class="files">[^<]*</span>)'
)


def mask_links(content: bytes, media_type: str) -> str:
    """Mask every link, so that only the rest of two contents is compared."""
    text = content.decode()
    if media_type == "text/html":
        for pattern in (DISCOVERY_LINK, PERMANENT_LINK, DROPPED, FORM, INSERTED, EMPTIED):
            text = pattern.sub("", text)
        text = ATTRIBUTE.sub(r'\1="LINK"', text)
    if media_type == "application/manifest+json":
        text = MANIFEST_LINK.sub("LINK", text)
    return ADDRESS.sub("LINK", text)


def read_tables(content: bytes, path: str) -> Any:
    """Read a binary file as values, or as texts without links."""
    if path.endswith(".parquet"):
        rows = pyarrow.parquet.read_table(pyarrow.BufferReader(content)).to_pylist()
        # A table of a long collection has another order.
        return sorted(rows, key=itemgetter("id")) if "observations" in path else rows
    if path.endswith(".arrow"):
        return pyarrow.feather.read_table(pyarrow.BufferReader(content)).to_pylist()
    with ZipFile(BytesIO(content)) as packed:
        return {name: mask_links(packed.read(name), "") for name in packed.namelist()}


def test_every_link_leads_to_a_file(edition: Path) -> None:
    assert find_broken(edition) == []
    for path in edition.rglob("*.*"):
        if path.is_file():
            assert HOST.encode() not in path.read_bytes(), path


def test_no_page_promises_what_the_edition_does_not_have(edition: Path) -> None:
    """Most of the charts are left out; there is one release, and nothing to ask on a day."""
    for path in edition.glob("*/**/*.html"):
        text = path.read_text("utf-8")
        assert not re.search(r'<(img|source) [^<>]*(src|srcset)="[^"]*\.html"', text), path
        assert not re.search(r'"og:image" content="[^"]*\.html"', text), path
        assert not re.search(r'href="[^"]*\.html"[^<>]*>(PNG|SVG|Vega-Lite)</a>', text), path
        assert not re.search(r">(Known then|当时已知)</a>", text), path
        assert "data-permanent" not in text, path


def test_links_to_a_language_are_in_that_language(edition: Path) -> None:
    for page in ("index.html", "en/v1/index.html", "zh/v1/index.html"):
        links = re.findall(r'<a href="([^"]+)" lang="(\w+)">', (edition / page).read_text("utf-8"))
        assert links, page
        assert all(f"{language}/" in target for target, language in links), page


def test_the_embeds_that_pages_offer_are_files(edition: Path) -> None:
    for folder in ("en/indicators", "zh/series"):
        offered = {
            path
            for page in (edition / folder).glob("*.html")
            for path in re.findall(r"\w\w/embed/[\w/.-]+\.html", page.read_text("utf-8"))
        }
        assert len(offered) > 5
        assert all((edition / path).is_file() for path in offered)


def test_files_are_the_responses_of_the_service(edition: Path, client: AppClient) -> None:
    compared: dict[str, int] = {}
    for file in list_files(edition):
        path, address, media_type = file["path"], file["address"], file["media_type"]
        is_binary = Path(path).suffix in BINARY
        if not address or "chart." in path or (is_binary and path.startswith("zh/")):
            continue
        served = client.get(address)
        assert served.status_code == 200, address
        assert served.headers["content-type"].partition(";")[0] == media_type
        content = (edition / path).read_bytes()
        if is_binary:
            assert read_tables(content, path) == read_tables(served.content, path), path
        elif media_type.startswith(("text/", "application/")) and "sqlite" not in media_type:
            assert mask_links(content, media_type) == mask_links(served.content, media_type), path
        else:
            assert content == served.content, path
        compared[media_type] = compared.get(media_type, 0) + 1
    assert {"text/html", "application/json", "text/csv", "application/atom+xml"} <= compared.keys()


def test_records_of_long_collections_are_the_responses_of_the_service(
    app: App, client: AppClient, tmp_path: Path
) -> None:
    folder = ExportFolder(tmp_path / "records")
    layout = Layout(app.request_router, BASE)
    exporter = Exporter(app, layout, folder, Collections({}, frozenset(), []))
    for address in RECORDS:
        asyncio.run(exporter.export(address))
    folder.finish({})
    for address in RECORDS:
        served = client.get(address.target)
        content = (folder.path / layout.name_file(address)).read_bytes()
        media_type = served.headers["content-type"].partition(";")[0]
        assert mask_links(content, media_type) == mask_links(served.content, media_type)


def test_long_responses_are_complete(newest: AppClient, tmp_path: Path) -> None:
    app = newest.app
    assert isinstance(app, App)
    address = Address("/v1/dataset.sqlite")
    folder, layout = ExportFolder(tmp_path / "site"), Layout(app.request_router, BASE)
    exporter = Exporter(app, layout, folder, Collections({}, frozenset(), []))
    asyncio.run(exporter.export(address))
    folder.finish({})
    digest = app.state.releases.get_release().database.digest
    assert folder.files["v1/dataset.sqlite"].digest == digest
    assert folder.files["v1/dataset.sqlite"].size > MAX_BUFFERED


def test_a_request_that_a_busy_service_refuses_is_repeated(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "PAUSES", (0, 0))
    address, refusals = Address("/v1/units"), [503, 503]

    async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
        if not refusals:
            await app(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": refusals.pop(), "headers": []})
        await send({"type": "http.response.body", "body": b"busy"})

    body = bytearray()
    reply = asyncio.run(requests.request(refuse, address, BASE, body.extend))
    assert (reply.status, refusals) == (200, [])
    assert json.loads(body)["items"]
    refusals += [503, 503, 503]
    with pytest.raises(requests.ExportError, match="was answered with 503: busy"):
        asyncio.run(requests.request(refuse, address, BASE, body.extend))


def test_long_tables_are_sorted_by_series_and_period(edition: Path) -> None:
    file = edition / "en" / "v1" / "observations,vintages=all.parquet"
    rows = pyarrow.parquet.read_table(file).to_pylist()
    assert rows == sorted(rows, key=itemgetter("series", "period_start", "period_end"))
    assert not (edition / "en" / "v1" / "observations.json").exists()


def test_pages_of_a_list_follow_each_other(edition: Path) -> None:
    numbers: list[str] = []
    items: list[str] = []
    url = f"{BASE}/en/v1/changes.json"
    while url:
        page = json.loads((edition / url.removeprefix(f"{BASE}/")).read_text())
        items += [item["id"] for item in page["items"]]
        url = page["next"]
        numbers += re.findall(r"page=(\d+)", url or "")
    assert numbers == [str(number) for number in range(2, len(numbers) + 2)]
    assert len(items) == len(set(items)) == page["total"]


@pytest.mark.parametrize("language", Language)
def test_the_index_finds_what_the_search_finds_first(
    edition: Path, client: AppClient, language: Language
) -> None:
    """Read the index as the script does: a record has all terms of the query."""
    stored = json.loads((edition / language / "search.json").read_text())["index"]
    index = dict(stored["index"])
    for words in ("digital economy", "贸易", "agreements", "ecns"):
        terms = [one for one in list_terms(words) if len(one) > 1]
        found = set.intersection(
            *({number for field in index[term].values() for number in field} for term in terms)
        )
        keys = {stored["documentIds"][number] for number in found}
        served = client.get("/v1/search", params={"q": words, "lang": language, "limit": 100})
        for hit in served.json()["items"]:
            if hit["kind"] not in {"observation", "growth_rate", "source", "series"}:
                assert f"{hit['kind']} {hit['code']}" in keys, (words, hit)


def test_the_openapi_document_describes_the_files(edition: Path) -> None:
    # Its import takes seconds, which every worker would spend when it collects the tests.
    import openapi_spec_validator  # noqa: PLC0415

    text = (edition / "openapi.json").read_text()
    assert "127.0.0.1" not in text, "examples lead to files too"
    document = json.loads(text)
    openapi_spec_validator.validate(document)
    paths = [edition / "en" / "v1.json", *edition.glob("en/v1/**/*.*")]
    files = {path.relative_to(edition / "en").as_posix() for path in paths}
    described = set()
    for path, item in document["paths"].items():
        parameters = item["get"].get("parameters", [])
        values = {parameter["name"]: parameter["example"] for parameter in parameters}
        folder = edition if "servers" in item else edition / "en"
        assert (folder / path[1:].format_map(values)).is_file(), "examples have files"
        pattern = re.compile(re.sub(r"\\{\w+\\}", "[^/,]+", re.escape(path[1:])))
        own = {file for file in files if pattern.fullmatch(file)}
        assert own or "servers" in item, path
        described |= own
    assert {one for one in files - described if one.endswith(".json")} == set()
    assert "parameters" not in document["paths"]["/v1/topics.json"]["get"]
    pages = document["paths"]["/v1/changes,page={page}.json"]["get"]
    assert pages["operationId"] == "list_changes_page"
    chinese = json.loads((edition / "zh" / "openapi.json").read_text())
    # The introduction names a list in Chinese.
    assert set(chinese["paths"]) >= set(document["paths"])
    assert chinese["info"]["description"].startswith("数据集的静态版")
    assert chinese["paths"]["/v1/topics.json"]["get"]["responses"]["200"]["description"] == "文件。"


def test_the_search_library_is_the_pinned_one() -> None:
    lock = json.loads((ROOT / ".ci" / "package-lock.json").read_text())
    assert lock["packages"]["node_modules/minisearch"]["license"] == "MIT"
    if not (vendored.PACKAGES / "minisearch").is_dir():
        pytest.skip("npm ci was not run in .ci")
    for name, source in vendored.FILES.items():
        assert (vendored.STATIC / name).read_text("utf-8") == vendored.read_script(source)
