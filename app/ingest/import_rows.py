"""The rows of a CSV file to import, one published figure each, and what their columns state."""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError

from app.enums import PERCENT, ChangeMeasure, Qualifier, StockFlow
from app.i18n import Bilingual, Language, format_change, format_value
from app.ingest.files import Places, SeedError, SeedIssue, describe_missing, suggest_nearest
from app.ingest.published_numbers import PrintedNumber, find_mismatch
from app.ingest.schema import Entity, GrowthRate, Observation, Period, Source
from app.ingest.schema.base import MAX_DIGITS, AnyEntity, count_decimals, parse_iso_date
from app.ingest.schema.tables import Fields
from app.ingest.seed import Seed, SeedDocument, list_issues

AnyModel = TypeVar("AnyModel", bound=BaseModel)

REQUIRED = (
    *("row", "status", "indicator", "scope", "period_start", "period_end", "months"),
    *("period_kind", "value", "unit", "currency", "qualifier", "growth_percent"),
    *("growth_qualifier", "growth_unit", "growth_basis", "share_percent", "share_of", "wording"),
    *("wording_language", "source_title", "title_kind", "publisher", "publisher_zh"),
    *("original_authority", "published_on", "published_precision", "published_basis"),
    *("address", "language", "standing", "locator", "note"),
)
"""The columns of a file; standing, share_percent, share_of and note are for editors alone."""
OPTIONAL = (
    *("growth_wording", "title_en", "title_zh", "publisher_kind", "publisher_hosts"),
    *("carrier", "carrier_zh", "authority_zh", "document_kind", "event", "check_method"),
)
MULTIPLIERS = {"trillion": 12, "billion": 9, "100million": 8, "million": 6, "10thousand": 4}
UNITS = {"percent": PERCENT, "count": "NB", "trains": "NB"}
"""The units that have another name in the seed."""
WRITTEN, OMITTED = ("confirmed", "corrected"), ("not_found", "conflict", "skipped")
"""The statuses of rows that are written, and of those that are not."""
PERIOD_KINDS = ("year", "year_to_date", "half_year", "quarter", "month", "stock", "cumulative")
PLACES: Places = {
    "series": ("indicator",), "coverage": ("scope",), "start": ("period_start",),
    "first_month": ("period_start",), "period": ("period_end",), "base_period": ("period_end",),
    "published": ("value",), "bounds": ("value",), "growth": ("growth_percent",),
    "multiplier": ("unit",), "wording": ("wording",), "source": ("address",),
    "checked_on": ("--checked-on",), "title": ("source_title",), "body": ("original_authority",),
}  # fmt: skip
"""The columns that state the fields of a record and of its source, if their names differ."""
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
MAX_BYTES = 64 * 1024**2
"""The size of the largest file, since a device may never end."""
SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}
QUOTATION = "write a text with commas or line breaks in quotation marks, those in it twice"
UNSTATED = "is unstated; growth belongs to the series of one currency"


class RowError(Exception):
    """A column of a row is wrong; the message says what would be right."""


class OmittedError(Exception):
    """A row cannot be a row of a table; the message says why."""


@dataclass
class CsvRow:
    """A row of the file, with its line for messages."""

    values: Mapping[str, str]
    document: SeedDocument

    def __getitem__(self, column: str) -> str:
        return self.values.get(column, "")

    @property
    def stock_flow(self) -> StockFlow:
        kind = self["period_kind"]
        return StockFlow(kind) if kind in set(StockFlow) else StockFlow.FLOW

    def find_document(self, kind: type[Entity]) -> SeedDocument:
        """Return the row as the document of a record that it states."""
        if kind is not GrowthRate:
            return self.document
        words = "growth_wording" if self["growth_wording"] else "wording"
        own: Places = {"value": ("growth_percent",), "measure": ("growth_unit",)}
        return replace(self.document, places={**PLACES, **own, "wording": (words,)})

    def create_issue(self, error: Exception) -> SeedIssue:
        column, message = error.args
        return self.document.create_issue((column,), message)

    def require(self, column: str, advice: str) -> str:
        if not self[column]:
            raise RowError(column, f"is empty; {advice}")
        return self[column]


class ParsedNumber(NamedTuple):
    """A value or a growth rate that a row states."""

    kind: type[Observation] | type[GrowthRate]
    unit: str
    number: Decimal
    """The number in the base unit."""
    fields: Fields
    """The fields of the row of a table."""


