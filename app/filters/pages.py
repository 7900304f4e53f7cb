"""What the first page is narrowed to."""

from typing import Any

from pydantic import Field, model_validator

from app.filters.base import Absent, Parameters, Sectors, Topics, Words, several


class DashboardFilters(Parameters):
    """Which figures and commitments the first page shows."""

    topic: Topics = several("Only what touches this topic.", "investment")
    sector: Sectors = several("Only what names this sector.", "clean-energy")
    q: Words | Absent = Field(None, examples=["digital economy"])
    """Only what is found by these words, in either language."""

    @model_validator(mode="before")
    @classmethod
    def leave_out_empty(cls, given: Any) -> Any:  # noqa: ANN401
        """Take a field of a form that was left empty as one that was not sent."""
        if not isinstance(given, dict):
            return given
        return {name: kept for name, value in given.items() if (kept := filled(value))}


def filled(value: object) -> object:
    """Give what of a field was filled in."""
    if isinstance(value, list):
        return [one for one in value if one != ""]
    return value.strip() if isinstance(value, str) else value
