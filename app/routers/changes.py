"""History of the releases: changes as JSON, and feeds."""

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from app.formats.feeds import ATOM, JSON_FEED, build_json_feed, write_atom
from app.parameters import ChangeListParameters
from app.queries.releases import CHANGES, list_releases
from app.request import Context
from app.routers import ListOperation, NoParameters, add_collection
from app.schemas.service import ChangePage, Feed

router = APIRouter(prefix="/v1", tags=["History"])


class AtomResponse(Response):
    media_type = ATOM


class FeedResponse(JSONResponse):
    media_type = JSON_FEED


add_collection(
    router,
    "changes",
    "change",
    ListOperation(
        "List changes",
        "What each release added, revised, corrected or removed, by record and field, with the "
        "values before and after. Without since, all changes: applied in order, they produce the "
        "whole data set.",
        CHANGES.list_page,
        ChangeListParameters,
        ChangePage,
    ),
)


@router.get(
    "/changes.atom",
    summary="Get the releases as an Atom feed",
    description="Returns the releases, latest first, for feed readers. Each entry lists what the "
    "release added, and every revised or corrected figure with both values.",
    response_class=AtomResponse,
    responses={200: {"content": {ATOM: {"schema": {"type": "string"}}}}},
)
def get_atom_feed(read: Context, _: NoParameters) -> Response:
    content = write_atom(read.run_query(list_releases), read.base_url, read.language)
    return read.create_bytes_response(content, AtomResponse.media_type)


@router.get(
    "/changes.feed.json",
    summary="Get the releases as a JSON Feed",
    description="Returns the releases as a JSON Feed 1.1, latest first.",
    response_model=Feed,
    response_class=FeedResponse,
)
def get_json_feed(read: Context, _: NoParameters) -> Response:
    feed = build_json_feed(read.run_query(list_releases), read.base_url, read.language)
    return read.create_bytes_response(Feed.model_validate(feed).to_json(), FeedResponse.media_type)
