"""Import rows of a CSV file as sources and rows of tables: all of them or, with an issue, none."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fcntl import LOCK_EX
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import cast

from pydantic import BaseModel

from app.enums import CheckMethod, Precision, PublisherKind, Standing
from app.i18n import Language
from app.ingest import schema
from app.ingest.build import load_valid_seed
from app.ingest.documents import check_source, find_last_day, find_standing
from app.ingest.files import SeedError, SeedIssue, list_seed_files
from app.ingest.import_rows import (
    OMITTED,
    WRITTEN,
    CsvRow,
    OmittedError,
    ParsedNumber,
    RowError,
    build_rate,
    build_value,
    find_entity,
    parse_period,
    parse_unit,
    read_csv_rows,
    validate_content,
)
from app.ingest.published_numbers import find_suffix
from app.ingest.schema.records import format_record_key
from app.ingest.schema.tables import DIMENSIONS, Fields, TableRow, format_span
from app.ingest.seed import Documents, Seed, SeedDocument
from app.ingest.writing import format_document, insert_rows
from app.processes import lock_folder

LOCATOR = re.compile(r"¶([1-9][0-9]*)(?: sentence ([1-9][0-9]*))?")


@dataclass
class Import:
    """What a file adds to a seed."""

    seed: Seed
    checked_on: date
    sources: dict[str, schema.Source] = field(default_factory=dict)
    """All sources by key, those of the seed first."""
    numbers: dict[tuple[type[schema.Entity], str], Decimal] = field(default_factory=dict)
    """All values and growth rates by key."""
    reports: dict[str, str] = field(default_factory=dict)
    """The reports of the seed, by the key that a figure of their source would have."""
    rows: dict[str, dict[str, Fields]] = field(default_factory=lambda: defaultdict(dict))
    """The new rows by table and key."""
    origins: dict[tuple[type[schema.Entity], str], SeedDocument] = field(default_factory=dict)
    """The documents in which records are reported: those of the seed, and the rows of the file."""
    notices: list[SeedIssue] = field(default_factory=list)
    """What is not written, with the reason."""

    def __post_init__(self) -> None:
        self.sources |= self.seed.get_all(schema.Source)
        self.origins |= self.seed.documents
        values, rates = self.seed.get_all(schema.Observation), self.seed.get_all(schema.GrowthRate)
        self.numbers |= {(schema.Observation, key): value.value for key, value in values.items()}
        self.numbers |= {(schema.GrowthRate, key): rate.value for key, rate in rates.items()}
        for key, report in self.seed.get_all(schema.Report).items():
            figure = values[report.observation]
            reported = format_record_key(figure.series, figure.period, report.source)
            self.reports[reported] = key

    def count_rows(self) -> int:
        return sum(map(len, self.rows.values()))

    def count_sources(self) -> int:
        return len(self.sources) - len(self.seed.get_all(schema.Source))


def import_file(folder: Path, file: Path, checked_on: date) -> Import:
    """Write the rows of a file to a seed folder; SeedError, and nothing written, with any issue."""
    rows = read_csv_rows(file)
    # The rows of another import that reads the seed at the same time would be lost.
    with lock_folder(folder.resolve(), LOCK_EX):
        return add_rows(folder, rows, checked_on)


def add_rows(folder: Path, rows: Sequence[CsvRow], checked_on: date) -> Import:
    found, issues = Import(load_valid_seed(folder), checked_on), []
    for row in rows:
        try:
            add_row(found, row)
        except OmittedError as error:
            found.notices.append(row.create_issue(error))
        except RowError as error:
            issues.append(row.create_issue(error))
        except SeedError as error:
            issues += error.issues
    if issues:
        raise SeedError(issues)
    write_files(folder, build_files(folder, found), found.origins)
    return found


def add_row(found: Import, row: CsvRow) -> None:
    if row["status"] in OMITTED:
        raise OmittedError("status", f"is {row['status']}; {row['note'] or 'no reason'}")
    if row["status"] not in WRITTEN:
        statuses = ", ".join((*WRITTEN, *OMITTED))
        raise RowError("status", f"found '{row['status']}'; write one of {statuses}")
    indicator = find_entity(found.seed, schema.Indicator, row, "indicator", row["indicator"])
    find_entity(found.seed, schema.Coverage, row, "scope", row["scope"])
    if not row["growth_percent"]:
        row.require("value", "write the number, or growth_percent")
    period, (code, multiplier) = parse_period(row), parse_unit(row)
    find_entity(found.seed, schema.Unit, row, "unit", code)
    if row["currency"] not in {"", row["unit"].partition("_")[0]} and row["value"]:
        raise RowError("currency", f"found '{row['currency']}'; the unit is {row['unit']}")
    figures = []
    if row["value"]:
        suffix = find_suffix(found.seed, code, indicator.classifier)
        figures.append(build_value(row, code, multiplier, suffix))
    try:
        figures += build_rate(row, code)
    except OmittedError as error:
        found.notices.append(row.create_issue(error))
    areas = indicator.reporting_area, indicator.counterpart_area
    origin = build_origin(found, row) if figures else {}
    for figure in figures:
        keys = row["indicator"], *areas, row["scope"], figure.unit
        header: Fields = dict(zip(DIMENSIONS, keys, strict=True))
        content = header | {"stock_flow": str(row.stock_flow), "figures": []}
        table = schema.SeriesTable.model_validate(content)
        series = table.build_series(period).natural_key()
        key = format_record_key(series, period, str(origin["source"]))
        if is_new(found, row, key, figure):
            for kind, record in ((schema.Series, series), (figure.kind, key)):
                found.origins.setdefault((kind, record), row.find_document(kind))
            rows = found.rows[table.natural_key()]
            merged = rows.get(key, {"period": format_span(period)}) | figure.fields | origin
            # Fields keep their order, whichever part of the row is written first.
            rows[key] = {name: merged[name] for name in TableRow.model_fields if name in merged}
            validate_content(found.seed, row, TableRow, rows[key])


def is_new(found: Import, row: CsvRow, key: str, figure: ParsedNumber) -> bool:
    """Return whether a source states something for the first time, which is then known."""
    column = "value" if figure.kind is schema.Observation else "growth_percent"
    record = f"{figure.kind.collection}/{key}"
    if figure.kind is schema.Observation and key in found.reports:
        message = f"repeats reports/{found.reports[key]}"
        found.notices.append(row.create_issue(OmittedError(column, message)))
        return False
    number = found.numbers.setdefault((figure.kind, key), figure.number)
    if number is figure.number:
        return True
    if number != figure.number:
        raise RowError(column, f"is {figure.number:f}; {record} has {number:f}")
    found.notices.append(row.create_issue(OmittedError(column, f"repeats {record}")))
    return False


def build_origin(found: Import, row: CsvRow) -> Fields:
    """Return where a row was read and when it was checked."""
    origin: Fields = {"source": add_source(found, row)}
    located = LOCATOR.fullmatch(row["locator"])
    if located:
        origin["locator"] = f"P{located[1]}" + (f".S{located[2]}" if located[2] else "")
    elif row["locator"]:
        message = f"is '{row['locator']}'; only ¶2 and ¶2 sentence 1 can be written"
        found.notices.append(row.create_issue(OmittedError("locator", message)))
    origin["checked_on"] = found.checked_on.isoformat()
    return origin | {"check_method": row["check_method"] or str(CheckMethod.STORED_TEXT)}


def add_source(found: Import, row: CsvRow) -> str:
    """Return the key of the source at the address of a row, and add the source if it is new."""
    address = row.require("address", "write the web address of the page")
    for key, source in found.sources.items():
        if source.address == address:
            return key
    content = build_source(list(found.sources.values()), row, found.checked_on)
    draft = validate_content(found.seed, row, schema.Source, content)
    source = draft.model_copy(update={"standing": find_standing(draft)})
    words = re.findall(r"[a-z0-9]+", source.publisher.short_name.en.lower().replace("'", ""))
    if not words:
        raise RowError("publisher", f"found '{row['publisher']}'; write its English name")
    is_month = source.published_precision is Precision.MONTH
    day = f"{source.published_on:%Y-%m}" if is_month else f"{source.published_on}"
    numbers = [[], *([str(number)] for number in range(2, 100))]
    keys = ("-".join([*words, *number, day]) for number in numbers)
    key = next(key for key in keys if key not in found.sources)
    issues = list(check_source(found.seed, key, source))
    if issues:
        raise SeedError([row.document.create_issue(path, message) for path, message in issues])
    found.sources[key] = source
    found.origins[schema.Source, key] = row.document
    return key


def build_source(sources: Sequence[schema.Source], row: CsvRow, checked_on: date) -> Fields:
    """Return the fields of a new source; names that the seed knows need no Chinese."""
    named = [*(one.body for one in sources), *(one.carrier for one in sources)]
    # A site that also publishes has its kind and hosts as well.
    named += [one.publisher for one in sources]
    known = {one.en: one.model_dump(mode="json", exclude_none=True) for one in named if one}
    publisher = known.get(row["publisher"]) or name_body(row, "publisher", "publisher_zh")
    if "kind" not in publisher:
        kind = row.require("publisher_kind", f"write one of {', '.join(PublisherKind)}")
        publisher |= {"kind": kind, "hosts": [*row["publisher_hosts"].split()]}
    carrier = known.get(row["carrier"]) or (
        name_body(row, "carrier", "carrier_zh") if row["carrier"] else {}
    )
    body = known.get(row["original_authority"]) or name_body(
        row, "original_authority", "authority_zh"
    )
    names = ("event", "document_kind", "published_precision", "published_basis", "address")
    content: Fields = {
        **{name: row[name] for name in names},
        "standing": str(Standing.SECONDARY),
        "title": build_title(row),
        "publisher": publisher,
        "carrier": {name: carrier[name] for name in Language if carrier},
        "body": {name: body[name] for name in Language},
        "published_on": parse_published_day(row).isoformat(),
        "language": row["language"][:2],
        "checked_on": checked_on.isoformat(),
        "licence": dump_fields(Counter(one.licence for one in sources).most_common(1)[0][0]),
    }
    return {name: value for name, value in content.items() if value}


def parse_published_day(row: CsvRow) -> date:
    is_month = row["published_precision"] == Precision.MONTH
    try:
        day = date.fromisoformat(row["published_on"] + ("-01" if is_month else ""))
    except ValueError:
        advice = "write a day such as 2025-01-15, or a month with published_precision month"
        raise RowError("published_on", f"found '{row['published_on']}'; {advice}") from None
    return find_last_day(day) if is_month else day


def name_body(row: CsvRow, column: str, chinese: str) -> Fields:
    english = row.require(column, "write a name")
    return {
        "en": english,
        "zh": row.require(chinese, "no source has this name; add the Chinese one"),
    }


def build_title(row: CsvRow) -> Fields:
    title = row.require("source_title", "write the title, or a description")
    is_printed, language = row["title_kind"] == "printed", row["language"][:2]
    own = {language if is_printed else "en": title}
    advice = "translate the title, or describe the document"
    texts: Fields = {"printed": title} if is_printed else {}
    for name in Language:
        texts[name] = own.get(name) or row.require(f"title_{name}", advice)
    return texts


def dump_fields(model: BaseModel) -> Fields:
    return model.model_dump(mode="json", exclude_none=True, exclude_defaults=True)


def build_files(folder: Path, found: Import) -> dict[str, str]:
    """Return the text of each file to write, by its path in the seed folder."""
    files = {
        f"{schema.Source.collection}/{key}.yaml": format_document(
            schema.Source, dump_fields(source)
        )
        for key, source in found.sources.items()
        if not found.seed.has_key(schema.Source, key)
    }
    for table, rows in found.rows.items():
        path = f"{schema.SeriesTable.collection}/{table}.yaml"
        is_old = table in found.seed.tables
        text = (folder / path).read_text("utf-8") if is_old else create_table(table, rows.values())
        files[path] = insert_rows(text, rows.values())
    return files


def create_table(key: str, rows: Collection[Fields]) -> str:
    """Return a table without rows, with the multiplier that most of its rows will have."""
    multipliers = Counter(cast("int", row["multiplier"]) for row in rows if "multiplier" in row)
    # Only the key of a table of stocks or cumulative totals has a part that says so.
    header: Fields = dict(zip((*DIMENSIONS, "stock_flow"), key.split("."), strict=False))
    header["multiplier"] = multipliers.most_common(1)[0][0] if multipliers else 0
    return format_document(schema.SeriesTable, header) + "figures:\n"


def write_files(folder: Path, files: Mapping[str, str], origins: Documents) -> None:
    """Write files to a seed folder if the seed is valid with them."""
    with TemporaryDirectory() as temporary:
        copy = Path(temporary)
        for path in list_seed_files(folder):
            # Not with copytree: the copy of a folder that is read-only would be so too.
            target = copy / path.relative_to(folder)
            target.parent.mkdir(exist_ok=True)
            copyfile(path, target)
        copy_files(files, copy)
        try:
            load_valid_seed(copy, origins)
        except SeedError as error:
            # The copy is deleted, so its files are named as those of the seed.
            raise SeedError(
                replace(one, file=folder / one.file.relative_to(copy))
                if one.file.is_relative_to(copy)
                else one
                for one in error.issues
            ) from None
    copy_files(files, folder)


def copy_files(files: Mapping[str, str], folder: Path) -> None:
    """Write all files, or none if there is no room: first beside their places, as hidden files."""
    written: list[tuple[Path, Path]] = []
    try:
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            written.append((path.with_name(f".{path.name}"), path))
            written[-1][0].write_text(text, "utf-8")
    except BaseException:
        for new, _ in written:
            new.unlink(missing_ok=True)
        raise
    for new, path in written:
        new.replace(path)
