"""A plain application over the same rows, with FastAPI and SQLModel as in their tutorials."""

import os
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException
from sqlmodel import Session, SQLModel, col, create_engine, func, select

from app.db.models import Area, GrowthRate, Indicator, Observation, Report, Series, Source, Unit

engine = create_engine(f"sqlite:///{os.environ['BRI_DATABASE']}")
app = FastAPI()


def get_session() -> Iterator[Session]:
    """Open a session for a request."""
    with Session(engine) as session:
        yield session


class NamedRead(SQLModel):
    """A record of a code list."""

    code: str
    name_en: str


class SourceRead(SQLModel):
    """A document."""

    code: str
    title_en: str
    publisher_en: str
    published_on: date
    standing: str
    address: str | None


class ReportRead(SQLModel):
    """A statement of another document on the same figure."""

    wording_en: str
    agreement: str
    locator: str | None
    note_en: str
    source: SourceRead


class GrowthRead(SQLModel):
    """A change on a year earlier."""

    code: str
    value: Decimal
    wording_en: str
    base_start: date
    base_end: date
    basis: str
    note_en: str | None
    vintage: date
    source: SourceRead


class ObservationRead(SQLModel):
    """A figure with its related records."""

    code: str
    series: str
    months: int
    indicator: NamedRead
    reporting_area: NamedRead
    counterpart_area: NamedRead
    unit: NamedRead
    source: SourceRead
    period_start: date
    period_end: date
    value: Decimal
    published_value: Decimal
    multiplier: int
    decimals: int
    wording_en: str
    wording_zh: str
    qualifier: str
    lower_bound: Decimal | None
    upper_bound: Decimal | None
    status: str
    locator: str | None
    vintage: date
    current_from: date
    growth: GrowthRead | None
    reports: list[ReportRead]


class ObservationPage(SQLModel):
    """A page of figures, and the total number."""

    items: list[ObservationRead]
    total: int


OBSERVATIONS: Any = (
    select(Observation, Series, Indicator, Unit, Source)  # type: ignore[call-overload]
    .join(Series, col(Series.id) == Observation.series_id)
    .join(Indicator, col(Indicator.id) == Series.indicator_id)
    .join(Unit, col(Unit.id) == Series.unit_id)
    .join(Source, col(Source.id) == Observation.source_id)
)


@app.get("/observations")
def list_observations(
    session: Annotated[Session, Depends(get_session)], limit: int = 50
) -> ObservationPage:
    """List the first figures."""
    rows = session.exec(OBSERVATIONS.order_by(Observation.id).limit(limit)).all()
    total = session.exec(select(func.count()).select_from(Observation)).one()
    return ObservationPage(items=[read_observation(session, row) for row in rows], total=total)


@app.get("/observations/{code}")
def get_observation(
    code: str, session: Annotated[Session, Depends(get_session)]
) -> ObservationRead:
    """Show one figure."""
    found = session.exec(OBSERVATIONS.where(Observation.code == code)).first()
    if found is None:
        raise HTTPException(status_code=404)
    return read_observation(session, found)


def read_observation(
    session: Session, row: tuple[Observation, Series, Indicator, Unit, Source]
) -> ObservationRead:
    """Read a figure with its related records."""
    figure, series, indicator, unit, source = row
    growth = session.exec(
        select(GrowthRate, Source)
        .join(Source)
        .where(GrowthRate.series_id == series.id, GrowthRate.period_start == figure.period_start)
        .order_by(col(GrowthRate.vintage).desc())
    ).first()
    reports = session.exec(
        select(Report, Source).join(Source).where(Report.observation_id == figure.id)
    ).all()
    more = {
        "series": series.code,
        "months": series.months,
        "indicator": indicator,
        "reporting_area": session.get(Area, series.reporting_area_id),
        "counterpart_area": session.get(Area, series.counterpart_area_id),
        "unit": unit,
        "source": source,
        "growth": growth and GrowthRead.model_validate(growth[0], update={"source": growth[1]}),
        "reports": [
            ReportRead.model_validate(report, update={"source": origin})
            for report, origin in reports
        ],
    }
    return ObservationRead.model_validate(figure, update=more)
