"""Base classes and field types of the response models."""

import ast
import inspect
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import pairwise
from operator import attrgetter
from typing import Annotated, Any, Generic, TypeVar, get_args

import msgspec
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
    TypeAdapter,
    WithJsonSchema,
    create_model,
)
from pydantic_core import CoreSchema, PydanticUndefined, SchemaValidator
from pydantic_core.core_schema import typed_dict_field, typed_dict_schema

FieldType = TypeVar("FieldType")

EDITORIAL_KEY = "x-editorial"
Editorial = Annotated[FieldType, Field(json_schema_extra={EDITORIAL_KEY: True})]
"""The type of a field whose content this service wrote, chose or calculated. Its schema says so,
and so does the field ``editorial`` of the records that contain it."""

encode_json = msgspec.json.Encoder(decimal_format="number", enc_hook=attrgetter("__dict__")).encode
"""Writes decimals with exactly their digits, and models by their fields, without a copy."""

TEXT = r"^[^ ][\s\S]*"
"""The pattern of texts. It covers all of a text, because Java and .NET match the whole; without an
anchor at its end, other engines stop at the first character."""
Number = Annotated[Decimal, WithJsonSchema({"type": "number", "format": "double"})]
"""A JSON number with exactly the digits stored in the database."""
Code = Annotated[
    str, StringConstraints(min_length=1, max_length=200, pattern="^[A-Za-z0-9][A-Za-z0-9.-]*$")
]
"""A stable, readable key."""
REQUEST_ID = "^[A-Za-z0-9._=-]{1,128}$"
"""The identifiers of requests that clients can choose."""
RequestId = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=REQUEST_ID)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=600, pattern=TEXT)]
"""A short text, in the language of the response."""
Prose = Annotated[str, StringConstraints(min_length=1, max_length=5000, pattern=TEXT)]
"""A longer text, in the language of the response."""
Locator = Annotated[
    str, StringConstraints(min_length=2, max_length=12, pattern="^P[1-9][0-9]*([.]S[1-9][0-9]*)?$")
]
"""A location in a source: P2.S3 is paragraph 2, sentence 3."""
FieldPath = Annotated[
    str, StringConstraints(min_length=1, max_length=100, pattern="^[a-z][a-z_]*([.][a-z][a-z_]*)*$")
]
"""A field, or one inside another: published.wording_translated."""
LanguageCode = Annotated[str, StringConstraints(min_length=2, max_length=2, pattern="^[a-z]{2}$")]
"""A language, as an ISO 639-1 code."""
LOCAL_ADDRESS = "http://127.0.0.1:8000"
"""The address in examples and guides, which that of the service replaces when they are served."""
# The URL of the next page repeats all filters, so it may be as long as a request.
MAXIMUM_ADDRESS = 70_000
Address = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAXIMUM_ADDRESS),
    WithJsonSchema(
        {"type": "string", "format": "uri", "minLength": 1, "maxLength": MAXIMUM_ADDRESS}
    ),
]
"""An absolute URL."""
Day = Annotated[date, WithJsonSchema({"type": "string", "format": "date"})]
"""A date: 2024-01-01."""
Year = Annotated[int, Field(ge=1949, le=2100)]
Position = Annotated[int, Field(ge=1, le=10_000)]
Count = Annotated[int, Field(ge=0, le=2_000_000_000)]
Digest = Annotated[str, StringConstraints(min_length=64, max_length=64, pattern="^[0-9a-f]{64}$")]
Cursor = Annotated[
    str, StringConstraints(min_length=1, max_length=1000, pattern="^[A-Za-z0-9_.-]+$")
]
"""The start of a page."""


class Schema(BaseModel):
    """A part of a response: immutable, without unknown fields, and with every field present."""

    model_config = ConfigDict(
        defer_build=True,
        extra="forbid",
        frozen=True,
        json_schema_serialization_defaults_required=True,
    )

    @classmethod
    def encode(cls, content: object) -> bytes:
        """Validate the content of a response, and encode it as JSON."""
        return encode_json(build_validator(cls).validate_python(content))

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        schema = handler(core_schema)
        properties = handler.resolve_ref_schema(schema).get("properties", {})
        for name, text in read_field_docstrings(cls).items():
            property_name = cls.model_fields[name].serialization_alias or name
            properties[property_name].setdefault("description", text)
        return schema

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        field = cls.model_fields.get("editorial")
        if field is not None and field.annotation is not bool:
            paths = list_editorial(cls)
            field.default, field.default_factory = PydanticUndefined, lambda: paths
            field.examples = [list(paths)]


@cache
def build_validator(model: type[BaseModel]) -> SchemaValidator:
    """Build a validator that checks what a model checks, and returns what a response contains.

    These are dictionaries. A response is encoded at once, so nobody would read models, and to
    create and encode them would take a third longer. Other fields than those of the model are left
    out; to find and refuse them would take as long as half of all other checks.
    """
    adapter = TypeAdapter(model)
    adapter.rebuild()  # Models are built when they are first used.
    return SchemaValidator(replace_models(adapter.core_schema))


