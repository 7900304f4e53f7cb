"""What the page of one indicator, priority area or source shows."""

from typing import Any

from sqlalchemy import Connection, select

from app.db.columns import Record
from app.db.models import PriorityArea
from app.i18n import Language
from app.parameters import (
    GrowthRateListParameters,
    ObservationListParameters,
    ReportListParameters,
    Vintages,
)
from app.queries.charts import read_indicator_series
from app.queries.commitments import get_priority_area
from app.queries.growth import list_growth_rates
from app.queries.indicators import get_indicator
from app.queries.observations import list_observations
from app.queries.reference import get_source
from app.queries.reports import list_reports
from app.queries.series import attach_breaks

Priority: Any = PriorityArea


def read_indicator_profile(connection: Connection, language: Language, code: str) -> Record | None:
    """Read an indicator with its series, that of its headline first."""
    found = get_indicator(connection, language, code)
    if found is None:
        return None
    told = read_indicator_series(connection, language, code)
    own = found["headline"]["series"] if found["headline"] else None
    series = [
        one | {"points": attach_breaks(one["points"], one["breaks"])}
        for one in sorted(told["series"], key=lambda one: one["code"] != own)
    ]
    return found | {"all_series": series, "hidden_series": told["hidden"], "series_drawn": told}


def read_priority_area_profile(
    connection: Connection, language: Language, slug: str, year: int | None
) -> Record | None:
    """Read a priority area with the figures that it starts from, and the years that have it."""
    found = get_priority_area(connection, language, slug, year)
    if found is None:
        return None
    codes = [one["code"] for one in found["baseline_indicators"]]
    baseline = [one for code in codes if (one := get_indicator(connection, language, code))]
    years = select(Priority.year).where(Priority.slug == slug).order_by(Priority.year)
    return found | {
        "baseline": [one for one in baseline if one["headline"]],
        "years": list(connection.execute(years).scalars()),
    }


def read_source_profile(connection: Connection, language: Language, code: str) -> Record | None:
    """Read a source with the first figures, growth rates and reports that come from it."""
    found = get_source(connection, language, code)
    if found is None:
        return None
    figures = ObservationListParameters(source=[code], vintages=Vintages.ALL)
    return found | {
        "observations": list_observations(connection, language, figures),
        "growth_rates": list_growth_rates(
            connection, language, GrowthRateListParameters(source=[code])
        ),
        "reports": list_reports(connection, language, ReportListParameters(source=[code])),
    }
