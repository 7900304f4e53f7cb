"""What a chart says, independent of its size, colours and layout."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from app.enums import Qualifier
from app.formats.charts import labels
from app.i18n import Language


@dataclass(frozen=True)
class DataPoint:
    """One published figure with everything that qualifies it."""

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
    follows_break: bool = False
    """Whether it is not comparable with the figure before it."""


@dataclass(frozen=True)
class Panel:
    """A series: its figures are comparable with each other, and with no others in the chart."""

    heading: str
    unit: str
    figures: Sequence[DataPoint]


@dataclass(frozen=True)
class Tile:
    """A figure with its name, or a priority area."""

    name: str
    figure: DataPoint | None = None
    position: int | None = None
    """The number of a priority area."""
    lines: Sequence[str] = ()


@dataclass(frozen=True)
class Group:
    """Tiles under one heading."""

    heading: str
    tiles: Sequence[Tile]


@dataclass
class Chart:
    """Everything that a chart says."""

    language: Language
    title: str
    release: str
    headline: DataPoint | None = None
    panels: list[Panel] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)

    def add_citation(self, citation: str) -> int:
        """Add a source unless it is listed already, and return its number."""
        if citation not in self.sources:
            self.sources.append(citation)
        return self.sources.index(citation) + 1

    def add_note(self, text: str | None) -> None:
        """Add a note unless it is there already."""
        if text and text not in self.notes:
            self.notes.append(text)

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
        return [one for one in Qualifier if one in found and one is not Qualifier.EXACT]

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
        labels.BREAK.get(language) if figure.follows_break else None,
        labels.COLON.get(language).join([figure.period, figure.display]),
        figure.growth,
    ]
    return labels.SEMICOLON.get(language).join(part for part in parts if part)
