"""What a picture tells, before anything is known of its size, colours and places."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from app.formats.charts import words
from app.text import Language, day, place
from app.vocabulary import Qualifier

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Figure:
    """One published figure, with all that must not get lost."""

    period: str
    display: str
    value: Decimal
    qualifier: Qualifier
    unit: str
    """The code of the unit."""
    growth: str | None
    """Published growth in words."""
    source: int
    """The number of its source below the picture."""
    locator: str | None = None
    """The place in the source in words, where the list of sources does not tell it."""
    gap: str | None = None
    """The periods that are missing before it, in words."""
    broken: bool = False
    """Whether it cannot be compared with the figure before it."""


@dataclass(frozen=True)
class Panel:
    """Figures that can be compared with each other, and with no others of the picture."""

    heading: str
    unit: str
    figures: Sequence[Figure]


@dataclass(frozen=True)
class Card:
    """A figure with its name, or a priority area."""

    name: str
    figure: Figure | None = None
    position: int | None = None
    lines: Sequence[str] = ()


@dataclass(frozen=True)
class Group:
    """Cards under one heading."""

    heading: str
    cards: Sequence[Card]


@dataclass
class Picture:
    """All that a picture tells."""

    language: Language
    title: str
    release: str
    headline: Figure | None = None
    panels: list[Panel] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)

    def cite(self, citation: str) -> int:
        """Give the number of a source, which is listed once."""
        if citation not in self.sources:
            self.sources.append(citation)
        return self.sources.index(citation) + 1

    def note(self, text: str | None) -> None:
        """Add a note, once."""
        if text and text not in self.notes:
            self.notes.append(text)

    def figures(self) -> Iterator[Figure]:
        """Give all figures, in the order in which they are drawn."""
        if self.headline:
            yield self.headline
        for panel in self.panels:
            yield from panel.figures
        for group in self.groups:
            yield from (card.figure for card in group.cards if card.figure)

    def qualifiers(self) -> list[Qualifier]:
        """Give the qualifiers that stand in the picture, but for exact."""
        found = {one.qualifier for one in self.figures()}
        return [one for one in Qualifier if one in found and one is not Qualifier.EXACT]

    def described(self) -> str:
        """Tell the whole picture in words."""
        parts = [self.title]
        if self.headline:
            parts.append(told(self.headline, self.language))
        for panel in self.panels:
            figures = [told(one, self.language) for one in panel.figures]
            parts += [f"{panel.heading}, {panel.unit}", *figures]
        for group in self.groups:
            parts.append(group.heading)
            for card in group.cards:
                shown = [told(card.figure, self.language)] if card.figure else []
                parts += [": ".join([card.name, *shown, *card.lines])]
        meanings = [words.MEANINGS[one].to(self.language) for one in self.qualifiers()]
        return ". ".join(part.rstrip(".。") for part in [*parts, *meanings, *self.notes]) + "."


def told(figure: Figure, language: Language) -> str:
    """Tell a figure in words."""
    parts = [figure.gap, words.BREAK.to(language) if figure.broken else None]
    own = f"{figure.period}: {figure.display}"
    return "; ".join(
        [*(part for part in parts if part), own, *([figure.growth] if figure.growth else [])]
    )


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
    else:
        picture.panels.append(drawn)
    finish(picture)
    picture.note(found["note"])
    return picture


def finish(picture: Picture) -> None:
    """Note what has to be said of the picture as a whole."""
    if len(picture.panels) + bool(picture.headline) > 1 and len(picture.panels) > 0:
        picture.note(words.APART.to(picture.language))
    if any(one.growth for one in picture.figures()):
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
            shown = Figure(**{**vars(shown), "gap": missing, "broken": bool(parting)})
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
    if any(one.growth for one in picture.figures()):
        picture.note(words.GROWTH.to(language))
    return picture


def area_card(picture: Picture, area: Record) -> Card:
    """Describe a priority area with the number of its actions."""
    language = picture.language
    number = picture.cite(area["source"]["line"])
    where = words.cited(number, place(area["locator"], language))
    lines = [words.actions(len(area["actions"]), language), where]
    return Card(area["title"], position=area["position"], lines=lines)
