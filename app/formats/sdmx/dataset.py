"""Figures laid out as a message has them: data sets, of groups, of observations."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from app.formats.sdmx.component import Component, Record, Value, format_value
from app.formats.sdmx.components import ATTRIBUTES, BY_ID, MEASURE, PERIOD, SERIES_KEY
from app.formats.sdmx.envelope import MessageInfo
from app.parameters.sdmx import DIMENSIONS, TIME

ALL_DIMENSIONS = "AllDimensions"
LAYOUTS = (TIME, ALL_DIMENSIONS, *DIMENSIONS)
"""What may stand at an observation."""


@dataclass(frozen=True)
class DataLayout:
    """What of the data a message has, and how it is laid out."""

    at: str = TIME
    """The dimension at the observation; with ``FLAT`` all of them."""
    has_observations: bool = True
    has_values: bool = True
    attributes: tuple[Component, ...] = ATTRIBUTES

    @property
    def group_dimensions(self) -> tuple[Component, ...]:
        """Give the dimensions of a group."""
        if self.at == ALL_DIMENSIONS:
            return ()
        return tuple(one for one in (*SERIES_KEY, PERIOD) if one.id != self.at)

    @property
    def observation_dimensions(self) -> tuple[Component, ...]:
        """Give the dimensions of an observation."""
        return (*SERIES_KEY, PERIOD) if self.at == ALL_DIMENSIONS else (BY_ID[self.at],)


class Observation(NamedTuple):
    """One figure, read through components."""

    series: Record
    figure: Record

    def read_value(self, component: Component) -> Value:
        """Give the value of a component."""
        return component.value(self.series, self.figure)

    def list_values(self, components: Iterable[Component]) -> list[tuple[str, str]]:
        """Give what components have a value, as texts."""
        found = ((one.id, self.read_value(one)) for one in components)
        return [(name, format_value(value)) for name, value in found if value is not None]


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

    head: MessageInfo
    shown: DataLayout
    sets: Sequence[DataSet]


def group_series(
    found: Iterable[tuple[Record, Sequence[Record]]], shown: DataLayout, *, history: bool
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
            sets.setdefault(None, {})[group_key(series, {}, SERIES_KEY)] = []
        for figure in figures:
            groups = sets.setdefault(figure["current_from"] if history else None, {})
            key = group_key(series, figure, shown.group_dimensions)
            groups.setdefault(key, []).append(Observation(series, figure))
    return [
        DataSet(day, [Group(*one) for one in groups.items()])
        for day, groups in sorted(sets.items(), key=lambda one: one[0] or date.min)
    ]


def group_key(series: Record, figure: Record, components: Sequence[Component]) -> tuple[str, ...]:
    """Give the values that a group shares."""
    return tuple(format_value(one.value(series, figure)) for one in components)


def find_measure(shown: DataLayout) -> tuple[Component, ...]:
    """Give the measure, if it is shown."""
    return (MEASURE,) if shown.has_values else ()
