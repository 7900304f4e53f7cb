"""What all response models share: strictness, exact numbers, bounded texts."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema

Item = TypeVar("Item")

ENCODER = msgspec.json.Encoder(decimal_format="number")

Number = Annotated[Decimal, WithJsonSchema({"type": "number", "format": "double"})]
"""A JSON number with exactly the digits that the database holds."""
Code = Annotated[
    str, StringConstraints(min_length=1, max_length=200, pattern="^[A-Za-z0-9][A-Za-z0-9.-]*$")
]
"""A stable, readable key."""
Line = Annotated[str, StringConstraints(min_length=1, max_length=600, pattern="^[^ ]")]
"""A short text, in the language of the answer."""
Prose = Annotated[str, StringConstraints(min_length=1, max_length=5000, pattern="^[^ ]")]
"""A longer text, in the language of the answer."""
Locator = Annotated[
    str, StringConstraints(min_length=2, max_length=12, pattern="^P[1-9][0-9]*(.S[1-9][0-9]*)?$")
]
"""A place in a source: P2.S3 is paragraph 2, sentence 3."""
# A page's next address repeats every filter of the request, so it may be as long as a request.
MAXIMUM_ADDRESS = 70_000
Address = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAXIMUM_ADDRESS),
    WithJsonSchema(
        {"type": "string", "format": "uri", "minLength": 1, "maxLength": MAXIMUM_ADDRESS}
    ),
]
"""An absolute web address."""
Day = Annotated[
    date,
    WithJsonSchema({"type": "string", "format": "date", "minLength": 10, "maxLength": 10}),
]
"""A day of the calendar, as 2024-01-01."""
Year = Annotated[int, Field(ge=1949, le=2100)]
Position = Annotated[int, Field(ge=1, le=10_000)]
Count = Annotated[int, Field(ge=0, le=2_000_000_000)]
Digest = Annotated[str, StringConstraints(min_length=64, max_length=64, pattern="^[0-9a-f]{64}$")]


class Schema(BaseModel):
    """A part of an answer: nothing unknown, nothing changed, every field always there."""

    model_config = ConfigDict(
        defer_build=True,
        extra="forbid",
        frozen=True,
        json_schema_serialization_defaults_required=True,
        use_attribute_docstrings=True,
    )

    def to_json(self) -> bytes:
        """Write the model as JSON, each decimal as a number with its own digits."""
        return ENCODER.encode(self.model_dump(by_alias=True))


class Page(Schema, Generic[Item]):
    """One page of a list."""

    # Pydantic would look for docstrings in every module there is, once a kind of page.
    model_config = ConfigDict(use_attribute_docstrings=False)

    items: list[Item] = Field(
        max_length=1000, description="The records of this page, in the order asked for."
    )
    total: Count = Field(
        examples=[7],
        description="How many records match in all, on all pages; where that is not exact, at "
        "least so many.",
    )
    total_is_exact: bool = Field(
        examples=[True],
        description="Whether total is exact. Very long lists are counted up to a thousand only.",
    )
    next: Address | None = Field(
        examples=[None], description="The address of the next page, or null on the last page."
    )


class Reference(Schema):
    """A record of a code list, by its key and its name."""

    code: Code = Field(examples=["trade"])
    """The key, as used in addresses and filters."""
    name: Line = Field(examples=["Trade"])
    """The name, in the language of the answer."""


def list_field(*, of: int = 1000) -> Any:
    """Declare a list field with an upper bound on its length."""
    return Field(max_length=of)
