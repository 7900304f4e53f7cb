"""Observations with their growth and second reports, and what they refer to."""

from typing import Any

from pydantic import Field

from app import enums
from app.schemas import (
    Address,
    Code,
    Day,
    Editorial,
    EditorialPaths,
    LanguageCode,
    Line,
    Locator,
    Number,
    Position,
    Prose,
    Reference,
    Schema,
    Year,
    list_field,
)


class UnitReference(Reference):
    """A reference to a unit of measure."""

    code: Code = Field(examples=["CNY"])
    """The code: an ISO 4217 currency code, PT for percent, or NB for a number."""
    name: Line = Field(examples=["Renminbi yuan"])
    symbol: Line = Field(examples=["CNY"])
    """The short symbol, for example for an axis."""


class AreaReference(Reference):
    """A reference to a country or group of countries."""

    code: Code = Field(examples=["BRI"])
    """The code: ISO 3166-1 alpha-2 for a country, a code of this service for a group."""
    name: Line = Field(examples=["BRI partner countries"])


class CoverageReference(Reference):
    """A reference to the countries that figures count."""

    code: Code = Field(examples=["partner-2025"])
    name: Line = Field(examples=["Partner countries (2025 scope, inferred by this service)"])
    basis: enums.EvidenceBasis = Field(examples=["inferred"])
    """inferred if this service concludes from published figures which countries are counted, and
    no source states it; else stated. The evidence is in the record of the coverage."""


class SourceReference(Schema):
    """A reference to the source of a record."""

    code: Code = Field(examples=["scio-2025-01-15"])
    """The key of the source."""
    line: Line = Field(
        examples=["ECNS: [report on the SCIO press conference], published 15 January 2025"]
    )
    """The source line, to be shown with a figure."""
    published_on: Day = Field(examples=["2025-01-15"])
    """The date of publication."""
    published_precision: enums.Precision = Field(examples=["day"])
    """month if only the month of publication is known; the date is then its last day."""
    standing: enums.Standing = Field(examples=["repost"])
    """The relation of the document to the institution that produced the figures."""
    address: Address | None = Field(examples=["https://21cmcc.org.cn/t20250117_2413.htm"])
    """The URL of the document; null if none is known."""


class Citation(Schema):
    """A citation in a short and a full form, in the language of the response."""

    short: Line = Field(examples=["ECNS, 15 Jan 2025, ¶4"])
    """Publisher, date and paragraph."""
    full: Line = Field(
        examples=[
            "ECNS: [report on the SCIO press conference], carried by 21cmcc.org.cn, paragraph 4"
        ]
    )
    """Publisher, title, date, the site that carries the document, paragraph and sentence. It cites
    the source only; the citation files of an observation add the figure and what limits its use."""


class CitedWording(Schema):
    """A few words of a source, and where they are. These fields end the records that have them."""

    wording: Line = Field(examples=["over 70 joint laboratories"])
    """A few words of the source, in its language."""
    wording_language: LanguageCode = Field(examples=["en"])
    """The language of the wording, as an ISO 639-1 code."""
    wording_translated: Editorial[Line | None] = Field(examples=[None])
    """A translation of the wording into the language of the response, by this service; null if the
    wording is in that language."""
    source: SourceReference
    """The source."""
    locator: Locator | None = Field(examples=[None])
    """The location in the source; null if the paragraphs of the source are not numbered."""
    citation: Citation
    """The citation, with the location in the source."""
    editorial: EditorialPaths

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        for name in CitedWording.model_fields:
            cls.model_fields[name] = cls.model_fields.pop(name)
        super().__pydantic_init_subclass__(**kwargs)


class PriorityAreaReference(Schema):
    """A reference to a priority area."""

    year: Year = Field(examples=[2025])
    """The year for which it was announced."""
    position: Position = Field(examples=[1])
    """The position among the priority areas of the year."""
    slug: Code = Field(examples=["industrial-and-supply-chains"])
    """The short name used in URLs."""
    title: Line = Field(examples=["Industrial and supply chains"])
    """The title, in the language of the response."""


