"""The paths of SDMX; what answers them is imported when it is first asked for."""

from fastapi import APIRouter, Response

from app.aside import aside
from app.context import Read

router = APIRouter(include_in_schema=False)


@router.get("/sdmx")
@router.get("/sdmx/{path:path}")
async def answer_sdmx(read: Read, path: str = "") -> Response:
    """Answer a request by SDMX."""
    # The server starts sooner without it, and few servers are ever asked.
    from app.routers.sdmx.answering import answer  # noqa: PLC0415

    return await aside(lambda: answer(read, path))
