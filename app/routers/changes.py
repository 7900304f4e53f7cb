"""History of the releases: changes as JSON, and feeds."""

from typing import Annotated

from fastapi import Query, Response
from fastapi.responses import JSONResponse

from app.formats.feeds import ATOM, JSON_FEED, build_json_feed, write_atom
from app.http.routing import RouteDeclarations
from app.parameters import ChangeListParameters
from app.queries.releases import list_changes, list_releases
from app.request import Context
from app.routers import NoParameters
from app.schemas import create_page_model, encode_json
from app.schemas.service import Change, Feed

router = RouteDeclarations(prefix="/v1", tags=["History"])
ChangePage = create_page_model(Change)


class AtomResponse(Response):
    media_type = ATOM


class FeedResponse(JSONResponse):
    media_type = JSON_FEED


@router.get(
    "/changes",
    name="list_changes",
    summary="List changes",
    description="What each release added, revised, corrected, annotated or removed, by record and "
    "field, with the values before and after. Without since, all changes: applied in order, they "
    "produce the whole dataset.",
    response_model=ChangePage,
)
def show_changes(context: Context, query: Annotated[ChangeListParameters, Query()]) -> Response:
    return context.create_page_response(ChangePage, context.run_query(list_changes, query))


@router.get(
    "/changes.atom",
    summary="Get the releases as an Atom feed",
    description="Returns the releases, latest first, for feed readers. Each entry lists what the "
    "release added, and every revised or corrected figure with both values.",
    response_class=AtomResponse,
    responses={200: {"content": {ATOM: {"schema": {"type": "string"}}}}},
)
def get_atom_feed(context: Context, _: NoParameters) -> Response:
    content = write_atom(context.run_query(list_releases), context.base_url, context.language)
    return context.create_bytes_response(content, AtomResponse.media_type)


@router.get(
    "/changes.feed.json",
    summary="Get the releases as a JSON Feed",
    description="Returns the releases as a JSON Feed 1.1, latest first.",
    response_model=Feed,
    response_class=FeedResponse,
)
def get_json_feed(context: Context, _: NoParameters) -> Response:
    feed = build_json_feed(context.run_query(list_releases), context.base_url, context.language)
    return context.create_bytes_response(
        encode_json(Feed.model_validate(feed)), FeedResponse.media_type
    )
