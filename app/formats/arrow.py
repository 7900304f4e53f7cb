"""Tables with types, as Arrow IPC files and as Parquet."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import IO, TYPE_CHECKING, Any

from app.formats.columns import Column, format_cell
from app.formats.dataset_info import DATA_LICENCE, cite_dataset
from app.formats.tables import TableQuery
from app.schemas.formats import Datatype

# The library is loaded with the first file that needs it, as most processes write none.
if TYPE_CHECKING:
    from arro3.core import Array, DataType, RecordBatch, RecordBatchReader
    from arro3.core import Schema as ArrowSchema

ARROW_FILE = "application/vnd.apache.arrow.file"
PARQUET = "application/vnd.apache.parquet"
COMPRESSION = "zstd(3)"
ROW_GROUP_SIZE = 100_000
PRECISION, SCALE = 38, 10
"""28 digits before the decimal point and 10 after it hold every value exactly."""
EPOCH = date(1970, 1, 1)


def write_parquet(query: TableQuery, file: IO[bytes]) -> None:
    from arro3.core import DataType
    from arro3.io import write_parquet

    # Codes repeat, so a dictionary per row group makes files small.
    text = DataType.dictionary(DataType.int32(), DataType.utf8())
    with open_batches(query, build_schema(query, text)) as batches:
        write_parquet(
            batches,
            file,
            compression=COMPRESSION,
            max_row_group_size=ROW_GROUP_SIZE,
            key_value_metadata=describe_table(query, "parquet"),
        )


def write_arrow(query: TableQuery, file: IO[bytes]) -> None:
    from arro3.core import DataType
    from arro3.io import write_ipc

    # IPC files cannot replace a dictionary between batches, and not every reader can decompress
    # buffers, so texts are plain and HTTP compresses the response.
    schema = build_schema(query, DataType.utf8()).with_metadata(describe_table(query, "arrow"))
    with open_batches(query, schema) as batches:
        write_ipc(batches, file, compression=None)


def build_schema(query: TableQuery, text: "DataType") -> "ArrowSchema":
    from arro3.core import DataType, Field, Schema

    types = {
        Datatype.DECIMAL: DataType.decimal128(PRECISION, SCALE),
        Datatype.INTEGER: DataType.int32(),
        Datatype.DATE: DataType.date32(),
        Datatype.BOOLEAN: DataType.bool(),
    }
    return Schema(
        [
            Field(
                column.name,
                types.get(column.datatype, text),
                nullable=not column.is_required,
                metadata={"description": column.description.get(query.language)},
            )
            for column in query.table.columns
        ]
    )


@contextmanager
def open_batches(query: TableQuery, schema: "ArrowSchema") -> "Iterator[RecordBatchReader]":
    """Read the rows as record batches, so that memory holds one chunk at a time.

    An error of the query is raised as it is; the library would only quote its text.

    Raises:
        OSError: if the file cannot be written.
    """
    from arro3.core import RecordBatchReader

    errors: list[Exception] = []

    def read_batches() -> "Iterator[RecordBatch]":
        try:
            for rows in query.read_rows():
                if rows:
                    yield build_batch(rows, query.table.columns, schema)
        except Exception as error:
            errors.append(error)
            raise

    try:
        yield RecordBatchReader.from_batches(schema, read_batches())
    except BaseException as error:
        if errors:
            raise errors[0] from None
        # The library quotes the error of a write, or panics, which is not an Exception.
        if "OSError" in str(error):
            raise OSError(str(error)) from None
        raise


def build_batch(
    rows: Sequence[Sequence[Any]], columns: Sequence[Column], schema: "ArrowSchema"
) -> "RecordBatch":
    from arro3.core import RecordBatch

    values = zip(*rows, strict=True)
    arrays = [
        build_array(some, column.datatype, schema.field(column.name).type)
        for some, column in zip(values, columns, strict=True)
    ]
    return RecordBatch.from_arrays(arrays, schema=schema)


def build_array(values: Sequence[Any], datatype: Datatype, arrow_type: "DataType") -> "Array":
    """Build the values of a column; decimals and texts are cast from their exact texts."""
    from arro3.core import Array, DataType

    if datatype is Datatype.INTEGER:
        return Array(values, arrow_type)
    if datatype is Datatype.BOOLEAN:
        return Array([format_cell(value) == "true" for value in values], arrow_type)
    if datatype is Datatype.DATE:
        days = [None if value is None else (value - EPOCH).days for value in values]
        return Array(days, DataType.int32()).cast(arrow_type)
    texts = [None if value is None else format_cell(value) for value in values]
    return Array(texts, DataType.utf8()).cast(arrow_type)


def describe_table(query: TableQuery, suffix: str) -> dict[str, str]:
    release = query.release
    description = {
        "title": query.table.title.get(query.language),
        "language": query.language,
        "release": release["code"],
        "citation": cite_dataset(release, query.base, query.language),
        "licence": DATA_LICENCE.get(query.language),
        "address": f"{query.base}/v1/{query.table.name}.{suffix}",
    }
    # One JSON text, because the order of several entries would differ from file to file.
    return {"dataset": json.dumps(description, ensure_ascii=False)}
