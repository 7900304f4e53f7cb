"""What a picture tells, before anything is known of its size, colours and places."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from app.enums import Qualifier
from app.formats.charts import labels
from app.i18n import Language


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
class Tile:
    """A figure with its name, or a priority area."""

    name: str
    figure: Figure | None = None
    position: int | None = None
    lines: Sequence[str] = ()


@dataclass(frozen=True)
class Group:
    """Cards under one heading."""

    heading: str
    cards: Sequence[Tile]


@dataclass
class Chart:
    """All that a picture tells."""

    language: Language
    title: str
    release: str
    headline: Figure | None = None
    panels: list[Panel] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)

    def add_citation(self, citation: str) -> int:
        """Give the number of a source, which is listed once."""
        if citation not in self.sources:
            self.sources.append(citation)
        return self.sources.index(citation) + 1

    def add_note(self, text: str | None) -> None:
        """Add a note, once."""
        if text and text not in self.notes:
            self.notes.append(text)

    def list_figures(self) -> Iterator[Figure]:
        """Give all figures, in the order in which they are drawn."""
        if self.headline:
            yield self.headline
        for panel in self.panels:
            yield from panel.figures
        for group in self.groups:
            yield from (card.figure for card in group.cards if card.figure)

    def list_qualifiers(self) -> list[Qualifier]:
        """Give the qualifiers that stand in the picture, but for exact."""
        found = {one.qualifier for one in self.list_figures()}
        return [one for one in Qualifier if one in found and one is not Qualifier.EXACT]

    def describe(self) -> str:
        """Tell the whole picture in words."""
        parts = [self.title]
        if self.headline:
            parts.append(describe_figure(self.headline, self.language))
        for panel in self.panels:
            figures = [describe_figure(one, self.language) for one in panel.figures]
            parts += [f"{panel.heading}, {panel.unit}", *figures]
        for group in self.groups:
            parts.append(group.heading)
            for card in group.cards:
                shown = [describe_figure(card.figure, self.language)] if card.figure else []
                parts += [": ".join([card.name, *shown, *card.lines])]
        meanings = [labels.MEANINGS[one].get(self.language) for one in self.list_qualifiers()]
        return ". ".join(part.rstrip(".。") for part in [*parts, *meanings, *self.notes]) + "."


def describe_figure(figure: Figure, language: Language) -> str:
    """Tell a figure in words."""
    parts = [figure.gap, labels.BREAK.get(language) if figure.broken else None]
    parts += [f"{figure.period}: {figure.display}", figure.growth]
    return "; ".join(part for part in parts if part)
