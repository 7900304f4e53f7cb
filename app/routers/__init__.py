"""The routes. A collection declares its list and its records as one table entry.

Forms are validated by their pages and not by the router, so that an error is shown at its field.
"""

from collections.abc import Callable
from enum import Enum
from inspect import Parameter, Signature
from typing import Annotated, Any, TypeVar

from fastapi import Query, Response
from pydantic import ValidationError

from app.db.columns import Record
from app.formats.registry import ALTERNATE_LINKS
from app.formats.tables import DOWNLOAD_TABLES, Table
from app.http.routing import RouteDeclarations
from app.pages import render_content
from app.parameters import MAXIMUM_LIMIT, DetailParameters, Parameters, create_path_key
from app.problems.validation import FormErrors, describe_form_errors
from app.queries.releases import COLLECTIONS
from app.request import Context, RequestContext
from app.schemas import Page, create_page_model

AnyParameters = TypeVar("AnyParameters", bound=Parameters)
NoParameters = Annotated[DetailParameters, Query()]
"""The type of the query of operations that accept only the language."""
SERIES_PARTS = (
    "indicator, areas, coverage, unit, and P with the months of the period, P0D for stocks, or "
    "FROM and the first day of cumulative totals"
)
"""What the key of a series consists of."""


def add_collection(  # noqa: PLR0913 (The texts are those of two operations.)
    router: RouteDeclarations,
    table: Table,
    summary: str,
    description: str,
    *,
    record: str = "",
    tag: str | None = None,
) -> None:
    """Add the list and, if they are described, the records of a table to a router.

    The operations may have a tag. Their ids contain the name of the table, such as
    "list_growth_rates". Its singular is the name of the path parameter.
    """
    tags: list[str | Enum] | None = [tag] if tag else None
    name = table.name.replace("-", "_")
    if name not in COLLECTIONS:
        raise LookupError(f"{name} is not in COLLECTIONS (app/queries/releases.py)")
    page = create_page_model(table.schema)
    router.add_api_route(
        f"/{table.name}",
        build_list_endpoint(table, page),
        name=f"list_{name}",
        summary=summary,
        description=description,
        response_model=page,
        tags=tags,
    )
    if record:
        singular = name.removesuffix("s")
        router.add_api_route(
            f"/{table.name}/{{{singular}}}",
            build_record_endpoint(table, singular),
            read=table.read_records,
            name=f"get_{singular}",
            summary=f"Get {add_article(table.noun or singular.replace('_', ' '))}",
            description=record,
            response_model=table.schema,
            tags=tags,
        )


def add_article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeio' else 'a'} {noun}"


def build_list_endpoint(table: Table, page: type[Page[Any]]) -> Callable[..., Response]:
    has_formats = table in DOWNLOAD_TABLES

    def list_records(context: RequestContext, query: Parameters) -> Response:
        found = context.run_query(table.list_page, query)
        url, query_text = f"{context.base_url}{context.path}", context.query.filter_text
        files = ALTERNATE_LINKS.format(url=url, query=f"?{query_text}" if query_text else "")
        return context.create_page_response(page, found, [files] if has_formats else ())

    return declare_signature(
        list_records, context=Context, query=Annotated[table.list_parameters, Query()]
    )


def build_record_endpoint(table: Table, key: str) -> Callable[..., Response]:
    if table.read_records is None:
        raise LookupError(f"{table.name} has no function that reads records")

    def get_record(context: RequestContext, _: Parameters, **path: str) -> Response:
        return context.create_record_response(table.schema, table.get_record, **path)

    parts = f": {table.key_parts}" if table.key_parts else ""
    description = f"The key of the {key.replace('_', ' ')}{parts}."
    parameter = Annotated[str, create_path_key(key, description)]
    return declare_signature(get_record, context=Context, **{key: parameter}, _=NoParameters)


def declare_signature(endpoint: Callable[..., Any], **annotations: object) -> Callable[..., Any]:
    """Declare the parameters that FastAPI reads from the signature of a function."""
    parameters = [
        Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation)
        for name, annotation in annotations.items()
    ]
    endpoint.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    return endpoint


def read_first_page(context: RequestContext, table: Table) -> list[Record]:
    query = table.list_parameters(limit=MAXIMUM_LIMIT)
    return context.run_query(table.list_page, query).rows


def validate_form(
    context: RequestContext, model: type[AnyParameters], fields: Record
) -> tuple[AnyParameters | None, FormErrors]:
    """Validate the fields of a form that are filled in; return the parameters, or what is wrong."""
    filled = {name: kept for name, value in fields.items() if (kept := drop_empty(value))}
    try:
        return model.model_validate(filled, context=context.release.keys), {}
    except ValidationError as error:
        return None, describe_form_errors(error.errors(), context.language)


def drop_empty(value: object) -> object:
    """Drop what a form sends of fields that are not filled in."""
    if isinstance(value, list):
        return [one for one in value if one != ""]
    return value.strip() if isinstance(value, str) else value


def render_form(
    context: RequestContext, name: str, errors: FormErrors, **values: object
) -> Response:
    """Render a page with a form; one with errors is not stored."""
    response = render_content(context, name, errors=errors, status=422 if errors else 200, **values)
    if errors:
        response.headers["Cache-Control"] = "no-store"
    return response
