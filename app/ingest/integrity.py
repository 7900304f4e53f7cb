"""What no file can show by itself: references, places in sources, comparable periods."""

from calendar import monthrange
from collections.abc import Callable, Iterator
from typing import TypeVar

from app.enums import Precision, Qualifier
from app.ingest.issues import SeedIssue, suggest_nearest
from app.ingest.reader import Path
from app.ingest.releases import check_history
from app.ingest.schema import (
    Action,
    Area,
    Entity,
    GrowthRate,
    Indicator,
    Instrument,
    Observation,
    Outcome,
    Period,
    PriorityArea,
    Report,
    Sector,
    Series,
    Source,
    Topic,
    Unit,
)
from app.ingest.uniqueness import find_conflicts
from app.ingest.validation import Seed

AnyEntity = TypeVar("AnyEntity", bound=Entity)

IssueIterator = Iterator[tuple[Path, str]]
"""The mistakes of one entity: where, and what would be right."""

REFERENCES: dict[str, type[Entity]] = {
    "topic": Topic,
    "topics": Topic,
    "unit": Unit,
    "reporting_area": Area,
    "counterpart_area": Area,
    "areas": Area,
    "sectors": Sector,
    "instruments": Instrument,
    "indicator": Indicator,
    "indicators": Indicator,
    "baseline_indicators": Indicator,
    "series": Series,
    "observation": Observation,
    "priority_area": PriorityArea,
    "source": Source,
}
"""The fields that name another file, by the collection they name it in."""


def check_integrity(seed: Seed) -> list[SeedIssue]:
    """Hold the valid entities of a seed against one another."""
    faults = []
    for (kind, key), document in sorted(seed.documents.items(), key=lambda item: item[1].file):
        entity = seed.entities[kind].get(key)
        if entity is None:
            continue
        for check in CHECKS:
            faults += [document.add_issue(path, message) for path, message in check(seed, entity)]
    return [*faults, *find_conflicts(seed), *check_history(seed)]


def check_references(seed: Seed, entity: Entity) -> IssueIterator:
    """Every key that is named has a file, and is named once."""
    for name, kind in REFERENCES.items():
        value = getattr(entity, name, None)
        keys: list[str] = value if isinstance(value, list) else [value] if value else []
        for index, key in enumerate(keys):
            path: Path = (name, index) if isinstance(value, list) else (name,)
            if not seed.has_key(kind, key):
                hint = suggest_nearest(key, seed.list_keys(kind))
                yield path, f"found '{key}'; {hint}there is no {kind.collection}/{key}.yaml"
            elif key in keys[:index]:
                yield path, f"'{key}' stands twice; keep one"


def check_locators(seed: Seed, entity: Entity) -> IssueIterator:
    """A locator points at a paragraph and sentence that the source has."""
    source = entity if isinstance(entity, Source) else find_entity(seed, Source, entity, "source")
    if source is None or source.sentences is None:
        return
    if isinstance(entity, Source):
        if entity.goal:
            yield from check_locator(source, ("goal", "locator"), entity.goal.locator)
        return
    for name in ("locator", "aim_locator"):
        locator = getattr(entity, name, None)
        if locator:
            yield from check_locator(source, (name,), locator)
        elif name == "locator" and hasattr(entity, name):
            yield (name,), "is missing; say where the source states it, such as P2.S2"


def check_locator(source: Source, path: Path, locator: str) -> IssueIterator:
    """Check one locator against the number of paragraphs and sentences."""
    sentences = source.sentences or []
    paragraph, _, sentence = locator.removeprefix("P").partition(".S")
    if int(paragraph) > len(sentences):
        yield path, f"found {locator}; the source has paragraphs P1 to P{len(sentences)}"
    elif sentence and int(sentence) > sentences[int(paragraph) - 1]:
        last = sentences[int(paragraph) - 1]
        yield path, f"found {locator}; the paragraph has sentences S1 to S{last}"


def check_observation(seed: Seed, entity: Entity) -> IssueIterator:
    """A figure agrees with its print, its limits and its series."""
    if not isinstance(entity, Observation):
        return
    yield from check_published(entity)
    yield from check_bounds(entity)
    yield from check_period(seed, entity, "period")


def check_growth_rate(seed: Seed, entity: Entity) -> IssueIterator:
    """A rate of growth leads from one period of its series to a later one."""
    if not isinstance(entity, GrowthRate):
        return
    yield from check_period(seed, entity, "period")
    yield from check_period(seed, entity, "base_period")
    start = entity.period.start
    if entity.base_period.end >= start:
        yield ("base_period",), f"ends {entity.base_period.end}; write one that ends before {start}"


def check_breaks(_: Seed, entity: Entity) -> IssueIterator:
    """A break stands at the beginning of a month, and once."""
    if not isinstance(entity, Series):
        return
    starts = [one.start for one in entity.breaks]
    for index, start in enumerate(starts):
        if start.day != 1:
            yield ("breaks", index, "start"), f"found {start}; write the first day of a month"
        elif start in starts[:index]:
            yield ("breaks", index, "start"), f"found {start} twice; remove one of the two breaks"


