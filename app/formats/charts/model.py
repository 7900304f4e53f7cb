"""What a chart says, independent of its size, colours and layout, from the records of the API."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from app.enums import Qualifier, StockFlow
from app.formats.charts import labels
from app.formats.dataset_info import name_release
from app.i18n import (
    QUALIFIER_FORMATS,
    SCALE_WORDS,
    Bilingual,
    Language,
    count_months,
    format_number,
)

if TYPE_CHECKING:
    # The process that draws has no use for the database, whose libraries take memory and time.
    from app.db.columns import Record

LINE_POINTS = 4
"""How many comparable figures a series needs to be drawn as a line."""
HATCHED = (Qualifier.NEARLY, Qualifier.ABOUT)
"""The qualifiers of figures whose bars are hatched, and whose points are hollow."""
NUMBER = re.compile(r"[\d,]+(?:\.\d+)?")


def is_connected(earlier: "Record", point: "Record") -> bool:
    """Return whether a line may lead from a figure to the next one.

    A line that falls from 205 to over 200 would state a decline that no source does.
    """
    return bool(point["qualifier"] != Qualifier.OVER or point["value"] >= earlier["value"])


def is_comparable(earlier: "Record", point: "Record") -> bool:
    return earlier["id"] not in {one["observation"] for one in point["obstacles"]}


def format_gap(earlier: "Record", point: "Record", language: Language) -> str | None:
    """Name the years without a figure between two consecutive points of a flow."""
    first, last = earlier["period"]["start"], point["period"]["start"]
    has_same_months = (first.month, first.day) == (last.month, last.day)
    if point["stock_flow"] != StockFlow.FLOW or not has_same_months or last.year - first.year <= 1:
        return None
    start, end = first.year + 1, last.year - 1
    english, chinese = f"{start}", f"{start}"
    if start != end:
        english, chinese = f"{start} to {end}", f"{start}—{end}"
    return Bilingual(f"{english}: not included", f"{chinese}年：未收录").get(language)


@dataclass(frozen=True)
class DataPoint:
    period: str
    display: str
    value: Decimal
    qualifier: Qualifier
    unit: str
    """The code of the unit."""
    growth: str | None
    """The published growth as text."""
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
    is_connected: bool = True
    """Whether a line may lead to it from the figure before it."""
    start: date | None = None
    end: date | None = None
    is_flow: bool = False
    decimals: int = 0
    multiplier: int = 0
    """The power of ten of the unit in which the source gives the number, with its decimals."""
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
        return self.growth.removesuffix(f" {labels.format_source_number(self.growth_source)}")

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
            return language.colon.join([self.period, self.display])
        period = labels.format_takeaway_period(self.start, self.end, self.period, language)
        return labels.TAKEAWAY.format(display=self.display, period=period).get(language)


class Scale(NamedTuple):
    """The power of ten in which a panel writes its numbers, and what follows them."""

    power: int
    unit: str
    """The scale and the unit in words; empty if numbers stand alone."""

    def format_number(self, figure: DataPoint, language: Language) -> str:
        """Write a figure with its qualifier and all published digits, but without its unit."""
        number = format_number(
            figure.value, figure.multiplier, figure.decimals, self.power, language
        )
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
        """Take the scale of the largest figure, as it is published."""
        largest = max(self.figures, key=lambda one: abs(one.value))
        if not (found := NUMBER.search(largest.display)):
            return Scale(0, "")
        number, unit = Decimal(found[0].replace(",", "")), largest.display[found.end() :]
        powers = (0, *(power for words in SCALE_WORDS.values() for power in words))
        same = [one for one in powers if largest.value.scaleb(-one) == number]
        return Scale(same[0], unit.strip()) if same else Scale(0, "")

    @property
    def axis_unit(self) -> str:
        return self.scale.unit or self.unit

    @property
    def scale_key(self) -> tuple[str, int | None]:
        """The unit and the months of a figure: panels that have the same share a value axis."""
        first = self.figures[0]
        is_flow = first.start and first.end and first.is_flow
        return self.unit, count_months(*first.period_days) if is_flow else None

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
        """Say its newest figure in the unit of the panel, with growth and source."""
        newest = self.figures[-1]
        number, unit = self.scale.format_number(newest, language), self.scale.unit
        display = Bilingual(f"{number} {unit}".rstrip(), f"{number}{unit}").get(language)
        takeaway = replace(newest, display=display).format_takeaway(language)
        growth = language.comma + newest.growth if newest.growth else ""
        return f"{takeaway} {labels.format_source_number(newest.source)}{growth}"

    @property
    def has_breaks(self) -> bool:
        return len(self.runs) > 1

    @property
    def has_gaps(self) -> bool:
        return any(one.gap for one in self.figures)

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
class TileGroup:
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
    groups: list[TileGroup] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    rates: list[str] = field(default_factory=list)
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
        if text:
            name = self.language.comma.join(names)
            self.add_note(self.language.colon.join([name, text]))

    def list_tiles(self) -> list[Tile]:
        return [tile for group in self.groups for tile in group.tiles]

    def list_data_points(self) -> Iterator[DataPoint]:
        """List all figures in the order in which they are drawn."""
        if self.headline:
            yield self.headline
        for panel in self.panels:
            yield from panel.figures
        yield from (tile.figure for tile in self.list_tiles() if tile.figure)

    def list_qualifiers(self) -> list[Qualifier]:
        found = {one.qualifier for one in self.list_data_points()}
        return [one for one in Qualifier if one in found and one is not Qualifier.NONE]

    def describe(self) -> str:
        """Describe the whole chart, as its alternative text."""
        language = self.language
        sentences = [self.title]
        if self.headline:
            sentences.append(describe_data_point(self.headline, language))
        for panel in self.panels:
            sentences.append(language.comma.join([panel.heading, panel.unit]))
            sentences += [describe_data_point(one, language) for one in panel.figures]
        for group in self.groups:
            sentences.append(group.heading)
            for tile in group.tiles:
                figure = [describe_data_point(tile.figure, language)] if tile.figure else []
                sentences.append(language.colon.join([tile.name, *figure, *tile.lines]))
        sentences += [labels.MEANINGS[one].get(language) for one in self.list_qualifiers()]
        return labels.join_sentences([*sentences, *self.notes], language)


def describe_data_point(figure: DataPoint, language: Language) -> str:
    parts = [
        figure.gap,
        None if figure.is_comparable else labels.NOT_COMPARABLE.get(language),
        language.colon.join([figure.period, figure.display]),
        figure.coverage,
        figure.growth,
    ]
    return language.semicolon.join(part for part in parts if part)


def create_chart(title: str, release: str, language: Language) -> Chart:
    return Chart(language, title, name_release(release, language))
