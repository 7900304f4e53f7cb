"""What the first page is narrowed to."""

from typing import Any

from pydantic import Field, model_validator

from app.parameters.base import Omitted, Parameters, QueryText, Sectors, Topics, repeatable


class DashboardParameters(Parameters):
    """Which figures and commitments the first page shows."""

    topic: Topics = repeatable("Only what touches this topic.", "investment")
    sector: Sectors = repeatable("Only what names this sector.", "clean-energy")
    q: QueryText | Omitted = Field(None, examples=["digital economy"])
    """Only what is found by these words, in either language."""

    @model_validator(mode="before")
    @classmethod
    def drop_empty_fields(cls, given: Any) -> Any:
        """Take a field of a form that was left empty as one that was not sent."""
        if not isinstance(given, dict):
            return given
        return {name: kept for name, value in given.items() if (kept := drop_empty(value))}


def drop_empty(value: object) -> object:
    """Give what of a field was filled in."""
    if isinstance(value, list):
        return [one for one in value if one != ""]
    return value.strip() if isinstance(value, str) else value
