"""What no file can show by itself: references, places in sources, comparable periods."""

from calendar import monthrange
from collections.abc import Callable, Iterator
from typing import TypeVar

from app.seeding.documents import (
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
from app.seeding.faults import Fault, did_you_mean
from app.seeding.reader import Path
from app.seeding.releases import history_faults
from app.seeding.rivals import rivalries
from app.seeding.validation import Seed
from app.vocabulary import Precision, Qualifier

E = TypeVar("E", bound=Entity)

Found = Iterator[tuple[Path, str]]
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


def cross_check(seed: Seed) -> list[Fault]:
    """Hold the valid entities of a seed against one another."""
    faults = []
    for (kind, key), document in sorted(seed.documents.items(), key=lambda item: item[1].file):
        entity = seed.entities[kind].get(key)
        if entity is None:
            continue
        for check in CHECKS:
            faults += [document.fault(path, message) for path, message in check(seed, entity)]
    return [*faults, *rivalries(seed), *history_faults(seed)]


def references(seed: Seed, entity: Entity) -> Found:
    """Every key that is named has a file, and is named once."""
    for name, kind in REFERENCES.items():
        value = getattr(entity, name, None)
        keys: list[str] = value if isinstance(value, list) else [value] if value else []
        for index, key in enumerate(keys):
            path: Path = (name, index) if isinstance(value, list) else (name,)
            if not seed.has(kind, key):
                hint = did_you_mean(key, seed.keys(kind))
                yield path, f"found '{key}'; {hint}there is no {kind.collection}/{key}.yaml"
            elif key in keys[:index]:
                yield path, f"'{key}' stands twice; keep one"


def places(seed: Seed, entity: Entity) -> Found:
    """A locator points at a paragraph and sentence that the source has."""
    source = entity if isinstance(entity, Source) else known(seed, Source, entity, "source")
    if source is None or source.sentences is None:
        return
    if isinstance(entity, Source):
        if entity.goal:
            yield from place(source, ("goal", "locator"), entity.goal.locator)
        return
    for name in ("locator", "aim_locator"):
        locator = getattr(entity, name, None)
        if locator:
            yield from place(source, (name,), locator)
        elif name == "locator" and hasattr(entity, name):
            yield (name,), "is missing; say where the source states it, such as P2.S2"


def place(source: Source, path: Path, locator: str) -> Found:
    """Check one locator against the number of paragraphs and sentences."""
    sentences = source.sentences or []
    paragraph, _, sentence = locator.removeprefix("P").partition(".S")
    if int(paragraph) > len(sentences):
        yield path, f"found {locator}; the source has paragraphs P1 to P{len(sentences)}"
    elif sentence and int(sentence) > sentences[int(paragraph) - 1]:
        last = sentences[int(paragraph) - 1]
        yield path, f"found {locator}; the paragraph has sentences S1 to S{last}"


def observation(seed: Seed, entity: Entity) -> Found:
    """A figure agrees with its print, its limits and its series."""
    if not isinstance(entity, Observation):
        return
    yield from print_of(entity)
    yield from limits(entity)
    yield from period(seed, entity, "period")


def growth_rate(seed: Seed, entity: Entity) -> Found:
    """A rate of growth leads from one period of its series to a later one."""
    if not isinstance(entity, GrowthRate):
        return
    yield from period(seed, entity, "period")
    yield from period(seed, entity, "base_period")
    start = entity.period.start
    if entity.base_period.end >= start:
        yield ("base_period",), f"ends {entity.base_period.end}; write one that ends before {start}"


def breaks(_: Seed, entity: Entity) -> Found:
    """A break stands at the beginning of a month, and once."""
    if not isinstance(entity, Series):
        return
    starts = [one.start for one in entity.breaks]
    for index, start in enumerate(starts):
        if start.day != 1:
            yield ("breaks", index, "start"), f"found {start}; write the first day of a month"
        elif start in starts[:index]:
            yield ("breaks", index, "start"), f"found {start} twice; remove one of the two breaks"


def print_of(entity: Observation) -> Found:
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


def limits(entity: Observation) -> Found:
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


def period(seed: Seed, entity: Observation | GrowthRate, name: str) -> Found:
    """A period is whole months, as many as its series has, so that only like meets like."""
    covered: Period = getattr(entity, name)
    series = known(seed, Series, entity, "series")
    if covered.end < covered.start:
        yield (name, "end"), f"found {covered.end}; write a day after {covered.start}"
    elif not covered.is_whole_months():
        yield (name,), "write whole months: the first day of one to the last day of another"
    elif series and covered.months != series.months:
        yield (
            (name,),
            (
                f"covers {covered.months} months, the series {series.months}; "
                f"put it into a series of its own, such as P{covered.months}M"
            ),
        )


def report(seed: Seed, entity: Entity) -> Found:
    """A second report comes from a second source."""
    if isinstance(entity, Report):
        first = known(seed, Observation, entity, "observation")
        if first and first.source == entity.source:
            yield ("source",), f"found {entity.source}; a report comes from another source"


def edition(seed: Seed, entity: Entity) -> Found:
    """A year's outcomes and commitments come from a press conference that the API is built on."""
    if not isinstance(entity, Outcome | PriorityArea):
        return
    source = known(seed, Source, entity, "source")
    if source is None:
        return
    if source.edition is None:
        yield ("source",), f"found {entity.source}; name a source that has an edition"
        return
    right = source.edition if isinstance(entity, Outcome) else source.edition + 1
    if entity.year != right:
        yield ("year",), f"found {entity.year}; the edition of its source makes it {right}"


def action(seed: Seed, entity: Entity) -> Found:
    """An action belongs to a priority area of its own year."""
    if isinstance(entity, Action):
        area = known(seed, PriorityArea, entity, "priority_area")
        if area and area.year != entity.year:
            yield ("year",), f"found {entity.year}; its priority area is of {area.year}"


def pairs(_: Seed, entity: Entity) -> Found:
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


CHECKS: tuple[Callable[[Seed, Entity], Found], ...] = (
    references,
    places,
    observation,
    growth_rate,
    breaks,
    report,
    edition,
    action,
    pairs,
)


def known(seed: Seed, kind: type[E], entity: Entity, name: str) -> E | None:
    """Find the entity that a field names, if it is valid."""
    return seed.all(kind).get(getattr(entity, name, None) or "")