class BaselineArea(PriorityAreaReference):
    """A priority area to which an indicator is related."""

    editorial: bool = Field(examples=[True])
    """Always true: this service made the link; the source does not state it."""


class Period(Schema):
    """The period of a figure: whole months of a flow, one day of a stock, any days of a total."""

    start: Day = Field(examples=["2024-01-01"])
    """The first day."""
    end: Day = Field(examples=["2024-11-30"])
    """The last day."""
    months: int | None = Field(ge=1, le=12, examples=[11])
    """The number of months of a flow, else null; only equal numbers are comparable."""
    label: Line = Field(examples=["January to November 2024"])
    """The period in words, in the language of the response."""


class Bounds(Schema):
    """The limits stated by the wording of a figure, in the unit of the value."""

    lower: Number | None = Field(examples=[700])
    """The figure is above this number; null if the source states no lower limit."""
    upper: Number | None = Field(examples=[None])
    """The figure is below this number; null if the source states no upper limit."""


class Rounding(Schema):
    """The interval that the printed digits imply, in the unit of the value.

    Every number in it would be printed as the published one. It is half a unit of the last printed
    digit to each side; a count that is printed in full is not rounded, unless it ends in zeros as
    rounded ones do. It describes the printed digits only: with over, nearly or about, the
    qualifier says where the figure lies, which may be outside the interval.
    """

    lower: Number = Field(examples=[22050000000000])
    """The lower end, in the unit of the value."""
    upper: Number = Field(examples=[22150000000000])
    """The upper end, in the unit of the value."""


class Published(Schema):
    """The figure as printed in the source."""

    value: Number = Field(examples=[22.1])
    """The printed number."""
    multiplier: int = Field(ge=0, le=15, examples=[12])
    """The power of ten of the printed word: 12 for trillion, 9 for billion, 0 for none."""
    decimals: int = Field(ge=0, le=10, examples=[1])
    """The number of printed decimals, which is the precision of the figure."""
    wording: Line = Field(examples=["22.1 trillion yuan"])
    """The figure in the words of the source, in the language of the source."""
    wording_language: LanguageCode = Field(examples=["en"])
    """The language of the wording, as an ISO 639-1 code."""
    wording_translated: Editorial[Line | None] = Field(examples=[None])
    """A translation of the wording into the language of the response, by this service; null if the
    wording is in that language."""


class ContradictoryNumber(Schema):
    """One of the numbers of a contradiction, as text."""

    display: Line = Field(examples=["50.3 percent"])
    """The number as displayed, in the language of the response; that of a report is its wording."""
    source: Code = Field(examples=["chinataiwan-2025-01-13"])
    """The key of its source."""
    citation: Line = Field(examples=["China Taiwan Net, 13 Jan 2025"])
    """The source in a few words."""
    address: Address | None = Field(examples=["http://www.taiwan.cn/xwzx/PoliticsNews/"])
    """The web address of the source; null if none is known."""


class ContradictionReference(Reference):
    """A contradiction: published numbers that differ."""

    code: Code = Field(examples=["trade-share-2024"])
    """The key."""
    name: Line = Field(examples=["Share of partner countries, full year 2024"])
    """What the numbers are about, in the language of the response."""
    cause: Editorial[enums.ContradictionCause] = Field(examples=["unknown"])
    """Why the numbers differ. With rounding, they agree within it; with qualifier, they are the
    same number, which one source limits with a word such as "over"."""
    cause_label: Editorial[Line] = Field(examples=["Cause not known"])
    """The cause in words, in the language of the response."""
    reason: Editorial[Prose] = Field(examples=["Customs gave 50.3, the ministry 50.7 percent."])
    """What the numbers are, and why they differ."""
    basis: enums.EvidenceBasis = Field(examples=["inferred"])
    """stated if a source gives the reason; inferred if this service concludes it."""
    numbers: Editorial[list[ContradictoryNumber]] = list_field()
    """All its numbers as text, from the oldest source."""


