"""What the page of one indicator, priority area or source shows."""

from typing import Any

from sqlalchemy import Connection, select

from app.filters import (
    GrowthRateFilters,
    ObservationFilters,
    ReportFilters,
    Vintages,
)
from app.models import PriorityArea
from app.queries.charts import series_of_indicator
from app.queries.columns import Record
from app.queries.commitments import priority_area
from app.queries.growth import growth_rates
from app.queries.indicators import indicator
from app.queries.observations import observations
from app.queries.reference import source
from app.queries.reports import reports
from app.queries.series import parted
from app.text import Language

Priority: Any = PriorityArea


def indicator_profile(connection: Connection, language: Language, code: str) -> Record | None:
    """Read an indicator with its series, that of its headline first."""
    found = indicator(connection, language, code)
    if found is None:
        return None
    told = series_of_indicator(connection, language, code)
    own = found["headline"]["series"] if found["headline"] else None
    series = [
        one | {"points": parted(one["points"], one["breaks"])}
        for one in sorted(told["series"], key=lambda one: one["code"] != own)
    ]
    return found | {"all_series": series, "hidden_series": told["hidden"], "series_drawn": told}


def priority_area_profile(
    connection: Connection, language: Language, slug: str, year: int | None
) -> Record | None:
    """Read a priority area with the figures that it starts from, and the years that have it."""
    found = priority_area(connection, language, slug, year)
    if found is None:
        return None
    codes = [one["code"] for one in found["baseline_indicators"]]
    baseline = [one for code in codes if (one := indicator(connection, language, code))]
    years = select(Priority.year).where(Priority.slug == slug).order_by(Priority.year)
    return found | {
        "baseline": [one for one in baseline if one["headline"]],
        "years": list(connection.execute(years).scalars()),
    }


def source_profile(connection: Connection, language: Language, code: str) -> Record | None:
    """Read a source with the first figures, growth rates and reports that come from it."""
    found = source(connection, language, code)
    if found is None:
        return None
    figures = ObservationFilters(source=[code], vintages=Vintages.ALL)
    return found | {
        "observations": observations(connection, language, figures),
        "growth_rates": growth_rates(connection, language, GrowthRateFilters(source=[code])),
        "reports": reports(connection, language, ReportFilters(source=[code])),
    }
