"""Rows and checks of what was reported later: on actions, and on commitments of the forums."""

import re
from collections.abc import Iterator, Sequence

from app.db import models
from app.db.models.base import Row, Values, build_text_columns
from app.enums import ActionStatus, ProgressRelation
from app.i18n import Language
from app.ingest.files import Messages, ValuePath, describe_missing
from app.ingest.schema import Commitment, Entity, LaterReport, Progress, Quantity, Source, Unit
from app.ingest.schema.base import SourceStatement, Wording, count_decimals
from app.ingest.seed import Seed

HAN, LATIN = re.compile("[\u4e00-\u9fff]"), re.compile("[A-Za-z]{2}")


def find_status(seed: Seed, action: str) -> ActionStatus:
    """A report on the surroundings of an action says nothing about the action."""
    progress = seed.find(Progress, action)
    relations = {report.relation for report in progress.reports} if progress else set()
    is_reported = bool(relations - {ProgressRelation.CONTEXT})
    return ActionStatus.REPORTED if is_reported else ActionStatus.ANNOUNCED


def build_quantity_columns(quantity: Quantity | None, units: dict[str, int]) -> Values:
    """Return the columns of a number, in the base unit and with the number of printed decimals."""
    if quantity is None:
        return {}
    return {
        "value": quantity.value.scaleb(quantity.multiplier),
        "multiplier": quantity.multiplier,
        "decimals": count_decimals(quantity.value),
        "qualifier": quantity.qualifier,
        "unit_id": units[quantity.unit],
        "classifier": quantity.classifier,
    }


def build_report_rows(seed: Seed, ids: dict[type, dict[str, int]]) -> Iterator[Row]:
    for key, progress in seed.get_all(Progress).items():
        for position, report in enumerate(progress.reports, start=1):
            own = {"progress_id": ids[Progress][key], "position": position, "date": report.date}
            texts = build_text_columns(note=report.note)
            common = build_statement_columns(report, ids)
            yield models.ProgressReport, {**own, **common, "relation": report.relation, **texts}
    for key, commitment in seed.get_all(Commitment).items():
        for position, reading in enumerate(commitment.readings, start=1):
            own = {"commitment_id": ids[Commitment][key], "position": position}
            texts = build_text_columns(reason=reading.reason)
            common = build_statement_columns(reading, ids)
            stated = {"date": reading.date, "same_measure": reading.same_measure}
            yield models.CommitmentReading, {**own, **common, **stated, **texts}


def build_statement_columns(statement: SourceStatement, ids: dict[type, dict[str, int]]) -> Values:
    return {
        "source_id": ids[Source][statement.source],
        "locator": statement.locator,
        **build_quantity_columns(statement.quantity, ids[Unit]),
        **build_text_columns(text=statement.text, wording=statement.wording),
        "wording_original": statement.wording.original,
    }


def check_progress(seed: Seed, progress: Progress) -> Messages:
    yield from check_reports(seed, "reports", progress)
    for index, report in enumerate(progress.reports):
        source = seed.find(Source, report.source)
        # A reading may be of a day that its document announces.
        if source and report.date > source.published_on:
            message = f"found {report.date}; the source was published on {source.published_on}"
            yield ("reports", index, "date"), message


def check_commitment(seed: Seed, commitment: Commitment) -> Messages:
    if commitment.target:
        yield from check_key(seed, ("target", "unit"), Unit, commitment.target.unit)
    source = seed.find(Source, commitment.source)
    if source:
        yield from check_own_words(("wording",), commitment.wording, source)
    yield from check_reports(seed, "readings", commitment)
    for index, reading in enumerate(commitment.readings):
        if reading.same_measure == (reading.reason is not None):
            advice = "remove it" if reading.same_measure else "say why the measures differ"
            yield ("readings", index, "reason"), f"same_measure is {reading.same_measure}; {advice}"
        units = {one and one.unit for one in (commitment.target, reading.quantity)}
        if reading.same_measure and (len(units) > 1 or None in units):
            message = "found true; that requires a target and a number in the same unit"
            yield ("readings", index, "same_measure"), message


def check_reports(seed: Seed, field: str, entity: Progress | Commitment) -> Messages:
    reports: Sequence[LaterReport] = getattr(entity, field)
    statements = [(one.source, one.date, one.wording) for one in reports]
    for index, report in enumerate(reports):
        path: ValuePath = (field, index)
        if report.date > entity.searched_on:
            yield (*path, "date"), f"found {report.date}; searched_on is {entity.searched_on}"
        if (first := statements.index(statements[index])) < index:
            yield path, f"repeats number {first + 1} of the list; remove one"
        if index and report.date < reports[index - 1].date:
            message = f"found {report.date} after {reports[index - 1].date}; sort by date"
            yield (*path, "date"), message
        yield from check_statement(seed, path, report)


def check_statement(seed: Seed, path: ValuePath, statement: SourceStatement) -> Messages:
    if statement.quantity:
        yield from check_key(seed, (*path, "quantity", "unit"), Unit, statement.quantity.unit)
    source = seed.find(Source, statement.source)
    if source:
        yield from check_own_words((*path, "wording"), statement.wording, source)
    yield from check_key(seed, (*path, "source"), Source, statement.source)


def check_key(seed: Seed, path: ValuePath, kind: type[Entity], key: str) -> Messages:
    """Check a reference inside a list, which is not a ``Ref``."""
    if not seed.has_key(kind, key):
        yield path, describe_missing(kind.collection, key, seed.list_keys(kind))


def check_own_words(path: ValuePath, wording: Wording, source: Source) -> Messages:
    """The wording must be in the language of its source; Chinese may be in another script."""
    if HAN.search(wording.en):
        yield (*path, "en"), f"found “{wording.en}”; write English words"
    if LATIN.search(wording.zh) and not HAN.search(wording.zh):
        yield (*path, "zh"), f"found “{wording.zh}”; write Chinese words"
    if wording.original is None and source.language not in set(Language):
        message = f"is missing; add the words of the source, whose language is '{source.language}'"
        yield (*path, "original"), message
    elif wording.original is not None and source.language == Language.ENGLISH:
        yield (*path, "original"), "is for other languages; write English words under en"


def list_quantities(
    seed: Seed,
) -> Iterator[tuple[type[Entity], str, ValuePath, Quantity, Wording, object]]:
    """Return the numbers of commitments and of later reports with their words and their notes."""
    for key, progress in seed.get_all(Progress).items():
        for index, one in enumerate(progress.reports):
            if one.quantity:
                yield Progress, key, ("reports", index), one.quantity, one.wording, one.note
    for key, commitment in seed.get_all(Commitment).items():
        if commitment.target:
            yield Commitment, key, (), commitment.target, commitment.wording, commitment.note
        for index, reading in enumerate(commitment.readings):
            if reading.quantity:
                yield Commitment, key, ("readings", index), reading.quantity, reading.wording, None
