"""Checked quotations."""

from enum import StrEnum

from pydantic import Field

from app.enums import SearchKind
from app.schemas import (
    TEXT,
    Code,
    Count,
    Day,
    Editorial,
    EditorialPaths,
    Line,
    Prose,
    Schema,
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


class QuotedRecord(Schema):
    """The published figure, growth rate or commitment that a number quotes."""

    id: Code = Field(examples=["aid-projects.CN.BRI.partner-2023.NB.P11M.2024-01.scio-2025-01-15"])
    """The key of the record, to be requested at the collection of its kind."""
    kind: SearchKind = Field(examples=["observation"])
    """observation, growth_rate, commitment or action."""
    display: Editorial[Prose] = Field(examples=["over 700"])
    """The figure with its qualifier and unit, the change, the target, or the text of an action
    without a target, in the language of the response."""
    indicator: Line | None = Field(examples=["Aid projects in partner countries"])
    """What the figure measures; null for a commitment, as are the following fields."""
    period: Line | None = Field(examples=["January to November 2024"])
    """The days that it covers."""
    coverage: Line | None = Field(examples=["Partner countries (2023 scope)"])
    """The countries that it counts."""
    source: Code | None = Field(examples=["scio-2025-01-15"])
    """The key of the document that states it."""


class QuotationFinding(Schema):
    """What of a quotation differs from what is published."""

    kind: FindingKind = Field(examples=["qualifier"])
    """period (another period), qualifier (lost, changed or invented), unit (or currency),
    magnitude (a factor of ten), growth (another rate, or that of another currency or source),
    coverage (other countries), measure (another indicator), comparison (two figures that are not
    comparable), vintage (superseded), attribution (another speaker, institution or day), status (a
    commitment reported as done) or target (a number or deadline that was not announced)."""
    start: Count = Field(examples=[8])
    """The index of the first character that differs, in code points of the text."""
    end: Count = Field(examples=[11])
    """The index after the last one."""
    message: Editorial[Prose] = Field(
        examples=["The qualifier of the source is missing: it says over 700."]
    )
    """What differs, in the language of the response."""
    published: Editorial[Prose | None] = Field(examples=["over 700"])
    """What is published instead, in the language of the response; null if nothing takes its
    place."""


class QuotationItem(Schema):
    """A number of the text with what it quotes."""

    start: Count = Field(examples=[8])
    """The index of the first character of the number with its qualifier and unit, in code points of
    the text."""
    end: Count = Field(examples=[11])
    """The index after the last one."""
    quoted: str = Field(min_length=1, max_length=2000, pattern=TEXT, examples=["700"])
    """These characters of the text."""
    verdict: QuotationVerdict = Field(examples=["differs"])
    """as_published; differs, with findings; or not_found, which does not mean that it is false."""
    message: Editorial[Prose | None] = Field(examples=[None])
    """What not_found means; else null."""
    observation: QuotedRecord | None
    """The published record that is quoted; null if none was found."""
    recorded: list[QuotedRecord] = list_field(of=5)
    """For a number that is not found, the figures that are published for the indicator and the
    period which the text names, the newest first; for all others, nothing."""
    findings: list[QuotationFinding] = list_field(of=100)
    """What differs."""
    correction: Editorial[str | None] = Field(
        min_length=1,
        max_length=20_000,
        pattern=TEXT,
        examples=["China carried out over 700 aid projects in January to November 2024."],
    )
    """The sentence with these findings corrected, in its own language; null if nothing differs, if
    no other words can take the place of those that do, or if the sentence would still differ."""


class QuotationCheck(Schema):
    """The numbers of a text beside the published ones."""

    text: str = Field(
        min_length=1,
        max_length=2000,
        pattern=r"^[\s\S]+$",
        examples=["China carried out 700 aid projects in January to November 2024."],
    )
    """The text, as it was sent."""
    asked_on: Day = Field(examples=["2026-11-26"])
    """The day from which “last year” is counted, and on which figures have to be in force."""
    items: list[QuotationItem] = list_field(of=2000)
    """The numbers of the text that state a figure, in their order. Years, dates, durations,
    ordinals and telephone numbers are not included."""
    correction: Editorial[str | None] = Field(
        min_length=1,
        max_length=20_000,
        pattern=r"^[\s\S]+$",
        examples=["China carried out over 700 aid projects in January to November 2024."],
    )
    """The whole text with all findings corrected, in its own words where they were right; null if
    nothing is replaced, or if the corrected text would still differ."""
    editorial: EditorialPaths
