"""Tables as Parquet: typed columns, with what they mean and where they come from."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from typing import IO, TYPE_CHECKING, Any

from app.enums import Datatype
from app.formats.dataset_info import DATA_LICENCE, cite_dataset
from app.formats.file_stream import stream_file
from app.formats.flat_columns import format_cell
from app.formats.tables import Column, TableQuery

if TYPE_CHECKING:
    from arro3.core import Array, DataType, RecordBatch
    from arro3.core import Schema as ArrowSchema

MEDIA_TYPE = "application/vnd.apache.parquet"
COMPRESSION = "zstd(3)"
MAX_ROWS = 500_000
"""The rows of a table at the most; a longer one would keep its reader waiting for minutes."""
ROW_GROUP_SIZE = 100_000
PRECISION, SCALE = 38, 10
"""Decimals have 28 digits before the point and 10 after it, so every figure of a table fits."""
FIRST_DAY = date(1970, 1, 1)


def write_parquet(contents: TableQuery) -> Iterator[bytes]:
    """Write a table as a whole."""
    yield from stream_file(partial(write_file, contents))


def write_file(contents: TableQuery, file: IO[bytes]) -> None:
    """Write a table into a file, some rows at a time."""
    from arro3.core import RecordBatchReader  # noqa: PLC0415
    from arro3.io import write_parquet  # noqa: PLC0415

    laid = build_schema(contents)
    batches = (
        build_batch(rows, contents.table.columns, laid) for rows in contents.read_rows() if rows
    )
    write_parquet(
        RecordBatchReader.from_batches(laid, batches),
        file,
        compression=COMPRESSION,
        max_row_group_size=ROW_GROUP_SIZE,
        key_value_metadata=build_metadata(contents),
    )


def build_schema(contents: TableQuery) -> "ArrowSchema":
    """Declare the columns with their types and descriptions."""
    from arro3.core import Field, Schema  # noqa: PLC0415

    return Schema(
        [
            Field(
                column.name,
                arrow_type(column.datatype),
                nullable=not column.required,
                metadata={"description": column.description.get(contents.language)},
            )
            for column in contents.table.columns
        ]
    )


def arrow_type(datatype: Datatype) -> "DataType":
    """Choose the type of a column."""
    from arro3.core import DataType  # noqa: PLC0415

    return {
        Datatype.DECIMAL: DataType.decimal128(PRECISION, SCALE),
        Datatype.INTEGER: DataType.int32(),
        Datatype.DATE: DataType.date32(),
        Datatype.BOOLEAN: DataType.bool(),
    }.get(datatype, DataType.dictionary(DataType.int32(), DataType.utf8()))


def build_batch(
    rows: Sequence[Sequence[Any]], columns: Sequence[Column], laid: Any
) -> "RecordBatch":
    """Lay rows out column by column."""
    from arro3.core import RecordBatch  # noqa: PLC0415

    values = zip(*rows, strict=True)
    return RecordBatch.from_arrays(
        [build_array(some, column.datatype) for some, column in zip(values, columns, strict=True)],
        schema=laid,
    )


def build_array(values: Sequence[Any], datatype: Datatype) -> "Array":
    """Lay the values of a column out; decimals and keys are cast from their exact texts."""
    from arro3.core import Array, DataType  # noqa: PLC0415

    if datatype is Datatype.INTEGER:
        return Array(values, DataType.int32())
    if datatype is Datatype.BOOLEAN:
        return Array([format_cell(value) == "true" for value in values], DataType.bool())
    if datatype is Datatype.DATE:
        days = [None if value is None else (value - FIRST_DAY).days for value in values]
        return Array(days, DataType.int32()).cast(arrow_type(datatype))
    texts = [None if value is None else format_cell(value) for value in values]
    return Array(texts, DataType.utf8()).cast(arrow_type(datatype))


def build_metadata(contents: TableQuery) -> dict[str, str]:
    """Tell of the whole table what a reader needs to know; one text, as more have no order."""
    release = contents.release
    told = {
        "title": contents.table.title.get(contents.language),
        "language": contents.language,
        "release": release["code"],
        "citation": cite_dataset(release, contents.base, contents.language),
        "licence": DATA_LICENCE.get(contents.language),
        "address": f"{contents.base}/v1/{contents.table.name}.parquet",
    }
    return {"dataset": json.dumps(told, ensure_ascii=False)}
