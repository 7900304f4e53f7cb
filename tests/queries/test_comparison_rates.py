"""Growth rates that contradict the figures of a comparison, in copies of the seed."""

from pathlib import Path
from typing import Any

import pytest

from app.ingest.build import build
from app.queries.obstacles import OTHER_UNIT_TOLERANCE
from tests.queries.test_comparison import COMPARE, ELEVEN_MONTHS
from tests.support.client import AppClient
from tests.support.seeds import ROOT, add, add_contradiction, copy_seed
from tests.support.targets import Target, open_app

pytestmark = [pytest.mark.database, pytest.mark.quick]

GOODS_RATE = "growth-rates/goods-trade.CN.BRI.partner-2023.CNY.P12M.2023-01.yuduxx-2024-01-12.yaml"
PROJECTS_RATE = (
    "growth-rates/"
    "contracted-projects-turnover.CN.BRI.partner-2023.USD.P11M.2024-01.xinhua-2024-12-19.yaml"
)


def compare_in_copy(
    folder: Path, target: Target, rate: tuple[str, str, str], query: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Change one growth rate of the seed and compare: plain, and with the derived change."""
    seed = copy_seed(folder)
    remove_other_rates(seed)
    file, old, new = rate
    (seed / file).write_text((seed / file).read_text("utf-8").replace(old, new), "utf-8")
    build(seed, ROOT / "migrations", target)
    with open_app(target) as app, AppClient(app) as client:
        return client.get(query).json(), client.get(f"{query}&derived=true").json()


def remove_other_rates(seed: Path) -> None:
    """Leave one source of the growth of goods trade in 2023, which three sources state."""
    for path in (seed / "growth-rates").glob(
        Path(GOODS_RATE).name.replace("yuduxx-2024-01-12", "*")
    ):
        if path != seed / GOODS_RATE:
            path.unlink()


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("printed", "fits"),
    [
        ("2.6", False),
        ("2.7", True),
        ("2.8", True),
        ("2.9", False),
        ("2.80", True),
        ("2.81", False),
        ("3", True),
        ("3.0", False),
        ("-2.7", False),
    ],
)
def test_a_rate_must_fit_the_figures_within_rounding(
    tmp_path: Path, target: Target, printed: str, *, fits: bool
) -> None:
    # 18.945 to 18.955 and 19.465 to 19.475 trillion yuan: a change of 2.691% to 2.798%.
    url = COMPARE.format("goods-trade", "2022", "2023")
    body, derived = compare_in_copy(tmp_path, target, (GOODS_RATE, "2.8", printed), url)
    assert body["like_for_like"] is body["derivable"] is fits
    if fits:
        assert f"{printed} percent" in derived["derived"]["warning"]
    else:
        (obstacle,) = body["obstacles"]
        assert obstacle["kind"] == "rate"
        assert "between 2.69 and 2.80 percent" in obstacle["text"]
        assert derived["detail"] == obstacle["text"]


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("printed", "fits"), [("3.7", False), ("3.8", True), ("6.8", True), ("6.9", False)]
)
def test_a_rate_in_another_unit_may_differ_by_the_tolerance(
    tmp_path: Path, target: Target, printed: str, *, fits: bool
) -> None:
    # The yuan figures give 5.286% to 5.300%; the rate in dollars may be 1.5 points from that.
    url = COMPARE.format("contracted-projects-turnover", *ELEVEN_MONTHS)
    body, derived = compare_in_copy(tmp_path, target, (PROJECTS_RATE, "2.5", printed), url)
    assert body["like_for_like"] is body["derivable"] is fits
    if fits:
        assert f"{printed} percent on a year earlier in US dollars" in derived["derived"]["warning"]
    else:
        assert [obstacle["kind"] for obstacle in body["obstacles"]] == ["other_unit_rate"]
        assert f"{OTHER_UNIT_TOLERANCE} percentage points" in derived["detail"]


def test_a_rate_on_a_restated_base_forbids_the_comparison(tmp_path: Path, target: Target) -> None:
    rate = (GOODS_RATE, "basis: unstated", "basis: restated")
    body, _ = compare_in_copy(tmp_path, target, rate, COMPARE.format("goods-trade", "2022", "2023"))
    assert [obstacle["kind"] for obstacle in body["obstacles"]] == ["basis"]
    assert not body["like_for_like"]


def test_a_rate_that_is_not_current_is_shown_and_contradicts_nothing(
    tmp_path: Path, target: Target
) -> None:
    seed = copy_seed(tmp_path)
    remove_other_rates(seed)
    repost, primary, secondary = "yuduxx-2024-01-12", "scio-2024-02-07", "shine-2025-01-26"
    add_contradiction(seed, "2.8, 5 and 9", GOODS_RATE)
    rate = (seed / GOODS_RATE).read_text("utf-8")
    (seed / GOODS_RATE).write_text(rate.replace("2.8", "5"), "utf-8")
    add(seed, GOODS_RATE.replace(repost, primary), rate.replace(repost, primary))
    never = rate.replace(repost, secondary).replace("2.8", "9")
    add(seed, GOODS_RATE.replace(repost, secondary), never)
    build(seed, ROOT / "migrations", target)
    url = COMPARE.format("goods-trade", "2022", "2023")
    with open_app(target) as app, AppClient(app) as client:
        today = client.get(url).json()
        before = client.get(f"{url}&as_of=2024-01-13").json()
        after = client.get(f"{url}&as_of=2025-02-01").json()
    assert [(rate["value"], rate["current"]) for rate in today["published_rates"]] == [
        (5, False),
        (2.8, True),
        (9, False),
    ]
    assert today["derivable"]
    assert after == today
    assert [rate["value"] for rate in before["published_rates"]] == [5]
    assert [obstacle["kind"] for obstacle in before["obstacles"]] == ["rate"]
