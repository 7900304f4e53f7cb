"""SDMX-CSV: a row for each observation, with the names and keys that the client requests."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from app.formats.sdmx.artefacts import FLOW_ID, TITLE, Artefact
from app.formats.sdmx.components import PERIOD, SERIES_KEY, Component
from app.formats.sdmx.dataset import DataLayout, SdmxObservation, SeriesData
from app.formats.text import encode_csv_rows
from app.i18n import Language
from app.parameters.sdmx import parse_time_period

TIME_FORMATS = ("original", "none", "normalized")
CHOICES: Mapping[str, Mapping[str, Sequence[str]]] = {
    "1.0.0": {"labels": ("id", "both"), "timeformat": TIME_FORMATS},
    "2.0.0": {
        "labels": ("id", "both", "name"),
        "keys": ("none", "series", "obs", "both"),
        "timeformat": TIME_FORMATS,
    },
}
"""The optional parameters of the media type of each version, with the default first."""


class CsvOptions(NamedTuple):
    labels: str = "id"
    """Whether names are added to ids: ``both`` in the same column, ``name`` in the next one."""
    keys: str = "none"
    """Which columns with keys are added: of the ``series``, of the ``obs``, or ``both``."""
    timeformat: str = "original"
    """Whether a period is ``normalized``, which is its last day here; its length is a dimension."""


class CsvWriter:
    def __init__(
        self,
        version: str,
        options: CsvOptions,
        layout: DataLayout,
        artefacts: Iterable[Artefact],
        language: Language,
    ) -> None:
        self.is_v1 = version == "1.0.0"
        self.options = options
        self.has_observations = layout.has_observations
        self.columns: tuple[Component, ...] = SERIES_KEY
        if layout.has_observations:
            self.columns = (*SERIES_KEY, PERIOD, *layout.measures, *layout.attributes)
        self.language = language
        self.names: Mapping[str | None, Mapping[str, str]] = {
            one.id: {item.id: item.name.get(language) for item in one.items} for one in artefacts
        }

    def write_message(self, chunks: Iterable[Sequence[SeriesData]]) -> Iterator[bytes]:
        def list_rows() -> Iterator[list[list[str]]]:
            for chunk in chunks:
                yield [
                    self.build_row(SdmxObservation(series, figure))
                    for series, figures in chunk
                    for figure in (figures if self.has_observations else [{}])
                ]

        return encode_csv_rows(self.build_header(), list_rows())

    def build_header(self) -> list[str]:
        header = ["DATAFLOW"]
        if not self.is_v1:
            names = ["STRUCTURE_NAME"] if self.options.labels == "name" else []
            header = ["STRUCTURE", "STRUCTURE_ID", *names, "ACTION"]
            header += [f"{kind.upper()}_KEY" for kind in self.list_keys()]
        for one in self.columns:
            header += self.add_name(one.id, one.name.get(self.language))
        return header

    def build_row(self, observation: SdmxObservation) -> list[str]:
        values = dict(observation.list_values(self.columns))
        row = self.add_name(FLOW_ID, TITLE.get(self.language))
        if not self.is_v1:
            key = [values[one.id] for one in SERIES_KEY]
            keys = {"series": key, "obs": [*key, values.get(PERIOD.id, "")]}
            row = ["dataflow", *row, "I", *(".".join(keys[kind]) for kind in self.list_keys())]
        if self.options.timeformat == "normalized" and PERIOD.id in values:
            values[PERIOD.id] = str(parse_time_period(values[PERIOD.id])[1])
        for one in self.columns:
            value = values.get(one.id, "")
            row += self.add_name(value, self.names.get(one.codelist, {}).get(value, ""))
        return row

    def list_keys(self) -> list[str]:
        return [kind for kind in ("series", "obs") if self.options.keys in {kind, "both"}]

    def add_name(self, value: str, name: str) -> list[str]:
        match self.options.labels:
            case "both":
                return [f"{value}: {name}" if name else value]
            case "name":
                return [value, name]
        return [value]
