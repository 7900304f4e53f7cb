"""Health, request identifiers, and the last resort for a failure inside."""

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from app.i18n import Bilingual
from app.problems.problem import ParameterError, UnknownPath
from app.queries.release import read_release
from app.request import BEFORE_VALIDATION, Context
from app.schemas.service import Health, HealthStatus

METRICS = "text/plain; version=0.0.4; charset=utf-8"
METRICS_OFF = Bilingual(
    "Numbers are kept only with BRI_METRICS=true", "仅在设置 BRI_METRICS=true 时提供指标"
)

router = APIRouter(prefix="/health", tags=["Service health"])
metrics_router = APIRouter(include_in_schema=False)


@router.get("/live", summary="Is the process alive?", response_model=Health)
async def get_liveness() -> Response:
    """Answer as long as the process can answer at all; it looks at nothing else."""
    return create_health_response()


@router.get(
    "/ready",
    summary="Can it serve data?",
    response_model=Health,
    dependencies=BEFORE_VALIDATION,
    responses={503: {"description": "The database cannot be read."}},
)
async def get_readiness(read: Context) -> Response:
    """Answer once the database is open and can be read; 503 says that it cannot."""
    await run_in_threadpool(read.release.database.read, read_release)
    return create_health_response()


@metrics_router.get("/metrics")
def show_metrics(request: Request) -> Response:
    """Give the numbers of all processes, if they are kept."""
    metrics = request.app.cache.observer.metrics
    if metrics is None:
        raise UnknownPath(METRICS_OFF, [ParameterError("path", METRICS_OFF)])
    headers = {"Cache-Control": "no-store"}
    return Response(metrics.render(), media_type=METRICS, headers=headers)


def create_health_response() -> Response:
    """Say that all is well, now and not a moment later."""
    body = Health(status=HealthStatus.OK).to_json()
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})
