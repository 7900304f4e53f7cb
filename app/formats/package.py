"""The whole data set as a Frictionless data package: every table as CSV, with its schema."""

import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import Any

from app.filters import Vintages
from app.formats.about import DATA_LICENCE, DESCRIPTION, TITLE, citation
from app.formats.delimited import delimited
from app.formats.files import Draining
from app.formats.tables import EVERYTHING, OBSERVATIONS, SOURCES, Contents, Table
from app.vocabulary import Datatype

MEDIA_TYPE = "application/zip"
NAME = "bri-indicators"
DESCRIPTOR = "datapackage.json"
TYPES = {
    Datatype.STRING: {"type": "string"},
    Datatype.ADDRESS: {"type": "string", "format": "uri"},
    Datatype.DATE: {"type": "date"},
    Datatype.DECIMAL: {"type": "number"},
    Datatype.INTEGER: {"type": "integer"},
    Datatype.BOOLEAN: {"type": "boolean"},
}
REFERENCES = {
    "indicator": ("indicators", "code"),
    "series": ("series", "code"),
    "source": ("sources", "code"),
    "unit": ("units", "code"),
    "topic": ("topics", "code"),
    "reporting_area": ("areas", "code"),
    "counterpart_area": ("areas", "code"),
    "observation": ("observations", "id"),
    "headline": ("observations", "id"),
    "revises": ("observations", "id"),
}
"""Which column of which table the columns of these names refer to."""
AREA_OF_ACTION = {
    "fields": ["year", "priority_area"],
    "reference": {"resource": "priority-areas", "fields": ["year", "slug"]},
}


def write(contents: Contents) -> Iterator[bytes]:
    """Write the package bit by bit; equal releases make equal bytes."""
    resources = []
    stream = Draining()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for table in EVERYTHING:
            asked = {"vintages": Vintages.ALL} if table is OBSERVATIONS else {}
            of_all = replace(contents, table=table, asked=table.listing(**asked))
            digest, length = sha256(), 0
            with package.open(entry(f"{table.name}.csv", contents), "w", force_zip64=True) as file:
                for part in delimited(table.header, of_all.rows()):
                    file.write(part)
                    digest.update(part)
                    length += len(part)
                    yield from stream.drained()
            hashed = f"sha256:{digest.hexdigest()}"
            resources.append(resource(table, contents) | {"bytes": length, "hash": hashed})
        described = descriptor(contents, resources)
        with package.open(entry(DESCRIPTOR, contents), "w") as file:
            file.write(json.dumps(described, ensure_ascii=False, indent=2).encode() + b"\n")
    yield from stream.drained()


def entry(name: str, contents: Contents) -> zipfile.ZipInfo:
    """Begin a file of the package; the day of the release stands for the day of writing."""
    released: date = contents.release["released_on"]
    info = zipfile.ZipInfo(name, (released.year, released.month, released.day, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info


def descriptor(contents: Contents, resources: list[dict[str, Any]]) -> dict[str, Any]:
    """Describe the package: what it holds, where from, and how it may be used."""
    language, release = contents.language, contents.release
    pages = SOURCES.pages(contents.connection, language, SOURCES.listing())
    return {
        "profile": "tabular-data-package",
        "name": NAME,
        "id": release["seed_hash"],
        "title": TITLE.to(language),
        "description": DESCRIPTION.to(language),
        "homepage": f"{contents.base}/",
        "version": release["code"],
        "created": f"{release['released_on']}T00:00:00Z",
        "language": language,
        "citation": citation(release, contents.base, language),
        "keywords": ["Belt and Road", "China", "trade", "investment", "official statistics"],
        "licenses": [{"name": "MIT", "title": DATA_LICENCE.to(language)}],
        "sources": [
            {"title": one["line"]} | ({"path": one["address"]} if one["address"] else {})
            for page in pages
            for one in page
        ],
        "resources": resources,
    }


def resource(table: Table, contents: Contents) -> dict[str, Any]:
    """Describe a table."""
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "path": f"{table.name}.csv",
        "title": table.title.to(contents.language),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"lineTerminator": "\r\n"},
        "schema": {
            "fields": [
                {
                    "name": column.name,
                    **TYPES[column.datatype],
                    "description": column.description.to(contents.language),
                    "constraints": {"required": column.required},
                }
                for column in table.columns
            ],
            "primaryKey": list(table.key),
            "foreignKeys": foreign_keys(table),
        },
    }


def foreign_keys(table: Table) -> list[dict[str, Any]]:
    """Tell which columns of a table refer to other tables."""
    found: list[dict[str, Any]] = [
        {"fields": [column.name], "reference": {"resource": owner, "fields": [field]}}
        for column in table.columns
        if column.datatype is Datatype.STRING
        for owner, field in [REFERENCES.get(column.name, ("", ""))]
        if owner
    ]
    if {"year", "priority_area"} <= {column.name for column in table.columns}:
        found.append(AREA_OF_ACTION)
    return [
        {
            "fields": one["fields"],
            "reference": {
                "resource": ""
                if one["reference"]["resource"] == table.name
                else one["reference"]["resource"],
                "fields": one["reference"]["fields"],
            },
        }
        for one in found
    ]