def read_csv_rows(file: Path) -> list[CsvRow]:
    reader = csv.reader(StringIO(read_text(file), newline=""), strict=True)
    names: list[str] = []
    rows, issues, line = [], [], 1
    try:
        names = next(reader, [])
        check_columns(file, names)
        line = reader.line_num + 1
        for cells in reader:
            # A spreadsheet may end in rows of empty cells.
            if any(cells) and len(cells) != len(names):
                message = f"has {len(cells)} cells, the first line {len(names)}; {QUOTATION}"
                issues.append(SeedIssue(file, line, "", message))
            elif any(cells):
                document = SeedDocument(file, lines={(): line}, places=PLACES, is_imported=True)
                values = dict(zip(names, map(str.strip, cells), strict=True))
                rows.append(CsvRow(values, document))
            line = reader.line_num + 1
    except csv.Error as error:
        issues.append(SeedIssue(file, line, "", f"is not valid CSV ({error}); {QUOTATION}"))
    if issues:
        raise SeedError(issues)
    return rows


def read_text(file: Path) -> str:
    with file.open("rb") as opened:
        raw = opened.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        message = f"has more than {MAX_BYTES // 1024**2} MiB; import it in parts"
        raise SeedError([SeedIssue(file, 1, "", message)])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        end = error.start
    else:
        # Every second byte of English text in UTF-16 is a zero.
        end = text.find("\0")
        if end < 0:
            return text
    line = raw.count(b"\n", 0, end) + 1
    message = "is not UTF-8 text; save the file in the encoding UTF-8"
    if 0 < raw.count(b"\0") < len(raw) // 4:
        message = "contains a NUL character; remove it, or save a workbook as CSV in UTF-8"
    raise SeedError([SeedIssue(file, line, "", message)])


def check_columns(file: Path, names: Sequence[str]) -> None:
    """Refuse a first line with wrong columns; a file of another form is one issue."""
    known, line = {*REQUIRED, *OPTIONAL}, ",".join(names)
    if known.isdisjoint(names):
        found = next((name for mark, name in SEPARATORS.items() if mark in line), None)
        message = f"the columns are separated by {found}; separate them with commas"
        if found is None:
            message = f"{'names no known' if line else 'is empty; write a line with the'} columns"
            message += f": {', '.join(REQUIRED[:4])} and so on, as in seed/README.md"
        raise SeedError([SeedIssue(file, 1, "", message)])
    issues = [SeedIssue(file, 1, name, "is missing") for name in REQUIRED if name not in names]
    for index, name in enumerate(names):
        if name not in known:
            advice = f"is unknown; remove it{suggest_nearest(name, OPTIONAL)}"
            issues.append(SeedIssue(file, 1, name, advice))
        elif name in names[:index]:
            issues.append(SeedIssue(file, 1, name, "is repeated; keep one of the columns"))
    if issues:
        raise SeedError(issues)


def validate_content(seed: Seed, row: CsvRow, kind: type[AnyModel], content: Fields) -> AnyModel:
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        raise SeedError(list_issues(seed, Source, row.document, error)) from None


def find_entity(seed: Seed, kind: type[AnyEntity], row: CsvRow, column: str, key: str) -> AnyEntity:
    row.require(column, f"write a key in {kind.collection}/")
    if entity := seed.find(kind, key):
        return entity
    raise RowError(column, describe_missing(kind.collection, key, seed.list_keys(kind)))


def parse_period(row: CsvRow) -> Period:
    if row["period_kind"] not in PERIOD_KINDS:
        advice = f"write one of {', '.join(PERIOD_KINDS)}"
        raise RowError("period_kind", f"found '{row['period_kind']}'; {advice}")
    # A stock may state its day once, as the end of its period.
    is_stock = row.stock_flow is StockFlow.STOCK
    start_column = "period_end" if is_stock and not row["period_start"] else "period_start"
    start, end = (parse_day(row, name) for name in (start_column, "period_end"))
    period = Period.model_construct(start=start, end=end)
    mismatch = period.describe_mismatch(row.stock_flow)
    if end < start or mismatch:
        raise RowError("period_end", f"found {end}; {mismatch or f'write a day after {start}'}")
    if is_stock and row["months"]:
        raise RowError("months", f"found '{row['months']}'; a stock has none; leave it empty")
    # Cumulative totals may leave out how long they are.
    is_stated = row["months"] or row.stock_flow is StockFlow.FLOW
    if is_stated and not is_stock and row["months"] != str(period.months):
        raise RowError("months", f"found '{row['months']}'; the period has {period.months}")
    return period


def parse_day(row: CsvRow, column: str) -> date:
    text = row.require(column, "write a day such as 2024-01-31")
    try:
        return parse_iso_date(text)
    except PydanticCustomError:
        raise RowError(column, f"found '{text}'; write a day such as 2024-01-31") from None


