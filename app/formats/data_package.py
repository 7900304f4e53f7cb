"""The whole dataset as a Frictionless data package: every table as CSV, with its schema."""

import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from hashlib import sha256
from io import RawIOBase

from app.db.columns import Record
from app.formats import dataset_info
from app.formats.tables import ALL_TABLES, GROWTH_RATES, OBSERVATIONS, SOURCES, Table, TableQuery
from app.formats.text import CSV, write_csv
from app.parameters import Vintages
from app.schemas.formats import Datatype

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
    **{name: (f"{name}s", "code") for name in ("contradiction", "coverage", "event", "indicator")},
    **{name: (f"{name}s", "code") for name in ("source", "topic", "unit")},
    **dict.fromkeys(("headline", "latest", "observation", "previous"), ("observations", "id")),
    **dict.fromkeys(("counterpart_area", "reporting_area"), ("areas", "code")),
    **dict.fromkeys(("growth_unit", "target_unit"), ("units", "code")),
    "growth_source": ("sources", "code"),
    "series": ("series", "code"),
}
"""The table and column to which columns of these names refer."""


class DrainableFile(RawIOBase):
    """A write-only file whose content is read while it is written."""

    def __init__(self) -> None:
        self.pending = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]
        self.pending += data
        return len(data)

    def drain(self) -> Iterator[bytes]:
        """Yield and drop what was written since the last call."""
        if self.pending:
            yield bytes(self.pending)
            self.pending.clear()


def write_package(query: TableQuery) -> Iterator[bytes]:
    """Write the package in chunks; equal releases produce equal bytes."""
    resources = []
    stream = DrainableFile()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for table in ALL_TABLES:
            has_vintages = table in {OBSERVATIONS, GROWTH_RATES}
            filters = {"vintages": Vintages.ALL} if has_vintages else {}
            whole = replace(query, table=table, filters=table.list_parameters(**filters))
            digest, length = sha256(), 0
            entry = create_entry(f"{table.name}.csv", query)
            with package.open(entry, "w", force_zip64=True) as file:
                for chunk in write_csv(whole):
                    file.write(chunk)
                    digest.update(chunk)
                    length += len(chunk)
                    yield from stream.drain()
            size = {"bytes": length, "hash": f"sha256:{digest.hexdigest()}"}
            resources.append(describe_resource(table, query) | size)
        descriptor = build_descriptor(query, resources)
        with package.open(create_entry(DESCRIPTOR, query), "w") as file:
            file.write(json.dumps(descriptor, ensure_ascii=False, indent=2).encode() + b"\n")
    yield from stream.drain()


def create_entry(name: str, query: TableQuery) -> zipfile.ZipInfo:
    """Create the entry of a file, dated by the release so that equal releases stay equal."""
    released: date = query.release["released_on"]
    info = zipfile.ZipInfo(name, (released.year, released.month, released.day, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info


def build_descriptor(query: TableQuery, resources: list[Record]) -> Record:
    language, release = query.language, query.release
    sources = replace(query, table=SOURCES, filters=SOURCES.list_parameters())
    return {
        "profile": "tabular-data-package",
        "name": NAME,
        "id": release["seed_hash"],
        "title": dataset_info.TITLE.get(language),
        "description": language.space.join(
            one.get(language) for one in (dataset_info.DESCRIPTION, dataset_info.DATA_LICENCE)
        ),
        "homepage": f"{query.base}/",
        "version": release["code"],
        "created": f"{release['released_on']}T00:00:00Z",
        "language": language,
        "citation": dataset_info.cite_dataset(release, query.base, language),
        "keywords": [keyword.get(language) for keyword in dataset_info.KEYWORDS],
        "licenses": [{"name": "MIT", "path": dataset_info.LICENCE_URL, "title": "MIT License"}],
        "sources": [
            {"title": source["line"]} | ({"path": source["address"]} if source["address"] else {})
            for page in sources.read_pages()
            for source in page
        ],
        "resources": resources,
    }


def describe_resource(table: Table, query: TableQuery) -> Record:
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "path": f"{table.name}.csv",
        "title": table.title.get(query.language),
        "format": "csv",
        "mediatype": CSV,
        "encoding": "utf-8",
        "dialect": {"lineTerminator": "\r\n"},
        "schema": {
            "fields": [
                {
                    "name": column.name,
                    **TYPES[column.datatype],
                    "title": column.label.get(query.language),
                    "description": column.description.get(query.language),
                    "constraints": {"required": column.is_required},
                }
                for column in table.columns
            ],
            "primaryKey": list(table.key),
            "foreignKeys": list_foreign_keys(table),
        },
    }


def list_foreign_keys(table: Table) -> list[Record]:
    """List the references of a table to others; an empty name means the table itself."""
    keys = [
        ([column.name], target, [field])
        for column in table.columns
        if column.datatype is Datatype.STRING and column.name in REFERENCES
        for target, field in [REFERENCES[column.name]]
    ]
    if {"year", "priority_area"} <= set(table.header):
        keys.append((["year", "priority_area"], "priority-areas", ["year", "slug"]))
    return [
        {
            "fields": names,
            "reference": {"resource": "" if target == table.name else target, "fields": fields},
        }
        for names, target, fields in keys
    ]
