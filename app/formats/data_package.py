"""The whole data set as a Frictionless data package: every table as CSV, with its schema."""

import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import Any

from app.enums import Datatype
from app.formats.csv import encode_rows
from app.formats.dataset_info import DATA_LICENCE, DESCRIPTION, TITLE, cite_dataset
from app.formats.file_stream import DrainableFile
from app.formats.tables import ALL_TABLES, OBSERVATIONS, SOURCES, Table, TableQuery
from app.parameters import Vintages

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


def write_package(contents: TableQuery) -> Iterator[bytes]:
    """Write the package bit by bit; equal releases make equal bytes."""
    resources = []
    stream = DrainableFile()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for table in ALL_TABLES:
            asked = {"vintages": Vintages.ALL} if table is OBSERVATIONS else {}
            of_all = replace(contents, table=table, asked=table.list_parameters(**asked))
            digest, length = sha256(), 0
            with package.open(
                create_entry(f"{table.name}.csv", contents), "w", force_zip64=True
            ) as file:
                for part in encode_rows(table.header, of_all.read_rows()):
                    file.write(part)
                    digest.update(part)
                    length += len(part)
                    yield from stream.drain()
            hashed = f"sha256:{digest.hexdigest()}"
            resources.append(describe_resource(table, contents) | {"bytes": length, "hash": hashed})
        described = build_descriptor(contents, resources)
        with package.open(create_entry(DESCRIPTOR, contents), "w") as file:
            file.write(json.dumps(described, ensure_ascii=False, indent=2).encode() + b"\n")
    yield from stream.drain()


def create_entry(name: str, contents: TableQuery) -> zipfile.ZipInfo:
    """Begin a file of the package; the day of the release stands for the day of writing."""
    released: date = contents.release["released_on"]
    info = zipfile.ZipInfo(name, (released.year, released.month, released.day, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info


def build_descriptor(contents: TableQuery, resources: list[dict[str, Any]]) -> dict[str, Any]:
    """Describe the package: what it holds, where from, and how it may be used."""
    language, release = contents.language, contents.release
    pages = SOURCES.read_pages(contents.connection, language, SOURCES.list_parameters())
    return {
        "profile": "tabular-data-package",
        "name": NAME,
        "id": release["seed_hash"],
        "title": TITLE.get(language),
        "description": DESCRIPTION.get(language),
        "homepage": f"{contents.base}/",
        "version": release["code"],
        "created": f"{release['released_on']}T00:00:00Z",
        "language": language,
        "citation": cite_dataset(release, contents.base, language),
        "keywords": ["Belt and Road", "China", "trade", "investment", "official statistics"],
        "licenses": [{"name": "MIT", "title": DATA_LICENCE.get(language)}],
        "sources": [
            {"title": one["line"]} | ({"path": one["address"]} if one["address"] else {})
            for page in pages
            for one in page
        ],
        "resources": resources,
    }


def describe_resource(table: Table, contents: TableQuery) -> dict[str, Any]:
    """Describe a table."""
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "path": f"{table.name}.csv",
        "title": table.title.get(contents.language),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"lineTerminator": "\r\n"},
        "schema": {
            "fields": [
                {
                    "name": column.name,
                    **TYPES[column.datatype],
                    "description": column.description.get(contents.language),
                    "constraints": {"required": column.required},
                }
                for column in table.columns
            ],
            "primaryKey": list(table.key),
            "foreignKeys": list_foreign_keys(table),
        },
    }


def list_foreign_keys(table: Table) -> list[dict[str, Any]]:
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
