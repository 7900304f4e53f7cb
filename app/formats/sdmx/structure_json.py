"""Structures as SDMX-JSON 1.0, 2.0 and 2.1."""

from collections.abc import Sequence
from typing import Any

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
    Region,
    build_urn,
)
from app.formats.sdmx.component import Component, Role
from app.formats.sdmx.components import COMPONENTS, SERIES_KEY
from app.formats.sdmx.envelope import MessageInfo
from app.i18n import Bilingual, Language

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
"""Where the schemas of a version lie, if not under its own number."""


def build_meta(head: MessageInfo, kind: str, version: str) -> Json:
    """Say what a message is.

    Args:
        head: what it says of itself.
        kind: data or structure.
        version: the version of SDMX-JSON, such as 2.0.0.
    """
    return {
        "schema": f"{REPOSITORY}/{kind}-message/tools/schemas/{FOLDERS.get(version, version)}/"
        f"sdmx-json-{kind}-schema.json",
        "id": head.id,
        "prepared": head.prepared,
        "test": False,
        "contentLanguages": [head.language, *(one for one in Language if one != head.language)],
        "sender": {"id": AGENCY, **build_names(NAME, None, head.language)},
    }


def build_names(name: Bilingual, description: Bilingual | None, language: Language) -> Json:
    """Write a name and a description in the language of the answer, and in both."""
    found: Json = {"name": name.get(language), "names": build_texts(name)}
    if description and description.get(language):
        found |= {
            "description": description.get(language),
            "descriptions": build_texts(description),
        }
    return found


def build_texts(words: Bilingual) -> Json:
    """Write words in both languages."""
    return {language: words.get(language) for language in Language}


class StructureJsonWriter:
    """Writes artefacts for one version of the standard."""

    def __init__(self, version: str) -> None:
        self.version = version
        self.old = version == "1.0.0"
        """Whether it is SDMX-JSON 1.0."""

    def write_message(self, artefacts: Sequence[Artefact], head: MessageInfo) -> Json:
        """Write a message."""
        data: Json = {}
        for one in artefacts:
            collection = COLLECTIONS[one.kind]
            if self.old and one.kind == CONSTRAINT:
                collection = "contentConstraints"
            data.setdefault(collection, []).append(self.build_artefact(one, head.language))
        return {"meta": build_meta(head, "structure", self.version), "data": data}

    def build_artefact(self, one: Artefact, language: Language) -> Json:
        """Write one artefact."""
        old = CONSTRAINT_21 if self.old and one.kind == CONSTRAINT else ""
        found: Json = {
            "id": one.id,
            "agencyID": AGENCY,
            "version": VERSION,
            "links": [{"rel": "self", "urn": build_urn(one.kind, one.id, old=old)}],
            **build_names(one.name, one.description, language),
        }
        if one.is_stub:
            return found | {"isExternalReference": True}
        if one.kind in ITEMS:
            found["isPartial"] = one.is_partial
            found[ITEMS[one.kind]] = [
                {
                    "id": item.id,
                    "links": [{"rel": "self", "urn": build_urn(one.kind, one.id, item.id)}],
                    **build_names(item.name, item.description, language),
                }
                for item in one.items
            ]
        elif one.kind == STRUCTURE:
            found["dataStructureComponents"] = self.build_structure()
        elif one.kind == DATAFLOW:
            found["structure"] = build_urn(STRUCTURE, FLOW)
        if one.region is not None:
            found |= self.build_region(one.region)
        return found

    def build_structure(self) -> Json:
        """Write the components."""
        of = {
            role: [self.build_component(c) for c in COMPONENTS if c.role is role] for role in Role
        }
        (period,), (measure,) = of[Role.TIME], of[Role.MEASURE]
        times: Json = {"timeDimensions": [period]} if self.old else {"timeDimension": period}
        measures: Json = {"primaryMeasure": measure} if self.old else {"measures": [measure]}
        return {
            "dimensionList": {
                "id": "DimensionDescriptor",
                "dimensions": of[Role.DIMENSION],
                **times,
            },
            "measureList": {"id": "MeasureDescriptor", **measures},
            "attributeList": {"id": "AttributeDescriptor", "attributes": of[Role.ATTRIBUTE]},
        }

    def build_component(self, one: Component) -> Json:
        """Write one component."""
        found: Json = {
            "id": one.id,
            "conceptIdentity": build_urn(CONCEPT_SCHEME, CONCEPTS, one.id),
            "localRepresentation": self.build_representation(one),
        }
        if one.role is Role.DIMENSION:
            found["position"] = SERIES_KEY.index(one)
            if self.old:
                found["type"] = one.role.value
        elif one.role is Role.TIME and self.old:
            found |= {"position": len(SERIES_KEY), "type": one.role.value}
        elif one.role is Role.ATTRIBUTE and self.old:
            found |= {
                "assignmentStatus": "Mandatory" if one.mandatory else "Conditional",
                "attributeRelationship": {"primaryMeasure": "OBS_VALUE"},
            }
        elif one.role in {Role.ATTRIBUTE, Role.MEASURE} and not self.old:
            found["usage"] = "mandatory" if one.mandatory else "optional"
            if one.role is Role.ATTRIBUTE:
                found["attributeRelationship"] = {"observation": {}}
        return found

    def build_representation(self, one: Component) -> Json:
        """Write what values a component has."""
        if one.codelist:
            return {"enumeration": build_urn(CODELIST, one.codelist)}
        assert one.type is not None  # noqa: S101
        form = "textFormat" if self.old else "format"
        kind = "textType" if self.old else "dataType"
        return {form: {kind: one.type.value}}

    def build_region(self, region: Region) -> Json:
        """Write what a constraint says there is."""
        span: Json = {}
        if region.span is not None:
            edges = zip(("startPeriod", "endPeriod"), region.span, strict=True)
            span = {edge: {"period": day.isoformat(), "isInclusive": True} for edge, day in edges}
        if self.old:
            keys: list[Json] = [
                {"id": name, "values": list(values)} for name, values in region.values.items()
            ]
            keys += [{"id": "TIME_PERIOD", "timeRange": span}] if span else []
            cube: Json = {"isIncluded": True, "keyValues": keys}
            role = "type"
        else:
            keys = [
                {"id": name, "include": True, "values": [{"value": value} for value in values]}
                for name, values in region.values.items()
            ]
            keys += [{"id": "TIME_PERIOD", "include": True, "timeRange": span}] if span else []
            cube = {"include": True, "keyValues": keys}
            role = "role"
        return {
            role: "Actual",
            "constraintAttachment": {"dataflows": [build_urn(DATAFLOW, FLOW)]},
            "cubeRegions": [cube],
        }
