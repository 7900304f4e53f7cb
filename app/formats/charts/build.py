"""From what the API shows to what a picture tells."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from app.enums import Qualifier
from app.formats.charts import labels
from app.formats.charts.model import Chart, Figure, Group, Panel, Tile
from app.formatting import format_day, format_locator
from app.i18n import Language

Record = Mapping[str, Any]


def build_figure(picture: Chart, point: Record, *, whole: bool = False) -> Figure:
    """Take a figure out of an observation, and note what has to be said of it.

    Args:
        picture: where it will stand.
        point: the observation, as the API shows it.
        whole: whether its source is listed without the place in it, which the figure then tells.
    """
    growth = point["growth"]
    for report in point["reports"]:
        if report["agreement"] == "differs":
            picture.add_note(report["note"])
    return Figure(
        period=point["period"]["label"],
        display=point["display"],
        value=point["value"],
        qualifier=Qualifier(point["qualifier"]),
        unit=point["unit"]["code"],
        growth=growth["display"] if growth else None,
        source=picture.add_citation(point["source"]["line"] if whole else point["citation"]),
        locator=format_locator(point["locator"], picture.language) if whole else None,
    )


def build_indicator_chart(
    indicator: Record, found: Record, released: date, language: Language
) -> Chart:
    """Describe all figures of an indicator, one panel a series.

    Args:
        indicator: the indicator, as the API shows it.
        found: its series with their points, and how many are left out.
        released: the day of the release.
        language: the language of the texts.
    """
    picture = Chart(
        language, indicator["name"], labels.format_release(format_day(released, language), language)
    )
    headline = indicator["headline"]
    if headline:
        picture.headline = build_figure(picture, headline)
    own = headline["series"] if headline else None
    for one in sorted(found["series"], key=lambda one: one["code"] != own):
        if one["code"] != own or len(one["points"]) > 1:
            picture.panels.append(build_panel(picture, one, indicator))
    add_footnotes(picture)
    if found["hidden"]:
        picture.add_note(labels.format_hidden_series(found["hidden"], language))
    return picture


def build_series_chart(found: Record, released: date, language: Language) -> Chart:
    """Describe one series: its only figure large, or all of them to one scale."""
    name = found["indicator"]["name"]
    picture = Chart(language, name, labels.format_release(format_day(released, language), language))
    drawn = build_panel(picture, found, found)
    if len(drawn.figures) == 1:
        (picture.headline,) = drawn.figures
    elif drawn.figures:
        picture.panels.append(drawn)
    add_footnotes(picture)
    picture.add_note(found["note"])
    return picture


def add_footnotes(picture: Chart) -> None:
    """Note what has to be said of the picture as a whole."""
    figures = list(picture.list_figures())
    if not figures:
        picture.add_note(labels.NONE.get(picture.language))
    if len(picture.panels) + bool(picture.headline) > 1:
        picture.add_note(labels.GAP_LABELS.get(picture.language))
    if any(one.growth for one in figures):
        picture.add_note(labels.GROWTH.get(picture.language))


def build_panel(picture: Chart, series: Record, indicator: Record) -> Panel:
    """Describe a series with its gaps and breaks."""
    language = picture.language
    heading = series["span"]
    own, usual = (
        [one[role]["name"] for role in ("reporting_area", "counterpart_area")]
        for one in (series, indicator)
    )
    if own != usual:
        heading = labels.format_series_heading(heading, own[0], own[1], language)
    figures: list[Figure] = []
    before: Record | None = None
    for point in series["points"]:
        shown = build_figure(picture, point)
        start = point["period"]["start"]
        if before is not None:
            missing = labels.format_gap(before["period"], point["period"], language)
            parting = [
                one for one in series["breaks"] if before["period"]["start"] < one["start"] <= start
            ]
            for one in parting:
                picture.add_note(
                    labels.format_break(format_day(one["start"], language), one["note"], language)
                )
            shown = replace(shown, gap=missing, broken=bool(parting))
        figures.append(shown)
        before = point
    if series["hidden"]:
        picture.add_note(labels.format_hidden_figures(series["hidden"], language))
    return Panel(heading, series["unit"]["name"], figures)


def build_overview(found: Record, edition: Record, released: date, language: Language) -> Chart:
    """Describe the newest figures of all indicators, and the priority areas."""
    areas = found["priority_areas"]
    years = (edition["edition"], areas[0]["year"] if areas else None)
    picture = Chart(
        language,
        labels.format_overview_title(*years, language),
        labels.format_release(format_day(released, language), language),
    )
    topics: dict[str, list[Tile]] = {}
    periods: dict[str, list[str]] = {}
    for one in found["indicators"]:
        shown = build_figure(picture, one["headline"], whole=True)
        topics.setdefault(one["topic"]["name"], []).append(Tile(one["name"], shown))
        periods.setdefault(one["topic"]["name"], []).append(shown.period)
    for topic, cards in topics.items():
        heading = labels.format_group_heading(topic, list(dict.fromkeys(periods[topic])), language)
        picture.groups.append(Group(heading, cards))
    if areas:
        cards = [build_area_tile(picture, area) for area in areas]
        picture.groups.append(Group(labels.format_areas_heading(years[1], language), cards))
    picture.notes.insert(0, labels.PERIODS.get(language))
    add_footnotes(picture)
    return picture


def build_area_tile(picture: Chart, area: Record) -> Tile:
    """Describe a priority area with the number of its actions."""
    language = picture.language
    number = picture.add_citation(area["source"]["line"])
    where = labels.format_reference(number, format_locator(area["locator"], language))
    lines = [labels.format_action_count(len(area["actions"]), language), where]
    return Tile(area["title"], position=area["position"], lines=lines)
