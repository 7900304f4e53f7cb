"""The charts of an indicator, of a series, of all that an edition states, and of a commitment."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from app.db.columns import Record
from app.enums import CommitmentKind, Completeness, Qualifier, StockFlow
from app.formats.charts import labels
from app.formats.charts.model import (
    Chart,
    DataPoint,
    Panel,
    Tile,
    TileGroup,
    create_chart,
    format_gap,
    is_comparable,
    is_connected,
)
from app.formats.citations import list_remarks
from app.formats.sentences import describe_deadline
from app.i18n import MONTHS, Bilingual, Language, format_day, format_locator

TARGETS = {
    CommitmentKind.PLEDGE: Bilingual("Target, announced {day}", "{day}宣布的目标"),
    CommitmentKind.EXPECTATION: Bilingual("Expectation, stated {day}", "{day}提出的预期"),
    CommitmentKind.RESULT_LIST: Bilingual("Number of results, listed {day}", "{day}所列成果数"),
}
COMPARABLE = Bilingual("Target and readings", "目标与后续数据")
OTHER_MEASURE = Bilingual("Counted differently", "统计口径不同")
DISTANCE = Bilingual("Computed for this chart: {text} ({day}).", "本图计算：{text}（{day}）。")
NO_READING = Bilingual(
    "No later reading was found; last searched on {day}.", "未查到后续数据，最近检索日期：{day}。"
)
NO_NUMBER = Bilingual("The commitment states no number.", "该承诺未提出具体数目。")
COMMITMENT_NOTES = {
    CommitmentKind.EXPECTATION: Bilingual(
        "An expectation of the speaker, not a pledge.", "此为讲话人提出的预期，并非承诺。"
    ),
    CommitmentKind.RESULT_LIST: Bilingual(
        "A list of results, not a pledge.", "此为成果清单，并非承诺。"
    ),
}
"""What a commitment is that is not a pledge."""


def build_data_point(chart: Chart, point: Record, *, with_locator: bool = False) -> DataPoint:
    """Build a figure, and add its source and notes to the chart.

    With a locator, the figure itself and not the list of sources names its place in the source.
    """
    citation = point["source"]["line"] if with_locator else point["citation"]["full"]
    source = chart.add_citation(citation)
    growth = point["growth"]
    # A chart of several indicators also names the one of the figure.
    names = [point["indicator"]["name"]] if with_locator else []
    names.append(point["period"]["label"])
    for remark in list_remarks(point):
        chart.add_named_note([*names, point["display"]], remark)
    # Figures in two units may have the same rate, whose note is shown once.
    if growth and growth["id"] not in chart.rates:
        chart.rates.append(growth["id"])
        for remark in list_remarks(growth):
            chart.add_named_note([*names, growth["display"]], remark)
    growth_source = chart.add_citation(growth["citation"]["full"]) if growth else None
    reference = f" {labels.format_source_number(growth_source)}" if growth_source else ""
    return DataPoint(
        period=point["period"]["label"],
        display=point["display"],
        value=point["value"],
        qualifier=Qualifier(point["qualifier"]),
        unit=point["unit"]["code"],
        growth=growth and growth["display"] + reference,
        source=source,
        locator=format_locator(point["locator"], chart.language) if with_locator else None,
        start=point["period"]["start"],
        end=point["period"]["end"],
        is_flow=point["stock_flow"] == StockFlow.FLOW,
        decimals=point["published"]["decimals"],
        multiplier=point["published"]["multiplier"],
        unit_name=point["unit"]["name"],
        growth_source=growth_source,
    )


def build_indicator_chart(
    indicator: Record, found: Record, release: str, language: Language
) -> Chart:
    """Build the chart of an indicator: its newest figure, and a panel for each series."""
    chart = create_chart(indicator["name"], release, language)
    headline = indicator["headline"]
    headline_series = headline["series"] if headline else None
    series = sorted(found["series"], key=lambda one: one["code"] != headline_series)
    if newest := find_newest_series(series, headline_series, indicator["unit"]["code"]):
        figure = build_data_point(chart, newest["points"][-1])
        chart.headline = replace(figure, coverage=newest["coverage"]["name"])
    single = []
    for one in series:
        panel = build_panel(chart, one, indicator)
        if len(panel.figures) > 1:
            chart.panels.append(panel)
        elif one is not newest:
            name = language.comma.join([panel.heading, panel.unit])
            single += [Tile(name, figure, coverage=panel.coverage) for figure in panel.figures]
    if single:
        chart.groups = [TileGroup(labels.OTHER_SERIES.get(language), single)]
    add_footnotes(chart)
    if found["hidden"]:
        chart.add_note(labels.HIDDEN_SERIES.format(count=found["hidden"]).get(language))
    return chart


def find_newest_series(
    series: Sequence[Record], headline_series: str | None, unit: str
) -> Record | None:
    """Find the series whose newest figure a chart says first.

    It is of a full year, a day or a total, or continues the headline, unless there are only
    others: two months of this year are not news about the last. Of several with the same newest
    period, that in the unit of the indicator is found.
    """
    drawn = [one for one in series if one["points"]]
    usual = [
        one
        for one in drawn
        if one["code"] == headline_series
        or one["stock_flow"] != StockFlow.FLOW
        or one["months"] == MONTHS
    ]

    def rank(one: Record) -> tuple[date, bool]:
        return one["points"][-1]["period"]["end"], one["unit"]["code"] == unit

    return max(usual or drawn, key=rank, default=None)


def find_card_observation(indicator: Record, found: Record) -> Record | None:
    """Find the figure that the chart of an indicator, and so its card, says first."""
    headline = indicator["headline"]
    series = find_newest_series(
        found["series"], headline and headline["series"], indicator["unit"]["code"]
    )
    figure: Record | None = series and series["points"][-1]
    return figure


def build_series_chart(series: Record, release: str, language: Language) -> Chart:
    chart = create_chart(series["indicator"]["name"], release, language)
    panel = build_panel(chart, series, series)
    if panel.figures:
        chart.headline = replace(panel.figures[-1], coverage=series["coverage"]["name"])
    if len(panel.figures) > 1:
        chart.panels.append(panel)
    add_footnotes(chart)
    chart.add_named_note([panel.heading, panel.unit], series["note"])
    return chart


def add_footnotes(chart: Chart) -> None:
    figures = list(chart.list_data_points())
    if not figures:
        chart.add_note(labels.NO_FIGURES.get(chart.language))
    if len(chart.panels) > 1 or (chart.panels and chart.groups):
        chart.add_note(labels.BLOCKS.get(chart.language))
    if any(one.growth for one in figures):
        chart.add_note(labels.GROWTH.get(chart.language))


def build_panel(chart: Chart, series: Record, indicator: Record) -> Panel:
    language = chart.language
    heading = language.comma.join([series["span"], series["coverage"]["name"]])
    panel_names = add_areas(heading, series, indicator, language), series["unit"]["name"]
    figures: list[DataPoint] = []
    previous: Record | None = None
    for point in series["points"]:
        figure = build_data_point(chart, point)
        for obstacle in point["obstacles"]:
            names = {"period": figure.period, "earlier": obstacle["period"]["label"]}
            name = labels.OBSTACLE_NAME.format(**names).get(language)
            chart.add_named_note([*panel_names, name], obstacle["text"])
        if previous is not None:
            figure = replace(
                figure,
                gap=format_gap(previous, point, language),
                is_comparable=is_comparable(previous, point),
                is_connected=is_connected(previous, point),
            )
        figures.append(figure)
        previous = point
    if series["hidden"]:
        hidden = labels.HIDDEN_POINTS.format(count=series["hidden"]).get(language)
        chart.add_named_note(panel_names, hidden)
    return Panel(*panel_names, figures, has_time=True, coverage=series["coverage"]["name"])


def add_areas(span: str, series: Record, indicator: Record, language: Language) -> str:
    """Add the areas of a series to its heading, unless they are those of its indicator."""
    areas, usual_areas = (
        [record[role]["name"] for role in ("reporting_area", "counterpart_area")]
        for record in (series, indicator)
    )
    if areas == usual_areas:
        return span
    names = {"reporting": areas[0], "counterpart": areas[1]}
    return labels.SERIES_HEADING.format(span=span, **names).get(language)


def build_overview_chart(found: Record, release: str, language: Language) -> Chart:
    """Build the chart of the figures of an edition, and of its priority areas."""
    areas = found["priority_areas"]
    plan_year = areas[0]["year"] if areas else None
    title = labels.format_overview_title(find_reviewed_year(found), plan_year, language)
    chart = create_chart(title, release, language)
    tiles: dict[str, list[Tile]] = {}
    for indicator in found["indicators"]:
        figure = build_data_point(chart, indicator["headline"], with_locator=True)
        figure = replace(figure, coverage=indicator["headline"]["coverage"]["name"])
        tiles.setdefault(indicator["topic"]["name"], []).append(Tile(indicator["name"], figure))
    chart.groups = [build_tile_group(topic, members, language) for topic, members in tiles.items()]
    if areas:
        area_tiles = [build_area_tile(chart, area) for area in areas]
        heading = labels.AREAS_HEADING.format(year=plan_year).get(language)
        chart.groups.append(TileGroup(heading, area_tiles))
    if len({one["headline"]["period"]["months"] for one in found["indicators"]}) > 1:
        chart.notes.insert(0, labels.PERIODS.get(language))
    if found["edition"]["completeness"] != Completeness.COMPLETE:
        chart.notes.insert(0, labels.PARTIAL.get(language))
    add_footnotes(chart)
    return chart


def build_tile_group(topic: str, tiles: Sequence[Tile], language: Language) -> TileGroup:
    """Build the tiles of a topic; its heading names the coverage if all figures share it."""
    tiles = [
        replace(tile, coverage=tile.figure.coverage) if tile.figure else tile for tile in tiles
    ]
    figures = [tile.figure for tile in tiles if tile.figure]
    contexts = dict.fromkeys(figure.period for figure in figures)
    coverages = dict.fromkeys(figure.coverage for figure in figures if figure.coverage)
    if len(coverages) == 1:
        contexts |= coverages
        figures = [replace(figure, coverage=None) for figure in figures]
    english, chinese = ", ".join(contexts), "，".join(contexts)
    heading = Bilingual(f"{topic}, {english}", f"{topic}：{chinese}").get(language)
    named = zip(tiles, figures, strict=True)
    return TileGroup(heading, [replace(tile, figure=figure) for tile, figure in named])


def find_reviewed_year(overview: Record) -> int | None:
    """Return the year of the figures of an overview: the one before its edition, if it has any."""
    year: int = overview["edition"]["year"]
    return year - 1 if overview["indicators"] else None


def build_area_tile(chart: Chart, area: Record) -> Tile:
    language = chart.language
    source = chart.add_citation(area["source"]["line"])
    reference = labels.format_source_number(source, format_locator(area["locator"], language))
    count = len(area["actions"])
    plural = "s" if count != 1 else ""
    recorded = Bilingual(f"recorded as {count} action{plural}", f"收录举措{count}项").get(language)
    lines = [recorded, reference] if count else [reference]
    return Tile(area["title"], position=area["position"], lines=lines)


def build_commitment_chart(commitment: Record, release: str, language: Language) -> Chart:
    """Build a panel of the target with all comparable readings, and one for each other reading.

    Without a comparable reading, the target is the headline.
    """
    chart = create_chart(commitment["name"], release, language)
    target = build_target_point(chart, commitment) if commitment["target"] else None
    readings = [one for one in commitment["readings"] if one["quantity"]]
    same = [build_reading_point(chart, one) for one in readings if one["same_measure"]]
    if target and same:
        unit = commitment["target"]["unit"]["name"]
        chart.panels.append(Panel(COMPARABLE.get(language), unit, [target, *same]))
    else:
        chart.headline = target
    for one in readings:
        if not one["same_measure"]:
            unit = one["quantity"]["unit"]["name"]
            figure = build_reading_point(chart, one)
            chart.panels.append(Panel(OTHER_MEASURE.get(language), unit, [figure]))
    add_notes(chart, commitment)
    return chart


def build_target_point(chart: Chart, commitment: Record) -> DataPoint:
    day = format_day(commitment["event"]["held_on"], chart.language)
    label = TARGETS[CommitmentKind(commitment["kind"])].format(day=day)
    return build_point(chart, commitment, commitment["target"], label.get(chart.language))


def build_reading_point(chart: Chart, reading: Record) -> DataPoint:
    day = format_day(reading["date"], chart.language)
    return build_point(chart, reading, reading["quantity"], day)


def build_point(chart: Chart, record: Record, quantity: Record, period: str) -> DataPoint:
    return DataPoint(
        period=period,
        display=quantity["display"],
        value=quantity["value"],
        qualifier=Qualifier(quantity["qualifier"]),
        unit=quantity["unit"]["code"],
        growth=None,
        source=chart.add_citation(record["citation"]["full"]),
    )


def add_notes(chart: Chart, commitment: Record) -> None:
    language = chart.language
    if not commitment["target"]:
        chart.add_citation(commitment["citation"]["full"])
        chart.add_note(NO_NUMBER.get(language))
    chart.add_note(commitment["text"])
    if kind := COMMITMENT_NOTES.get(CommitmentKind(commitment["kind"])):
        chart.add_note(kind.get(language))
    chart.add_note(describe_deadline(commitment["deadline"]).get(language))
    if distance := commitment["distance"]:
        day = format_day(distance["reading_date"], language)
        chart.add_note(DISTANCE.format(text=distance["display"], day=day).get(language))
    if not commitment["readings"]:
        day = format_day(commitment["searched_on"], language)
        chart.add_note(NO_READING.format(day=day).get(language))
    for reading in commitment["readings"]:
        if not reading["same_measure"]:
            day = format_day(reading["date"], language)
            parts = [reading["text"], reading["reason"]]
            note = labels.join_sentences(parts, language)
            chart.add_note(language.colon.join([day, note]))
    chart.add_note(commitment["note"])
