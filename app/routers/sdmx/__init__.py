"""The SDMX paths."""

from fastapi import APIRouter, Response

from app.http.rendering_limit import run_limited
from app.request import Context

router = APIRouter(include_in_schema=False)


@router.get("/sdmx")
@router.get("/sdmx/{path:path}")
async def answer_sdmx(read: Context, path: str = "") -> Response:
    # Importing the SDMX modules takes 80 ms, which few processes need.
    from app.routers.sdmx.responses import create_response  # noqa: PLC0415

    return await run_limited(lambda: create_response(read, path))
