"""Growth rates and second reports as records of their own."""

from pydantic import Field

from app.enums import CheckMethod
from app.schemas import Code, Day, Editorial, FieldPath, Line, Reference, declare_editorial
from app.schemas.observations import (
    AreaReference,
    ContradictionReference,
    CoverageReference,
    Growth,
    Period,
    Report,
)


class GrowthRate(Growth):
    """A published change with its series and period."""

    indicator: Reference
    """The indicator."""
    reporting_area: AreaReference
    """The area that reports the rate."""
    counterpart_area: AreaReference
    """The counterpart area."""
    coverage: Editorial[CoverageReference]
    """Which countries are counted."""
    period: Period
    """The period whose change from the base period is given."""
    current: bool = Field(examples=[True])
    """Whether this is the current rate for its series and period."""
    current_from: Day | None = Field(examples=["2025-01-13"])
    """The date from which it was the current rate; null if it never was."""
    superseded_on: Day | None = Field(examples=[None])
    """The date on which another rate superseded it; null if it is current or never was."""
    checked_on: Day | None = Field(examples=["2026-11-26"])
    """The day on which the rate was last compared with its source; null if no day is recorded."""
    check_method: CheckMethod | None = Field(examples=["stored_text"])
    """page if the page itself was read then, stored_text if a stored copy of its text was."""
    contradiction: Editorial[ContradictionReference | None]
    """The contradiction, if another published rate does not agree with this one; else null."""
    editorial: tuple[FieldPath, ...] = declare_editorial()


class ReportEntry(Report):
    """A second report with the figure that it is about."""

    id: Code = Field(
        examples=[
            "aid-projects.CN.BRI.partner-2023.NB.P11M.2024-01.scio-2025-01-15.xinhua-2025-01-15"
        ]
    )
    """The key: observation and source."""
    observation: Code = Field(
        examples=["aid-projects.CN.BRI.partner-2023.NB.P11M.2024-01.scio-2025-01-15"]
    )
    """The key of the observation."""
    indicator: Reference
    """The indicator."""
    period: Period
    """The period of the figure."""
    published_wording: Line = Field(examples=["over 700 aid projects"])
    """The figure published here as text, for comparison."""
    contradiction: Editorial[ContradictionReference | None]
    """The contradiction, if the report does not agree with the figure published here; else null."""
    editorial: tuple[FieldPath, ...] = declare_editorial()
