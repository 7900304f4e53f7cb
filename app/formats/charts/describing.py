"""From what the API shows to what a picture tells."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from app.formats.charts import words
from app.formats.charts.picture import Card, Figure, Group, Panel, Picture
from app.text import Language, day, place
from app.vocabulary import Qualifier

Record = Mapping[str, Any]


def figure(picture: Picture, point: Record, *, whole: bool = False) -> Figure:
    """Take a figure out of an observation, and note what has to be said of it.

    Args:
        picture: where it will stand.
        point: the observation, as the API shows it.
        whole: whether its source is listed without the place in it, which the figure then tells.
    """
    growth = point["growth"]
    for report in point["reports"]:
        if report["agreement"] == "differs":
            picture.note(report["note"])
    return Figure(
        period=point["period"]["label"],
        display=point["display"],
        value=point["value"],
        qualifier=Qualifier(point["qualifier"]),
        unit=point["unit"]["code"],
        growth=growth["display"] if growth else None,
        source=picture.cite(point["source"]["line"] if whole else point["citation"]),
        locator=place(point["locator"], picture.language) if whole else None,
    )


def of_indicator(indicator: Record, found: Record, released: date, language: Language) -> Picture:
    """Describe all figures of an indicator, one panel a series.

    Args:
        indicator: the indicator, as the API shows it.
        found: its series with their points, and how many are left out.
        released: the day of the release.
        language: the language of the texts.
    """
    picture = Picture(
        language, indicator["name"], words.released(day(released, language), language)
    )
    headline = indicator["headline"]
    if headline:
        picture.headline = figure(picture, headline)
    own = headline["series"] if headline else None
    for one in sorted(found["series"], key=lambda one: one["code"] != own):
        if one["code"] != own or len(one["points"]) > 1:
            picture.panels.append(panel(picture, one, indicator))
    finish(picture)
    if found["hidden"]:
        picture.note(words.hidden_series(found["hidden"], language))
    return picture


def of_series(found: Record, released: date, language: Language) -> Picture:
    """Describe one series: its only figure large, or all of them to one scale."""
    name = found["indicator"]["name"]
    picture = Picture(language, name, words.released(day(released, language), language))
    drawn = panel(picture, found, found)
    if len(drawn.figures) == 1:
        (picture.headline,) = drawn.figures
    elif drawn.figures:
        picture.panels.append(drawn)
    finish(picture)
    picture.note(found["note"])
    return picture


def finish(picture: Picture) -> None:
    """Note what has to be said of the picture as a whole."""
    figures = list(picture.figures())
    if not figures:
        picture.note(words.NONE.to(picture.language))
    if len(picture.panels) + bool(picture.headline) > 1:
        picture.note(words.APART.to(picture.language))
    if any(one.growth for one in figures):
        picture.note(words.GROWTH.to(picture.language))


def panel(picture: Picture, series: Record, indicator: Record) -> Panel:
    """Describe a series with its gaps and breaks."""
    language = picture.language
    heading = series["span"]
    own, usual = (
        [one[role]["name"] for role in ("reporting_area", "counterpart_area")]
        for one in (series, indicator)
    )
    if own != usual:
        heading = words.between(heading, own[0], own[1], language)
    figures: list[Figure] = []
    before: Record | None = None
    for point in series["points"]:
        shown = figure(picture, point)
        start = point["period"]["start"]
        if before is not None:
            missing = words.missing(before["period"], point["period"], language)
            parting = [
                one for one in series["breaks"] if before["period"]["start"] < one["start"] <= start
            ]
            for one in parting:
                picture.note(words.broken(day(one["start"], language), one["note"], language))
            shown = replace(shown, gap=missing, broken=bool(parting))
        figures.append(shown)
        before = point
    if series["hidden"]:
        picture.note(words.hidden_figures(series["hidden"], language))
    return Panel(heading, series["unit"]["name"], figures)


def of_overview(found: Record, edition: Record, released: date, language: Language) -> Picture:
    """Describe the newest figures of all indicators, and the priority areas."""
    areas = found["priority_areas"]
    years = (edition["edition"], areas[0]["year"] if areas else None)
    picture = Picture(
        language, words.sheet(*years, language), words.released(day(released, language), language)
    )
    topics: dict[str, list[Card]] = {}
    periods: dict[str, list[str]] = {}
    for one in found["indicators"]:
        shown = figure(picture, one["headline"], whole=True)
        topics.setdefault(one["topic"]["name"], []).append(Card(one["name"], shown))
        periods.setdefault(one["topic"]["name"], []).append(shown.period)
    for topic, cards in topics.items():
        heading = words.headed(topic, list(dict.fromkeys(periods[topic])), language)
        picture.groups.append(Group(heading, cards))
    if areas:
        cards = [area_card(picture, area) for area in areas]
        picture.groups.append(Group(words.areas(years[1], language), cards))
    picture.notes.insert(0, words.PERIODS.to(language))
    finish(picture)
    return picture


def area_card(picture: Picture, area: Record) -> Card:
    """Describe a priority area with the number of its actions."""
    language = picture.language
    number = picture.cite(area["source"]["line"])
    where = words.cited(number, place(area["locator"], language))
    lines = [words.actions(len(area["actions"]), language), where]
    return Card(area["title"], position=area["position"], lines=lines)
