"""The description of a table by CSV on the Web (W3C)."""

from pydantic import Field

from app.enums import Datatype
from app.i18n import Language
from app.schemas.base import Address, Line, Prose, Schema, list_field


class TableColumn(Schema):
    """A column of a table."""

    name: Line = Field(examples=["value"])
    """The name in the header."""
    datatype: Datatype = Field(examples=["decimal"])
    """What it holds, by its name in XML Schema."""
    description: Prose = Field(
        examples=["The figure in the base unit"], serialization_alias="dc:description"
    )
    """What it means, in the language of the answer."""
    required: bool = Field(examples=[True])
    """Whether it is never empty."""


class TableSchema(Schema):
    """The columns of a table."""

    columns: list[TableColumn] = list_field()
    """The columns, in order."""
    primary_key: Line = Field(examples=["id"], serialization_alias="primaryKey")
    """The column that tells rows apart."""


class TableDescription(Schema):
    """A table by CSV on the Web."""

    context: Address = Field(examples=["http://www.w3.org/ns/csvw"], serialization_alias="@context")
    """The vocabulary."""
    url: Address = Field(examples=["http://127.0.0.1:8000/v1/observations.csv"])
    """The table."""
    title: Line = Field(examples=["Observations"], serialization_alias="dc:title")
    """What it holds, in the language of the answer."""
    language: Language = Field(examples=["en"], serialization_alias="dc:language")
    """The language of its texts."""
    table_schema: TableSchema = Field(serialization_alias="tableSchema")
    """Its columns."""
