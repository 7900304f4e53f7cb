"""Convert a valid seed to table rows; their order and their keys depend on the seed alone."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache, partial
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy import Table
from sqlmodel import SQLModel

from app.db import models
from app.db.models.base import KeyedModel, Row, Values, build_text_columns
from app.enums import ChangeMeasure, ReportRelation
from app.i18n import (
    Bilingual,
    Language,
    format_carrier,
    format_change,
    format_published_day,
    format_source_line,
    format_title,
    format_value,
)
from app.ingest import schema
from app.ingest.commitments import build_quantity_columns, build_report_rows, find_status
from app.ingest.contradictions import build_contradiction_columns, build_contradictory_rows
from app.ingest.editions import build_selection_rows, map_sources
from app.ingest.history import build_change_rows, list_releases
from app.ingest.passages import build_passage_rows, count_passages
from app.ingest.published_numbers import PrintedNumber, cite_briefly, find_suffix, label_period
from app.ingest.schema import RECORD_KINDS, Entity, list_paths, list_references
from app.ingest.schema.base import count_decimals
from app.ingest.seed import Seed
from app.ingest.vintages import Vintage, assign_vintages, describe_revision

Ids = dict[type[Entity], dict[str, int]]
Days = tuple[date, date]
"""The first and the last day of a period."""

MODELS: dict[type[Entity], type[KeyedModel]] = {
    kind: getattr(models, kind.__name__) for kind in RECORD_KINDS
}
"""The table of each collection: the model of the same name."""

COLUMN_NAMES = {
    "base_period.start": "base_start",
    "base_period.end": "base_end",
    "bounds.lower": "lower_bound",
    "bounds.upper": "upper_bound",
    "goal.text.en": "goal_en",
    "goal.text.zh": "goal_zh",
    "published.multiplier": "multiplier",
    "published.decimals": "decimals",
    "title.printed": "printed_title",
}
"""The columns that are not named after the path of their field, as ``period_start`` is."""


class LinkTable(NamedTuple):
    """The table that stores a list of references, and its two columns."""

    field: str
    target: type[Entity]
    table: Table
    owner_column: str
    target_column: str


def get_sql_table(table: type[SQLModel] | Table) -> Table:
    return table if isinstance(table, Table) else SQLModel.metadata.tables[str(table.__tablename__)]


@cache
def map_columns(kind: type[Entity]) -> dict[str, str]:
    references = {reference.field for reference in list_references(kind)}
    columns = {
        path: f"{path}_id"
        if path in references
        else COLUMN_NAMES.get(path) or path.replace(".", "_")
        for path in list_paths(kind)
    }
    stored = get_sql_table(MODELS[kind]).columns
    return {path: column for path, column in columns.items() if column in stored}


@cache
def list_links(kind: type[Entity]) -> tuple[LinkTable, ...]:
    owner = MODELS[kind]
    return tuple(
        LinkTable(
            reference.field,
            reference.target,
            models.LINK_TABLES[owner, target],
            f"{owner.__tablename__}_id",
            f"{target.__tablename__}_id",
        )
        for reference in list_references(kind)
        if reference.is_list
        for target in [MODELS[reference.target]]
    )


def build_rows(seed: Seed, seed_hash: str, schema_revision: str) -> Iterator[Row]:
    """Return all rows of the database; a row comes after those that it refers to."""
    ids = assign_ids(seed)
    yield models.Release, build_release_row(seed, seed_hash, schema_revision)
    for kind, table in MODELS.items():
        derived = derive_columns(seed, kind, ids)
        entities = seed.get_all(kind)
        # Sorting is stable: figures of one day stay in the order in which they refer to each other.
        for key in sorted(derived, key=lambda key: str(derived[key].get("vintage"))):
            own = {"id": ids[kind][key], "code": key}
            yield table, {**own, **build_columns(entities[key], ids), **derived[key]}
    yield from build_speaker_rows(seed, ids[schema.Event])
    yield from build_break_rows(seed, ids[schema.Series])
    yield from build_report_rows(seed, ids)
    yield from build_contradictory_rows(seed, ids)
    yield from build_passage_rows(seed, ids[schema.Source])
    yield from build_link_rows(seed, ids)
    yield from build_selection_rows(seed, ids)
    yield from build_change_rows(seed)


def assign_ids(seed: Seed) -> Ids:
    """Number the records of each collection in the order of their keys.

    Series are numbered by the position of their indicator first, and figures by series and period,
    so that rows that are read together are stored together.
    """

    def get_position(series: str) -> int:
        indicator = seed.get_all(schema.Series)[series].indicator
        return seed.get_all(schema.Indicator)[indicator].position

    def get_figure_order(figure: schema.Figure) -> tuple[object, ...]:
        series = figure.series
        return get_position(series), series, *get_days(figure), figure.source

    orders: dict[type[Entity], Callable[[str], tuple[object, ...]]] = {
        schema.Series: lambda key: (get_position(key), key),
        schema.Observation: lambda key: get_figure_order(seed.get_all(schema.Observation)[key]),
        schema.GrowthRate: lambda key: get_figure_order(seed.get_all(schema.GrowthRate)[key]),
    }
    return {
        kind: {
            key: number
            for number, key in enumerate(sorted(seed.get_all(kind), key=orders.get(kind)), start=1)
        }
        for kind in MODELS
    }


def build_release_row(seed: Seed, seed_hash: str, schema_revision: str) -> Values:
    code, newest = list(list_releases(seed).items())[-1]
    return {
        "id": 1,
        "seed_hash": seed_hash,
        "schema_revision": schema_revision,
        "code": code,
        "released_on": newest.date,
        **build_text_columns(note=newest.note),
        "counts": {
            kind.collection.replace("-", "_"): len(seed.get_all(kind))
            for kind in sorted(MODELS, key=lambda kind: kind.collection)
        }
        | {"passages": count_passages(seed)},
    }


def build_columns(entity: Entity, ids: Ids) -> Values:
    kind = type(entity)
    targets = {reference.field: reference.target for reference in list_references(kind)}
    columns: Values = {}
    for path, column in map_columns(kind).items():
        value: object = entity
        for name in path.split("."):
            value = getattr(value, name, None)
        is_key = path in targets and value is not None
        columns[column] = ids[targets[path]][str(value)] if is_key else value
    return columns


def build_speaker_rows(seed: Seed, ids: dict[str, int]) -> Iterator[Row]:
    for key, number in ids.items():
        for position, speaker in enumerate(seed.get_all(schema.Event)[key].speakers, start=1):
            texts = build_text_columns(name=speaker.name, office=speaker.office)
            yield models.EventSpeaker, {"event_id": number, "position": position, **texts}


def build_break_rows(seed: Seed, ids: dict[str, int]) -> Iterator[Row]:
    for key, number in ids.items():
        for found in seed.get_all(schema.Series)[key].breaks:
            note = build_text_columns(note=found.note)
            yield models.SeriesBreak, {"series_id": number, "start": found.start, **note}


def build_link_rows(seed: Seed, ids: Ids) -> Iterator[Row]:
    for kind in MODELS:
        for link in list_links(kind):
            for key, owner in ids[kind].items():
                for target in sorted(getattr(seed.get_all(kind)[key], link.field)):
                    number = ids[link.target][target]
                    yield link.table, {link.owner_column: owner, link.target_column: number}


def derive_own_columns(seed: Seed, kind: type[Entity], ids: Ids) -> dict[str, Values]:
    """Return the columns of a collection that follow from one entity and its edition, by key."""
    derived: dict[str, Values] = {}
    editions = map_sources(seed)
    for key, one in seed.get_all(kind).items():
        match one:
            case schema.Source():
                edition = editions.get(key)
                derived[key] = {**build_source_texts(one), "edition": edition and edition.year}
            case schema.Edition():
                derived[key] = {"completeness": one.completeness}
            case schema.Outcome():
                derived[key] = {"edition": one.year + 1}
            case schema.Action():
                derived[key] = {"status": find_status(seed, key)}
            case schema.Commitment():
                target = build_quantity_columns(one.target, ids[schema.Unit])
                derived[key] = {f"target_{name}": value for name, value in target.items()}
            case _:
                derived[key] = {}
    return derived


def derive_columns(seed: Seed, kind: type[Entity], ids: Ids) -> dict[str, Values]:
    """Return the columns of a collection that follow from several entities, by key."""
    derived = derive_own_columns(seed, kind, ids)
    if kind is schema.Series:
        derived |= summarize_series(seed, ids[kind])
    if kind is schema.Contradiction:
        derived |= build_contradiction_columns(seed)
    if kind is schema.Report:
        derived |= {
            key: {"relation": find_relation(seed, one)}
            for key, one in seed.get_all(schema.Report).items()
        }
    if kind is schema.GrowthRate:
        rates = seed.get_all(schema.GrowthRate)
        for key, vintage in assign_vintages(seed, kind).items():
            derived[key] = {**build_vintage_columns(vintage), **describe_rate(seed, rates[key])}
    if kind is schema.Observation:
        figures = seed.get_all(schema.Observation)
        derived.clear()
        after_break = find_periods_after_breaks(seed)
        for key, vintage in assign_vintages(seed, kind).items():
            figure = figures[key]
            previous = figures.get(vintage.previous or "")
            rounding = PrintedNumber.from_observation(seed, figure).rounding
            derived[key] = {
                **build_vintage_columns(vintage),
                **format_observation(seed, figure),
                "rounding_lower": rounding.lower,
                "rounding_upper": rounding.upper,
                "break_before": (figure.series, get_days(figure)) in after_break,
                "previous_id": ids[kind][vintage.previous] if vintage.previous else None,
                "revision": describe_revision(figure, previous) if previous else None,
            }
    return derived


def build_source_texts(source: schema.Source) -> Values:
    """Return the titles as displayed, the source line, and the citations without a location."""
    title, publisher, carrier = format_titles(source), source.publisher, source.carrier
    texts: Values = {"title_kind": source.title_kind, **build_text_columns(title=title)}
    for one in Language:
        published = format_published_day(source.published_on, source.published_precision, one)
        line = format_source_line(title.get(one), publisher.get(one), published, one)
        texts[f"line_{one}"] = line
        texts[f"citation_{one}"] = line + format_carrier(carrier.get(one) if carrier else None, one)
        texts[f"short_citation_{one}"] = cite_briefly(source, None, one)
    return texts


def format_titles(source: schema.Source) -> Bilingual:
    title = source.title
    return Bilingual(format_title(title.en, title.printed), format_title(title.zh, title.printed))


def format_observation(seed: Seed, figure: schema.Observation) -> Values:
    """Return the texts of a figure: its number with qualifier and unit, and its period."""
    series = seed.get_all(schema.Series)[figure.series]
    classifier = seed.get_all(schema.Indicator)[series.indicator].classifier
    suffix, published = find_suffix(seed, series.unit, classifier), figure.published
    number = figure.value, published.multiplier, published.decimals, figure.qualifier
    display = Bilingual(*(format_value(*number, suffix.get(one), one) for one in Language))
    return build_text_columns(display=display, period_label=label_period(figure.period, series))


def describe_rate(seed: Seed, rate: schema.GrowthRate) -> Values:
    """Return the printed decimals of a growth rate, and its texts: the change and the periods."""
    series = seed.get_all(schema.Series)[rate.series]
    unit = seed.get_all(schema.Unit)[series.unit]
    decimals = count_decimals(rate.value)
    change = partial(format_change, rate.value, decimals, measure=rate.measure)
    is_points = rate.measure is ChangeMeasure.PERCENTAGE_POINTS
    names = Bilingual(unit.suffix.en.strip(), unit.name.zh)
    texts = build_text_columns(
        display=Bilingual(*map(change, Language)),
        display_with_unit=Bilingual(
            *(change(one, unit=None if is_points else names.get(one)) for one in Language)
        ),
        period_label=label_period(rate.period, series),
        base_label=label_period(rate.base_period, series),
    )
    return {"decimals": decimals, **texts}


def find_relation(seed: Seed, report: schema.Report) -> ReportRelation:
    """Documents of one event, or of one authority, do not confirm each other independently."""
    sources = seed.get_all(schema.Source)
    source = sources[seed.get_all(schema.Observation)[report.observation].source]
    other = sources[report.source]
    if source.event is not None and source.event == other.event:
        return ReportRelation.SAME_EVENT
    is_same_authority = source.body.en == other.body.en
    return ReportRelation.SAME_AUTHORITY if is_same_authority else ReportRelation.INDEPENDENT


def get_days(figure: schema.Figure) -> Days:
    return figure.period.start, figure.period.end


def list_periods(seed: Seed) -> dict[str, list[Days]]:
    periods: dict[str, set[Days]] = {key: set() for key in seed.get_all(schema.Series)}
    for figure in seed.get_all(schema.Observation).values():
        periods[figure.series].add(get_days(figure))
    return {key: sorted(days) for key, days in periods.items()}


def find_periods_after_breaks(seed: Seed) -> set[tuple[str, Days]]:
    """Find the periods between which and the one before there is a break, with their series."""
    return {
        (key, period)
        for key, periods in list_periods(seed).items()
        for found in seed.get_all(schema.Series)[key].breaks
        for previous, period in pairwise(periods)
        if previous[1] < found.start <= period[1]
    }


def summarize_series(seed: Seed, ids: dict[str, int]) -> dict[str, Values]:
    all_series = seed.get_all(schema.Series)
    siblings: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for key in sorted(all_series):
        siblings[all_series[key].list_content()].append(key)
    return {
        key: {
            "stock_flow": all_series[key].stock_flow,
            "duration": all_series[key].duration,
            "observations": len(periods),
            "first_period_start": periods[0][0] if periods else None,
            "first_period_end": periods[0][1] if periods else None,
            "last_period_start": periods[-1][0] if periods else None,
            "last_period_end": periods[-1][1] if periods else None,
            "other_unit_id": next(
                (ids[other] for other in siblings[all_series[key].list_content()] if other != key),
                None,
            ),
        }
        for key, periods in list_periods(seed).items()
    }


def build_vintage_columns(vintage: Vintage) -> Values:
    period = {"current_from": vintage.current_from, "current_until": vintage.current_until}
    return {"vintage": vintage.known_on, **period}