def check_published(entity: Observation) -> IssueIterator:
    """The base value is the printed number times its power of ten."""
    published = entity.published
    spelled = published.value.scaleb(published.multiplier)
    if entity.value != spelled:
        right = f"{published.value} times ten to the {published.multiplier} is {spelled:f}"
        yield ("value",), f"found {entity.value:f}; {right}"
    decimals = -int(published.value.as_tuple().exponent)
    if decimals != published.decimals:
        right = f"{published.value} has {decimals} decimals"
        yield ("published", "decimals"), f"found {published.decimals}; {right}"


def check_bounds(entity: Observation) -> IssueIterator:
    """The bounds are what the qualifier says: over is above its value, nearly below it."""
    lower, upper, value = entity.bounds.lower, entity.bounds.upper, entity.value
    if lower is not None and upper is not None and lower > upper:
        yield ("bounds",), f"found {lower} to {upper}; write the lower one first"
    elif (lower is not None and value < lower) or (upper is not None and value > upper):
        yield ("value",), f"found {value:f}; write a value within its bounds"
    match entity.qualifier:
        case Qualifier.EXACT if lower is not None or upper is not None:
            yield ("bounds",), "an exact figure has none; remove them or mend the qualifier"
        case Qualifier.OVER if lower != value or upper is not None:
            yield ("bounds",), f"'over' means lower: {value:f} and no upper"
        case Qualifier.NEARLY if upper != value:
            yield ("bounds",), f"'nearly' means upper: {value:f}"
        case _:
            pass


def check_period(seed: Seed, entity: Observation | GrowthRate, name: str) -> IssueIterator:
    """A period is whole months, as many as its series has, so that only like meets like."""
    covered: Period = getattr(entity, name)
    series = find_entity(seed, Series, entity, "series")
    if covered.end < covered.start:
        yield (name, "end"), f"found {covered.end}; write a day after {covered.start}"
    elif not covered.has_whole_months():
        yield (name,), "write whole months: the first day of one to the last day of another"
    elif series and covered.months != series.months:
        yield (
            (name,),
            (
                f"covers {covered.months} months, the series {series.months}; "
                f"put it into a series of its own, such as P{covered.months}M"
            ),
        )


def check_report(seed: Seed, entity: Entity) -> IssueIterator:
    """A second report comes from a second source."""
    if isinstance(entity, Report):
        first = find_entity(seed, Observation, entity, "observation")
        if first and first.source == entity.source:
            yield ("source",), f"found {entity.source}; a report comes from another source"


def check_edition(seed: Seed, entity: Entity) -> IssueIterator:
    """A year's outcomes and commitments come from a press conference that the API is built on."""
    if not isinstance(entity, Outcome | PriorityArea):
        return
    source = find_entity(seed, Source, entity, "source")
    if source is None:
        return
    if source.edition is None:
        yield ("source",), f"found {entity.source}; name a source that has an edition"
        return
    right = source.edition if isinstance(entity, Outcome) else source.edition + 1
    if entity.year != right:
        yield ("year",), f"found {entity.year}; the edition of its source makes it {right}"


def check_action(seed: Seed, entity: Entity) -> IssueIterator:
    """An action belongs to a priority area of its own year."""
    if isinstance(entity, Action):
        area = find_entity(seed, PriorityArea, entity, "priority_area")
        if area and area.year != entity.year:
            yield ("year",), f"found {entity.year}; its priority area is of {area.year}"


def check_pairs(_: Seed, entity: Entity) -> IssueIterator:
    """What makes sense only together stands together."""
    if isinstance(entity, Source) and entity.published_precision is Precision.MONTH:
        last = monthrange(entity.published_on.year, entity.published_on.month)[1]
        if entity.published_on.day != last:
            right = entity.published_on.replace(day=last)
            yield ("published_on",), f"found {entity.published_on}; of a month write {right}"
    if isinstance(entity, PriorityArea) and (entity.aim is None) != (entity.aim_locator is None):
        yield ("aim",), "write both aim and aim_locator, or neither"
    if isinstance(entity, Source) and entity.held_on and entity.published_on < entity.held_on:
        yield ("published_on",), f"found {entity.published_on}; the event was on {entity.held_on}"


CHECKS: tuple[Callable[[Seed, Entity], IssueIterator], ...] = (
    check_references,
    check_locators,
    check_observation,
    check_growth_rate,
    check_breaks,
    check_report,
    check_edition,
    check_action,
    check_pairs,
)


def find_entity(seed: Seed, kind: type[AnyEntity], entity: Entity, name: str) -> AnyEntity | None:
    """Find the entity that a field names, if it is valid."""
    return seed.get_all(kind).get(getattr(entity, name, None) or "")
