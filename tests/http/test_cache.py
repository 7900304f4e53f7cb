"""The cache: validators, freshness, keys and concurrent misses."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from email.utils import parsedate_to_datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI, Response
from fastapi.responses import StreamingResponse
from pydantic import ValidationError

from app.application import App
from app.http.limits import create_queue_full_error
from app.http.routing import RouteDeclaration
from app.i18n import Bilingual
from app.ingest.build import build
from app.ingest.files import compute_seed_hash
from app.problems.problem import UnknownPath
from app.settings import Settings
from tests.support.client import AppClient
from tests.support.load import wait_for
from tests.support.processes import serve_database
from tests.support.seeds import ROOT, copy_seed
from tests.support.targets import Target, open_app
from tests.test_openapi import FILES as WRITTEN
from tests.test_openapi import PATHS, build_example_url, get_operation

pytestmark = [pytest.mark.database, pytest.mark.resources]

KINDS = [
    "/v1/overview",
    "/v1/topics/trade?lang=zh",
    "/docs",
    "/",
    "/openapi.json",
    "/manifest.webmanifest",
]
FILES = ["/static/site.css", "/static/docs.js", "/static/icon.svg"]
SLOW = {*WRITTEN, "image/svg+xml"}
"""The media types of files and images."""
CODINGS = ("identity", "gzip", "br")
PLAIN = {"Accept-Encoding": "identity", "X-Request-ID": "the-same-for-all"}


@pytest.mark.parametrize("path", KINDS + FILES)
def test_every_200_can_be_validated(client: AppClient, path: str) -> None:
    for _ in range(2):
        response = client.get(path)
        assert response.status_code == 200
        assert response.headers["etag"].startswith('"')
        assert response.headers["etag"] == client.get(path).headers["etag"]
        assert parsedate_to_datetime(response.headers["last-modified"]).timestamp() > 0
        assert "stale-while-revalidate" in response.headers["cache-control"]
        assert "Accept-Encoding" in response.headers["vary"]


def test_freshness_is_by_kind_of_resource(database: Target) -> None:
    ages = {"data_max_age": 1, "pages_max_age": 2, "files_max_age": 3}
    with open_app(database, **ages, stale_while_revalidate=0) as app:
        check_freshness(AppClient(app))


def check_freshness(client: AppClient) -> None:
    """Check for how long responses of each kind may be used."""
    for path, control in (
        ("/v1", "public, max-age=1"),
        ("/v1/overview", "public, max-age=1"),
        ("/docs", "public, max-age=2"),
        ("/openapi.json", "public, max-age=2"),
        ("/static/site.css", "public, max-age=3"),
        ("/favicon.ico", "public, max-age=3"),
        ("/health/live", "no-store"),
        ("/health/ready", "no-store"),
        ("/v1/nothing", "no-store"),
        ("/v1/topics?limit=0", "no-store"),
        ("/static/nothing.css", "no-store"),
    ):
        assert client.get(path).headers["cache-control"] == control, path
    assert client.post("/v1").headers["cache-control"] == "no-store"


@pytest.mark.parametrize("name", ["data_max_age", "cache_entries", "cache_bytes"])
def test_settings_are_checked(name: str) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({name: -1})


def test_language_header_matters_only_without_the_parameter(client: AppClient) -> None:
    for path in ("/v1/topics/trade", "/", "/v1/nothing"):
        assert "Accept-Language" in client.get(path).headers["vary"]
        assert "Accept-Language" not in client.get(f"{path}?lang=zh").headers.get("vary", "")
        assert "Accept-Language" in client.get(f"{path}?lang=fr").headers["vary"]


@pytest.fixture(scope="module")
def uncached(database: Target) -> Iterator[AppClient]:
    """Send requests to an application without a cache."""
    with open_app(database, cache_entries=0) as app:
        yield AppClient(app)


@pytest.mark.parametrize(
    ("place", "path"),
    list(enumerate([*PATHS, *KINDS, *FILES, "/v1/topics?limit=1&sort=code_desc"])),
)
def test_cached_responses_equal_uncached_ones(
    client: AppClient, uncached: AppClient, document: dict[str, Any], place: int, path: str
) -> None:
    url = build_example_url(document, path) if path in PATHS else path
    # Two responses that differ in one thing, so that neither is sent for the other.
    coding, other = CODINGS[place // 3 % 3], CODINGS[(place // 3 + 1) % 3]
    first = [("en", coding), ("zh", other), ("fr", coding)][place % 3]
    pairs = [first, ("zh", coding)]
    if path in PATHS and set(get_operation(document, path)["responses"]["200"]["content"]) & SLOW:
        # What takes long to write is written in one language: the cache does not know the format.
        pairs = pairs[place % 2 :][:1]
    for language, coding in pairs:
        headers = {**PLAIN, "Accept-Language": language, "Accept-Encoding": coding}
        made = uncached.get(url, headers=headers)
        for method in ("GET", "GET", "HEAD"):
            cached = client.request(method, url, headers=headers)
            assert cached.status_code == made.status_code == 200
            assert method == "HEAD" or cached.content == made.content
            # What was installed less than two seconds before its application was opened has the
            # time of that.
            varying = {b"last-modified"}
            shown, expected = (
                sorted(pair for pair in one.headers.raw if pair[0].lower() not in varying)
                for one in (cached, made)
            )
            assert shown == expected


def test_everything_that_a_response_depends_on_is_in_the_key(client: AppClient) -> None:
    path = "/v1/indicators?limit=1&sort=code"
    seen = {
        client.get(path + more, headers={**PLAIN, **headers}).content
        for more, headers in (
            ("", {}),
            ("&lang=zh", {}),
            ("", {"Host": "other.example"}),
            ("", {"Host": "other.example:8080"}),
            ("&lang=zh", {"Host": "other.example"}),
        )
    }
    assert len(seen) == 5
    plain = client.get(path, headers=PLAIN).content
    for same in (
        "/v1/indicators?sort=code&limit=1",
        "/v1/indicators?sort=%63ode&limit=1",
        "/v1/indicators?sort=code&limit=1&lang=en",
    ):
        response = client.get(same, headers=PLAIN)
        assert ("lang" in same) == (response.content != plain)
        assert "limit=1" in response.json()["next"]
    assert client.get(path, headers={"Host": "a" * 400}).status_code == 400


def test_a_repeated_parameter_keeps_its_order(client: AppClient) -> None:
    path = "/v1/actions?sector={}&limit=1&sector={}"
    for first, second in (("clean-energy", "green-minerals"), ("green-minerals", "clean-energy")):
        following = client.get(path.format(first, second)).json()["next"]
        assert f"sector={first}&sector={second}" in following


def test_malformed_escapes_are_refused_whatever_is_cached(client: AppClient) -> None:
    for _ in range(2):
        assert client.get("/v1/topics?sort=code").status_code == 200
        for path in ("/v1/topics?sort=code%", "/v1/topics?sort=%ffcode", "/v1/topics%00"):
            assert client.get(path).status_code == 400, path


def test_request_identifiers_are_never_cached(client: AppClient) -> None:
    identifiers = [client.get("/v1/overview").headers["x-request-id"] for _ in range(300)]
    assert len(set(identifiers)) == 300


async def fetch(
    app: FastAPI,
    path: str,
    query: str = "",
    headers: dict[str, str] | None = None,
    *,
    leaves: bool = False,
    **fields: Any,
) -> tuple[int, dict[str, str], bytes]:
    """Request a path without a client between; it may leave after the first part of the body.

    Further fields are those of the scope.
    """
    messages: list[Any] = []
    requests: list[dict[str, Any]] = [{"type": "http.request", "body": b"", "more_body": False}]
    has_left = asyncio.Event()

    async def receive() -> dict[str, Any]:
        if not requests:
            await has_left.wait()
            return {"type": "http.disconnect"}
        return requests.pop()

    async def send(message: Any) -> None:
        messages.append(message)
        if leaves and message.get("body"):
            has_left.set()

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [
            (name.encode(), value.encode())
            for name, value in {"host": "testserver", **(headers or {})}.items()
        ],
        "client": None,
        "server": ("testserver", 80),
        **fields,
    }
    await app(scope, receive, send)
    shown = {name.decode(): value.decode() for name, value in messages[0]["headers"]}
    return messages[0]["status"], shown, b"".join(one.get("body", b"") for one in messages[1:])


@pytest.fixture
def counting(database: Target) -> Iterator[tuple[App, list[str]]]:
    """Add routes to an application that record each of their calls."""
    with open_app(database) as app:
        worked: list[str] = []
        add_routes(app, worked)
        yield app, worked


def add_routes(app: App, worked: list[str]) -> None:
    """Add routes that note when they work."""

    async def slow() -> Response:
        worked.append("slow")
        await asyncio.sleep(0.05)
        return Response("slowly" * 200, media_type="text/plain")

    async def missing() -> Response:
        worked.append("missing")
        await asyncio.sleep(0.05)
        raise UnknownPath(Bilingual("Nothing", "无"))

    async def broken() -> Response:
        worked.append("broken")
        await asyncio.sleep(0.05)
        raise ValueError

    for endpoint in (slow, missing, broken):
        app.request_router.add_route(RouteDeclaration(f"/v1/{endpoint.__name__}", endpoint))


@pytest.mark.parametrize(("path", "status"), [("slow", 200), ("missing", 404), ("broken", 500)])
def test_concurrent_misses_do_the_work_once(
    counting: tuple[App, list[str]], path: str, status: int
) -> None:
    app, worked = counting

    async def fetch_together() -> list[tuple[int, dict[str, str], bytes]]:
        return await asyncio.gather(*(fetch(app, f"/v1/{path}") for _ in range(50)))

    responses = asyncio.run(fetch_together())
    assert [response[0] for response in responses] == [status] * 50
    assert len({response[1]["x-request-id"] for response in responses}) == 50
    assert worked == [path]
    assert not app.cache.pending
    assert len({response[2] for response in responses}) == (1 if status == 200 else 50)


def test_a_browser_and_a_program_that_wait_together_get_what_they_accept(
    counting: tuple[App, list[str]],
) -> None:
    app, worked = counting
    for path in ("/slow", "/missing"):
        endpoint = app.request_router.match(f"/v1{path}")[0].endpoint
        app.request_router.add_route(RouteDeclaration(path, endpoint))

    async def fetch_together(path: str) -> list[tuple[int, dict[str, str], bytes]]:
        accepted = ("text/html", "application/json", "text/html")
        return await asyncio.gather(*(fetch(app, path, "", {"accept": one}) for one in accepted))

    shared, shown = (asyncio.run(fetch_together(path)) for path in ("/slow", "/missing"))
    assert worked == ["slow", "missing"]
    assert len({body for _, _, body in shared}) == 1
    types = [headers["content-type"].partition(";")[0] for _, headers, _ in shown]
    assert types == ["text/html", "application/problem+json", "text/html"]


def test_a_cancelled_request_does_not_block_those_that_wait(
    counting: tuple[App, list[str]],
) -> None:
    app, worked = counting

    async def fetch_cancelled() -> list[tuple[int, dict[str, str], bytes]]:
        leader = asyncio.create_task(fetch(app, "/v1/slow"))
        await asyncio.sleep(0.01)
        followers = [asyncio.create_task(fetch(app, "/v1/slow")) for _ in range(5)]
        await asyncio.sleep(0.01)
        leader.cancel()
        followers[0].cancel()
        return await asyncio.wait_for(asyncio.gather(*followers[1:]), 5)

    responses = asyncio.run(fetch_cancelled())
    assert [response[0] for response in responses] == [200] * 4
    assert worked == ["slow", "slow"]
    assert not app.cache.pending


def test_a_refused_client_does_not_fail_others_that_wait(counting: tuple[App, list[str]]) -> None:
    app, _ = counting
    attempts: list[int] = []

    async def respond() -> Response:
        attempts.append(1)
        await asyncio.sleep(0.02)
        if len(attempts) == 1:
            raise create_queue_full_error()
        return Response("done")

    app.request_router.add_route(RouteDeclaration("/v1/queued", respond))

    async def fetch_together() -> list[tuple[int, dict[str, str], bytes]]:
        requests = asyncio.gather(*(fetch(app, "/v1/queued") for _ in range(3)))
        return await asyncio.wait_for(requests, 5)

    assert [response[0] for response in asyncio.run(fetch_together())] == [503, 200, 200]
    assert len(attempts) == 2


def test_requests_do_not_wait_for_a_stream(counting: tuple[App, list[str]]) -> None:
    app, _ = counting
    met = asyncio.Barrier(2)

    async def stream_parts() -> AsyncIterator[bytes]:
        yield b"first "
        await met.wait()
        yield b"last"

    async def stream() -> Response:
        return StreamingResponse(stream_parts(), media_type="text/plain")

    app.request_router.add_route(RouteDeclaration("/v1/stream", stream))

    async def fetch_together() -> list[tuple[int, dict[str, str], bytes]]:
        both = asyncio.gather(*(fetch(app, "/v1/stream") for _ in range(2)))
        return await asyncio.wait_for(both, 5)

    assert [response[2] for response in asyncio.run(fetch_together())] == [b"first last"] * 2
    assert not app.cache.store.entries


def test_another_release_empties_the_cache(tmp_path: Path, target: Target) -> None:
    seed = copy_seed(tmp_path)
    build(seed, ROOT / "migrations", target)
    with serve_database(target, BRI_RELEASE_CHECK="0.1") as base:
        first = httpx2.get(f"{base}/v1/topics/trade")
        topic = seed / "topics" / "trade.yaml"
        topic.write_text(topic.read_text().replace("en: Trade", "en: Goods trade", 1))
        build(seed, ROOT / "migrations", target)
        headers = {"If-None-Match": first.headers["etag"]}
        wait_for(
            lambda: (
                httpx2.get(f"{base}/v1").json()["release"]["seed_hash"] == compute_seed_hash(seed)
            )
        )
        second = httpx2.get(f"{base}/v1/topics/trade", headers=headers)
        assert second.status_code == 200
        assert second.json()["name"] == "Goods trade"
        assert second.headers["etag"] != first.headers["etag"]
        since = {"If-Modified-Since": second.headers["last-modified"]}
        assert httpx2.get(f"{base}/v1/topics/trade", headers=since).status_code == 304


@pytest.mark.sqlite
def test_what_is_compiled_modifies_no_response(database: Target) -> None:
    """Modules and templates are compiled when they are first used."""
    with open_app(database) as app:
        before = app.cache.program_modified_at
    compiled = Path(__file__).parents[2] / "app" / "http" / "__pycache__" / "compiled.cache"
    compiled.parent.mkdir(exist_ok=True)
    compiled.touch()
    try:
        with open_app(database) as app:
            assert app.cache.program_modified_at == before
    finally:
        compiled.unlink()


@pytest.mark.sqlite
def test_two_machines_of_one_image_agree(tmp_path: Path, database: Path) -> None:
    shown = []
    for name in ("one", "two"):
        copy = tmp_path / f"{name}.sqlite"
        shutil.copy2(database, copy)
        with open_app(copy) as app:
            headers = AppClient(app).get("/v1/overview").headers
        shown.append((headers["etag"], headers["last-modified"]))
    assert all(one == other for one, other in pairwise(shown))