class Growth(Schema):
    """A change from a year earlier, as published; never calculated from levels."""

    id: Code = Field(
        examples=["goods-trade.CN.BRI.partner-2025.CNY.P12M.2024-01.chinataiwan-2025-01-13"]
    )
    """The key: series, first month of a flow or else last day, and source."""
    value: Number = Field(examples=[6.4])
    """The change, in percent or percentage points as measure says."""
    decimals: int = Field(ge=0, le=10, examples=[1])
    """The number of printed decimals, which is the precision of the change."""
    measure: enums.ChangeMeasure = Field(examples=["percent"])
    """percent, or percentage_points for the change of a share."""
    display: Editorial[Line] = Field(examples=["up 6.4 percent on a year earlier"])
    """The display text, in the language of the response."""
    unit: UnitReference
    """The unit of the levels that grew. If no growth is published in the unit of a figure, the
    figure has the growth published in the other unit, which differs from it by the change of the
    exchange rate."""
    series: Code = Field(examples=["goods-trade.CN.BRI.partner-2025.CNY.P12M"])
    """The key of the series that grew."""
    wording: Line = Field(examples=["up 6.4 percent on a year earlier"])
    """The change in the words of the source, in the language of the source."""
    wording_language: LanguageCode = Field(examples=["en"])
    """The language of the wording, as an ISO 639-1 code."""
    wording_translated: Editorial[Line | None] = Field(examples=[None])
    """What the wording says of the change, in standard words of the language of the response, by
    this service: without the amount, and with the comparison that the wording may leave out; null
    if the wording is in that language."""
    base_period: Period
    """The base period."""
    basis: Editorial[enums.GrowthBasis] = Field(examples=["restated"])
    """restated if a source states, or this service infers, that the level of the base period
    differs from the one published earlier, so that published levels cannot be used to check the
    rate; else unstated."""
    note: Editorial[Prose | None] = Field(examples=[None])
    """How the basis is known; null if there is no note."""
    source: SourceReference
    """The source, which may differ from that of the figure."""
    locator: Locator | None = Field(examples=[None])
    """The location in the source; null if the paragraphs of the source are not numbered."""
    citation: Citation
    """The citation, with the location in the source."""
    vintage: Day = Field(examples=["2025-01-13"])
    """The first date on which this service knows the rate to have been published."""
    contradiction: Editorial[ContradictionReference | None]
    """The contradiction, if another published rate does not agree with this one; else null."""


class Revision(Schema):
    """The difference from the figure that was in force for the same period until then."""

    kind: Editorial[enums.RevisionKind] = Field(examples=["rounded"])
    """repeated (the same number with the same qualifier), rounded (fewer digits), refined (more
    digits), or revised. Only a revised figure says something else than the one in force."""
    previous: Code = Field(
        examples=["goods-trade.CN.BRI.partner-2023.CNY.P12M.2023-01.yuduxx-2024-01-12"]
    )
    """The key of the figure in force until then, or of the one before it of the same day."""
    difference: Editorial[Number] = Field(examples=[30000000000])
    """This value minus the one in force until then, in the unit of the value."""
    reason: Prose | None = Field(examples=[None])
    """The reason given by the source; null if it gives none."""


class Report(Schema):
    """What another source reports about the same figure."""

    source: SourceReference
    """The other source."""
    wording: Line = Field(examples=["700 aid projects"])
    """The figure in the words of the other source, in the language of that source."""
    wording_language: LanguageCode = Field(examples=["en"])
    """The language of the wording, as an ISO 639-1 code."""
    wording_translated: Editorial[Line | None] = Field(examples=[None])
    """A translation of the wording into the language of the response, by this service; null if the
    wording is in that language."""
    agreement: Editorial[enums.Agreement] = Field(examples=["differs"])
    """How the report agrees with the figure published here."""
    relation: Editorial[enums.ReportRelation] = Field(examples=["same_event"])
    """same_event if the report and the source of the figure are documents of one event, such as two
    accounts of one press conference; same_authority if the figures of both come from one
    institution, but from another occasion. In both cases, they do not confirm each other
    independently. Otherwise independent."""
    locator: Locator | None = Field(examples=[None])
    """The location in the other source; null if its paragraphs are not numbered."""
    note: Editorial[Prose] = Field(examples=['Xinhua reports "700"; the main source "over 700".'])
    """A note on the agreement or difference."""


