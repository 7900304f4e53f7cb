"""Checked quotations."""

from enum import StrEnum

from pydantic import Field

from app.enums import SearchKind
from app.schemas import (
    Code,
    Count,
    Day,
    Editorial,
    Line,
    Prose,
    Schema,
    declare_editorial,
    list_field,
)


class QuotationVerdict(StrEnum):
    """Whether a quoted number is one of the record as published; not found does not mean false."""

    AS_PUBLISHED = "as_published"
    DIFFERS = "differs"
    NOT_FOUND = "not_found"


class FindingKind(StrEnum):
    """What of a quotation differs from the published figure or commitment."""

    PERIOD = "period"
    QUALIFIER = "qualifier"
    UNIT = "unit"
    MAGNITUDE = "magnitude"
    GROWTH = "growth"
    COVERAGE = "coverage"
    MEASURE = "measure"
    COMPARISON = "comparison"
    VINTAGE = "vintage"
    ATTRIBUTION = "attribution"
    STATUS = "status"
    TARGET = "target"
