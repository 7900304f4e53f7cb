"""The parts of the speed benchmark, without measuring time."""

import os
import re
import shutil
from argparse import Namespace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.benchmarks import cached_latency, guide_tables, load, peers, plot, scaling, speed
from tests.benchmarks.peers import Started
from tests.support.client import AppClient

pytestmark = pytest.mark.sqlite

NAMES = {name for comparison in speed.COMPARISONS for name in (comparison.one, comparison.other)}
RESULTS = {name: [float(number), 20.0, 30.0] for number, name in enumerate(sorted(NAMES), 1)}
STARTS = {"ours": [Started(0.9, 95.2, 1), Started(1.1, 95.4, 1), Started(1.0, 95.3, 1)]}


def test_table_has_each_comparison_with_its_target() -> None:
    lines = list(speed.format_table(RESULTS, STARTS))
    assert len(lines) == 2 + len(speed.COMPARISONS) + 2
    assert lines[-2] == "| start to first response, seconds | 0.90 | 1.00 | 1.10 | ≤ 0.80, missed |"
    assert lines[-1] == "| memory of a worker when ready, MB | 95 | 95 | 95 | ≤ 110 |"
    assert "≥ 80" in next(
        line for line in lines if "cached response / FastAPI with SQLModel" in line
    )
    assert len(list(speed.describe_results(RESULTS, STARTS))) == len(NAMES) + 1


def test_a_peer_that_cannot_be_installed_is_left_out() -> None:
    results = {name: found for name, found in RESULTS.items() if "roapi" not in name}
    assert not any("roapi" in line for line in speed.format_table(results, STARTS))


def test_plot_is_described() -> None:
    bars: list[dict[str, Any]] = speed.build_bars(RESULTS)
    described = plot.build_specification(bars)
    assert described["data"]["values"] == bars
    assert all(0 < bar["minimum"] <= bar["median"] <= bar["maximum"] for bar in bars)


def test_guide_takes_the_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        guide_tables, "GUIDE", shutil.copytree(guide_tables.GUIDE, tmp_path / "guide")
    )
    target = tmp_path / "guide" / "zh" / "speed.md"
    before, after = (target.read_text("utf-8").split("speed -->")[part] for part in (0, 2))
    speed.write_guide(speed.format_table(RESULTS, STARTS), Namespace(passes=7, seconds=2.0))
    shown = target.read_text("utf-8")
    assert shown.startswith(before)
    assert shown.endswith(after)
    assert shown.count("--passes 7 --seconds 2 --write") == 1
    assert "| 启动至首次响应（秒） | 0.90 | 1.00 | 1.10 | ≤ 0.80（未达到） |" in shown
    english = (tmp_path / "guide" / "en" / "speed.md").read_text("utf-8")
    assert "| start to first response, seconds | 0.90 | 1.00 | 1.10 | ≤ 0.80, missed |" in english

    rows = [["one worker, file", "72,400", "3,000", "–"]]
    guide_tables.write_measured("scaling.md", "steps", *scaling.format_tables(rows, "a command"))
    page = (tmp_path / "guide" / "zh" / "scaling.md").read_text("utf-8")
    assert "| 1个工作进程，文件 | 72,400 | 3,000 | – |" in page


def test_what_the_guide_says_of_the_measurements_is_what_was_measured() -> None:
    """Which targets are missed, and how much memory a worker takes."""
    speed_page, chinese, deployment = (
        (guide_tables.GUIDE / name).read_text("utf-8")
        for name in ("en/speed.md", "zh/speed.md", "en/deployment.md")
    )
    row = r"^\| (.+?) \| \S+ \| (\S+) \| \S+ \| ([≥≤]) ([\d.]+)(, missed)? \|$"
    medians = {}
    for name, median, sign, target, missed in re.findall(row, speed_page, re.MULTILINE):
        medians[name] = float(median)
        is_missed = float(median) < float(target) if sign == "≥" else float(median) > float(target)
        assert bool(missed) == is_missed, name
    assert len(medians) == 13
    assert speed_page.count(", missed |") == chinese.count("（未达到） |")
    (memory,) = re.findall(r"takes about (\d+) MB of memory when it is ready", deployment)
    assert int(memory) == pytest.approx(medians["memory of a worker when ready, MB"], rel=0.1)


@pytest.mark.parametrize("number", [100, 999])
def test_requests_in_flight_are_valid(client: AppClient, number: int) -> None:
    for path in filter(None, cached_latency.LOADS.values()):
        assert client.get(path.format(number)).status_code == 200


def test_the_usual_app_returns_the_same_record(tmp_path: Path, database: Path, server: str) -> None:
    usual = peers.configure_uvicorn(
        "plain_app", f"/observations/{peers.KEY}", BRI_DATABASE=str(database)
    )
    with peers.start_peer(usual, tmp_path / "log"):
        response = httpx2.get(usual.url)
        assert httpx2.get(usual.build_url("/observations/nothing")).status_code == 404
        listed = httpx2.get(usual.build_url("/observations?limit=7")).json()
        assert len(listed["items"]) == 7 < listed["total"]
    shown, own = response.json(), httpx2.get(server + peers.RECORD).json()
    assert shown["code"] == own["id"]
    assert float(shown["value"]) == own["value"]
    assert len(shown["reports"]) == len(own["reports"])
    assert shown["growth"]["code"] == own["growth"]["id"]
    assert len(response.content) > 2500


@pytest.mark.skipif(
    shutil.which("wrk") is None and not os.environ.get("CI"), reason="wrk is not installed"
)
def test_one_pass_measures_every_target(
    tmp_path: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 1)  # One busy process shows that there is one.
    bare = peers.configure_minimal_asgi(tmp_path, "bare", "{}", [("content-length", "2")])
    uncached = peers.configure_bri(database, BRI_CACHE_ENTRIES="0")
    with (
        peers.start_peer(bare, tmp_path / "a") as started,
        peers.start_peer(uncached, tmp_path / "b"),
    ):
        assert started.megabytes > 1
        targets = {"bare": load.Target(bare.url), "hot": load.Target(uncached.url, distinct=True)}
        results = speed.measure(targets, tmp_path, Namespace(passes=1, seconds=1), lambda _: None)
        assert all(len(found) == 1 and found[0] > 0 for found in results.values())
        with pytest.raises(RuntimeError, match="Non-2xx"):
            load.run_wrk(load.Target(uncached.build_url("/v1/nothing")), tmp_path, 1)
