"""Figures and code lists as SDMX takes them: series first, then their figures, bit by bit."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    exists,
    func,
    or_,
    select,
    tuple_,
)

from app.db.columns import Record, alias_table, localized_column
from app.db.models import (
    Area,
    Change,
    GrowthRate,
    Indicator,
    Observation,
    ReleaseEntry,
    Series,
    SeriesBreak,
    Source,
    Unit,
)
from app.i18n import Language
from app.parameters.sdmx import SdmxFilters, SeriesKey, Span, months_from
from app.queries.vintages import current_conditions

Group: Any = Series
Figure: Any = Observation
Rate: Any = GrowthRate
Measured: Any = Indicator
Measure: Any = Unit
Origin: Any = Source
Break: Any = SeriesBreak
Done: Any = Change
Entry: Any = ReleaseEntry
Reporter: Any = alias_table(Area, "sdmx_reporter")
Counterpart: Any = alias_table(Area, "sdmx_counterpart")

CHUNK = 500
"""How many series are read at once."""

SERIES: dict[str, tuple[ColumnElement[Any], ColumnElement[Any] | None, ColumnElement[Any]]] = {
    "REF_AREA": (Reporter.code, Reporter.id, Group.reporting_area_id),
    "COUNTERPART_AREA": (Counterpart.code, Counterpart.id, Group.counterpart_area_id),
    "INDICATOR": (Measured.code, Measured.id, Group.indicator_id),
    "UNIT_MEASURE": (Measure.code, Measure.id, Group.unit_id),
    "DURATION": (Group.months, None, Group.months),
}
"""The dimensions that tell series apart: the column of the code, and how a series names it."""


class SeriesData(NamedTuple):
    """A series with its figures in the order of periods."""

    series: Record
    figures: Sequence[Record]


def read_series(
    connection: Connection, language: Language, selection: SdmxFilters, *, figures: bool = True
) -> Iterator[list[SeriesData]]:
    """Read the series that match, each with its figures; series without any are left out.

    Args:
        connection: the database.
        language: the language of the texts.
        selection: what to find.
        figures: whether the figures are read, or only the series that have some.
    """
    last = 0
    breaks = read_breaks(connection, language)
    while True:
        rows = (
            connection.execute(select_series_after(selection, last).limit(CHUNK)).mappings().all()
        )
        if not rows:
            return
        last = rows[-1]["number"]
        if not figures:
            yield [SeriesData(dict(row), ()) for row in rows]
            continue
        numbers = [row["number"] for row in rows]
        by_series = defaultdict(list)
        for figure in connection.execute(
            select_observations(language, selection, numbers)
        ).mappings():
            number = figure["series"]
            known = [
                f"{start}: {note}"
                for start, note in breaks.get(number, ())
                if start <= figure["last"]
            ]
            by_series[number].append(dict(figure) | {"breaks": known})
        yield [
            SeriesData(dict(row), by_series[row["number"]])
            for row in rows
            if row["number"] in by_series
        ]


def select_series_after(selection: SdmxFilters, last: int) -> Select[Any]:
    """Select the series that match and have a figure that does, from a number on."""
    columns = (Group.id.label("number"), *(one[0].label(name) for name, one in SERIES.items()))
    matching = select_matching_series(selection).where(Group.id > last)
    return matching.with_only_columns(*columns).order_by(Group.id)


def join_dimensions(statement: Select[Any]) -> Select[Any]:
    """Join to series what their keys are made of."""
    statement = statement.select_from(Series)
    for name, table in (
        ("REF_AREA", Reporter),
        ("COUNTERPART_AREA", Counterpart),
        ("INDICATOR", Indicator),
        ("UNIT_MEASURE", Unit),
    ):
        target: Any
        _, target, own = SERIES[name]
        statement = statement.join(table, target == own)
    return statement


def key_condition(key: SeriesKey) -> ColumnElement[bool]:
    """Hold a series against the values of a key."""
    conditions: list[ColumnElement[bool]] = [Group.id.is_not(None)]
    for name, (column, _, _) in SERIES.items():
        if name in key:
            values: Sequence[Any] = sorted(key[name])
            if name == "DURATION":
                values = [int(value[1:-1]) for value in values]
            conditions.append(column.in_(values))
    return and_(*conditions)


def has_matching_observation(selection: SdmxFilters) -> ColumnElement[bool]:
    """Tell whether a series has a figure that matches; a series counts its own."""
    if is_unfiltered(selection):
        counted: ColumnElement[bool] = Group.observations > 0
        return counted
    matching = select(Figure.id).select_from(Observation)
    return exists(
        matching.outerjoin(GrowthRate, join_growth(selection))
        .where(Figure.series_id == Group.id, *observation_conditions(selection))
        .correlate(Series)
    )


def is_unfiltered(selection: SdmxFilters) -> bool:
    """Tell whether all figures that hold are asked for, of whatever series."""
    return replace(selection, keys=(), first=None, last=None) == SdmxFilters()


def observation_conditions(selection: SdmxFilters) -> list[ColumnElement[bool]]:
    """Give the conditions on figures."""
    conditions: list[ColumnElement[bool]] = list(current_conditions(Observation, selection.as_of))
    if selection.history:
        conditions = [Figure.current_from < Figure.current_until]
    if selection.since is not None:
        conditions.append(Figure.period_start >= selection.since)
    if selection.until is not None:
        conditions.append(Figure.period_end <= selection.until)
    if selection.periods:
        spans = sorted(selection.periods)
        conditions.append(tuple_(Figure.period_start, Figure.period_end).in_(spans))
    if selection.updated_after is not None:
        conditions.append(
            or_(
                Figure.code.in_(select_changed("observations", selection.updated_after)),
                Rate.code.in_(select_changed("growth-rates", selection.updated_after)),
            )
        )
    return conditions


def select_changed(collection: str, since: date) -> Select[Any]:
    """Select the records that releases of a day or later added or changed."""
    return (
        select(Done.record)
        .join(ReleaseEntry, Entry.id == Done.release_entry_id)
        .where(Done.collection == collection, Entry.released_on >= since)
    )


def join_growth(selection: SdmxFilters) -> ColumnElement[bool]:
    """Join the published growth to a figure."""
    return and_(
        Rate.series_id == Figure.series_id,
        Rate.period_start == Figure.period_start,
        *current_conditions(GrowthRate, selection.as_of),
    )


def select_observations(
    language: Language, selection: SdmxFilters, numbers: Sequence[int]
) -> Select[Any]:
    """Select the figures of some series, in the order of series and periods."""
    order = (Figure.period_start, Figure.current_from, Figure.source_id)
    statement = (
        select(
            Figure.series_id.label("series"),
            Figure.code.label("id"),
            Figure.period_start.label("first"),
            Figure.period_end.label("last"),
            Figure.value.label("value"),
            Figure.published_value.label("published"),
            Figure.multiplier.label("multiplier"),
            Figure.decimals.label("decimals"),
            Figure.qualifier.label("qualifier"),
            Figure.lower_bound.label("lower"),
            Figure.upper_bound.label("upper"),
            Figure.status.label("status"),
            localized_column(Observation, "wording", language).label("wording"),
            Figure.vintage.label("vintage"),
            Figure.current_from.label("current_from"),
            Figure.current_until.label("current_until"),
            Figure.locator.label("locator"),
            Origin.code.label("source"),
            Rate.value.label("growth"),
            Rate.basis.label("basis"),
        )
        .select_from(Observation)
        .join(Source, Origin.id == Figure.source_id)
        .outerjoin(GrowthRate, join_growth(selection))
        .where(Figure.series_id.in_(numbers), *observation_conditions(selection))
    )
    if selection.first is None and selection.last is None:
        return statement.order_by(Figure.series_id, *order)
    return filter_ends(statement, order, selection)


def filter_ends(
    statement: Select[Any], order: Sequence[ColumnElement[Any]], selection: SdmxFilters
) -> Select[Any]:
    """Keep the first and the last figures of each series."""

    def place(*ordered: ColumnElement[Any]) -> ColumnElement[int]:
        return func.row_number().over(partition_by=Figure.series_id, order_by=ordered)

    numbered = statement.add_columns(
        place(*order).label("place"), place(*(one.desc() for one in order)).label("from_end")
    ).subquery()
    columns = numbered.c
    return (
        select(*(columns[name] for name in statement.selected_columns.keys()))  # noqa: SIM118
        .where(
            or_(columns.place <= (selection.first or 0), columns.from_end <= (selection.last or 0))
        )
        .order_by(columns.series, columns.place)
    )


def read_breaks(connection: Connection, language: Language) -> Mapping[int, list[tuple[date, str]]]:
    """Read the breaks of all series; they are written by hand, and few."""
    note = localized_column(SeriesBreak, "note", language)
    statement = select(Break.series_id, Break.start, note).order_by(Break.series_id, Break.start)
    breaks = defaultdict(list)
    for number, start, text in connection.execute(statement):
        breaks[number].append((start, text))
    return breaks


def read_dimension_values(
    connection: Connection, selection: SdmxFilters
) -> dict[str, list[str | int]]:
    """Find the values of each dimension that matching series have.

    Returns:
        The sorted values by dimension; nothing at all where no series matches.
    """
    columns = [one[0].label(name) for name, one in SERIES.items()]
    rows = connection.execute(select_matching_series(selection).with_only_columns(*columns))
    return {
        name: sorted(set(column))
        for name, column in zip(SERIES, zip(*rows, strict=True), strict=False)
    }


def select_matching_series(selection: SdmxFilters) -> Select[Any]:
    """Select the numbers of the series that match and have a figure that does."""
    matching = join_dimensions(select(Group.id)).where(has_matching_observation(selection))
    if selection.keys:
        matching = matching.where(or_(*(key_condition(key) for key in selection.keys)))
    return matching


def read_covered_span(connection: Connection, selection: SdmxFilters) -> Span | None:
    """Find the first and the last day of the periods that match; None if there are none.

    Where all periods are asked for, the series know theirs, and no figure is read.
    """
    matching = select_matching_series(selection)
    if is_unfiltered(selection):
        edges = (func.min(Group.first_period_start), func.max(Group.last_period_start))
        rows = connection.execute(
            matching.with_only_columns(Group.months, *edges).group_by(Group.months)
        ).all()
        spans = [(first, months_from(last, length)[1]) for length, first, last in rows]
    else:
        statement = (
            select(func.min(Figure.period_start), func.max(Figure.period_end))
            .select_from(Observation)
            .outerjoin(GrowthRate, join_growth(selection))
            .where(Figure.series_id.in_(matching), *observation_conditions(selection))
        )
        spans = [(first, last) for first, last in connection.execute(statement) if first]
    if not spans:
        return None
    return min(first for first, _ in spans), max(last for _, last in spans)
