"""The layout of a data message: datasets of groups of observations."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from app.db.columns import Record
from app.formats.sdmx.artefacts import MessageHeader
from app.formats.sdmx.components import (
    ATTRIBUTES,
    BY_ID,
    MEASURE,
    PERIOD,
    SERIES_KEY,
    Component,
    Role,
    Value,
    format_component_value,
)
from app.parameters.sdmx import DIMENSIONS, TIME

ALL_DIMENSIONS = "AllDimensions"
OBSERVATION_LEVELS = (TIME, ALL_DIMENSIONS, *DIMENSIONS)
"""The values of the parameter dimensionAtObservation."""

Key = tuple[tuple[str, str], ...]
SeriesData = tuple[Record, Sequence[Record]]
"""A series and its observations."""


@dataclass(frozen=True)
class DataLayout:
    observation_level: str = TIME
    """The dimension at the level of observations, or ``ALL_DIMENSIONS``."""
    has_observations: bool = True
    has_values: bool = True
    attributes: tuple[Component, ...] = ATTRIBUTES

    @property
    def is_flat(self) -> bool:
        return self.observation_level == ALL_DIMENSIONS

    @property
    def group_dimensions(self) -> tuple[Component, ...]:
        if self.is_flat:
            return ()
        return tuple(one for one in (*SERIES_KEY, PERIOD) if one.id != self.observation_level)

    @property
    def observation_dimensions(self) -> tuple[Component, ...]:
        return (*SERIES_KEY, PERIOD) if self.is_flat else (BY_ID[self.observation_level],)

    @property
    def measures(self) -> tuple[Component, ...]:
        return (MEASURE,) if self.has_values else ()


class SdmxObservation(NamedTuple):
    """One figure with its series, read through components."""

    series: Record
    figure: Record

    def read_value(self, component: Component) -> Value:
        return component.get_value(self.series if component.role is Role.DIMENSION else self.figure)

    def list_values(self, components: Iterable[Component]) -> list[tuple[str, str]]:
        return [
            (one.id, format_component_value(value))
            for one in components
            if (value := self.read_value(one)) is not None
        ]


class ObservationGroup(NamedTuple):
    key: Key
    """The id and the value of each dimension that the observations share."""
    observations: list[SdmxObservation]


class DataSet(NamedTuple):
    """The observations that became current on a day, or all that are current now."""

    valid_from: date | None
    groups: list[ObservationGroup]


@dataclass(frozen=True)
class Message:
    header: MessageHeader
    layout: DataLayout
    datasets: Sequence[DataSet]


def build_datasets(
    series_data: Iterable[SeriesData], layout: DataLayout, *, history: bool
) -> list[DataSet]:
    """Group observations by key, and with a history by the day from which they were current."""
    datasets: dict[date | None, dict[Key, list[SdmxObservation]]] = {}
    for series, figures in series_data:
        if not layout.has_observations:
            key = tuple(SdmxObservation(series, {}).list_values(SERIES_KEY))
            datasets.setdefault(None, {})[key] = []
        for figure in figures:
            observation = SdmxObservation(series, figure)
            groups = datasets.setdefault(figure["current_from"] if history else None, {})
            key = tuple(observation.list_values(layout.group_dimensions))
            groups.setdefault(key, []).append(observation)
    return [
        DataSet(day, [ObservationGroup(*one) for one in groups.items()])
        for day, groups in sorted(datasets.items(), key=lambda one: one[0] or date.min)
    ]
