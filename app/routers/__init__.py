"""The routes. A collection declares its list and its records as one table entry."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from inspect import Parameter, Signature
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from sqlalchemy import Connection

from app.db.columns import Record
from app.i18n import Language
from app.parameters import DetailParameters, ListParameters, Parameters, create_path_key
from app.queries.pagination import QueryPage
from app.request import Context, RequestContext
from app.schemas import Page, Schema

NoParameters = Annotated[DetailParameters, Query()]
"""The type of the query of operations that accept only the language."""


@dataclass(frozen=True)
class ListOperation:
    summary: str
    description: str
    read: Callable[[Connection, Language, Any], QueryPage]
    parameters: type[ListParameters]
    schema: type[Page[Any]]
    has_tables: bool = False
    """Whether the list is also served as a table, so that responses link to its formats."""
    tag: str | None = None
    """The tag of the list and the records, if the router has none."""


@dataclass(frozen=True)
class RecordOperation:
    summary: str
    description: str
    read: Callable[[Connection, Language, str], Record | None]
    schema: type[Schema]
    key_description: str
    key_example: str
    key: str = "code"
    """The name of the path parameter."""


def add_collection(
    router: APIRouter,
    name: str,
    singular: str,
    list_operation: ListOperation,
    record_operation: RecordOperation | None = None,
) -> None:
    """Add the list and the records of a collection to a router.

    The path and the operation ids contain the names, such as "growth_rates" and "growth_rate".
    """
    tags: list[str | Enum] | None = [list_operation.tag] if list_operation.tag else None
    path = f"/{name.replace('_', '-')}"
    router.add_api_route(
        path,
        build_list_endpoint(list_operation),
        name=f"list_{name}",
        summary=list_operation.summary,
        description=list_operation.description,
        response_model=list_operation.schema,
        tags=tags,
    )
    if record_operation is not None:
        router.add_api_route(
            f"{path}/{{{record_operation.key}}}",
            build_record_endpoint(name, record_operation),
            name=f"get_{singular}",
            summary=record_operation.summary,
            description=record_operation.description,
            response_model=record_operation.schema,
            tags=tags,
        )


def build_list_endpoint(operation: ListOperation) -> Callable[..., Response]:
    def list_records(read: RequestContext, query: Parameters) -> Response:
        page = read.run_query(operation.read, query)
        links = read.link_downloads() if operation.has_tables else ()
        return read.create_page_response(operation.schema, page, links)

    return declare_signature(
        list_records, read=Context, query=Annotated[operation.parameters, Query()]
    )


def build_record_endpoint(name: str, operation: RecordOperation) -> Callable[..., Response]:
    def get_record(read: RequestContext, _: Parameters, **path: str) -> Response:
        (key,) = path.values()
        return read.record_response(
            operation.schema, read.run_query(operation.read, key), name, **path
        )

    key = Annotated[str, create_path_key(operation.key_description, operation.key_example)]
    return declare_signature(get_record, read=Context, **{operation.key: key}, _=NoParameters)


def declare_signature(
    endpoint: Callable[..., Response], **annotations: object
) -> Callable[..., Response]:
    """Declare the parameters that FastAPI reads from the signature of a function."""
    parameters = [
        Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation)
        for name, annotation in annotations.items()
    ]
    endpoint.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    return endpoint
