"""Vintages: every response as of a day equals a simple replay of what was published."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from app.application import create_app
from app.enums import Qualifier, RevisionKind, Standing
from app.ingest.build import build
from app.ingest.schema import Observation, Source
from app.ingest.seed import Seed
from app.ingest.vintages import assign_vintages, describe_revision
from tests.support.client import AppClient
from tests.support.seeds import ROOT, SEED, add, add_observation, copy_seed
from tests.support.targets import Target, build_settings

pytestmark = pytest.mark.database

GROWTH = """
series: goods-trade.CN.BRI.partner-2023.CNY.P12M
period: {start: 2022-01-01, end: 2022-12-31}
base_period: {start: 2021-01-01, end: 2021-12-31}
value: 6.4
wording: {en: up 6.4 percent, zh: 增长6.4%}
basis: unstated
source: shine-2025-01-26
"""
RANK = {"secondary": 0, "repost": 1, "primary": 2}
GOODS_2023 = "goods-trade.CN.BRI.partner-2023.CNY.P12M.2023-01"
SHARE = "trade-share.CN.BRI.partner-2025.PT.P12M"


def read_observations(folder: str) -> Iterator[dict[str, Any]]:
    """Read the figures of the seed with plain YAML, each with its source."""
    for path in sorted((SEED / folder).glob("*.yaml")):
        figure = read_texts(path)
        origin = read_texts(SEED / "sources" / f"{figure['source']}.yaml")
        event = read_texts(SEED / "events" / f"{origin['event']}.yaml")
        yield {
            "id": path.stem,
            "of": (figure["series"], figure["period"]["start"]),
            "source": figure["source"],
            "known": event["held_on"],
            "rank": RANK[origin["standing"]],
            **get_printed(figure),
        }


def read_texts(path: Path) -> dict[str, Any]:
    """Read a file with every value as text."""
    content: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
    return content


def get_printed(figure: dict[str, Any]) -> dict[str, Any]:
    """Return what is in print: the number, the digits after its point and the qualifier.

    The digits are those of the base unit, so they may be fewer than zero.
    """
    number = Fraction(figure["value"])
    if "published" not in figure:
        digits = len(figure["value"].partition(".")[2])
    else:
        digits = int(figure["published"]["decimals"]) - int(figure["published"]["multiplier"])
    return {"number": number, "digits": digits, "qualifier": figure.get("qualifier")}


def is_rounding_of(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Return whether a figure is another one, rounded to fewer digits."""
    step = Fraction(10) ** -one["digits"]
    rounded = floor(other["number"] / step + Fraction(1, 2)) * step
    if one["digits"] >= other["digits"]:
        return False
    if one["qualifier"] == other["qualifier"]:
        return bool(rounded == one["number"])
    if one["qualifier"] == "about":
        return bool(other["qualifier"] == "none" and rounded == one["number"])
    limits = {"over": (0, step), "nearly": (-step, 0)}.get(one["qualifier"], (0, 0))
    is_vaguer = other["qualifier"] == "none"
    return bool(is_vaguer and limits[0] < other["number"] - one["number"] < limits[1])