class Observation(Schema):
    """One published figure for one period, from one source."""

    id: Code = Field(examples=["aid-projects.CN.BRI.partner-2023.NB.P11M.2024-01.scio-2025-01-15"])
    """The key: series, first month of a flow or else last day, and source."""
    indicator: Reference
    """The indicator."""
    series: Code = Field(examples=["aid-projects.CN.BRI.partner-2023.NB.P11M"])
    """The key of the series. Only figures of the same series are comparable, except those that the
    field comparability names."""
    reporting_area: AreaReference
    """The area that reports the figure."""
    counterpart_area: AreaReference
    """The counterpart area."""
    coverage: Editorial[CoverageReference]
    """Which countries are counted. Figures with different coverage are not comparable."""
    stock_flow: enums.StockFlow = Field(examples=["flow"])
    """The total of the period, the total since a fixed start, or the level on a date."""
    period: Period
    """The period of the figure."""
    value: Number = Field(examples=[700])
    """The value, in full. Read it together with the qualifier."""
    unit: UnitReference
    """The unit of the value."""
    qualifier: enums.Qualifier = Field(examples=["over"])
    """How the wording limits the value: over, nearly or about; none if the source has no
    qualifier, which does not make a rounded value exact."""
    bounds: Bounds
    """The limits stated by the wording."""
    rounding: Editorial[Rounding]
    """The interval that the printed digits imply, whatever the qualifier."""
    display: Editorial[Line] = Field(examples=["over 700"])
    """The display text: number, unit and qualifier, in the language of the response."""
    published: Published
    """The figure as printed in the source."""
    growth: Growth | None
    """The published change from a year earlier for this period, with its own unit and source: that
    of the source of the figure if it publishes one; null if none was published."""
    break_before: bool = Field(examples=[False])
    """Whether there is a break between this figure and the one before it in the series; the two
    are not comparable."""
    note: Editorial[Prose | None] = Field(examples=[None])
    """What else to know about this figure, in the words of this service; null if there is
    nothing."""
    comparability: Editorial[Prose | None] = Field(
        examples=[
            "Not comparable with the full year 2023: There is a break in the series between them."
        ]
    )
    """With which earlier figures of its series this one is not comparable, and why; null if it is
    comparable with all of them. It describes what is known today, whatever as_of says; /v1/compare
    and the points of a series describe what was known on that day."""
    status: enums.Status = Field(examples=["normal"])
    """provisional, estimated or revised if the publisher calls the figure so, else normal."""
    source: SourceReference
    """The source of the figure."""
    locator: Locator | None = Field(examples=["P4.S2"])
    """The location in the source; null if the paragraphs of the source are not numbered."""
    citation: Citation
    """The citation, with the location in the source."""
    checked_on: Day | None = Field(examples=["2026-11-26"])
    """The day on which the figure was last compared with its source; null if no day is recorded."""
    check_method: enums.CheckMethod | None = Field(examples=["stored_text"])
    """page if the page itself was read then, stored_text if a stored copy of its text was."""
    vintage: Day = Field(examples=["2025-01-15"])
    """The first date on which this service knows this value to have been published."""
    current: bool = Field(examples=[True])
    """Whether this is the current figure for its series and period."""
    current_from: Day | None = Field(examples=["2025-01-15"])
    """The date from which it was the current figure; null if it never was."""
    superseded_on: Day | None = Field(examples=[None])
    """The date on which another figure superseded it; null if it is current or never was."""
    revision: Revision | None
    """The difference from the figure in force until then; null for the first one."""
    headline: bool = Field(examples=[True])
    """Whether this is the headline figure of its indicator."""
    reports: list[Report] = list_field(of=1000)
    """What other sources report about this figure, including what differs."""
    contradiction: Editorial[ContradictionReference | None]
    """The contradiction, if another published figure does not agree with this one; else null. It
    is as known today, whatever as_of says."""
    editorial: EditorialPaths
