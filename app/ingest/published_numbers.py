"""Published numbers: where the words of a source place each of them, and how it is displayed."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import partial
from itertools import chain
from typing import NamedTuple

from app.db import numerals
from app.db.models import format_plain
from app.enums import PERCENT, Agreement, ChangeMeasure, Qualifier
from app.i18n import (
    Bilingual,
    Language,
    StatementMeasure,
    choose_suffix,
    format_period,
    format_short_citation,
    format_short_day,
    format_statement,
)
from app.ingest import schema
from app.ingest.commitments import list_quantities
from app.ingest.files import SeedIssue, ValuePath
from app.ingest.schema.base import Wording, count_decimals
from app.ingest.seed import Seed

NUMBER = re.compile(r"\d[\d,.]*")
UNCHANGED = re.compile(r"(?<!基本)持平|(?<!ly )(?<!almost )\b(?:unchanged|flat)\b")
UNIT_WORDS: Mapping[str, str] = {
    **{unit: unit for unit in numerals.CURRENCIES},
    **{measure: measure.replace("_", " ") for measure in ChangeMeasure},
    PERCENT: "percent",
}
"""How a text names the units that it can be read for."""
RecordKey = tuple[type[schema.Entity], str]
"""A collection and a key, since a figure and its growth rate have the same key."""
INFINITY = Decimal("Infinity")
ROUNDED_FROM, ROUNDED_TO = 1000, 100
"""A count of at least a thousand in whole hundreds may be rounded."""


class HalfOpenInterval(NamedTuple):
    """A range of numbers, without its upper end."""

    lower: Decimal
    upper: Decimal

    def has_overlap(self, other: "HalfOpenInterval") -> bool:
        return self.lower < other.upper and other.lower < self.upper


class PrintedNumber(NamedTuple):
    """A number as a source prints it: its value in the base unit, and what limits it."""

    value: Decimal
    multiplier: int
    decimals: int
    qualifier: Qualifier
    lower: Decimal | None = None
    upper: Decimal | None = None
    is_count: bool = False
    """Whether its unit has no decimals."""

    @classmethod
    def from_observation(cls, seed: Seed, figure: schema.Observation) -> "PrintedNumber":
        series = seed.find(schema.Series, figure.series)
        published, bounds = figure.published, figure.bounds
        scale = published.multiplier, published.decimals
        is_count = series is not None and is_count_unit(seed, series.unit)
        return cls(figure.value, *scale, figure.qualifier, bounds.lower, bounds.upper, is_count)

    @classmethod
    def from_quantity(cls, seed: Seed, quantity: schema.Quantity) -> "PrintedNumber":
        value = quantity.value.scaleb(quantity.multiplier)
        decimals = count_decimals(quantity.value)
        scale, is_count = (quantity.multiplier, decimals), is_count_unit(seed, quantity.unit)
        return cls(value, *scale, quantity.qualifier, is_count=is_count)

    @classmethod
    def from_rate(cls, rate: schema.GrowthRate) -> "PrintedNumber":
        return cls(rate.value, 0, count_decimals(rate.value), Qualifier.NONE)

    @property
    def step(self) -> Decimal:
        """The unit of the last digit that a source states.

        Two or more zeros at the end of a thousand or more, as in 12,400, may stand for rounding;
        so may all zeros after "about". The last zeros of a whole number before a scale word, as in
        6,800 million or 160万, separate thousands or fill up the scale: 6.8 billion, 1.6 million.
        """
        step = Decimal(1).scaleb(self.multiplier - self.decimals)
        last = Decimal(1).scaleb(int(self.value.normalize().as_tuple().exponent))
        if self.multiplier and not self.decimals and self.value:
            return max(step, min(last, Decimal(1).scaleb(self.value.adjusted() // 3 * 3)))
        has_zeros = self.value >= ROUNDED_FROM and last >= ROUNDED_TO
        return last if step == 1 and (has_zeros or self.qualifier is Qualifier.ABOUT) else step

    @property
    def is_whole(self) -> bool:
        """Whether it is a count that is printed in full."""
        return self.is_count and self.step == 1

    @property
    def rounding(self) -> HalfOpenInterval:
        """The interval of the numbers that would be printed with the same digits.

        A full count is not rounded unless it ends in zeros; 9,400 would be 9,000 and not 10,000.
        """
        half = Decimal(0) if self.is_whole else self.step / 2
        is_power = self.value == self.step > Decimal(1).scaleb(self.multiplier - self.decimals)
        return HalfOpenInterval(self.value - (half / 10 if is_power else half), self.value + half)

    def find_interval(self) -> HalfOpenInterval:
        """Return where the words of the source place the number.

        What is "about" a number differs from it by at most one in its last digit.
        """
        value, step = self.value, self.step
        one = Decimal(1) if self.is_whole else Decimal(0)
        match self.qualifier:
            case Qualifier.OVER:
                return HalfOpenInterval(value + one, INFINITY)
            case Qualifier.NEARLY:
                return HalfOpenInterval(-INFINITY if self.lower is None else self.lower, value)
            case Qualifier.ABOUT:
                return HalfOpenInterval(
                    value - step if self.lower is None else self.lower,
                    value + step + one if self.upper is None else self.upper,
                )
            case _:
                return HalfOpenInterval(self.rounding.lower, self.rounding.upper + one)


def has_numbers_of(text: str, words: str) -> bool:
    """Return whether a text in English or Chinese states all numbers that words have in digits."""
    digits = {Decimal(found.replace(",", "").rstrip(".")) for found in NUMBER.findall(words)}
    english, _ = numerals.PRINTED
    return all(
        numerals.has_number(text, number, 0, has_known_scales=True)
        or numerals.has_number(text, printed, 0, has_known_scales=True)
        for number, printed, _ in numerals.list_printed(words, english)
        if printed in digits
    )


def is_count_unit(seed: Seed, key: str) -> bool:
    unit = seed.find(schema.Unit, key)
    return unit is not None and unit.decimals == 0


def check_words(seed: Seed) -> Iterator[SeedIssue]:
    """The words of a number state it with its qualifier, unit and sign, in all languages."""
    for kind, key, path, mismatches in compare_statements(seed):
        for name, message in () if seed.documents[kind, key].is_imported else mismatches:
            yield seed.create_issue(kind, key, (*path, "wording", name), message)


def compare_statements(
    seed: Seed,
) -> Iterator[tuple[type[schema.Entity], str, ValuePath, Iterator[tuple[str, str]]]]:
    """Return what is wrong with the words of each number, and where they are."""
    figures, all_series = seed.get_all(schema.Observation), seed.get_all(schema.Series)
    for key, one in figures.items():
        if series := all_series.get(one.series):
            printed = PrintedNumber.from_observation(seed, one)
            mismatches = compare_words(one.wording, printed, series.unit, one.note)
            yield schema.Observation, key, (), mismatches
    for key, rate in seed.get_all(schema.GrowthRate).items():
        printed = PrintedNumber.from_rate(rate)
        yield schema.GrowthRate, key, (), compare_words(rate.wording, printed, rate.measure)
    for key, report in seed.get_all(schema.Report).items():
        reported = figures.get(report.observation)
        series = all_series.get(reported.series) if reported else None
        if reported and series and report.agreement is Agreement.SAME:
            printed = PrintedNumber.from_observation(seed, reported)
            mismatches = compare_words(report.wording, printed, series.unit, report.note)
            yield schema.Report, key, (), mismatches
    for kind, key, path, quantity, wording, note in list_quantities(seed):
        printed = PrintedNumber.from_quantity(seed, quantity)
        yield kind, key, path, compare_words(wording, printed, quantity.unit, note)


def compare_words(
    wording: Wording, printed: PrintedNumber, unit: str | None, note: object = None
) -> Iterator[tuple[str, str]]:
    """Say in which languages words state another number, or another qualifier, unit or sign."""
    for name in ("en", "zh", "original"):
        words: str | None = getattr(wording, name)
        mismatch = words and find_mismatch(words, printed, unit, note, is_known=name != "original")
        if mismatch:
            yield name, f"found “{words}”, which {mismatch}"


def find_mismatch(
    text: str, printed: PrintedNumber, unit: str | None, note: object = None, *, is_known: bool
) -> str | None:
    """Say how words differ from their number; all but its digits is known in two languages only.

    The unit of a change is its measure. A note may say that a text means US dollars by 元.
    """
    if is_known and printed.value == 0 and UNCHANGED.search(text):
        return None
    digits = abs(printed.value.scaleb(-printed.multiplier))
    if not numerals.has_number(text, digits, printed.multiplier, has_known_scales=is_known):
        return f"does not state {format_plain(printed.value)}; correct one of them"
    if gap := numerals.describe_omission(text, unit, abs(printed.value) if is_known else None):
        return f"{gap}; quote it whole"
    if not note and (other := numerals.find_other_currency(text, unit)):
        return f"says {other}; the number is in {unit}; correct one of them, or add a note"
    return describe_terms(text, printed, unit, digits) if is_known else None


def describe_terms(
    text: str, printed: PrintedNumber, unit: str | None, digits: Decimal
) -> str | None:
    """Say how words in English or Chinese differ from the qualifier, unit or sign of a number."""
    value, is_change = printed.value, unit in set(ChangeMeasure)
    if mismatch := describe_limit(text, printed.qualifier, value):
        return mismatch
    named, direction = numerals.find_units(text, abs(value)), numerals.find_direction(text, digits)
    if unit and named and UNIT_WORDS.get(unit) not in named:
        return f"says {', '.join(sorted(named))}; the number is in {unit}; correct one of them"
    if (value < 0 and direction >= 0) or (is_change and direction * value < 0):
        return f"states {'no' if value < 0 else 'a'} decline; the number is {value:f}"
    return None


def describe_limit(text: str, qualifier: Qualifier, value: Decimal) -> str | None:
    """Say how words in English or Chinese differ from the qualifier of their number."""
    if qualifier is not Qualifier.NONE:
        is_said = numerals.has_qualifier(text, qualifier)
        return None if is_said else f"has no word for {qualifier}; correct one of them"
    limit = numerals.find_limit(text, value)
    return limit and f"says {limit}; correct the words or write qualifier: {limit}"


class StatedNumber(NamedTuple):
    """A number in a contradiction: of a figure, of a growth rate, or of a statement of its own."""

    record: RecordKey
    stated: schema.Figure | schema.ContradictoryStatement
    measure: StatementMeasure
    unit: str
    coverage: str
    printed: PrintedNumber
    suffix: Bilingual
    """What is printed after the number in each language."""
    base: schema.Period | None = None
    """The period on which a share changed."""
    path: ValuePath = ()
    """Where the record states it, unless it is about this number alone."""

    def is_contrary_to(self, other: "StatedNumber") -> bool:
        """Return whether two numbers say different things of one measure and one period."""
        if not self.is_comparable_to(other):
            return False
        if (self.coverage, self.base) != (other.coverage, other.base):
            return True
        return not self.printed.find_interval().has_overlap(other.printed.find_interval())

    def is_comparable_to(self, other: "StatedNumber") -> bool:
        """Return whether two numbers state one measure for one period, of any countries."""
        content = other.measure, other.unit, other.stated.period
        return (self.measure, self.unit, self.stated.period) == content

    def format(self, language: Language) -> str:
        printed = self.printed
        return format_statement(
            self.measure,
            printed.value,
            scale=(printed.multiplier, printed.decimals),
            qualifier=printed.qualifier,
            suffix=self.suffix.get(language),
            language=language,
            base=(self.base.start, self.base.end) if self.base else None,
        )


def list_numbers(seed: Seed) -> dict[str, list[StatedNumber]]:
    """List the numbers of each contradiction, except those that reports state."""
    numbers: dict[str, list[StatedNumber]] = defaultdict(list)
    figures: chain[tuple[str, schema.Figure]] = chain(
        seed.get_all(schema.Observation).items(), seed.get_all(schema.GrowthRate).items()
    )
    for key, figure in figures:
        series = seed.find(schema.Series, figure.series)
        if series and figure.contradiction:
            numbers[figure.contradiction].append(describe_measurement(seed, key, figure, series))
    for key, contradiction in seed.get_all(schema.Contradiction).items():
        for index, one in enumerate(contradiction.statements):
            quantity, unit = one.quantity, one.quantity.unit
            number = StatedNumber(
                (schema.Contradiction, key),
                one,
                one.measure,
                unit,
                one.coverage,
                PrintedNumber.from_quantity(seed, quantity),
                find_suffix(seed, unit, quantity.classifier),
                one.base_period,
                ("statements", index),
            )
            numbers[key].append(number)
    return numbers


def describe_measurement(
    seed: Seed, key: str, figure: schema.Figure, series: schema.Series
) -> StatedNumber:
    unit: str = series.unit
    if isinstance(figure, schema.Observation):
        measure = StatementMeasure.LEVEL
        printed = PrintedNumber.from_observation(seed, figure)
        indicator = seed.find(schema.Indicator, series.indicator)
        suffix = find_suffix(seed, unit, indicator.classifier if indicator else None)
    else:
        is_points = figure.measure is ChangeMeasure.PERCENTAGE_POINTS
        measure = StatementMeasure.SHARE_CHANGE if is_points else StatementMeasure.GROWTH
        unit, suffix, printed = PERCENT, Bilingual("", ""), PrintedNumber.from_rate(figure)
    record = type(figure), key
    return StatedNumber(record, figure, measure, unit, series.coverage, printed, suffix)


def find_suffix(seed: Seed, key: str, classifier: str | None) -> Bilingual:
    unit = seed.find(schema.Unit, key)
    english, chinese = (unit.suffix.en, unit.suffix.zh) if unit else ("", "")
    return Bilingual(english, choose_suffix(chinese, classifier, Language.CHINESE))


def label_period(period: schema.Period, series: schema.Series) -> Bilingual:
    """Name a period; of all figures, only flows have a number of months."""
    label = partial(format_period, period.start, period.end, is_cumulative=series.months is None)
    return Bilingual(*map(label, Language))


def describe_numbers(seed: Seed, language: Language) -> dict[str, list[list[str | None]]]:
    """List the numbers of each contradiction, reports included, from the oldest source.

    Each has its display text, the key of its source, a short citation, and the address.
    """
    sources = seed.get_all(schema.Source)
    described: dict[str, list[list[str | None]]] = defaultdict(list)
    named = sorted(
        iterate_named(seed, language),
        key=lambda one: (sources[one.source].published_on, one.source),
    )
    for one in named:
        source = sources[one.source]
        citation = cite_briefly(source, one.locator, language)
        described[one.contradiction].append([one.text, one.source, citation, source.address])
    return described


class NamedNumber(NamedTuple):
    """A number of a contradiction in one language."""

    contradiction: str
    text: str
    words: str
    """What the reason gives of it. Of a change, that is the number alone: its sign and its base are
    in other words."""
    source: str
    locator: str | None


def iterate_named(seed: Seed, language: Language) -> Iterator[NamedNumber]:
    for code, numbers in list_numbers(seed).items():
        for one in numbers:
            text, is_level = one.format(language), one.measure is StatementMeasure.LEVEL
            words = text if is_level else format_plain(abs(one.printed.value))
            yield NamedNumber(code, text, words, one.stated.source, one.stated.locator)
    for report in seed.get_all(schema.Report).values():
        if report.contradiction:
            words = report.wording.get(language)
            yield NamedNumber(report.contradiction, words, words, report.source, report.locator)


def cite_briefly(source: schema.Source, locator: str | None, language: Language) -> str:
    publisher = source.publisher.short_name.get(language)
    day = format_short_day(source.published_on, source.published_precision, language)
    return format_short_citation(publisher, day, locator, language)
