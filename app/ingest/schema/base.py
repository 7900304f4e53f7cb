"""The base of every seed file, and references from one file to another."""

from collections.abc import Iterator
from functools import cache
from typing import Annotated, ClassVar, Generic, NamedTuple, TypeVar, get_args, get_origin

from pydantic import BaseModel, Field, GetCoreSchemaHandler
from pydantic.config import JsonDict
from pydantic_core import CoreSchema

from app.ingest.schema.fields import BilingualTitle, Code, Position, StrictModel


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


class Reference(NamedTuple):
    """A field whose value is the key of another entity, or a list of such keys."""

    field: str
    target: type[Entity]
    is_list: bool


@cache
def list_references(kind: type[Entity]) -> tuple[Reference, ...]:
    """List the references of an entity, in the order of its fields."""
    return tuple(
        Reference(name, get_args(option)[0], get_origin(field.annotation) is list)
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
