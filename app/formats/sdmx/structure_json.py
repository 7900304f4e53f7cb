"""Structures as SDMX-JSON 1.0, 2.0 and 2.1."""

from collections.abc import Sequence
from typing import Any

import msgspec

from app.formats.sdmx.artefacts import (
    AGENCY,
    AGENCY_SCHEME,
    CODELIST,
    CONCEPT_SCHEME,
    CONCEPTS,
    CONSTRAINT,
    CONSTRAINT_21,
    DATAFLOW,
    FLOW,
    NAME,
    STRUCTURE,
    VERSION,
    Artefact,
    Kind,
    MessageHeader,
    Region,
    build_urn,
)
from app.formats.sdmx.components import (
    COMPONENTS,
    MEASURE_ID,
    SERIES_KEY,
    Component,
    Role,
    TextType,
)
from app.i18n import Bilingual, Language
from app.parameters.sdmx import TIME

Json = dict[str, Any]

COLLECTIONS: dict[Kind, str] = {
    AGENCY_SCHEME: "agencySchemes",
    CODELIST: "codelists",
    CONCEPT_SCHEME: "conceptSchemes",
    STRUCTURE: "dataStructures",
    DATAFLOW: "dataflows",
    CONSTRAINT: "dataConstraints",
}
ITEMS = {AGENCY_SCHEME: "agencies", CODELIST: "codes", CONCEPT_SCHEME: "concepts"}
REPOSITORY = "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/master"
FOLDERS = {"1.0.0": "1.0", "2.1.0": "2.1"}
"""The folders of the schemas that are not named like their version."""


def build_meta(header: MessageHeader, kind: str, version: str) -> Json:
    """Build the header of a message.

    Args:
        header: the facts about the message.
        kind: data or structure.
        version: the version of SDMX-JSON, such as 2.0.0.
    """
    language = header.language
    return {
        "schema": f"{REPOSITORY}/{kind}-message/tools/schemas/{FOLDERS.get(version, version)}/"
        f"sdmx-json-{kind}-schema.json",
        "id": header.id,
        "prepared": header.prepared,
        "test": False,
        "contentLanguages": [language, *(one for one in Language if one != language)],
        "sender": {"id": AGENCY, **build_names(NAME, None, language)},
    }


def build_names(name: Bilingual, description: Bilingual | None, language: Language) -> Json:
    """Write a name and a description in the language of the response, and in both."""
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
    """Writes artefacts in one version of SDMX-JSON."""

    def __init__(self, version: str) -> None:
        self.version = version
        self.is_v1 = version == "1.0.0"

    def write_message(self, artefacts: Sequence[Artefact], header: MessageHeader) -> bytes:
        data: Json = {}
        for one in artefacts:
            collection = COLLECTIONS[one.kind]
            if self.is_v1 and one.kind == CONSTRAINT:
                collection = "contentConstraints"
            data.setdefault(collection, []).append(self.build_artefact(one, header.language))
        meta = build_meta(header, "structure", self.version)
        return msgspec.json.encode({"meta": meta, "data": data})

    def build_artefact(self, artefact: Artefact, language: Language) -> Json:
        kind = artefact.kind
        class_name = CONSTRAINT_21 if self.is_v1 and kind == CONSTRAINT else ""
        urn = build_urn(kind, artefact.id, class_name=class_name)
        found: Json = {
            "id": artefact.id,
            "agencyID": AGENCY,
            "version": VERSION,
            "links": [{"rel": "self", "urn": urn}],
            **build_names(artefact.name, artefact.description, language),
        }
        if artefact.is_stub:
            return found | {"isExternalReference": True}
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
        elif kind == STRUCTURE:
            found["dataStructureComponents"] = self.build_structure()
        elif kind == DATAFLOW:
            found["structure"] = build_urn(STRUCTURE, FLOW)
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
            "conceptIdentity": build_urn(CONCEPT_SCHEME, CONCEPTS, component.id),
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
            return {"enumeration": build_urn(CODELIST, representation)}
        if self.is_v1:
            return {"textFormat": {"textType": representation.value}}
        return {"format": {"dataType": representation.value}}

    def build_region(self, region: Region) -> Json:
        """Write the available values and periods as a cube region."""
        span: Json = {}
        if region.span is not None:
            edges = zip(("startPeriod", "endPeriod"), region.span, strict=True)
            span = {edge: {"period": day.isoformat(), "isInclusive": True} for edge, day in edges}
        if self.is_v1:
            keys: list[Json] = [
                {"id": name, "values": list(values)} for name, values in region.values.items()
            ]
            keys += [{"id": TIME, "timeRange": span}] if span else []
            cube: Json = {"isIncluded": True, "keyValues": keys}
            role = "type"
        else:
            keys = [
                {"id": name, "include": True, "values": [{"value": value} for value in values]}
                for name, values in region.values.items()
            ]
            keys += [{"id": TIME, "include": True, "timeRange": span}] if span else []
            cube = {"include": True, "keyValues": keys}
            role = "role"
        return {
            role: "Actual",
            "constraintAttachment": {"dataflows": [build_urn(DATAFLOW, FLOW)]},
            "cubeRegions": [cube],
        }
