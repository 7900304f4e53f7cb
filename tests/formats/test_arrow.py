"""Arrow IPC files, read by pyarrow and polars: the values of the CSV file, with types."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from pyarrow import ipc

from app.formats.tables import DOWNLOAD_TABLES
from tests.benchmarks.generated_data import Scale, build
from tests.support.client import AppClient
from tests.support.targets import Target, open_app

TYPES = {
    "string": "string",
    "anyURI": "string",
    "date": "date32[day]",
    "decimal": "decimal128(38, 10)",
    "integer": "int32",
    "boolean": "bool",
}


def format_value(value: Any) -> str | None:
    """Format a value as CSV does."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return value.isoformat() if isinstance(value, date) else None if value is None else str(value)


@pytest.mark.parametrize("name", [table.name for table in DOWNLOAD_TABLES])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_arrow_equals_csv(client: AppClient, name: str, language: str) -> None:
    query = f"lang={language}{'&vintages=all' if name == 'observations' else ''}"
    response = client.get(f"/v1/{name}.arrow?{query}")
    assert response.headers["content-type"] == "application/vnd.apache.arrow.file"
    table = ipc.open_file(response.content).read_all()
    plain = pl.read_csv(client.get(f"/v1/{name}.csv?{query}").content, infer_schema=False)
    described = client.get(f"/v1/{name}.csv-metadata.json?lang={language}").json()
    columns = described["tableSchema"]["columns"]
    assert table.column_names == plain.columns == [column["name"] for column in columns]
    for column in columns:
        field = table.schema.field(column["name"])
        assert str(field.type) == TYPES[column["datatype"]]
        assert field.nullable is not column["required"]
        assert field.metadata == {b"description": column["dc:description"].encode()}
        expected = plain[column["name"]].to_list()
        if column["datatype"] == "decimal":
            expected = [value and format_value(Decimal(value)) for value in expected]
        assert [format_value(value.as_py()) for value in table[column["name"]]] == expected
    metadata = json.loads(table.schema.metadata[b"dataset"])
    assert metadata["citation"] == client.get(f"/v1?lang={language}").json()["citation"]
    frame = pl.read_ipc(response.content)
    assert frame.shape == plain.shape


def test_arrow_has_several_batches(new_target: Any) -> None:
    target: Target = new_target()
    build(Scale(indicators=20, areas=10), target)
    with open_app(target) as app, AppClient(app) as client:
        content = client.get("/v1/observations.arrow?vintages=all").content
    file = ipc.open_file(content)
    assert file.num_record_batches > 1
    ids = file.read_all()["id"].to_pylist()
    assert len(ids) == len(set(ids)) > 10_000


def test_arrow_is_compressed_by_http(server: str) -> None:
    import httpx2  # noqa: PLC0415

    path = f"{server}/v1/observations.arrow"
    plain = httpx2.get(path, headers={"Accept-Encoding": "identity"})
    small = httpx2.get(path, headers={"Accept-Encoding": "gzip"})
    assert small.headers["content-encoding"] == "gzip"
    assert small.content == plain.content