def replace_models(schema: Any) -> Any:
    """Replace the models in a core schema of Pydantic by dictionaries, with the served names."""
    match schema:
        case {"type": "model", "schema": {"fields": fields}}:
            served = {}
            for name, field in fields.items():
                is_required = field["schema"]["type"] != "default"
                served[field.get("serialization_alias", name)] = typed_dict_field(
                    replace_models(field["schema"]), required=is_required, validation_alias=name
                )
            options = {"config": schema["config"], "ref": schema.get("ref")}
            options |= {"cls_name": schema["cls"].__name__, "extra_behavior": "ignore"}
            return typed_dict_schema(served, **options)
        case dict():
            return {name: replace_models(one) for name, one in schema.items()}
        case list():
            return [replace_models(one) for one in schema]
    return schema


def read_field_docstrings(model: type[BaseModel]) -> dict[str, str]:
    """Return the docstrings below the fields of a model, its own and inherited ones.

    Pydantic could read them when a class is created, which would take a tenth of the time of a
    start; only the OpenAPI document needs them.
    """
    docstrings: dict[str, str] = {}
    for one in reversed(model.__mro__):
        if one.__module__.startswith("app."):
            docstrings |= read_module_docstrings(one.__module__).get(one.__name__, {})
    return {name: text for name, text in docstrings.items() if name in model.model_fields}


@cache
def read_module_docstrings(module: str) -> dict[str, dict[str, str]]:
    """Return the docstrings below the fields of the classes of a module, by class and field."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    classes = [one for one in tree.body if isinstance(one, ast.ClassDef)]
    return {one.name: dict(find_docstrings(one.body)) for one in classes}


def find_docstrings(body: Sequence[ast.stmt]) -> Iterator[tuple[str, str]]:
    for field, text in pairwise(body):
        match field, text:
            case (
                ast.AnnAssign(target=ast.Name(name)),
                ast.Expr(value=ast.Constant(value=str(docstring))),
            ):
                yield name, inspect.cleandoc(docstring)


class Page(Schema, Generic[FieldType]):
    """One page of a list."""

    items: list[FieldType] = Field(
        max_length=1000, description="The records of the page, in the requested order."
    )
    total: Count = Field(
        examples=[7],
        description="The number of matching records on all pages; if total_is_exact is false, "
        "there are more.",
    )
    total_is_exact: bool = Field(
        examples=[True],
        description="Whether total is exact. Very long lists are counted up to 1,000.",
    )
    next: Address | None = Field(
        examples=[None], description="The URL of the next page; null on the last page."
    )
    next_cursor: Cursor | None = Field(
        examples=[None],
        description="The value of the parameter cursor for the next page; null on the last page.",
    )


@cache
def create_page_model(schema: type[FieldType]) -> type[Page[FieldType]]:
    """Create the model of a page of records, named after them in the OpenAPI document."""
    name = f"{schema.__name__.removesuffix('Entry')}Page"
    base = Page[schema]  # type: ignore[valid-type]
    return create_model(name, __base__=base, __doc__=Page.__doc__)


class Reference(Schema):
    """A reference to a record of a code list."""

    code: Code = Field(examples=["trade"])
    """The key, as used in URLs and filters."""
    name: Line = Field(examples=["Trade"])
    """The name, in the language of the response."""


EditorialPaths = Annotated[
    tuple[FieldPath, ...],
    Field(
        default=(),
        max_length=100,
        description="The fields of this record whose content is written, chosen or calculated by "
        "this service and not quoted from the source: texts in our words, translations, notes and "
        "links. Records inside this one list their own.",
    ),
]
"""The type of the field ``editorial``, which lists the paths of all fields of type ``Editorial``.

They are the same for all records, so neither the database nor a query contains them."""


def list_editorial(schema: type[BaseModel]) -> tuple[str, ...]:
    """List the paths of the fields of a schema that are marked as ``Editorial``.

    Those of records inside it that have their own list are left out.
    """
    paths: list[str] = []
    for name, field in schema.model_fields.items():
        extra = field.json_schema_extra
        if isinstance(extra, dict) and extra.get(EDITORIAL_KEY):
            paths.append(name)
            continue
        for submodel in find_submodels(field.annotation):
            if "editorial" not in submodel.model_fields:
                paths += [f"{name}.{path}" for path in list_editorial(submodel)]
    return tuple(paths)


def find_submodels(annotation: Any) -> Iterator[type[BaseModel]]:
    """List the models in the annotation of a field, also those in lists and unions."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for option in get_args(annotation):
        yield from find_submodels(option)


def list_field(*, of: int = 1000) -> Any:
    return Field(max_length=of)
