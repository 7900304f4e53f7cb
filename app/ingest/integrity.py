"""Checks across files: references, locators, comparable periods; and warnings about gaps."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import chain, product
from typing import Any

from app.db.numerals import CURRENCIES, find_change
from app.enums import PERCENT, ActionStatus, ChangeMeasure, Qualifier, StockFlow
from app.ingest import schema
from app.ingest.commitments import check_commitment, check_own_words, check_progress
from app.ingest.contradictions import check_contradiction, check_contradictions
from app.ingest.documents import check_event, check_source, compare_publishers
from app.ingest.editions import check_edition, find_edition_warnings, list_candidates, map_sources
from app.ingest.files import Messages, SeedIssue, ValuePath, describe_missing
from app.ingest.history import check_corrections, check_history
from app.ingest.passages import Location, check_passages, find_unrecorded, list_records
from app.ingest.published_numbers import check_words
from app.ingest.schema.base import count_decimals
from app.ingest.seed import Seed, SeedDocument


def check_integrity(seed: Seed) -> list[SeedIssue]:
    issues = [
        document.create_issue(path, message)
        for (kind, key), document in seed.documents.items()
        if (entity := seed.entities[kind].get(key)) is not None
        for check in (check_references, check_locators, *CHECKS.get(kind, ()))
        for path, message in check(seed, entity)
    ]
    history = list(check_history(seed))
    issues += [
        *check_documents(seed),
        *check_comparison_days(seed),
        *check_contradictions(seed),
        *check_words(seed),
        *find_duplicates(seed),
        *history,
    ]
    are_valid = (key in seed.entities[schema.Release] for key in seed.list_keys(schema.Release))
    # Without the file of a past release, all changes since it would be reported.
    if history or not seed.list_keys(schema.Release) or not all(are_valid):
        return issues
    return [*issues, *check_corrections(seed, {issue.file for issue in issues})]


def check_documents(seed: Seed) -> Iterator[SeedIssue]:
    for key, event in seed.get_all(schema.Event).items():
        for path, message in check_event(key, event):
            yield seed.create_issue(schema.Event, key, path, message)
    for key, source in seed.get_all(schema.Source).items():
        checks = check_source(seed, key, source), check_passages(seed, key, source)
        for path, message in chain(*checks):
            yield seed.create_issue(schema.Source, key, path, message)
    for key, message in compare_publishers(seed):
        yield seed.create_issue(schema.Source, key, ("publisher",), message)


def check_references(seed: Seed, entity: schema.Entity) -> Messages:
    for name, target, is_list in schema.list_references(type(entity)):
        value = getattr(entity, name)
        keys: list[str] = value if is_list else [] if value is None else [value]
        for index, key in enumerate(keys):
            path: ValuePath = (name, index) if is_list else (name,)
            if not seed.has_key(target, key):
                yield path, describe_missing(target.collection, key, seed.list_keys(target))
            elif key in keys[:index]:
                yield path, f"'{key}' is repeated; keep one"


def check_comparison_days(seed: Seed) -> Iterator[SeedIssue]:
    """No document is compared after today, or after the newest document and the newest release.

    So a seed that was released is valid wherever the clock is wrong.
    """
    documents = (source.published_on for source in seed.get_all(schema.Source).values())
    releases = (release.date for release in seed.get_all(schema.Release).values())
    # A day begins earlier in the east.
    latest = max([datetime.now(UTC).date() + timedelta(days=1), *documents, *releases])
    for (kind, key), name in product(seed.documents, ("checked_on", "searched_on")):
        day: date | None = getattr(seed.entities[kind].get(key), name, None)
        if day and day > latest:
            message = f"found {day}, which is in the future; write the day of the work"
            yield seed.create_issue(kind, key, (name,), message)


def check_locators(seed: Seed, entity: schema.Entity) -> Messages:
    if isinstance(entity, schema.Source):
        if entity.goal:
            yield from check_locator(entity, ("goal", "locator"), entity.goal.locator)
        if entity.event_locator:
            yield from check_locator(entity, ("event_locator",), entity.event_locator)
        for index, passage in enumerate(entity.passages):
            yield from check_locator(entity, ("passages", index, "locator"), passage.locator)
        return
    source = seed.find(schema.Source, getattr(entity, "source", None))
    if source is None or source.sentences is None:
        return
    for name in ("locator", "aim_locator"):
        locator = getattr(entity, name, None)
        if locator:
            yield from check_locator(source, (name,), locator)
        elif name == "locator" and hasattr(entity, name):
            yield (name,), "is missing; add the paragraph and sentence of the source, such as P2.S2"


def check_locator(source: schema.Source, path: ValuePath, locator: str) -> Messages:
    sentences = source.sentences
    if sentences is None:
        return
    paragraph, sentence = Location.from_locator(locator)
    if not 0 < paragraph <= len(sentences):
        yield path, f"found {locator}; the source has paragraphs P1 to P{len(sentences)}"
    elif sentence > sentences[paragraph - 1]:
        last = sentences[paragraph - 1]
        yield path, f"found {locator}; the paragraph has sentences S1 to S{last}"


def check_observation(seed: Seed, entity: schema.Observation) -> Messages:
    yield from check_published(entity)
    yield from check_bounds(entity)
    yield from check_period(seed, entity, "period")
    source = seed.find(schema.Source, entity.source)
    if source and entity.period.end > source.published_on:
        message = f"found {entity.period.end}; the source was published on {source.published_on}"
        yield ("period", "end"), message


def check_growth_rate(seed: Seed, entity: schema.GrowthRate) -> Messages:
    yield from check_period(seed, entity, "period")
    yield from check_period(seed, entity, "base_period")
    series = seed.find(schema.Series, entity.series)
    if series and series.stock_flow is not StockFlow.FLOW:
        yield ("series",), f"found {entity.series}; growth rates belong to flows"
    if entity.measure is ChangeMeasure.PERCENTAGE_POINTS and series and series.unit != PERCENT:
        yield ("measure",), f"found percentage_points; the unit of the series is '{series.unit}'"
    start = entity.period.start
    if entity.base_period.end >= start:
        yield ("base_period",), f"ends {entity.base_period.end}; write one that ends before {start}"


def check_wording(seed: Seed, entity: schema.Figure | schema.Report) -> Messages:
    source = seed.find(schema.Source, entity.source)
    if source:
        yield from check_own_words(("wording",), entity.wording, source)


def check_change(seed: Seed, entity: schema.Observation) -> Messages:
    """A figure whose words print a change on a year earlier has a growth rate, in any currency."""
    series, all_series = seed.find(schema.Series, entity.series), seed.get_all(schema.Series)
    if series is None or series.stock_flow is not StockFlow.FLOW:
        return
    for name in ("en", "zh", "original"):
        words: str | None = getattr(entity.wording, name)
        change = words and find_change(words, is_share=series.unit == PERCENT)
        if change and not any(
            (rate.source, rate.period) == (entity.source, entity.period)
            and (own := all_series.get(rate.series))
            and (own.indicator, own.coverage) == (series.indicator, series.coverage)
            for rate in seed.get_all(schema.GrowthRate).values()
        ):
            message = f"found “{words}”; state the change of {change} on a year earlier as growth"
            yield ("wording", name), f"{message}, or, if it is on another base, quote fewer words"


def check_comparison(seed: Seed, entity: schema.Figure) -> Messages:
    """The day and the method of the last comparison belong together."""
    source = seed.find(schema.Source, entity.source)
    if (entity.checked_on is None) != (entity.check_method is None):
        yield ("checked_on",), "write both checked_on and check_method, or neither"
    elif source and entity.checked_on and entity.checked_on < source.published_on:
        message = f"found {entity.checked_on}; the source was published on {source.published_on}"
        yield ("checked_on",), message


def check_series(seed: Seed, entity: schema.Series) -> Messages:
    indicator = seed.find(schema.Indicator, entity.indicator)
    # Amounts may be in any currency; no other unit measures what another does.
    units = {entity.unit, indicator.unit} if indicator else set()
    if indicator and len(units) > 1 and not units <= CURRENCIES.keys():
        message = f"found {entity.unit}; the unit of {entity.indicator} is {indicator.unit}"
        yield ("unit",), message
    if entity.months is not None and entity.start is not None:
        yield ("start",), "belongs to cumulative totals; remove it, or the months of a flow"
    starts = [found.start for found in entity.breaks]
    for index, start in enumerate(starts):
        if start.day != 1 and entity.months is not None:
            yield ("breaks", index, "start"), f"found {start}; write the first day of a month"
        elif start in starts[:index]:
            yield ("breaks", index, "start"), f"found {start} twice; remove one of the two breaks"


def check_published(entity: schema.Observation) -> Messages:
    published = entity.published
    value = published.value.scaleb(published.multiplier)
    if entity.value != value:
        product = f"{published.value} times ten to the power {published.multiplier} is {value:f}"
        yield ("value",), f"found {entity.value:f}; {product}"
    decimals = count_decimals(published.value)
    if decimals != published.decimals:
        noun = "decimal" if decimals == 1 else "decimals"
        found = f"found {published.decimals}"
        yield ("published", "decimals"), f"{found}; {published.value} has {decimals} {noun}"


def check_bounds(entity: schema.Observation) -> Messages:
    """The bounds must follow from the qualifier: 'over' is above its value, 'nearly' below it."""
    lower, upper, value = entity.bounds.lower, entity.bounds.upper, entity.value
    if lower is not None and upper is not None and lower > upper:
        yield ("bounds",), f"found {lower} to {upper}; write the lower one first"
    elif (lower is not None and value < lower) or (upper is not None and value > upper):
        yield ("value",), f"found {value:f}; write a value within the bounds"
    match entity.qualifier:
        case Qualifier.NONE if lower is not None or upper is not None:
            yield ("bounds",), "a figure without a qualifier has none; remove them"
        case Qualifier.OVER if lower != value or upper is not None:
            yield ("bounds",), f"'over' requires lower: {value:f} and no upper"
        case Qualifier.NEARLY if upper != value:
            yield ("bounds",), f"'nearly' requires upper: {value:f}"
        case _:
            pass


def check_period(seed: Seed, entity: schema.Figure, name: str) -> Messages:
    period: schema.Period = getattr(entity, name)
    series = seed.find(schema.Series, entity.series)
    if period.end < period.start:
        yield (name, "end"), f"found {period.end}; write a day after {period.start}"
    elif message := period.describe_mismatch(series.stock_flow if series else StockFlow.FLOW):
        yield (name,), message
    elif series and series.months not in {None, period.months}:
        lengths = f"covers {period.months} months, the series {series.months}"
        yield (name,), f"{lengths}; use a separate series, such as one with P{period.months}M"
    elif series and series.months and (series.first_month or 1) != period.start.month:
        months = f"begins in month {period.start.month}, the series in {series.first_month or 1}"
        yield (name, "start"), f"{months}; use a separate series, such as one with first_month"
    elif series and series.start not in {None, period.start}:
        starts = f"found {period.start}; the series counts from {series.start}"
        yield (name, "start"), f"{starts}; use a separate series"


def check_report(seed: Seed, entity: schema.Report) -> Messages:
    observation = seed.find(schema.Observation, entity.observation)
    if observation and observation.source == entity.source:
        yield ("source",), f"found {entity.source}; a report comes from another source"


def check_year(seed: Seed, entity: schema.Outcome | schema.PriorityArea) -> Messages:
    """Outcomes belong to the year before their edition, priority areas to its own year."""
    has_all_editions = len(seed.get_all(schema.Edition)) == len(seed.list_keys(schema.Edition))
    if seed.find(schema.Source, entity.source) is None or not has_all_editions:
        return
    edition = map_sources(seed).get(entity.source)
    if edition is None:
        yield ("source",), f"found {entity.source}; name a source of an event that has an edition"
        return
    year = edition.year - 1 if isinstance(entity, schema.Outcome) else edition.year
    if entity.year != year:
        yield ("year",), f"found {entity.year}; the edition of its source requires {year}"


def check_action(seed: Seed, entity: schema.Action) -> Messages:
    area = seed.find(schema.PriorityArea, entity.priority_area)
    if area and area.year != entity.year:
        yield ("year",), f"found {entity.year}; its priority area has the year {area.year}"
    if entity.status is not ActionStatus.ANNOUNCED:
        message = "write announced; what was reported follows from seed/progress"
        yield ("status",), f"found {entity.status}; {message}"


def check_examples(_: Seed, entity: schema.Outcome | schema.Action) -> Messages:
    if entity.has_examples and entity.note is None:
        yield ("note",), "is missing; say what the source names as examples"


def check_aim(_: Seed, entity: schema.PriorityArea) -> Messages:
    if (entity.aim is None) != (entity.aim_locator is None):
        yield ("aim",), "write both aim and aim_locator, or neither"


CHECKS: Mapping[type[schema.Entity], Sequence[Callable[[Seed, Any], Messages]]] = {
    schema.Observation: (check_observation, check_wording, check_change, check_comparison),
    schema.GrowthRate: (check_growth_rate, check_wording, check_comparison),
    schema.Series: (check_series,),
    schema.Report: (check_report, check_wording),
    schema.Edition: (check_edition,),
    schema.Outcome: (check_year, check_examples),
    schema.PriorityArea: (check_year, check_aim),
    schema.Action: (check_action, check_examples),
    schema.Progress: (check_progress,),
    schema.Commitment: (check_commitment,),
    schema.Contradiction: (check_contradiction,),
}
"""The checks of a collection, besides those of references and locators."""


def find_warnings(seed: Seed) -> list[SeedIssue]:
    """Find gaps that a valid seed may have while an edition is entered."""
    warnings = []
    files: list[tuple[type[schema.Entity], SeedDocument]] = [
        *((kind, one) for (kind, _), one in seed.documents.items() if not one.record_key),
        *((schema.SeriesTable, one) for one in seed.tables.values()),
    ]
    for kind, document in files:
        address = f"../.schemas/{schema.get_singular_name(kind)}.json"
        if document.schema != address:
            message = (
                "editors cannot check this file; start it with the line"
                f" '# yaml-language-server: $schema={address}'"
            )
            warnings.append(document.create_issue((), message, is_warning=True))
    records = list_records(seed)
    for key, source in seed.get_all(schema.Source).items():
        if source.sentences and (missing := find_unrecorded(source, records[key])):
            message = (
                f"nothing is recorded from {', '.join(missing)}; add a record for each,"
                " or a note to passages"
            )
            place = schema.Source, key, ("sentences",)
            warnings.append(seed.create_issue(*place, message, is_warning=True))
    warnings += find_edition_warnings(seed)
    return sorted(warnings)


UniqueValue = tuple[type[schema.Entity], str, str, Hashable]
"""The collection and key of an entity, one of its fields, and the value that must be unique."""


def find_duplicates(seed: Seed) -> Iterator[SeedIssue]:
    for required in (schema.Release, schema.Source, schema.Edition):
        if not seed.list_keys(required):
            folder = seed.folder / required.collection
            yield SeedIssue(folder, 1, "", "contains no file; add the first one")
    owners: dict[Hashable, str] = {}
    for kind, key, field, value in list_unique_values(seed):
        owner = owners.setdefault(value, key)
        if owner != key:
            given = f"{owner} already gives the figure of this source for that year"
            taken = f"is taken by {owner}.yaml; choose another"
            yield seed.create_issue(kind, key, (field,), given if field == "series" else taken)


def list_unique_values(seed: Seed) -> Iterator[UniqueValue]:
    for kind, key in seed.documents:
        match seed.entities[kind].get(key):
            case schema.CodeListEntity() as entry:
                yield kind, key, "position", (kind, entry.position)
            case schema.Outcome() | schema.PriorityArea() as record:
                yield kind, key, "position", (kind, record.year, record.position)
            case schema.Action() as action:
                yield kind, key, "position", (kind, action.priority_area, action.position)
            case schema.Commitment() as commitment:
                yield kind, key, "position", (kind, commitment.event, commitment.position)
            case schema.Edition() as edition:
                yield from ((kind, key, "events", (kind, event)) for event in edition.events)
            case schema.Source(address=str() as address):
                yield kind, key, "address", (kind, address)
            case _:
                pass
    for one in list_candidates(seed):
        value = schema.Indicator, one.indicator, one.source
        yield schema.Observation, one.observation, "series", value
