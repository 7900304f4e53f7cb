"""The types of the values in seed files, the base of every file, and references between files."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Annotated, ClassVar, Generic, NamedTuple, TypeVar, get_args, get_origin

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    StringConstraints,
)
from pydantic import WithJsonSchema as JsonSchema
from pydantic.config import JsonDict
from pydantic_core import CoreSchema, PydanticCustomError

from app.enums import Qualifier
from app.i18n import Language

CODE_PATTERN = r"^[A-Za-z0-9]+([-.][A-Za-z0-9]+)*$"
# XML has no control characters, and a reader cannot see, or search for, what has no width.
INVISIBLE = r"\x00-\x1f\x7f-\x9f\xad\u200b\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff"
# Spreadsheets take a text that starts with one of these characters for a formula.
TEXT_PATTERN = rf"^[^\s=+@{INVISIBLE}-]([^{INVISIBLE}]*[^\s{INVISIBLE}])?$"
ADDRESS_PATTERN = r"^https?://[!-~]+$"
LOCATOR_PATTERN = r"^P[1-9][0-9]*(\.S[1-9][0-9]*)?$"
LANGUAGE_PATTERN = "^[a-z]{2}$"
HOST_PATTERN = r"^[a-z0-9-]+(\.[a-z0-9-]+)+$"
RECORD_PATTERN = r"^[a-z-]+/[A-Za-z0-9]+([-.][A-Za-z0-9]+)*$"


def count_decimals(number: Decimal) -> int:
    return -int(number.as_tuple().exponent)


def parse_iso_date(value: object) -> date:
    """Parse a date in the one form YYYY-MM-DD; Pydantic would also accept numbers and times."""
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        day = None
    if day is None or day.isoformat() != value:
        raise PydanticCustomError("iso_date", "Write a calendar date such as 2025-01-15")
    return day


def parse_flag(value: object) -> bool:
    """Parse a truth value in one of its two forms; the YAML reader leaves both as text."""
    flags = {"true": True, "false": False}
    if isinstance(value, str) and value in flags:
        return flags[value]
    raise PydanticCustomError("flag", "Write true or false")


def parse_exact(value: object) -> Decimal:
    """Accept the numbers of the YAML reader, which keeps every digit, and no other type."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Decimal(value)
    raise PydanticCustomError("exact_number", "Write a plain number such as 36 or -2.1, unquoted")


Code = Annotated[str, StringConstraints(pattern=CODE_PATTERN)]
LongText = Annotated[str, StringConstraints(min_length=1, max_length=4000, pattern=TEXT_PATTERN)]
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=TEXT_PATTERN)]
Suffix = Annotated[str, StringConstraints(max_length=20)]
Day = Annotated[
    date, BeforeValidator(parse_iso_date), JsonSchema({"type": "string", "format": "date"})
]
Flag = Annotated[
    bool, BeforeValidator(parse_flag), JsonSchema({"enum": [True, False, "true", "false"]})
]
MAX_DIGITS = 28
Number = Annotated[
    Decimal,
    BeforeValidator(parse_exact),
    Field(max_digits=MAX_DIGITS, decimal_places=10),
    JsonSchema({"type": "number"}),
]
Address = Annotated[str, StringConstraints(pattern=ADDRESS_PATTERN)]
Locator = Annotated[str, StringConstraints(pattern=LOCATOR_PATTERN)]
Host = Annotated[str, StringConstraints(pattern=HOST_PATTERN)]
RecordPath = Annotated[str, StringConstraints(pattern=RECORD_PATTERN)]
FieldName = Annotated[str, StringConstraints(pattern="^[a-z_]+$")]
LanguageCode = Annotated[str, StringConstraints(pattern=LANGUAGE_PATTERN)]
Position = Annotated[int, Field(strict=True, ge=1, le=10_000)]
Year = Annotated[int, Field(strict=True, ge=1949, le=2100)]
Months = Annotated[int, Field(strict=True, ge=1, le=12)]
Decimals = Annotated[int, Field(strict=True, ge=0, le=10)]
Multiplier = Annotated[int, Field(strict=True, ge=0, le=15)]


