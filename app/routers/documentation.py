"""The reference of the API: a page of all operations, and a page of each."""

from functools import partial
from typing import Annotated
from urllib.parse import quote, urlencode

import msgspec
from fastapi import Query, Response
from fastapi.responses import RedirectResponse

from app.db.columns import Record
from app.enums import OpenApiVersion
from app.http.limits import DOCUMENT_QUEUE
from app.http.routing import RouteDeclarations
from app.openapi import OpenApiDocuments, reference
from app.pages import render_content
from app.pages.addresses import LIST_PAGES
from app.parameters import OperationFormParameters
from app.problems.messages import VALIDATION_MESSAGES
from app.problems.problem import InvalidParameters, UnknownRecord
from app.request import Context, RequestContext
from app.routers import NoParameters

router = RouteDeclarations(include_in_schema=False)

EXAMPLE_LINES = 150
"""The most lines of an example, which a page is slow to show in full."""
MAX_CODES = 500
"""The most codes that a form offers for a parameter."""


@router.get("/docs")
async def show_reference(context: Context, _: NoParameters) -> Response:
    return await DOCUMENT_QUEUE.run(context, partial(render_reference, context))


def render_reference(context: RequestContext) -> Response:
    from app.pages.markdown import render_guide_page  # noqa: PLC0415 - Slow to import.

    document = msgspec.json.decode(render_document(context), type=reference.Outline)
    info = document["info"]
    text = f"# {info['title']}\n\n{info['description']}"
    return render_content(
        context,
        "docs.html",
        introduction=render_guide_page(text, context.language, context.root_path),
        groups=reference.list_groups(document),
    )


@router.get("/docs/{operation}")
async def show_operation(context: Context, operation: str, _: NoParameters) -> Response:
    return await DOCUMENT_QUEUE.run(context, partial(render_operation, context, operation))


def render_operation(context: RequestContext, operation: str) -> Response:
    from app.pages.markdown import render_json, render_sample  # noqa: PLC0415 - Slow to import.

    document = read_document(context)
    path, described = require_operation(document, operation)
    groups = reference.list_groups(document)
    schemas = reference.SchemaReader(document, context.language)
    responses = described["responses"]
    ((media_type, content),) = responses["200"]["content"].items()
    schema_name, schema = schemas.resolve(content["schema"])
    schemas.described.add(schema_name)
    example, is_shortened = format_example(content)
    parameters = [schemas.describe_parameter(one) for one in described.get("parameters", [])]
    # A page of a list explains the codes of its parameter.
    lists = {one.name: f"/{name_collection(one.name)}".replace("_", "-") for one in parameters}
    headers, shared = (document["components"][name] for name in ("headers", "responses"))
    return render_content(
        context,
        "docs_operation.html",
        target=path,
        operation=described,
        groups=groups,
        group=next(one for one in groups if one.tag == described["tags"][0]),
        neighbours=find_neighbours(groups, operation),
        parameters=parameters,
        codes={one.name: list_codes(context, one.name) for one in parameters},
        code_pages={name: path if path in LIST_PAGES else "" for name, path in lists.items()},
        samples=[
            (one["label"], render_sample(one, context.language))
            for one in described["x-codeSamples"]
        ],
        media_type=media_type,
        fields=list(schemas.iterate_fields(schema)) if reference.is_json(media_type) else [],
        example=render_json(example) if example and reference.is_json(media_type) else example,
        is_shortened=is_shortened,
        headers={name: headers[name]["description"] for name in responses["200"]["headers"]},
        problems={
            status: shared.get(one.get("$ref", "").rpartition("/")[2], one)["description"]
            for status, one in sorted(responses.items())
            if status >= "400"
        },
        formats=reference.list_formats(document, path),
    )


@router.get("/docs/{operation}/request")
async def redirect_form(
    context: Context, operation: str, _: Annotated[OperationFormParameters, Query()]
) -> Response:
    return await DOCUMENT_QUEUE.run(context, partial(redirect_to_operation, context, operation))


def redirect_to_operation(context: RequestContext, operation: str) -> Response:
    """Redirect from a form to the operation: with the fields that are filled in, and no others.

    Raises:
        InvalidParameters: if a parameter of the path is missing.
    """
    path, described = require_operation(read_document(context), operation)
    pairs = [(name, value.strip()) for name, value in context.query.params if value.strip()]
    values = dict(pairs)
    keys = [one["name"] for one in described.get("parameters", []) if one["in"] == "path"]
    for name in keys:
        if name not in values:
            message = VALIDATION_MESSAGES["missing"].format(name=name)
            raise InvalidParameters.from_parameter(f"path.{name}", message)
        path = path.replace(f"{{{name}}}", quote(values[name], safe=""))
    query = urlencode([pair for pair in pairs if pair[0] not in keys])
    return RedirectResponse(f"{context.base_url}{path}{query and '?'}{query}")


def render_document(context: RequestContext) -> bytes:
    documents: OpenApiDocuments = context.app.state.documents
    return documents.render(OpenApiVersion.V3_1, context.base_url, context.language)


def read_document(context: RequestContext) -> Record:
    return msgspec.json.decode(render_document(context), type=Record)


def require_operation(document: Record, name: str) -> tuple[str, Record]:
    """Return the path and the description of an operation; raise UnknownRecord if it is unknown."""
    for path, methods in document["paths"].items():
        if methods["get"]["operationId"] == name:
            return path, methods["get"]
    known = [one["id"] for group in reference.list_groups(document) for one in group.operations]
    raise UnknownRecord.from_key("operation", name, known)


def find_neighbours(
    groups: list[reference.OperationGroup], name: str
) -> tuple[Record | None, Record | None]:
    """Return the operations before and after one, in the order of the reference."""
    operations = [None, *(one for group in groups for one in group.operations), None]
    index = next(at for at, one in enumerate(operations) if one and one["id"] == name)
    return operations[index - 1], operations[index + 1]


def format_example(content: Record) -> tuple[str, bool]:
    """Return the first lines of the example of a response, and whether there are more."""
    if "examples" not in content:
        return "", False
    example = content["examples"]["response"]["value"]
    if not isinstance(example, str):
        example = msgspec.json.format(msgspec.json.encode(example), indent=2).decode()
    lines = example.rstrip().splitlines()
    return "\n".join(lines[:EXAMPLE_LINES]), len(lines) > EXAMPLE_LINES


def name_collection(parameter: str) -> str:
    """Return the name of the collection whose codes a parameter takes, if there is one."""
    area = "area" if parameter == "counterpart" else parameter
    return area if area == "series" else f"{area}s"


def list_codes(context: RequestContext, parameter: str) -> tuple[str, ...]:
    """List the codes of the release that a parameter takes, unless there are too many to choose."""
    found = context.release.keys.get(name_collection(parameter))
    codes = found.cached_keys if found else None
    return codes if codes and len(codes) <= MAX_CODES else ()