def is_copy_of(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Return whether a figure is another one, with the same digits and from an equal source."""
    return all(one[name] == other[name] for name in ("number", "digits", "qualifier", "rank"))


def replay(figures: Iterable[dict[str, Any]], day: str) -> set[str]:
    """Choose by the written rule among all that were known on a day."""
    groups = defaultdict(list)
    for figure in figures:
        if figure["known"] <= day:
            groups[figure["of"]].append(figure)
    chosen = set()
    for group in groups.values():
        group.sort(key=lambda one: one["source"], reverse=True)
        group.sort(key=lambda one: (one["known"], one["rank"], one["digits"]))
        best = group[0]
        for one in group[1:]:
            is_repetition = is_rounding_of(one, best) or is_copy_of(one, best)
            if one["rank"] >= best["rank"] and not is_repetition:
                best = one
        chosen.add(best["id"])
    return chosen


@pytest.mark.parametrize(
    ("path", "folder"), [("observations", "observations"), ("growth-rates", "growth-rates")]
)
def test_as_of_equals_a_replay(client: AppClient, path: str, folder: str) -> None:
    figures = list(read_observations(folder))
    days = {date.fromisoformat(figure["known"]) for figure in figures}
    moments = {day + timedelta(days=step) for day in days for step in (-1, 0, 1)}
    moments |= {date.min, date.max - timedelta(days=1), date.max}
    assert len(moments) > 20
    for day in sorted(moments):
        response = client.get(f"/v1/{path}?as_of={day}&limit=1000").json()
        assert {item["id"] for item in response["items"]} == replay(figures, str(day)), day
        known = client.get(f"/v1/{path}?as_of={day}&vintages=all&limit=1000").json()
        assert {item["id"] for item in known["items"]} == {
            figure["id"] for figure in figures if figure["known"] <= str(day)
        }
    today = client.get(f"/v1/{path}?limit=1000").json()["items"]
    assert {item["id"] for item in today} == replay(figures, "9999-12-31")
    assert all(item["current"] for item in today)


def test_growth_published_later_does_not_show(client: AppClient) -> None:
    url = "/v1/observations?indicator=goods-trade&since=2024-01-01&until=2024-12-31&unit=CNY"
    for day, figures, growth in (
        ("2025-01-12", [], []),
        ("2025-01-14", [], []),
        ("2025-01-15", ["22.1 trillion yuan"], ["up 6.4 percent on a year earlier"]),
    ):
        items = client.get(f"{url}&as_of={day}").json()["items"]
        assert [item["display"] for item in items] == figures
        assert [item["growth"]["display"] for item in items] == growth
    for day, total in (("2025-01-12", 0), ("2025-01-13", 1)):
        series = "goods-trade.CN.BRI.partner-2025.CNY.P12M"
        rates = f"/v1/growth-rates?series={series}&since=2024-01-01&as_of={day}"
        assert client.get(rates).json()["total"] == total
    for item in client.get("/v1/observations?as_of=2025-01-14").json()["items"]:
        assert item["vintage"] <= "2025-01-14"
        assert item["growth"] is None or item["growth"]["vintage"] <= "2025-01-14"


def test_growth_of_a_later_source_waits_for_its_day(tmp_path: Path, target: Target) -> None:
    seed = copy_seed(tmp_path)
    later = "goods-trade.CN.BRI.partner-2023.CNY.P12M.2022-01.shine-2025-01-26"
    add(seed, f"growth-rates/{later}.yaml", GROWTH)
    build(seed, ROOT / "migrations", target)
    with AppClient(create_app(build_settings(target))) as client:
        url = "/v1/series/goods-trade.CN.BRI.partner-2023.CNY.P12M?as_of=2025-01-"
        for day, growth in (("25", None), ("26", later)):
            point = client.get(f"{url}{day}").json()["points"][1]
            assert point["period"]["start"] == "2022-01-01"
            assert (point["growth"] and point["growth"]["id"]) == growth


def test_vintages_have_their_revisions(client: AppClient) -> None:
    newer = f"{GOODS_2023}.scio-2024-02-07"
    items = client.get(f"/v1/observations/{newer}/vintages").json()["items"]
    *precise, rounded = [item["display"] for item in items]
    assert {*precise} == {"19.47 trillion yuan"}
    assert rounded == "19.5 trillion yuan"
    # A rounded repetition never replaces the precise figure.
    assert [item["current"] for item in items].count(True) == 1
    assert not items[-1]["current"]
    assert items[-1]["current_from"] is None
    kinds = [item["revision"] and item["revision"]["kind"] for item in items[:-1]]
    assert sorted(kinds, key=str) == [None, "repeated"]
    assert items[-1]["revision"] == {
        "kind": "rounded",
        "previous": items[kinds.index("repeated")]["id"],
        "difference": 30_000_000_000,
        "reason": None,
    }
    before = client.get(f"/v1/observations/{newer}/vintages?as_of=2024-01-25").json()
    assert [item["id"] for item in before["items"]] == [item["id"] for item in items[:-1]]
    share = client.get(f"/v1/observations/{SHARE}.2024-01.scio-2025-07-18/vintages").text
    assert '"kind":"revised"' in share
    assert '"difference":0.4,' in share


def test_a_published_reason_is_served(tmp_path: Path, target: Target) -> None:
    seed = copy_seed(tmp_path)
    path = seed / f"observations/{GOODS_2023}.scio-2024-02-07.yaml"
    reason = "revision_reason: {en: The number was rounded., zh: 数据经四舍五入。}\n"
    path.write_text(path.read_text() + reason)
    build(seed, ROOT / "migrations", target)
    with AppClient(create_app(build_settings(target))) as client:
        url = f"/v1/observations/{path.stem}"
        assert client.get(url).json()["revision"]["reason"] == "The number was rounded."
        assert client.get(f"{url}?lang=zh").json()["revision"]["reason"] == "数据经四舍五入。"


def test_a_source_of_lower_standing_never_becomes_current(tmp_path: Path, target: Target) -> None:
    seed = copy_seed(tmp_path)
    figure = {"year": 2024, "end": "12-31", "status": "normal", "published": "22.07"}
    series = "goods-trade.CN.BRI.partner-2025.CNY.P12M"
    add_observation(seed, {**figure, "source": "weekly-2026-02-01", "series": series})
    build(seed, ROOT / "migrations", target)
    with AppClient(create_app(build_settings(target))) as client:
        late = client.get(f"/v1/observations/{series}.2024-01.weekly-2026-02-01").json()
        assert (late["current"], late["current_from"], late["superseded_on"]) == (False, None, None)
        assert late["revision"]["kind"] == "refined"
        points = client.get(f"/v1/series/{series}").json()["points"]
        assert late["id"] not in {point["id"] for point in points}


CANDIDATES = st.lists(
    st.tuples(st.sampled_from(list(Standing)), st.integers(0, 6), st.integers(0, 2)),
    min_size=1,
    max_size=8,
)


@given(CANDIDATES)
def test_any_figures_are_replayed_day_by_day(drawn: list[tuple[Standing, int, int]]) -> None:
    seed = Seed()
    figures = seed.get_all(Observation)
    start = date(2025, 1, 1)
    for number, (standing, offset, decimals) in enumerate(drawn):
        key = f"s{number}"
        seed.entities[Source][key] = create_source(standing, start + timedelta(days=offset))
        figures[key] = create_observation(
            key, f"{number}.{'0' * decimals}1"[: 2 + decimals], decimals
        )
    dated = assign_vintages(seed, Observation)
    for day in (start + timedelta(days=offset) for offset in range(-1, 9)):
        opened = {key for key, one in dated.items() if one.current_from <= day < one.current_until}
        assert opened == replay(
            [
                {
                    "id": key,
                    "of": "one",
                    "source": key,
                    "known": str(one.known_on),
                    "rank": RANK[drawn[int(key[1:])][0]],
                    "digits": drawn[int(key[1:])][2],
                    "number": Fraction(figures[key].value),
                    "qualifier": "none",
                }
                for key, one in dated.items()
            ],
            str(day),
        )


def create_source(standing: Standing, day: date) -> Source:
    """Create a source."""
    text = {"en": "words", "zh": "文字"}
    texts = dict.fromkeys(("title", "publisher", "body", "licence"), text)
    return Source.model_validate(
        {"standing": standing, "published_on": str(day), "language": "en", **texts}
    )


def create_observation(origin: str, value: str, decimals: int) -> Observation:
    """Create a figure; all have the same series and period."""
    number = Decimal(value).quantize(Decimal(1).scaleb(-decimals))
    return Observation.model_validate(
        {
            "series": "goods-trade.CN.BRI.partner-2025.CNY.P12M",
            "period": {"start": "2024-01-01", "end": "2024-12-31"},
            "value": number,
            "published": {"value": number, "multiplier": 0, "decimals": decimals},
            "wording": {"en": "words", "zh": "文字"},
            "qualifier": "none",
            "status": "normal",
            "source": origin,
        }
    )


def parse_observation(origin: str, text: str) -> Observation:
    """Create a figure from its number with an optional qualifier."""
    *qualifiers, number = text.split(" ")
    figure = create_observation(origin, number, len(number.partition(".")[2]))
    return figure.model_copy(update={"qualifier": Qualifier(*(qualifiers or ["none"]))})


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("19.47", "19.5", RevisionKind.ROUNDED),
        ("19.5", "19.47", RevisionKind.REFINED),
        ("19.5", "19.50", RevisionKind.REPEATED),
        ("19.45", "19.5", RevisionKind.ROUNDED),
        ("19.47", "19.4", RevisionKind.REVISED),
        ("50.3", "50.7", RevisionKind.REVISED),
        ("51.1", "over 51", RevisionKind.ROUNDED),
        ("over 51", "51.1", RevisionKind.REFINED),
        ("53.9", "nearly 54", RevisionKind.ROUNDED),
        ("53.6", "about 54", RevisionKind.ROUNDED),
        ("51.1", "over 50", RevisionKind.REVISED),
        ("51.1", "nearly 51", RevisionKind.REVISED),
        ("51.1", "about 52", RevisionKind.REVISED),
        ("700", "over 700", RevisionKind.REVISED),
        ("12400", "12406", RevisionKind.REFINED),
        ("12406", "12400", RevisionKind.ROUNDED),
        ("12450", "12406", RevisionKind.REVISED),
        ("over 700", "nearly 701", RevisionKind.REVISED),
    ],
)
def test_revision_has_its_kind(old: str, new: str, kind: RevisionKind) -> None:
    earlier, later = (parse_observation("a", text) for text in (old, new))
    assert describe_revision(later, earlier) is kind


PRIMARY, REPOST, SECONDARY = Standing.PRIMARY, Standing.REPOST, Standing.SECONDARY


@pytest.mark.parametrize(
    ("figures", "current"),
    [
        # At equal standing and date, more digits win, whatever the order of the sources.
        ([(PRIMARY, 0, "19.5"), (PRIMARY, 0, "19.47")], "19.47"),
        ([(PRIMARY, 0, "19.47"), (PRIMARY, 0, "19.5")], "19.47"),
        ([(PRIMARY, 0, "19.6"), (PRIMARY, 0, "19.47")], "19.47"),
        # A rounded repetition never replaces the precise figure: later, or from a better source.
        ([(REPOST, 0, "19.47"), (REPOST, 1, "19.5")], "19.47"),
        ([(REPOST, 0, "19.47"), (PRIMARY, 0, "19.5")], "19.47"),
        ([(REPOST, 0, "19.47"), (PRIMARY, 1, "19.5")], "19.47"),
        ([(SECONDARY, 0, "19.47"), (REPOST, 1, "19.5"), (PRIMARY, 2, "19")], "19.47"),
        # A figure with fewer digits that is no rounding is a revision.
        ([(REPOST, 0, "19.47"), (REPOST, 1, "19.6")], "19.6"),
        ([(REPOST, 0, "19.47"), (PRIMARY, 1, "19.4")], "19.4"),
        # A precise figure replaces a rounded one of the same or a lower standing.
        ([(REPOST, 0, "19.5"), (PRIMARY, 0, "19.47")], "19.47"),
        ([(REPOST, 0, "19.5"), (PRIMARY, 1, "19.47")], "19.47"),
        ([(PRIMARY, 0, "19.5"), (PRIMARY, 1, "19.47")], "19.47"),
        # A source of lower standing replaces nothing, even if it is precise.
        ([(PRIMARY, 0, "19.5"), (REPOST, 1, "19.47")], "19.5"),
        ([(PRIMARY, 0, "19.47"), (SECONDARY, 1, "20.1")], "19.47"),
        # The latest of equals with as many digits.
        ([(PRIMARY, 0, "50.3"), (PRIMARY, 1, "50.7")], "50.7"),
    ],
)
def test_current_figure_follows_the_rule(
    figures: list[tuple[Standing, int, str]], current: str
) -> None:
    for sources in ("abc", "cba"):
        assert find_current(figures, sources) == current


def find_current(figures: list[tuple[Standing, int, str]], sources: str) -> str:
    """Return the printed number that is current in the end, given the keys of the sources."""
    seed = Seed()
    observations = seed.get_all(Observation)
    for key, (standing, offset, printed_number) in zip(sources, figures, strict=False):
        seed.entities[Source][key] = create_source(
            standing, date(2025, 1, 1) + timedelta(days=offset)
        )
        decimals = len(printed_number.partition(".")[2])
        observations[key] = create_observation(key, printed_number, decimals)
    vintages = assign_vintages(seed, Observation)
    (key,) = (key for key, one in vintages.items() if one.current_until == date.max)
    return str(observations[key].published.value)


@pytest.mark.parametrize(
    ("qualifiers", "current"),
    [
        (("none", "none"), "19.47"),
        (("none", "about"), "19.47"),
        (("none", "nearly"), "19.47"),
        (("none", "over"), "19.5"),
        (("about", "none"), "19.5"),
        (("over", "about"), "19.5"),
    ],
)
def test_a_figure_is_a_rounded_repetition_only_if_its_qualifier_fits(
    qualifiers: tuple[str, str], current: str
) -> None:
    seed = Seed()
    observations = seed.get_all(Observation)
    for key, number, qualifier in zip("ab", ("19.47", "19.5"), qualifiers, strict=True):
        seed.entities[Source][key] = create_source(PRIMARY, date(2025, 1, 1 + "ab".index(key)))
        figure = create_observation(key, number, len(number.partition(".")[2]))
        observations[key] = figure.model_copy(update={"qualifier": Qualifier(qualifier)})
    vintages = assign_vintages(seed, Observation)
    (key,) = (key for key, one in vintages.items() if one.current_until == date.max)
    assert str(observations[key].published.value) == current
