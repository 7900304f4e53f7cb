"""A cube of figures by JSON-stat 2.0."""

from typing import Annotated

from pydantic import Field

from app.enums import Datatype, Qualifier
from app.i18n import Language
from app.schemas.base import Address, Code, Day, Line, Number, Prose, Schema, list_field

MAX_CELLS = 100_000
Extent = Annotated[int, Field(ge=0, le=MAX_CELLS)]
"""How many members a dimension has, or the place of one of them."""


class CubeUnit(Schema):
    """The unit of a series, as JSON-stat has it."""

    label: Line = Field(examples=["Chinese yuan (renminbi)"])
    """The name of the unit, in the language of the answer."""
    symbol: Line = Field(examples=["CNY"])
    """Its sign."""
    base: Line = Field(examples=["CNY"])
    """The unit of the values, by its code."""
    multiplier: int = Field(ge=0, le=15, examples=[0])
    """The power of ten of the values: always 0, since they are written out."""
    decimals: int = Field(ge=0, le=10, examples=[0])
    """How many decimals the values have at the most."""


class CubeCategory(Schema):
    """The members of a dimension."""

    index: dict[str, Extent] = Field(examples=[{"2024": 0}])
    """The place of each member."""
    label: dict[str, Line] = Field(examples=[{"2024": "Full year 2024"}])
    """The name of each member, in the language of the answer."""
    unit: dict[str, CubeUnit] | None = Field(examples=[None])
    """The unit of each series; null in other dimensions."""


class CubeDimension(Schema):
    """A dimension of the cube."""

    label: Line = Field(examples=["Period"])
    """Its name, in the language of the answer."""
    category: CubeCategory
    """Its members."""


class CubeDimensions(Schema):
    """The dimensions of the cube."""

    series: CubeDimension
    """The series: only figures of one series can be compared."""
    counterpart_area: CubeDimension
    """The areas on the other side."""
    period: CubeDimension
    """The periods: a year, or a first and a last month."""


class CubeRoles(Schema):
    """What the dimensions are."""

    time: list[Line] = list_field(of=1)
    """The dimension of time."""
    geo: list[Line] = list_field(of=1)
    """The dimension of areas."""
    metric: list[Line] = list_field(of=1)
    """The dimension that tells measures apart."""


class CubeCell(Schema):
    """What a value alone does not say."""

    id: Code = Field(examples=["aid-projects.CN.BRI.NB.P11M.2024-01.scio-2025-01-15"])
    """The key of the observation."""
    qualifier: Qualifier = Field(examples=["over"])
    """What limits the value."""
    lower_bound: Number | None = Field(examples=[700])
    """The value is above this; null where no lower limit is stated."""
    upper_bound: Number | None = Field(examples=[None])
    """The value is below this; null where no upper limit is stated."""
    display: Line = Field(examples=["over 700"])
    """What to print."""
    citation: Line = Field(examples=["ECNS: report on the SCIO press conference"])
    """Where it stands."""


class CubeExtension(Schema):
    """What JSON-stat has no place for."""

    observations: dict[str, CubeCell] = Field(examples=[{}])
    """By the place of its value: what limits each figure, how to print it, where it stands."""


class Cube(Schema):
    """A cube of figures by JSON-stat 2.0."""

    version: Line = Field(examples=["2.0"])
    """The version of JSON-stat."""
    kind: Line = Field(examples=["dataset"], serialization_alias="class")
    """What it is: always dataset."""
    href: Address = Field(examples=["http://127.0.0.1:8000/v1/observations.jsonstat"])
    """The address without filters."""
    label: Line = Field(examples=["Belt and Road Cooperation Indicators"])
    """The name of the data set, in the language of the answer."""
    source: Prose = Field(examples=["Official figures, each with its own source"])
    """Where the figures are from."""
    updated: Day = Field(examples=["2026-11-25"])
    """The day of the release."""
    id: list[Line] = list_field(of=3)
    """The dimensions, the slowest first."""
    size: list[Extent] = list_field(of=3)
    """How many members each has."""
    role: CubeRoles
    """What the dimensions are."""
    dimension: CubeDimensions
    """The dimensions with their members."""
    value: list[Number | None] = Field(max_length=MAX_CELLS, examples=[[22100000000000]])
    """The values, the last dimension fastest; null where there is no figure."""
    note: list[Line] = Field(max_length=MAX_CELLS, examples=[["over 700"]])
    """The figures that are limits, in words."""
    extension: CubeExtension
    """What limits each figure, how to print it, and where it stands."""


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
