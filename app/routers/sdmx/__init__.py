"""The paths of SDMX; what answers them is imported when it is first asked for."""

from fastapi import APIRouter, Response

from app.http.limits import run_limited
from app.request import Context

router = APIRouter(include_in_schema=False)


@router.get("/sdmx")
@router.get("/sdmx/{path:path}")
async def answer_sdmx(read: Context, path: str = "") -> Response:
    """Answer a request by SDMX."""
    # The server starts sooner without it, and few servers are ever asked.
    from app.routers.sdmx.answering import create_response  # noqa: PLC0415

    return await run_limited(lambda: create_response(read, path))
