"""Data as SDMX-JSON 1.0, 2.0 and 2.1: values are told once, and stand as indexes elsewhere.

An attribute that is absent stands as an index too, of a value that says so: some readers take a
null for the first value, and would put the wrong comment on a figure.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from app.formats.sdmx.artefacts import DATAFLOW, FLOW, NAME, NOTICE, STRUCTURE, Item, build_urn
from app.formats.sdmx.component import Component, format_value
from app.formats.sdmx.components import ATTRIBUTES, MEASURE, PERIOD, SERIES_KEY
from app.formats.sdmx.dataset import ALL_DIMENSIONS, DataLayout, DataSet, Message, Observation
from app.formats.sdmx.envelope import MessageInfo
from app.formats.sdmx.structure_json import Json, build_meta, build_names
from app.formatting import format_period
from app.i18n import Bilingual, Language
from app.parameters.sdmx import TIME, parse_time_period

NO_VALUE = Item("_Z", Bilingual("Not stated", "未说明"))
Codes = Mapping[str, Mapping[str, Item]]
"""The codes of each code list by key."""

ENCODER = msgspec.json.Encoder(decimal_format="number")


class ComponentValues:
    """The values that a component has in a message, in the order in which they come up."""

    def __init__(self, component: Component, *, old: bool) -> None:
        self.component = component
        self.old = old
        self.places: dict[str | None, int] = {}

    def index_of(self, text: str | None) -> int:
        """Give the index of a value."""
        return self.places.setdefault(text, len(self.places))

    def describe(self, codes: Codes, language: Language) -> list[Json]:
        """Describe the values in their order."""
        return [self.describe_value(text, codes, language) for text in self.places]

    def describe_value(self, text: str | None, codes: Codes, language: Language) -> Json:
        """Describe one value."""
        component = self.component
        if component.id == TIME and text is not None:
            return describe_period(text, language, old=self.old)
        if text is None:
            item: Item | None = NO_VALUE
        else:
            item = codes[component.codelist][text] if component.codelist else None
        if item is not None:
            return {"id": item.id, **build_names(item.name, None, language)}
        # Some readers show nothing but names.
        return {"name": text} if self.old else {"value": text, "name": text}


def describe_period(text: str, language: Language, *, old: bool) -> Json:
    """Describe a period.

    A span of time is no identifier, since it has a slash. So it is a value; of 1.0, which has
    none, an identifier with the two hyphens that ISO 8601 allows in place of the slash.
    """
    first, last = parse_time_period(text)
    edges = {"start": f"{first}T00:00:00Z", "end": f"{last}T23:59:59Z"}
    label = format_period(first, last, language)
    is_value = "/" in text and not old
    named_by = {"value": text} if is_value else {"id": text.replace("/", "--")}
    return {**named_by, "name": label, **edges}


class DataWriter:
    """Writes one message."""

    def __init__(self, codes: Codes, shown: DataLayout, version: str) -> None:
        self.codes = codes
        self.shown = shown
        self.version = version
        self.old = version == "1.0.0"
        listed = (*SERIES_KEY, PERIOD, *ATTRIBUTES)
        self.values = {one.id: ComponentValues(one, old=self.old) for one in listed}

    def write_message(self, given: Message) -> bytes:
        """Write a message; each number with the digits that it has."""
        sets = [self.build_dataset(one) for one in given.sets]
        structure = self.build_structure(given.head)
        if not self.old:
            structure["dataSets"] = list(range(len(sets)))
        described: Json = {"structure": structure} if self.old else {"structures": [structure]}
        about = build_meta(given.head, "data", self.version)
        return ENCODER.encode({"meta": about, "data": {**described, "dataSets": sets}})

    def build_structure(self, head: MessageInfo) -> Json:
        """Describe dimensions, measure and attributes with the values that they have."""
        language = head.language
        # Some readers count on every level, be it empty.
        levels = {
            "dataSet": (),
            "series": self.shown.group_dimensions,
            "observation": self.shown.observation_dimensions,
        }
        if not self.shown.has_observations:
            levels["observation"] = ()
        found: Json = {
            "links": [
                {"rel": "dataflow", "urn": build_urn(DATAFLOW, FLOW)},
                {"rel": "datastructure", "urn": build_urn(STRUCTURE, FLOW)},
            ],
            **build_names(NAME, NOTICE, language),
            "dimensions": {
                level: [self.build_component(one, language) for one in some]
                for level, some in levels.items()
            },
            "attributes": {
                "dataSet": [],
                "series": [],
                "observation": [self.build_component(one, language) for one in self.attributes],
            },
        }
        if not self.old and self.shown.has_values:
            about = {"id": MEASURE.id, **build_names(MEASURE.name, MEASURE.description, language)}
            found["measures"] = {"observation": [about]}
        return found

    @property
    def attributes(self) -> Sequence[Component]:
        """Give the attributes that observations have."""
        return self.shown.attributes if self.shown.has_observations else ()

    def build_component(self, one: Component, language: Language) -> Json:
        """Describe a component with its values."""
        values = self.values[one.id].describe(self.codes, language)
        found: Json = {"id": one.id, **build_names(one.name, one.description, language)}
        if one in (*SERIES_KEY, PERIOD):
            found["keyPosition"] = (*SERIES_KEY, PERIOD).index(one)
            if one is PERIOD:
                found |= {"role": "time"} if self.old else {"roles": ["TIME_PERIOD"]}
        else:
            relation: Json = {"primaryMeasure": "OBS_VALUE"} if self.old else {"observation": {}}
            found["relationship"] = relation
        return found | {"values": values}

    def build_dataset(self, one: DataSet) -> Json:
        """Write a data set."""
        found: Json = {"action": "Information", "links": []}
        if not self.old:
            found["structure"] = 0
        if one.valid_from is not None:
            found["validFrom"] = f"{one.valid_from}T00:00:00Z"
        if self.shown.at == ALL_DIMENSIONS:
            return found | {
                "observations": self.build_observations(
                    [cell for group in one.groups for cell in group.observations]
                )
            }
        series = {}
        for group in one.groups:
            names = (part.id for part in self.shown.group_dimensions)
            key = self.format_key(dict(zip(names, group.key, strict=False)))
            series[key] = {"observations": self.build_observations(group.observations)}
        return found | {"series": series}

    def build_observations(self, some: Sequence[Observation]) -> Json:
        """Write observations by the indexes of their dimensions."""
        return {
            self.format_key(
                dict(one.list_values(self.shown.observation_dimensions))
            ): self.build_cell(one)
            for one in some
        }

    def format_key(self, key: Mapping[str, str]) -> str:
        """Write a key as indexes."""
        return ":".join(str(self.values[name].index_of(value)) for name, value in key.items())

    def build_cell(self, one: Observation) -> list[Any]:
        """Write the value of an observation and the indexes of its attributes."""
        value = one.read_value(MEASURE)
        assert isinstance(value, Decimal)  # noqa: S101
        start: list[Any] = [value] if self.shown.has_values else [None] if self.old else []
        return [*start, *(self.attribute_index(part, one) for part in self.shown.attributes)]

    def attribute_index(self, component: Component, one: Observation) -> int:
        """Give the index of an attribute's value."""
        value = one.read_value(component)
        return self.values[component.id].index_of(None if value is None else format_value(value))
