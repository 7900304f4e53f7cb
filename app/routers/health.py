"""Health checks and metrics."""

from fastapi import APIRouter, Response
from fastapi.concurrency import run_in_threadpool

from app.problems.messages import METRICS_DISABLED
from app.problems.problem import ParameterError, UnknownPath
from app.queries.releases import read_release
from app.request import Context
from app.schemas.service import Health, HealthStatus

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
NO_STORE = {"Cache-Control": "no-store"}

router = APIRouter(prefix="/health", tags=["Service health"])
metrics_router = APIRouter(include_in_schema=False)


@router.get("/live", summary="Is the process alive?", response_model=Health)
async def get_liveness() -> Response:
    """Responds as long as the process can respond at all; checks nothing else."""
    return create_health_response()


@router.get(
    "/ready",
    summary="Can it serve data?",
    response_model=Health,
    responses={503: {"description": "The database cannot be read."}},
)
async def get_readiness(read: Context) -> Response:
    """Responds with 200 if the database can be read, and with 503 otherwise."""
    await run_in_threadpool(read.release.database.read, read_release)
    return create_health_response()


@metrics_router.get("/metrics")
def show_metrics(read: Context) -> Response:
    """Show the metrics of all processes.

    Raises:
        UnknownPath: if no metrics are collected.
    """
    metrics = read.app.state.metrics
    if metrics is None:
        raise UnknownPath(METRICS_DISABLED, [ParameterError("path", METRICS_DISABLED)])
    return Response(metrics.render(), media_type=METRICS_TYPE, headers=NO_STORE)


def create_health_response() -> Response:
    """Create the response of a successful check."""
    body = Health(status=HealthStatus.OK).to_json()
    return Response(body, media_type="application/json", headers=NO_STORE)