class StrictModel(BaseModel):
    """A model that rejects unknown fields; docstrings below fields become their descriptions."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class BilingualText(StrictModel):
    """A text in English and Chinese."""

    en: LongText
    """English."""
    zh: LongText
    """Simplified Chinese."""

    def get(self, language: Language) -> str:
        return self.zh if language is Language.CHINESE else self.en


class BilingualTitle(BilingualText):
    """A text short enough for one line of a list or a table."""

    en: ShortText
    """English."""
    zh: ShortText
    """Simplified Chinese."""


class Wording(BilingualTitle):
    """A few words of a source, in its own language, and their translation."""

    en: ShortText
    """English: the words of an English source, or a translation."""
    zh: ShortText
    """Simplified Chinese: the words of a Chinese source, or a translation."""
    original: ShortText | None = None
    """The words of a source in another language or script."""


class Quantity(StrictModel):
    """A number as a document prints it, with its unit."""

    value: Number
    """The printed number: 350 for 350 billion."""
    multiplier: Multiplier = 0
    """The power of ten of the word after it: 12 for trillion, 9 for billion, 8 for 亿."""
    unit: Code
    """The key of the unit."""
    qualifier: Qualifier = Qualifier.NONE
    """How the wording limits the number."""
    classifier: Annotated[str, StringConstraints(min_length=1, max_length=4)] | None = None
    """The Chinese measure word for a count, if it differs from that of the unit."""


class SourceStatement(StrictModel):
    """What a document says, in our words and in a few of its own, with a number if it has one."""

    text: BilingualText
    """What it says, in our words."""
    quantity: Quantity | None = None
    """The number, if there is one."""
    wording: Wording
    """A few words of the document."""
    source: Code
    """The key of the document."""
    locator: Locator | None = None
    """The paragraph and sentence of the document, such as P2.S3."""


class BilingualSuffix(StrictModel):
    """What is printed after a number; empty if nothing is."""

    en: Suffix
    """English, including the space that separates it from the number."""
    zh: Suffix
    """Simplified Chinese."""


class Entity(StrictModel):
    """The content of one seed file."""

    collection: ClassVar[str]
    """The folder in seed/ that holds these files."""

    def natural_key(self) -> str | None:
        """Return the key that the fields spell out; None if only the file name states the key."""
        return None


class CodeListEntity(Entity):
    """An entry of a code list."""

    position: Position
    """The position in lists."""
    name: BilingualTitle


AnyEntity = TypeVar("AnyEntity", bound=Entity)


class Ref(str, Generic[AnyEntity]):
    """The key of another entity: the value of ``topic: Ref[Topic]`` names a file in seed/topics.

    The annotation is the only declaration of a reference. The integrity checks, the foreign keys
    and link tables that are filled, the comparison of databases and the JSON Schemas follow from
    it. Validated values are plain strings.
    """

    __slots__ = ()

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[object], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Validate as a code; in the JSON Schema, name the collection."""
        (target,) = get_args(source)
        comment: JsonDict = {"$comment": f"A key of the collection {target.collection}"}
        return handler(Annotated[Code, Field(json_schema_extra=comment)])


class ReferenceField(NamedTuple):
    field: str
    target: type[Entity]
    is_list: bool


@cache
def list_references(kind: type[Entity]) -> tuple[ReferenceField, ...]:
    return tuple(
        ReferenceField(name, get_args(option)[0], get_origin(field.annotation) is list)
        for name, field in kind.model_fields.items()
        for option in (field.annotation, *get_args(field.annotation))
        if get_origin(option) is Ref
    )


@cache
def find_submodel(model: type[BaseModel], field: str) -> type[BaseModel] | None:
    """Return the model that a field contains, also one in a list or one that may be absent."""
    annotation = model.model_fields[field].annotation
    if get_origin(annotation) is Ref:
        return None
    for option in (annotation, *get_args(annotation)):
        if isinstance(option, type) and issubclass(option, BaseModel):
            return option
    return None


def list_paths(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """List the paths of all values that are not lists, such as ``period.start``."""
    for name, field in model.model_fields.items():
        if get_origin(field.annotation) is list:
            continue
        submodel = find_submodel(model, name)
        if submodel is None:
            yield f"{prefix}{name}"
        else:
            yield from list_paths(submodel, f"{prefix}{name}.")
