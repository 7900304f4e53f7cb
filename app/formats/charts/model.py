"""What a chart says, independent of its size, colours and layout, from the records of the API."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from babel.numbers import format_decimal

from app.db.columns import Record
from app.enums import Qualifier, StockFlow
from app.formats.charts import labels
from app.formats.dataset_info import name_release
from app.i18n import QUALIFIER_FORMATS, SCALE_WORDS, Language, format_locator

FULL_YEAR = 12
LINE_POINTS = 4
"""How many comparable figures a series needs to be drawn as a line."""
NUMBER = re.compile(r"[\d,]+(?:\.\d+)?")


@dataclass(frozen=True)
class DataPoint:
    period: str
    display: str
    value: Decimal
    qualifier: Qualifier
    unit: str
    """The code of the unit."""
    growth: str | None
    """The published growth in words."""
    source: int
    """The number of its source in the list of sources."""
    locator: str | None = None
    """The place in the source, if the list of sources does not give it."""
    gap: str | None = None
    """The label of the missing periods before it."""
    coverage: str | None = None
    """The countries counted, if no heading names them."""
    is_comparable: bool = True
    """Whether it is comparable with the figure before it."""
    start: date | None = None
    end: date | None = None
    is_flow: bool = False
    decimals: int = 0
    """The published decimals in whole units; negative if the source rounded to tens or more."""
    unit_name: str = ""
    growth_source: int | None = None
    """The number of the source of the growth rate."""

    @property
    def period_days(self) -> tuple[date, date]:
        """The first and the last day of the period; ValueError if it has none."""
        if self.start is None or self.end is None:
            raise ValueError("a figure without a period")
        return self.start, self.end

    @property
    def is_total(self) -> bool:
        """Whether it is cumulative, so that its last day does not say what it counts."""
        return not self.is_flow and self.start != self.end

    @property
    def published_growth(self) -> str | None:
        """The published growth without the number of its source."""
        if self.growth is None or self.growth_source is None:
            return self.growth
        return self.growth.removesuffix(f" {labels.format_reference(self.growth_source)}")

    @property
    def position(self) -> date:
        """The day at which it is drawn: the middle of a flow, the end of anything else."""
        first, last = self.period_days
        return first + (last - first) / 2 if self.is_flow else last

    @property
    def display_key(self) -> tuple[str, str, int]:
        """What tells it from other figures that a chart shows."""
        return self.period, self.display, self.source

    def format_takeaway(self, language: Language) -> str:
        """Say the figure and its period: 23.6 trillion yuan in 2025, 2025年：23.6万亿元."""
        if self.start is None or self.end is None:
            return labels.label_value(self.period, self.display, language)
        period = labels.format_takeaway_period(self.start, self.end, self.period, language)
        return labels.TAKEAWAY.format(display=self.display, period=period).get(language)


class Scale(NamedTuple):
    """The power of ten in which a block writes its numbers, and its unit in words."""

    power: int
    unit: str

    def format_number(self, figure: DataPoint, language: Language) -> str:
        """Write a figure with its qualifier and all published digits, but without its unit."""
        digits = max(0, figure.decimals + self.power)
        pattern = f"#,##0.{'0' * digits}" if digits else "#,##0"
        number = format_decimal(figure.value.scaleb(-self.power), pattern, locale=language)
        return QUALIFIER_FORMATS[figure.qualifier].get(language).format(number)


@dataclass(frozen=True)
class Panel:
    """A series: its figures are comparable with each other, and with no others in the chart."""

    heading: str
    unit: str
    figures: Sequence[DataPoint]
    has_time: bool = False
    """Whether its figures are drawn along a time axis."""
    coverage: str | None = None
    """The countries counted, which the heading names."""

    @cached_property
    def scale(self) -> Scale:
        """Take the scale of the largest figure, as it is published in words."""
        largest = max(self.figures, key=lambda one: abs(one.value))
        if not (found := NUMBER.search(largest.display)):
            return Scale(0, self.unit)
        number, unit = Decimal(found[0].replace(",", "")), largest.display[found.end() :]
        powers = (0, *(power for words in SCALE_WORDS.values() for power in words))
        same = [one for one in powers if largest.value.scaleb(-one) == number]
        return Scale(same[0], unit.strip() or self.unit) if same else Scale(0, self.unit)

    @cached_property
    def runs(self) -> list[list[DataPoint]]:
        """The figures in runs, within which they are comparable."""
        runs: list[list[DataPoint]] = []
        for figure in self.figures:
            if not runs or not figure.is_comparable:
                runs.append([])
            runs[-1].append(figure)
        return runs

    def format_newest(self, language: Language) -> str:
        """Say its newest figure in the unit of the block, with growth and source."""
        newest = self.figures[-1]
        unit = self.scale.unit if self.scale.unit != self.unit else ""
        number = self.scale.format_number(newest, language)
        display = labels.join_unit(number, unit, language)
        takeaway = replace(newest, display=display).format_takeaway(language)
        growth = labels.COMMA.get(language) + newest.growth if newest.growth else ""
        return f"{takeaway} {labels.format_reference(newest.source)}{growth}"

    @property
    def has_line(self) -> bool:
        return any(len(run) >= LINE_POINTS for run in self.runs)


@dataclass(frozen=True)
class Tile:
    """A figure with its name, or a priority area."""

    name: str
    figure: DataPoint | None = None
    position: int | None = None
    """The number of a priority area."""
    lines: Sequence[str] = ()
    coverage: str | None = None
    """The countries that the figure counts, also where a heading or the name says it."""


@dataclass(frozen=True)
class Group:
    heading: str
    tiles: Sequence[Tile]


@dataclass
class Chart:
    language: Language
    title: str
    release: str
    headline: DataPoint | None = None
    """The figure that a chart of one indicator or commitment says first."""
    panels: list[Panel] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    rates: set[str] = field(default_factory=set)
    """The keys of the growth rates in the chart."""

    def add_citation(self, citation: str) -> int:
        """Add a source unless it is listed already, and return its number."""
        if citation not in self.sources:
            self.sources.append(citation)
        return self.sources.index(citation) + 1

    def add_note(self, text: str | None) -> None:
        if text and text not in self.notes:
            self.notes.append(text)

    def add_named_note(self, names: Sequence[str], text: str | None) -> None:
        """Add a note that begins with the names of what it belongs to."""
        if text:
            name = labels.COMMA.get(self.language).join(names)
            self.add_note(labels.COLON.get(self.language).join([name, text]))

    def list_data_points(self) -> Iterator[DataPoint]:
        """List all figures in the order in which they are drawn."""
        if self.headline:
            yield self.headline
        for panel in self.panels:
            yield from panel.figures
        for group in self.groups:
            yield from (tile.figure for tile in group.tiles if tile.figure)

    def list_qualifiers(self) -> list[Qualifier]:
        """List the qualifiers in the chart that need an explanation."""
        found = {one.qualifier for one in self.list_data_points()}
        return [one for one in Qualifier if one in found and one is not Qualifier.NONE]

    def describe(self) -> str:
        """Describe the whole chart in words, as its alternative text."""
        language = self.language
        colon = labels.COLON.get(language)
        sentences = [self.title]
        if self.headline:
            sentences.append(describe_data_point(self.headline, language))
        for panel in self.panels:
            sentences.append(labels.COMMA.get(language).join([panel.heading, panel.unit]))
            sentences += [describe_data_point(one, language) for one in panel.figures]
        for group in self.groups:
            sentences.append(group.heading)
            for tile in group.tiles:
                figure = [describe_data_point(tile.figure, language)] if tile.figure else []
                sentences.append(colon.join([tile.name, *figure, *tile.lines]))
        sentences += [labels.MEANINGS[one].get(language) for one in self.list_qualifiers()]
        return labels.join_sentences([*sentences, *self.notes], language)


def describe_data_point(figure: DataPoint, language: Language) -> str:
    parts = [
        figure.gap,
        None if figure.is_comparable else labels.NOT_COMPARABLE.get(language),
        labels.COLON.get(language).join([figure.period, figure.display]),
        figure.coverage,
        figure.growth,
    ]
    return labels.SEMICOLON.get(language).join(part for part in parts if part)


def create_chart(title: str, release: str, language: Language) -> Chart:
    return Chart(language, title, name_release(release, language))


def build_data_point(chart: Chart, point: Record, *, with_locator: bool = False) -> DataPoint:
    """Build a figure, and add its source and notes to the chart.

    With a locator, the figure itself and not the list of sources names its place in the source.
    """
    citation = point["source"]["line"] if with_locator else point["citation"]["full"]
    source = chart.add_citation(citation)
    growth = point["growth"]
    # A chart of several indicators also names the one of the figure.
    names = [point["indicator"]["name"]] if with_locator else []
    names.append(point["period"]["label"])
    for report in point["reports"]:
        if report["agreement"] == "differs":
            chart.add_named_note([*names, point["display"]], report["note"])
    chart.add_named_note([*names, point["display"]], point["note"])
    # Figures in two units may have the same rate, whose note is shown once.
    if growth and growth["id"] not in chart.rates:
        chart.rates.add(growth["id"])
        chart.add_named_note([*names, growth["display"]], growth["note"])
    growth_source = chart.add_citation(growth["citation"]["full"]) if growth else None
    reference = f" {labels.format_reference(growth_source)}" if growth_source else ""
    return DataPoint(
        period=point["period"]["label"],
        display=point["display"],
        value=point["value"],
        qualifier=Qualifier(point["qualifier"]),
        unit=point["unit"]["code"],
        growth=growth and growth["display"] + reference,
        source=source,
        locator=format_locator(point["locator"], chart.language) if with_locator else None,
        start=point["period"]["start"],
        end=point["period"]["end"],
        is_flow=point["stock_flow"] == StockFlow.FLOW,
        decimals=point["published"]["decimals"] - point["published"]["multiplier"],
        unit_name=point["unit"]["name"],
        growth_source=growth_source,
    )


def build_indicator_chart(
    indicator: Record, found: Record, release: str, language: Language
) -> Chart:
    """Build the chart of an indicator: its newest figure, and a block for each series."""
    chart = create_chart(indicator["name"], release, language)
    headline = indicator["headline"]
    headline_series = headline["series"] if headline else None
    series = sorted(found["series"], key=lambda one: one["code"] != headline_series)
    if newest := find_newest_series(series, headline_series, indicator["unit"]["code"]):
        figure = build_data_point(chart, newest["points"][-1])
        chart.headline = replace(figure, coverage=newest["coverage"]["name"])
    single = []
    for one in series:
        panel = build_panel(chart, one, indicator)
        if len(panel.figures) > 1:
            chart.panels.append(panel)
        elif one is not newest:
            name = labels.COMMA.get(language).join([panel.heading, panel.unit])
            single += [Tile(name, figure, coverage=panel.coverage) for figure in panel.figures]
    if single:
        chart.groups = [Group(labels.OTHER_SERIES.get(language), single)]
    add_footnotes(chart)
    if found["hidden"]:
        chart.add_note(labels.HIDDEN_SERIES.format(count=found["hidden"]).get(language))
    return chart


def find_newest_series(
    series: Sequence[Record], headline_series: str | None, unit: str
) -> Record | None:
    """Find the series whose newest figure a chart says first.

    It is of a full year, a day or a total, or continues the headline, unless there are only
    others: two months of this year are no news about the last. Of several with the same newest
    period, that in the unit of the indicator is found.
    """
    drawn = [one for one in series if one["points"]]
    usual = [
        one
        for one in drawn
        if one["code"] == headline_series
        or one["stock_flow"] != StockFlow.FLOW
        or one["months"] == FULL_YEAR
    ]

    def rank(one: Record) -> tuple[date, bool]:
        return one["points"][-1]["period"]["end"], one["unit"]["code"] == unit

    return max(usual or drawn, key=rank, default=None)


def build_series_chart(series: Record, release: str, language: Language) -> Chart:
    """Build the chart of a series: its newest figure, and a panel of all."""
    chart = create_chart(series["indicator"]["name"], release, language)
    panel = build_panel(chart, series, series)
    if panel.figures:
        chart.headline = replace(panel.figures[-1], coverage=series["coverage"]["name"])
    if len(panel.figures) > 1:
        chart.panels.append(panel)
    add_footnotes(chart)
    chart.add_named_note([panel.heading, panel.unit], series["note"])
    return chart


def add_footnotes(chart: Chart) -> None:
    figures = list(chart.list_data_points())
    if not figures:
        chart.add_note(labels.NO_FIGURES.get(chart.language))
    if len(chart.panels) > 1 or (chart.panels and chart.groups):
        chart.add_note(labels.BLOCKS.get(chart.language))
    if any(one.growth for one in figures):
        chart.add_note(labels.GROWTH.get(chart.language))


def build_panel(chart: Chart, series: Record, indicator: Record) -> Panel:
    language = chart.language
    heading = labels.COMMA.get(language).join([series["span"], series["coverage"]["name"]])
    areas, usual_areas = (
        [record[role]["name"] for role in ("reporting_area", "counterpart_area")]
        for record in (series, indicator)
    )
    if areas != usual_areas:
        names = {"reporting": areas[0], "counterpart": areas[1]}
        heading = labels.SERIES_HEADING.format(span=heading, **names).get(language)
    panel_names = heading, series["unit"]["name"]
    figures: list[DataPoint] = []
    previous: Record | None = None
    for point in series["points"]:
        figure = build_data_point(chart, point)
        for obstacle in point["obstacles"]:
            names = {"period": figure.period, "earlier": obstacle["period"]["label"]}
            name = labels.OBSTACLE_NAME.format(**names).get(language)
            chart.add_named_note([*panel_names, name], obstacle["text"])
        if previous is not None:
            starts = previous["period"]["start"], point["period"]["start"]
            gap = labels.format_gap(*starts, language) if figure.is_flow else None
            obstructed = {obstacle["observation"] for obstacle in point["obstacles"]}
            is_comparable = previous["id"] not in obstructed
            figure = replace(figure, gap=gap, is_comparable=is_comparable)
        figures.append(figure)
        previous = point
    if series["hidden"]:
        hidden = labels.HIDDEN_POINTS.format(count=series["hidden"]).get(language)
        chart.add_named_note(panel_names, hidden)
    return Panel(*panel_names, figures, has_time=True, coverage=series["coverage"]["name"])
