"""Data as SDMX-JSON 1.0, 2.0 and 2.1, where observations refer to lists of values by index.

An absent attribute has an index too, of a value that says so: some clients read null as index 0,
and would attach the wrong comment to a figure.
"""

from collections.abc import Mapping, Sequence

import msgspec

from app.formats.sdmx.artefacts import (
    DATAFLOW,
    FLOW,
    NAME,
    NOTICE,
    STRUCTURE,
    Item,
    build_urn,
)
from app.formats.sdmx.components import (
    ATTRIBUTES,
    MEASURE,
    MEASURE_ID,
    PERIOD,
    SERIES_KEY,
    Component,
    format_value,
)
from app.formats.sdmx.dataset import DataLayout, DataSet, Message, Observation
from app.formats.sdmx.structure_json import Json, build_meta, build_names
from app.i18n import Bilingual, Language, format_period
from app.parameters.sdmx import TIME, parse_time_period

NO_VALUE = Item("_Z", Bilingual("Not stated", "未说明"))
Codes = Mapping[str, Mapping[str, Item]]
"""The codes of each code list by id."""

ENCODER = msgspec.json.Encoder(decimal_format="number")


class ComponentValues:
    """The distinct values of a component in a message, in order of first use."""

    def __init__(self, component: Component, *, is_v1: bool) -> None:
        self.component = component
        self.is_v1 = is_v1
        self.indexes: dict[str | None, int] = {}

    def get_index(self, text: str | None) -> int:
        return self.indexes.setdefault(text, len(self.indexes))

    def describe(self, codes: Codes, language: Language) -> list[Json]:
        return [self.describe_value(text, codes, language) for text in self.indexes]

    def describe_value(self, text: str | None, codes: Codes, language: Language) -> Json:
        component = self.component
        if text is None:
            return {"id": NO_VALUE.id, **build_names(NO_VALUE.name, None, language)}
        if component.id == TIME:
            return describe_period(text, language, is_v1=self.is_v1)
        if component.codelist:
            code = codes[component.codelist][text]
            return {"id": code.id, **build_names(code.name, None, language)}
        # Some clients display nothing but names.
        return {"name": text} if self.is_v1 else {"value": text, "name": text}


def describe_period(text: str, language: Language, *, is_v1: bool) -> Json:
    """Describe a period.

    An identifier cannot contain the slash of a date range, so a range is given as a value. Version
    1.0 has no values: there, a range is an identifier with the two hyphens that ISO 8601 allows
    instead of the slash.
    """
    first, last = parse_time_period(text)
    key = {"value": text} if "/" in text and not is_v1 else {"id": text.replace("/", "--")}
    name = format_period(first, last, language)
    return {**key, "name": name, "start": f"{first}T00:00:00Z", "end": f"{last}T23:59:59Z"}


class DataWriter:
    """Writes one message."""

    def __init__(self, codes: Codes, layout: DataLayout, version: str) -> None:
        self.codes = codes
        self.layout = layout
        self.version = version
        self.is_v1 = version == "1.0.0"
        components = (*SERIES_KEY, PERIOD, *ATTRIBUTES)
        self.values = {one.id: ComponentValues(one, is_v1=self.is_v1) for one in components}

    def write_message(self, message: Message) -> bytes:
        # The structure lists the values that the data sets use, so the data sets come first.
        datasets = [self.build_dataset(one) for one in message.datasets]
        structure = self.build_structure(message.header.language)
        if not self.is_v1:
            structure["dataSets"] = list(range(len(datasets)))
        data: Json = {"structure": structure} if self.is_v1 else {"structures": [structure]}
        meta = build_meta(message.header, "data", self.version)
        return ENCODER.encode({"meta": meta, "data": {**data, "dataSets": datasets}})

    def build_structure(self, language: Language) -> Json:
        """Describe the components with the values that they have in this message."""
        layout = self.layout
        # Some clients require every level, even if it is empty.
        dimensions: dict[str, Sequence[Component]] = {
            "dataSet": (),
            "series": layout.group_dimensions,
            "observation": layout.observation_dimensions if layout.has_observations else (),
        }
        attributes = layout.attributes if layout.has_observations else ()
        structure: Json = {
            "links": [
                {"rel": "dataflow", "urn": build_urn(DATAFLOW, FLOW)},
                {"rel": "datastructure", "urn": build_urn(STRUCTURE, FLOW)},
            ],
            **build_names(NAME, NOTICE, language),
            "dimensions": {
                level: [self.build_component(one, language) for one in components]
                for level, components in dimensions.items()
            },
            "attributes": {
                "dataSet": [],
                "series": [],
                "observation": [self.build_component(one, language) for one in attributes],
            },
        }
        if not self.is_v1 and layout.has_values:
            names = build_names(MEASURE.name, MEASURE.description, language)
            structure["measures"] = {"observation": [{"id": MEASURE_ID, **names}]}
        return structure

    def build_component(self, component: Component, language: Language) -> Json:
        found: Json = {
            "id": component.id,
            **build_names(component.name, component.description, language),
        }
        if component in (*SERIES_KEY, PERIOD):
            found["keyPosition"] = (*SERIES_KEY, PERIOD).index(component)
            if component is PERIOD:
                found |= {"role": "time"} if self.is_v1 else {"roles": ["TIME_PERIOD"]}
        else:
            found["relationship"] = (
                {"primaryMeasure": MEASURE_ID} if self.is_v1 else {"observation": {}}
            )
        return found | {"values": self.values[component.id].describe(self.codes, language)}

    def build_dataset(self, dataset: DataSet) -> Json:
        found: Json = {"action": "Information", "links": []}
        if not self.is_v1:
            found["structure"] = 0
        if dataset.valid_from is not None:
            found["validFrom"] = f"{dataset.valid_from}T00:00:00Z"
        if self.layout.is_flat:
            observations = [one for group in dataset.groups for one in group.observations]
            return found | {"observations": self.build_observations(observations)}
        names = [one.id for one in self.layout.group_dimensions]
        series = {}
        for group in dataset.groups:
            key = self.format_key(dict(zip(names, group.key, strict=False)))
            series[key] = {"observations": self.build_observations(group.observations)}
        return found | {"series": series}

    def build_observations(self, observations: Sequence[Observation]) -> Json:
        """Write observations by the indexes of their dimensions."""
        dimensions = self.layout.observation_dimensions
        return {
            self.format_key(dict(one.list_values(dimensions))): self.build_observation(one)
            for one in observations
        }

    def format_key(self, key: Mapping[str, str]) -> str:
        return ":".join(str(self.values[name].get_index(value)) for name, value in key.items())

    def build_observation(self, observation: Observation) -> list[object]:
        """Write the value of an observation and the indexes of its attributes."""
        start: list[object] = []
        if self.layout.has_values:
            start = [observation.read_value(MEASURE)]
        elif self.is_v1:
            start = [None]
        return [
            *start,
            *(self.get_attribute_index(one, observation) for one in self.layout.attributes),
        ]

    def get_attribute_index(self, component: Component, observation: Observation) -> int:
        value = observation.read_value(component)
        return self.values[component.id].get_index(None if value is None else format_value(value))