def parse_unit(row: CsvRow) -> tuple[str, int]:
    """Return the unit and the power of ten: USD and 9 for USD_billion."""
    name, _, scale = row["unit"].partition("_")
    if scale not in {"", *MULTIPLIERS}:
        raise RowError("unit", f"found '{row['unit']}'; the scales are {', '.join(MULTIPLIERS)}")
    name = name or row["growth_unit"]
    if name == "unstated":
        raise OmittedError("growth_unit", UNSTATED)
    return UNITS.get(name, name), MULTIPLIERS.get(scale, 0)


def parse_number(row: CsvRow, column: str) -> Decimal:
    if not NUMBER.fullmatch(row[column]):
        raise RowError(column, f"found '{row[column]}'; write a plain number such as 36 or 22.1")
    number = Decimal(row[column])
    if len(number.as_tuple().digits) > MAX_DIGITS:
        raise RowError(column, f"found '{row[column]}'; write at most {MAX_DIGITS} digits")
    return number


def check_words(row: CsvRow, column: str, printed: PrintedNumber, unit: str) -> None:
    """Refuse words that do not state a number; their translation is made from the number."""
    is_known = row["wording_language"] in set(Language)
    if mismatch := find_mismatch(row[column], printed, unit, is_known=is_known):
        raise RowError(column, f"found '{row[column]}', which {mismatch}")


def build_value(row: CsvRow, unit: str, multiplier: int, suffix: Bilingual) -> ParsedNumber:
    value = parse_number(row, "value")
    if value < 0:
        raise RowError("value", f"found '{value}'; write the amount of a decline as growth_percent")
    if row["qualifier"] not in set(Qualifier):
        raise RowError("qualifier", f"found '{row['qualifier']}'; write {', '.join(Qualifier)}")
    qualifier = Qualifier(row["qualifier"])
    decimals = count_decimals(value)
    base = value.scaleb(multiplier)
    texts = {
        language: format_value(
            base, multiplier, decimals, qualifier, suffix.get(language), language
        )
        for language in Language
    }
    figure: Fields = {"value": int(value) if decimals == 0 else value, "multiplier": multiplier}
    if qualifier is not Qualifier.NONE:
        figure["qualifier"] = str(qualifier)
    words = row.require("wording", "copy the words that state the figure")
    printed = PrintedNumber(base, multiplier, decimals, qualifier)
    check_words(row, "wording", printed, unit)
    figure["wording"] = build_wording(row, words, texts)
    return ParsedNumber(Observation, unit, base, figure)


def build_wording(row: CsvRow, words: str, texts: Mapping[Language, str]) -> Fields:
    """Return words of a source with their translation, the number as this service writes it.

    Chinese in traditional characters is given as words in another script.
    """
    wording: Fields = {str(language): text for language, text in texts.items()}
    is_simplified = len(words.encode("gb2312", "ignore").decode("gb2312")) == len(words)
    if row["wording_language"] == "en" or (row["wording_language"] == "zh" and is_simplified):
        return wording | {row["wording_language"]: words}
    return wording | {"original": words}


def build_rate(row: CsvRow, unit: str) -> Iterator[ParsedNumber]:
    """Return the growth of a row and the unit in which it is measured, if it states any."""
    if not row["growth_percent"]:
        return
    value, rate_unit = parse_number(row, "growth_percent"), row["growth_unit"] or unit
    is_points = rate_unit == "percentage_points"
    if row["growth_basis"] not in {"", "year_on_year"}:
        raise OmittedError("growth_basis", f"is {row['growth_basis']}; growth is on a year earlier")
    if row["growth_qualifier"] not in {"", "none"}:
        message = f"is {row['growth_qualifier']}; growth has no qualifiers"
        raise OmittedError("growth_qualifier", message)
    if row.stock_flow is not StockFlow.FLOW:
        raise OmittedError("growth_percent", f"is that of a {row.stock_flow} figure, not of a flow")
    if rate_unit == "unstated" or (row["currency"] and not row["growth_unit"]):
        raise OmittedError("growth_unit", UNSTATED)
    column = "growth_wording" if row["growth_wording"] else "wording"
    words = row.require(column, "copy the words that state the growth")
    measure = ChangeMeasure.PERCENTAGE_POINTS if is_points else ChangeMeasure.PERCENT
    decimals = count_decimals(value)
    printed = PrintedNumber(value, 0, decimals, Qualifier.NONE)
    check_words(row, column, printed, measure)
    texts = {language: format_change(value, decimals, language, measure) for language in Language}
    rate: Fields = {"value": int(value) if "." not in row["growth_percent"] else value}
    if is_points:
        rate["measure"] = str(measure)
    rate["wording"] = build_wording(row, words, texts)
    yield ParsedNumber(GrowthRate, unit if is_points else rate_unit, value, {"growth": rate})
