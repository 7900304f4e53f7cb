"""Figures laid out as a message has them: data sets, of groups, of observations."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from app.filters.sdmx import DIMENSIONS, TIME
from app.formats.sdmx.components import ATTRIBUTES, BY_ID, MEASURE, PERIOD, SERIES_KEY
from app.formats.sdmx.fields import Component, Record, Value, spelled
from app.formats.sdmx.message import Head

FLAT = "AllDimensions"
LAYOUTS = (TIME, FLAT, *DIMENSIONS)
"""What may stand at an observation."""


@dataclass(frozen=True)
class Shown:
    """What of the data a message has, and how it is laid out."""

    at: str = TIME
    """The dimension at the observation; with ``FLAT`` all of them."""
    has_observations: bool = True
    has_values: bool = True
    attributes: tuple[Component, ...] = ATTRIBUTES

    @property
    def key(self) -> tuple[Component, ...]:
        """Give the dimensions of a group."""
        if self.at == FLAT:
            return ()
        return tuple(one for one in (*SERIES_KEY, PERIOD) if one.id != self.at)

    @property
    def apart(self) -> tuple[Component, ...]:
        """Give the dimensions of an observation."""
        return (*SERIES_KEY, PERIOD) if self.at == FLAT else (BY_ID[self.at],)


class Observation(NamedTuple):
    """One figure, read through components."""

    series: Record
    figure: Record

    def read(self, component: Component) -> Value:
        """Give the value of a component."""
        return component.value(self.series, self.figure)

    def told(self, components: Iterable[Component]) -> list[tuple[str, str]]:
        """Give what components have a value, as texts."""
        found = ((one.id, self.read(one)) for one in components)
        return [(name, spelled(value)) for name, value in found if value is not None]


class Group(NamedTuple):
    """Observations that share a key."""

    key: tuple[str, ...]
    observations: list[Observation]


class DataSet(NamedTuple):
    """What held from a day on, or what holds now."""

    valid_from: date | None
    groups: list[Group]


@dataclass(frozen=True)
class Message:
    """A whole answer."""

    head: Head
    shown: Shown
    sets: Sequence[DataSet]


def laid_out(
    found: Iterable[tuple[Record, Sequence[Record]]], shown: Shown, *, history: bool
) -> list[DataSet]:
    """Lay series out.

    Args:
        found: series with their figures.
        shown: what the message has.
        history: whether figures that held from different days are parted into data sets.
    """
    sets: dict[date | None, dict[tuple[str, ...], list[Observation]]] = {}
    for series, figures in found:
        if not shown.has_observations:
            sets.setdefault(None, {})[key_of(series, {}, SERIES_KEY)] = []
        for figure in figures:
            groups = sets.setdefault(figure["current_from"] if history else None, {})
            key = key_of(series, figure, shown.key)
            groups.setdefault(key, []).append(Observation(series, figure))
    return [
        DataSet(day, [Group(*one) for one in groups.items()])
        for day, groups in sorted(sets.items(), key=lambda one: one[0] or date.min)
    ]


def key_of(series: Record, figure: Record, components: Sequence[Component]) -> tuple[str, ...]:
    """Give the values that a group shares."""
    return tuple(spelled(one.value(series, figure)) for one in components)


def measured(shown: Shown) -> tuple[Component, ...]:
    """Give the measure, if it is shown."""
    return (MEASURE,) if shown.has_values else ()
