"""Data as SDMX-JSON 1.0, 2.0 and 2.1: values are told once, and stand as indexes elsewhere.

An attribute that is absent stands as an index too, of a value that says so: some readers take a
null for the first value, and would put the wrong comment on a figure.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from app.filters.sdmx import TIME, span
from app.formats.sdmx.artefacts import DATAFLOW, FLOW, NAME, NOTICE, STRUCTURE, Item, urn
from app.formats.sdmx.components import ATTRIBUTES, MEASURE, PERIOD, SERIES_KEY
from app.formats.sdmx.cube import FLAT, DataSet, Message, Observation, Shown
from app.formats.sdmx.fields import Component, spelled
from app.formats.sdmx.message import Head
from app.formats.sdmx.structure_json import Json, meta, named
from app.text import Language, Words, period_label

ABSENT = Item("_Z", Words("Not stated", "未说明"))
Codes = Mapping[str, Mapping[str, Item]]
"""The codes of each code list by key."""

ENCODER = msgspec.json.Encoder(decimal_format="number")


class Values:
    """The values that a component has in a message, in the order in which they come up."""

    def __init__(self, component: Component, *, old: bool) -> None:
        self.component = component
        self.old = old
        self.places: dict[str | None, int] = {}

    def place(self, text: str | None) -> int:
        """Give the index of a value."""
        return self.places.setdefault(text, len(self.places))

    def described(self, codes: Codes, language: Language) -> list[Json]:
        """Describe the values in their order."""
        return [self.one(text, codes, language) for text in self.places]

    def one(self, text: str | None, codes: Codes, language: Language) -> Json:
        """Describe one value."""
        component = self.component
        if component.id == TIME and text is not None:
            return period(text, language, old=self.old)
        if text is None:
            item: Item | None = ABSENT
        else:
            item = codes[component.codelist][text] if component.codelist else None
        if item is not None:
            return {"id": item.id, **named(item.name, None, language)}
        # Some readers show nothing but names.
        return {"name": text} if self.old else {"value": text, "name": text}


def period(text: str, language: Language, *, old: bool) -> Json:
    """Describe a period.

    A span of time is no identifier, since it has a slash. So it is a value; of 1.0, which has
    none, an identifier with the two hyphens that ISO 8601 allows in place of the slash.
    """
    first, last = span(text)
    edges = {"start": f"{first}T00:00:00Z", "end": f"{last}T23:59:59Z"}
    label = period_label(first, last, language)
    is_value = "/" in text and not old
    named_by = {"value": text} if is_value else {"id": text.replace("/", "--")}
    return {**named_by, "name": label, **edges}


class Writer:
    """Writes one message."""

    def __init__(self, codes: Codes, shown: Shown, version: str) -> None:
        self.codes = codes
        self.shown = shown
        self.version = version
        self.old = version == "1.0.0"
        listed = (*SERIES_KEY, PERIOD, *ATTRIBUTES)
        self.values = {one.id: Values(one, old=self.old) for one in listed}

    def write(self, given: Message) -> bytes:
        """Write a message; each number with the digits that it has."""
        sets = [self.dataset(one) for one in given.sets]
        structure = self.structure(given.head)
        if not self.old:
            structure["dataSets"] = list(range(len(sets)))
        described: Json = {"structure": structure} if self.old else {"structures": [structure]}
        about = meta(given.head, "data", self.version)
        return ENCODER.encode({"meta": about, "data": {**described, "dataSets": sets}})

    def structure(self, head: Head) -> Json:
        """Describe dimensions, measure and attributes with the values that they have."""
        language = head.language
        # Some readers count on every level, be it empty.
        levels = {"dataSet": (), "series": self.shown.key, "observation": self.shown.apart}
        if not self.shown.has_observations:
            levels["observation"] = ()
        found: Json = {
            "links": [
                {"rel": "dataflow", "urn": urn(DATAFLOW, FLOW)},
                {"rel": "datastructure", "urn": urn(STRUCTURE, FLOW)},
            ],
            **named(NAME, NOTICE, language),
            "dimensions": {
                level: [self.component(one, language) for one in some]
                for level, some in levels.items()
            },
            "attributes": {
                "dataSet": [],
                "series": [],
                "observation": [self.component(one, language) for one in self.attributes],
            },
        }
        if not self.old and self.shown.has_values:
            about = {"id": MEASURE.id, **named(MEASURE.name, MEASURE.description, language)}
            found["measures"] = {"observation": [about]}
        return found

    @property
    def attributes(self) -> Sequence[Component]:
        """Give the attributes that observations have."""
        return self.shown.attributes if self.shown.has_observations else ()

    def component(self, one: Component, language: Language) -> Json:
        """Describe a component with its values."""
        values = self.values[one.id].described(self.codes, language)
        found: Json = {"id": one.id, **named(one.name, one.description, language)}
        if one in (*SERIES_KEY, PERIOD):
            found["keyPosition"] = (*SERIES_KEY, PERIOD).index(one)
            if one is PERIOD:
                found |= {"role": "time"} if self.old else {"roles": ["TIME_PERIOD"]}
        else:
            relation: Json = {"primaryMeasure": "OBS_VALUE"} if self.old else {"observation": {}}
            found["relationship"] = relation
        return found | {"values": values}

    def dataset(self, one: DataSet) -> Json:
        """Write a data set."""
        found: Json = {"action": "Information", "links": []}
        if not self.old:
            found["structure"] = 0
        if one.valid_from is not None:
            found["validFrom"] = f"{one.valid_from}T00:00:00Z"
        if self.shown.at == FLAT:
            return found | {
                "observations": self.observations(
                    [cell for group in one.groups for cell in group.observations]
                )
            }
        series = {}
        for group in one.groups:
            names = (part.id for part in self.shown.key)
            key = self.index(dict(zip(names, group.key, strict=False)))
            series[key] = {"observations": self.observations(group.observations)}
        return found | {"series": series}

    def observations(self, some: Sequence[Observation]) -> Json:
        """Write observations by the indexes of their dimensions."""
        return {self.index(dict(one.told(self.shown.apart))): self.cell(one) for one in some}

    def index(self, key: Mapping[str, str]) -> str:
        """Write a key as indexes."""
        return ":".join(str(self.values[name].place(value)) for name, value in key.items())

    def cell(self, one: Observation) -> list[Any]:
        """Write the value of an observation and the indexes of its attributes."""
        value = one.read(MEASURE)
        assert isinstance(value, Decimal)  # noqa: S101
        start: list[Any] = [value] if self.shown.has_values else [None] if self.old else []
        return [*start, *(self.placed(part, one) for part in self.shown.attributes)]

    def placed(self, component: Component, one: Observation) -> int:
        """Give the index of an attribute's value."""
        value = one.read(component)
        return self.values[component.id].place(None if value is None else spelled(value))
