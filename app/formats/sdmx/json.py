"""Structures and data as SDMX-JSON 1.0, 2.0 and 2.1."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from app.formats.dataset_info import TITLE
from app.formats.sdmx.artefacts import (
    AGENCY,
    CONCEPTS,
    COUNT_TYPE,
    FLOW,
    NOTICE,
    VERSION,
    Artefact,
    Kind,
    MessageHeader,
    Region,
    SchemeItem,
    build_urn,
)
from app.formats.sdmx.components import (
    ATTRIBUTES,
    COMPONENTS,
    MEASURE,
    MEASURE_ID,
    PERIOD,
    SERIES_KEY,
    Component,
    Role,
    TextType,
    format_component_value,
)
from app.formats.sdmx.dataset import DataLayout, DataSet, Message, SdmxObservation
from app.i18n import Bilingual, Language, format_period
from app.parameters.sdmx import TIME, parse_time_period

Json = dict[str, Any]

ITEMS = {Kind.AGENCY_SCHEME: "agencies", Kind.CODELIST: "codes", Kind.CONCEPT_SCHEME: "concepts"}
REPOSITORY = "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/master"
FOLDERS = {"1.0.0": "1.0", "2.1.0": "2.1"}
"""The folders of the schemas that are not named like their version."""
NO_VALUE = SchemeItem("_Z", Bilingual("Not stated", "未说明"))
Codes = Mapping[str, Mapping[str, SchemeItem]]
"""The codes of each code list by id."""
ENCODER = msgspec.json.Encoder(decimal_format="number")


def build_meta(header: MessageHeader, kind: str, version: str) -> Json:
    language = header.language
    return {
        "schema": f"{REPOSITORY}/{kind}-message/tools/schemas/{FOLDERS.get(version, version)}/"
        f"sdmx-json-{kind}-schema.json",
        "id": header.id,
        "prepared": header.prepared,
        "test": False,
        "contentLanguages": [language, *(one for one in Language if one != language)],
        "sender": {"id": AGENCY, **build_names(TITLE, None, language)},
    }


def build_names(name: Bilingual, description: Bilingual | None, language: Language) -> Json:
    found: Json = {"name": name.get(language), "names": build_texts(name)}
    if description and description.get(language):
        found |= {
            "description": description.get(language),
            "descriptions": build_texts(description),
        }
    return found


def build_texts(text: Bilingual) -> Json:
    return {language: text.get(language) for language in Language}


class StructureWriter:
    def __init__(self, version: str) -> None:
        self.version = version
        self.is_v1 = version == "1.0.0"

    def write_message(self, artefacts: Sequence[Artefact], header: MessageHeader) -> bytes:
        data: Json = {}
        for one in artefacts:
            name = one.kind.get_class_name(is_21=self.is_v1)
            collection = data.setdefault(f"{name[0].lower()}{name[1:]}s", [])
            collection.append(self.build_artefact(one, header.language))
        meta = build_meta(header, "structure", self.version)
        return msgspec.json.encode({"meta": meta, "data": data})

    def build_artefact(self, artefact: Artefact, language: Language) -> Json:
        kind = artefact.kind
        urn = build_urn(kind, artefact.id, class_name=kind.get_class_name(is_21=self.is_v1))
        found: Json = {
            "id": artefact.id,
            "agencyID": AGENCY,
            "version": VERSION,
            "links": [{"rel": "self", "urn": urn}],
            **build_names(artefact.name, artefact.description, language),
        }
        if artefact.is_stub:
            return found | {"isExternalReference": True}
        if artefact.counts:
            found["annotations"] = [
                {"id": name, "title": str(count), "type": COUNT_TYPE}
                for name, count in artefact.counts.items()
            ]
        if kind in ITEMS:
            found["isPartial"] = artefact.is_partial
            found[ITEMS[kind]] = [
                {
                    "id": item.id,
                    "links": [{"rel": "self", "urn": build_urn(kind, artefact.id, item.id)}],
                    **build_names(item.name, item.description, language),
                }
                for item in artefact.items
            ]
        elif kind == Kind.STRUCTURE:
            found["dataStructureComponents"] = self.build_structure()
        elif kind == Kind.DATAFLOW:
            found["structure"] = build_urn(Kind.STRUCTURE, FLOW)
        if artefact.region is not None:
            found |= self.build_region(artefact.region)
        return found

    def build_structure(self) -> Json:
        components = {
            role: [self.build_component(one) for one in COMPONENTS if one.role is role]
            for role in Role
        }
        (period,), (measure,) = components[Role.TIME], components[Role.MEASURE]
        times: Json = {"timeDimensions": [period]} if self.is_v1 else {"timeDimension": period}
        measures: Json = {"primaryMeasure": measure} if self.is_v1 else {"measures": [measure]}
        attributes = components[Role.ATTRIBUTE]
        return {
            "dimensionList": {
                "id": "DimensionDescriptor",
                "dimensions": components[Role.DIMENSION],
                **times,
            },
            "measureList": {"id": "MeasureDescriptor", **measures},
            "attributeList": {"id": "AttributeDescriptor", "attributes": attributes},
        }

    def build_component(self, component: Component) -> Json:
        role = component.role
        found: Json = {
            "id": component.id,
            "conceptIdentity": build_urn(Kind.CONCEPT_SCHEME, CONCEPTS, component.id),
            "localRepresentation": self.build_representation(component.representation),
        }
        if role is Role.DIMENSION:
            found["position"] = SERIES_KEY.index(component)
            if self.is_v1:
                found["type"] = role.value
        elif role is Role.TIME and self.is_v1:
            found |= {"position": len(SERIES_KEY), "type": role.value}
        elif role is Role.ATTRIBUTE and self.is_v1:
            found |= {
                "assignmentStatus": "Mandatory" if component.is_mandatory else "Conditional",
                "attributeRelationship": {"primaryMeasure": MEASURE_ID},
            }
        elif role in {Role.ATTRIBUTE, Role.MEASURE} and not self.is_v1:
            found["usage"] = "mandatory" if component.is_mandatory else "optional"
            if role is Role.ATTRIBUTE:
                found["attributeRelationship"] = {"observation": {}}
        return found

    def build_representation(self, representation: str | TextType) -> Json:
        if not isinstance(representation, TextType):
            return {"enumeration": build_urn(Kind.CODELIST, representation)}
        if self.is_v1:
            return {"textFormat": {"textType": representation.value}}
        return {"format": {"dataType": representation.value}}

    def build_region(self, region: Region) -> Json:
        span: Json = {}
        if region.span is not None:
            edges = zip(("startPeriod", "endPeriod"), region.span, strict=True)
            span = {edge: {"period": day.isoformat(), "isInclusive": True} for edge, day in edges}
        included: Json = {} if self.is_v1 else {"include": True}
        keys: list[Json] = [
            {
                "id": name,
                **included,
                "values": list(values) if self.is_v1 else [{"value": one} for one in values],
            }
            for name, values in region.values.items()
        ]
        keys += [{"id": TIME, **included, "timeRange": span}] if span else []
        return {
            "type" if self.is_v1 else "role": "Actual",
            "constraintAttachment": {"dataflows": [build_urn(Kind.DATAFLOW, FLOW)]},
            "cubeRegions": [{"isIncluded" if self.is_v1 else "include": True, "keyValues": keys}],
        }


class ComponentValues:
    """The distinct values of a component in a message, in order of first use."""

    def __init__(self, component: Component, *, is_v1: bool) -> None:
        self.component = component
        self.is_v1 = is_v1
        self.indexes: dict[str | None, int] = {}

    def get_index(self, text: str | None) -> int:
        return self.indexes.setdefault(text, len(self.indexes))

    def describe(self, text: str | None, codes: Codes, language: Language) -> Json:
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
    def __init__(self, codes: Codes, layout: DataLayout, version: str) -> None:
        self.codes = codes
        self.layout = layout
        self.version = version
        self.is_v1 = version == "1.0.0"
        components = (*SERIES_KEY, PERIOD, *ATTRIBUTES)
        self.values = {one.id: ComponentValues(one, is_v1=self.is_v1) for one in components}

    def write_message(self, message: Message) -> bytes:
        # The structure lists the values that the datasets use, so the datasets come first.
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
                {"rel": "dataflow", "urn": build_urn(Kind.DATAFLOW, FLOW)},
                {"rel": "datastructure", "urn": build_urn(Kind.STRUCTURE, FLOW)},
            ],
            **build_names(TITLE, NOTICE, language),
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
        names = build_names(component.name, component.description, language)
        found: Json = {"id": component.id, **names}
        if component in (*SERIES_KEY, PERIOD):
            found["keyPosition"] = (*SERIES_KEY, PERIOD).index(component)
            if component is PERIOD:
                found |= {"role": "time"} if self.is_v1 else {"roles": ["TIME_PERIOD"]}
        else:
            found["relationship"] = (
                {"primaryMeasure": MEASURE_ID} if self.is_v1 else {"observation": {}}
            )
        values = self.values[component.id]
        described = [values.describe(text, self.codes, language) for text in values.indexes]
        return found | {"values": described}

    def build_dataset(self, dataset: DataSet) -> Json:
        found: Json = {"action": "Information", "links": []}
        if not self.is_v1:
            found["structure"] = 0
        if dataset.valid_from is not None:
            found["validFrom"] = f"{dataset.valid_from}T00:00:00Z"
        if self.layout.is_flat:
            observations = [one for group in dataset.groups for one in group.observations]
            return found | {"observations": self.build_observations(observations)}
        series = {
            self.format_key(group.key): {
                "observations": self.build_observations(group.observations)
            }
            for group in dataset.groups
        }
        return found | {"series": series}

    def build_observations(self, observations: Sequence[SdmxObservation]) -> Json:
        dimensions = self.layout.observation_dimensions
        return {
            self.format_key(one.list_values(dimensions)): self.build_observation(one)
            for one in observations
        }

    def format_key(self, key: Iterable[tuple[str, str]]) -> str:
        return ":".join(str(self.values[name].get_index(value)) for name, value in key)

    def build_observation(self, observation: SdmxObservation) -> list[object]:
        """Write the value of an observation and the indexes of its attributes."""
        found: list[object] = []
        if self.layout.has_values:
            found = [observation.read_value(MEASURE)]
        elif self.is_v1:
            found = [None]
        for one in self.layout.attributes:
            value = observation.read_value(one)
            text = None if value is None else format_component_value(value)
            found.append(self.values[one.id].get_index(text))
        return found
