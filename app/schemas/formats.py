"""Documents in other formats: JSON-stat datasets and descriptions of tables (CSVW)."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from app.i18n import Language
from app.schemas import Address, Day, Line, Number, Prose, Schema, list_field
from app.schemas.observations import Observation

MAX_OBSERVATIONS = 1000
"""The largest number of observations of a cube."""
Extent = Annotated[int, Field(ge=0, le=MAX_OBSERVATIONS)]
"""The number of members of a dimension, or the position of one."""


class Datatype(StrEnum):
    """The data type of a column, named as in XML Schema."""

    STRING = "string"
    DATE = "date"
    DECIMAL = "decimal"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    ADDRESS = "anyURI"


class CubeUnit(Schema):
    """The unit of a series in JSON-stat."""

    label: Line = Field(examples=["Chinese yuan (renminbi)"])
    """The name of the unit, in the language of the response."""
    symbol: Line = Field(examples=["CNY"])
    """The symbol of the unit."""
    base: Line = Field(examples=["CNY"])
    """The code of the unit of the values."""
    multiplier: int = Field(ge=0, le=15, examples=[0])
    """The power of ten by which values are to be multiplied; always 0."""
    decimals: int = Field(ge=0, le=10, examples=[0])
    """The largest number of decimals of the values."""


class CubeCategory(Schema):
    """The members of a dimension."""

    index: dict[str, Extent] = Field(examples=[{"2024": 0}])
    """The index of each member."""
    label: dict[str, Line] = Field(examples=[{"2024": "Full year 2024"}])
    """The name of each member, in the language of the response."""
    unit: dict[str, CubeUnit] | None = Field(examples=[None])
    """The unit of each series; null in the other dimensions."""


class CubeDimension(Schema):
    """A dimension of the cube."""

    label: Line = Field(examples=["Period"])
    """The name of the dimension, in the language of the response."""
    category: CubeCategory
    """The members."""


class CubeDimensions(Schema):
    """The dimensions of the cube."""

    series: CubeDimension
    """The series. Only figures of the same series are comparable, and not those with the status
    not_comparable."""
    counterpart_area: CubeDimension
    """The counterpart areas."""
    period: CubeDimension
    """The periods: a year, or a first and a last month."""


class CubeRoles(Schema):
    """The roles of the dimensions."""

    time: list[Line] = list_field(of=1)
    """The time dimension."""
    geo: list[Line] = list_field(of=1)
    """The dimension of areas."""
    metric: list[Line] = list_field(of=1)
    """The dimension of measures."""


class CubeStatuses(Schema):
    """The statuses in the cube."""

    label: dict[str, Line] = Field(examples=[{"over": "over (more than this)"}])
    """The meaning of each status, in the language of the response."""


class CubeExtension(Schema):
    """Fields that JSON-stat does not define."""

    status: CubeStatuses
    """The meaning of the statuses."""

    observations: dict[str, Observation] = Field(examples=[{}])
    """The complete observations by the index of their value."""


class Cube(Schema):
    """A dataset in JSON-stat 2.0."""

    version: Line = Field(examples=["2.0"])
    """The version of JSON-stat."""
    kind: Line = Field(examples=["dataset"], serialization_alias="class")
    """The class of the document; always dataset."""
    href: Address = Field(examples=["http://127.0.0.1:8000/v1/observations.jsonstat"])
    """The URL without filters."""
    label: Line = Field(examples=["Belt and Road Cooperation Indicators"])
    """The title of the dataset, in the language of the response."""
    source: Prose = Field(examples=["Official figures, each with its own source"])
    """The sources of the figures."""
    updated: Day = Field(examples=["2026-11-25"])
    """The date of the release."""
    id: list[Line] = list_field(of=3)
    """The dimensions; the last one varies fastest."""
    size: list[Extent] = list_field(of=3)
    """The number of members of each dimension."""
    role: CubeRoles
    """The roles of the dimensions."""
    dimension: CubeDimensions
    """The dimensions with their members."""
    value: dict[str, Number] = Field(examples=[{"0": 22100000000000}])
    """The values by their index in the cube; most cells have no figure."""
    status: dict[str, Line] = Field(examples=[{"0": "over"}])
    """The statuses by the index of the value: the qualifier, unless the source has none; break if
    there is a break in the series before the value; not_comparable if the value is not comparable
    with an earlier one of the series."""
    note: list[Prose] = Field(max_length=MAX_OBSERVATIONS, examples=[["over 700"]])
    """The figures that have a qualifier, a note or earlier figures with which they are not
    comparable, each named by indicator, coverage and period."""
    extension: CubeExtension
    """The context of each figure."""


class TableColumn(Schema):
    """A column of a table."""

    name: Line = Field(examples=["value"])
    """The name in the header."""
    datatype: Datatype = Field(examples=["decimal"])
    """The data type, named as in XML Schema."""
    description: Prose = Field(
        examples=["The figure in the base unit"], serialization_alias="dc:description"
    )
    """The meaning of the column, in the language of the response."""
    required: bool = Field(examples=[True])
    """Whether the column is never empty."""


class TableSchema(Schema):
    """The columns of a table."""

    columns: list[TableColumn] = list_field()
    """The columns, in order."""
    primary_key: Line = Field(examples=["id"], serialization_alias="primaryKey")
    """The column that identifies a row."""


class TableDescription(Schema):
    """A description of a table in CSV on the Web."""

    context: Address = Field(examples=["http://www.w3.org/ns/csvw"], serialization_alias="@context")
    """The JSON-LD context."""
    url: Address = Field(examples=["http://127.0.0.1:8000/v1/observations.csv"])
    """The URL of the table."""
    title: Line = Field(examples=["Observations"], serialization_alias="dc:title")
    """The title of the table, in the language of the response."""
    language: Language = Field(examples=["en"], serialization_alias="dc:language")
    """The language of the texts."""
    table_schema: TableSchema = Field(serialization_alias="tableSchema")
    """The columns."""
