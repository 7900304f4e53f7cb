"""The history of releases: changes as JSON, and feeds to subscribe to."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse

from app import parameters
from app.formats.metadata.feeds import ATOM, JSON_FEED, build_json_feed, write_atom
from app.queries import changes
from app.request import BEFORE_VALIDATION, Context
from app.schemas.changes import ChangePage, Feed

router = APIRouter(prefix="/v1", dependencies=BEFORE_VALIDATION)

NoParameters = Annotated[parameters.DetailParameters, Query()]


class AtomResponse(Response):
    """An answer in Atom."""

    media_type = ATOM


class FeedResponse(JSONResponse):
    """An answer in JSON Feed."""

    media_type = JSON_FEED


@router.get(
    "/changes",
    tags=["History"],
    summary="List what the releases changed",
    response_model=ChangePage,
)
def list_changes(
    read: Context, query: Annotated[parameters.ChangeListParameters, Query()]
) -> Response:
    """What each release added, revised, corrected or removed, record by record and field by
    field, with both contents. Without since it is everything: applied in order, the changes give
    the whole data set."""  # noqa: D205, D209
    return read.page_response(ChangePage, read.run_query(changes.list_changes, query))


@router.get(
    "/changes.atom",
    tags=["History"],
    summary="Follow the releases by Atom",
    response_class=AtomResponse,
    responses={200: {"content": {ATOM: {"schema": {"type": "string"}}}}},
)
def get_atom_feed(read: Context, query: NoParameters) -> Response:
    """The releases, the newest first, for feed readers; each tells what it brought, and every
    figure that it revised or corrected with both values."""  # noqa: D205, D209
    del query
    content = write_atom(read.run_query(changes.list_releases), read.base_url, read.language)
    return read.bytes_response(content, AtomResponse.media_type)


@router.get(
    "/changes.feed.json",
    tags=["History"],
    summary="Follow the releases by JSON Feed",
    response_model=Feed,
    response_class=FeedResponse,
)
def get_json_feed(read: Context, query: NoParameters) -> Response:
    """The releases as a JSON Feed 1.1, the newest first."""
    del query
    feed = build_json_feed(read.run_query(changes.list_releases), read.base_url, read.language)
    return read.bytes_response(Feed.model_validate(feed).to_json(), FeedResponse.media_type)
