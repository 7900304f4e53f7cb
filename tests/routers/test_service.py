"""The entry point, the overview, health, and the replacement of a release."""

import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pydantic import AnyHttpUrl

from app.application import create_app
from app.db import DatabaseError, SQLiteStore
from app.ingest.build import build
from app.releases import ReleaseManager
from app.settings import Settings
from tests.support.client import AppClient
from tests.support.load import wait_for
from tests.support.seeds import ROOT, copy_seed
from tests.support.targets import Target, build_settings
from tests.test_openapi import LISTS

pytestmark = [pytest.mark.database, pytest.mark.resources]


def test_entry_point_links_to_what_there_is(client: AppClient) -> None:
    service = client.get("/v1").json()
    assert service["release"]["counts"]["observations"] == 38
    assert service["languages"] == ["en", "zh"]
    paths = {urlsplit(link["href"]).path for link in service["links"]}
    assert paths >= {*LISTS, "/v1/overview", "/v1/compare", "/v1/search", "/v1/quotation-check"}
    for link in service["links"]:
        assert client.get(link["href"]).status_code == 200, link


@pytest.mark.parametrize("language", ["en", "zh"])
def test_overview_is_enough_to_show_every_figure(client: AppClient, language: str) -> None:
    overview = client.get(f"/v1/overview?lang={language}").json()
    assert len(overview["indicators"]) == 7
    assert [len(area["actions"]) for area in overview["priority_areas"]] == [8, 6, 4, 6]
    assert overview["source"]["code"] == "scio-2025-01-15"
    for indicator in overview["indicators"]:
        headline = indicator["headline"]
        for text in (headline["display"], headline["period"]["label"], headline["citation"]):
            assert text
        assert headline["unit"]["name"]
        assert headline == client.get(f"/v1/observations/{headline['id']}?lang={language}").json()


def test_links_follow_the_prefix_and_the_public_address(database: Target) -> None:
    public = build_settings(database, public_url=AnyHttpUrl("https://data.example/x/"))
    for settings, prefix, start in (
        (build_settings(database), "/bri", "http://testserver/bri"),
        (public, "", "https://data.example/x"),
    ):
        with AppClient(create_app(settings), root_path=prefix) as client:
            following = client.get("/v1/indicators?limit=1").json()["next"]
            assert following.startswith(f"{start}/v1/indicators?")
            document = client.get("/openapi.json").json()
            assert document["servers"][0]["url"] == start
            example = document["paths"]["/v1/indicators"]["get"]["responses"]["200"]["content"]
            assert example["application/json"]["examples"]["response"]["value"]["items"]


@pytest.mark.sqlite
def test_release_is_picked_up_when_it_is_replaced(tmp_path: Path, database: Path) -> None:
    target = tmp_path / "bri.sqlite"
    shutil.copy(database, target)
    with AppClient(create_app(Settings(database=target))) as client:
        before = client.get("/v1").json()["release"]["seed_hash"]
        seed = copy_seed(tmp_path)
        topic = seed / "topics" / "trade.yaml"
        topic.write_text(topic.read_text().replace("en: Trade", "en: Goods trade", 1))
        build(seed, ROOT / "migrations", target)
        wait_for(lambda: client.get("/v1/topics/trade").json()["name"] == "Goods trade")
        assert client.get("/v1").json()["release"]["seed_hash"] != before
        (tmp_path / "broken").write_bytes(b"no database at all")
        (tmp_path / "broken").replace(target)
        assert client.get("/v1/topics/trade").json()["name"] == "Goods trade"
        target.unlink()
        assert client.get("/health/ready").status_code == 200


@pytest.mark.sqlite
def test_service_without_a_database_is_not_ready(tmp_path: Path, database: Path) -> None:
    with pytest.raises(DatabaseError, match="is missing"):
        create_app(Settings(database=tmp_path / "none.sqlite"))
    app = create_app(build_settings(database))
    app.state.releases.close()
    app.state.releases = ReleaseManager(SQLiteStore(tmp_path / "none.sqlite"))
    with AppClient(app) as client:
        response = client.get("/health/ready")
        assert response.status_code == 503
        assert response.json()["code"] == "not-ready"
        assert response.headers["retry-after"] == "5"
        assert client.get("/health/live").json() == {"status": "ok"}
        assert client.get("/v1/overview?lang=zh").json()["title"] == "服务未就绪"
