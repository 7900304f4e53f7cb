"""What a chart says, independent of its size, colours and layout, from the records of the API."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from app.db.columns import Record
from app.enums import Completeness, Qualifier, StockFlow
from app.formats.charts import labels
from app.formats.dataset_info import name_release
from app.i18n import Language, format_locator


@dataclass(frozen=True)
class DataPoint:
    period: str
    display: str
    value: Decimal
    qualifier: Qualifier
    unit: str
    """The code of the unit."""
    growth: str | None
    """The published growth in words."""
    source: int
    """The number of its source in the list of sources."""
    locator: str | None = None
    """The place in the source, if the list of sources does not give it."""
    gap: str | None = None
    """The label of the missing periods before it."""
    coverage: str | None = None
    """The countries counted, if no heading names them."""
    is_comparable: bool = True
    """Whether it is comparable with the figure before it."""


@dataclass(frozen=True)
class Panel:
    """A series: its figures are comparable with each other, and with no others in the chart."""

    heading: str
    unit: str
    figures: Sequence[DataPoint]


@dataclass(frozen=True)
class Tile:
    """A figure with its name, or a priority area."""

    name: str
    figure: DataPoint | None = None
    position: int | None = None
    """The number of a priority area."""
    lines: Sequence[str] = ()


@dataclass(frozen=True)
class Group:
    heading: str
    tiles: Sequence[Tile]


@dataclass
class Chart:
    language: Language
    title: str
    release: str
    headline: DataPoint | None = None
    panels: list[Panel] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    rates: set[str] = field(default_factory=set)
    """The keys of the growth rates in the chart."""

    def add_citation(self, citation: str) -> int:
        """Add a source unless it is listed already, and return its number."""
        if citation not in self.sources:
            self.sources.append(citation)
        return self.sources.index(citation) + 1

    def add_note(self, text: str | None) -> None:
        if text and text not in self.notes:
            self.notes.append(text)

    def add_named_note(self, names: Sequence[str], text: str | None) -> None:
        """Add a note that begins with the names of what it belongs to."""
        if text:
            name = labels.COMMA.get(self.language).join(names)
            self.add_note(labels.COLON.get(self.language).join([name, text]))

    def list_data_points(self) -> Iterator[DataPoint]:
        """List all figures in the order in which they are drawn."""
        if self.headline:
            yield self.headline
        for panel in self.panels:
            yield from panel.figures
        for group in self.groups:
            yield from (tile.figure for tile in group.tiles if tile.figure)

    def list_qualifiers(self) -> list[Qualifier]:
        """List the qualifiers in the chart that need an explanation."""
        found = {one.qualifier for one in self.list_data_points()}
        return [one for one in Qualifier if one in found and one is not Qualifier.NONE]

    def describe(self) -> str:
        """Describe the whole chart in words, as its alternative text."""
        language = self.language
        colon = labels.COLON.get(language)
        sentences = [self.title]
        if self.headline:
            sentences.append(describe_data_point(self.headline, language))
        for panel in self.panels:
            sentences.append(labels.COMMA.get(language).join([panel.heading, panel.unit]))
            sentences += [describe_data_point(one, language) for one in panel.figures]
        for group in self.groups:
            sentences.append(group.heading)
            for tile in group.tiles:
                figure = [describe_data_point(tile.figure, language)] if tile.figure else []
                sentences.append(colon.join([tile.name, *figure, *tile.lines]))
        sentences += [labels.MEANINGS[one].get(language) for one in self.list_qualifiers()]
        return labels.join_sentences([*sentences, *self.notes], language)


def describe_data_point(figure: DataPoint, language: Language) -> str:
    parts = [
        figure.gap,
        None if figure.is_comparable else labels.NOT_COMPARABLE.get(language),
        labels.COLON.get(language).join([figure.period, figure.display]),
        figure.coverage,
        figure.growth,
    ]
    return labels.SEMICOLON.get(language).join(part for part in parts if part)


def create_chart(title: str, release: str, language: Language) -> Chart:
    return Chart(language, title, name_release(release, language))


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
    for report in point["reports"]:
        if report["agreement"] == "differs":
            chart.add_named_note([*names, point["display"]], report["note"])
    chart.add_named_note([*names, point["display"]], point["note"])
    # Figures in two units may have the same rate, whose note is shown once.
    if growth and growth["id"] not in chart.rates:
        chart.rates.add(growth["id"])
        chart.add_named_note([*names, growth["display"]], growth["note"])
    return DataPoint(
        period=point["period"]["label"],
        display=point["display"],
        value=point["value"],
        qualifier=Qualifier(point["qualifier"]),
        unit=point["unit"]["code"],
        growth=growth and cite_growth(chart, growth),
        source=source,
        locator=format_locator(point["locator"], chart.language) if with_locator else None,
    )


def cite_growth(chart: Chart, growth: Record) -> str:
    """Return a growth rate in words with the number of its own source."""
    reference = labels.format_reference(chart.add_citation(growth["citation"]["full"]))
    return f"{growth['display']} {reference}"


def build_indicator_chart(
    indicator: Record, found: Record, release: str, language: Language
) -> Chart:
    chart = create_chart(indicator["name"], release, language)
    headline = indicator["headline"]
    if headline:
        figure = build_data_point(chart, headline)
        chart.headline = replace(figure, coverage=headline["coverage"]["name"])
    headline_series = headline["series"] if headline else None
    for series in sorted(found["series"], key=lambda one: one["code"] != headline_series):
        if series["code"] != headline_series or len(series["points"]) > 1:
            chart.panels.append(build_panel(chart, series, indicator))
    add_footnotes(chart)
    if found["hidden"]:
        chart.add_note(labels.HIDDEN_SERIES.format(count=found["hidden"]).get(language))
    return chart


def build_series_chart(series: Record, release: str, language: Language) -> Chart:
    """Build the chart of a series: its only figure as the headline, or a panel of all."""
    chart = create_chart(series["indicator"]["name"], release, language)
    panel = build_panel(chart, series, series)
    if len(panel.figures) == 1:
        (figure,) = panel.figures
        chart.headline = replace(figure, coverage=series["coverage"]["name"])
    elif panel.figures:
        chart.panels.append(panel)
    add_footnotes(chart)
    chart.add_named_note([panel.heading, panel.unit], series["note"])
    return chart


def add_footnotes(chart: Chart) -> None:
    figures = list(chart.list_data_points())
    if not figures:
        chart.add_note(labels.NO_FIGURES.get(chart.language))
    if len(chart.panels) + bool(chart.headline) > 1:
        chart.add_note(labels.BLOCKS.get(chart.language))
    if any(one.growth for one in figures):
        chart.add_note(labels.GROWTH.get(chart.language))


def build_panel(chart: Chart, series: Record, indicator: Record) -> Panel:
    language = chart.language
    heading = labels.COMMA.get(language).join([series["span"], series["coverage"]["name"]])
    areas, usual_areas = (
        [record[role]["name"] for role in ("reporting_area", "counterpart_area")]
        for record in (series, indicator)
    )
    if areas != usual_areas:
        names = {"reporting": areas[0], "counterpart": areas[1]}
        heading = labels.SERIES_HEADING.format(span=heading, **names).get(language)
    panel_names = heading, series["unit"]["name"]
    figures: list[DataPoint] = []
    previous: Record | None = None
    for point in series["points"]:
        figure = build_data_point(chart, point)
        for obstacle in point["obstacles"]:
            names = {"period": figure.period, "earlier": obstacle["period"]["label"]}
            name = labels.OBSTACLE_NAME.format(**names).get(language)
            chart.add_named_note([*panel_names, name], obstacle["text"])
        if previous is not None:
            starts = previous["period"]["start"], point["period"]["start"]
            is_flow = point["stock_flow"] == StockFlow.FLOW
            gap = labels.format_gap(*starts, language) if is_flow else None
            obstructed = {obstacle["observation"] for obstacle in point["obstacles"]}
            is_comparable = previous["id"] not in obstructed
            figure = replace(figure, gap=gap, is_comparable=is_comparable)
        figures.append(figure)
        previous = point
    if series["hidden"]:
        hidden = labels.HIDDEN_POINTS.format(count=series["hidden"]).get(language)
        chart.add_named_note(panel_names, hidden)
    return Panel(*panel_names, figures)


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
    chart.groups = [build_group(topic, members, language) for topic, members in tiles.items()]
    if areas:
        area_tiles = [build_area_tile(chart, area) for area in areas]
        heading = labels.AREAS_HEADING.format(year=plan_year).get(language)
        chart.groups.append(Group(heading, area_tiles))
    if len({one["headline"]["period"]["months"] for one in found["indicators"]}) > 1:
        chart.notes.insert(0, labels.PERIODS.get(language))
    if found["edition"]["completeness"] != Completeness.COMPLETE:
        chart.notes.insert(0, labels.PARTIAL.get(language))
    add_footnotes(chart)
    return chart


def build_group(topic: str, tiles: Sequence[Tile], language: Language) -> Group:
    """Build the tiles of a topic; its heading names the coverage if all figures share it."""
    figures = [tile.figure for tile in tiles if tile.figure]
    contexts = dict.fromkeys(figure.period for figure in figures)
    coverages = dict.fromkeys(figure.coverage for figure in figures if figure.coverage)
    if len(coverages) == 1:
        contexts |= coverages
        figures = [replace(figure, coverage=None) for figure in figures]
    heading = labels.format_group_heading(topic, list(contexts), language)
    named = zip(tiles, figures, strict=True)
    return Group(heading, [replace(tile, figure=figure) for tile, figure in named])


def find_reviewed_year(overview: Record) -> int | None:
    """Return the year of the figures of an overview: the one before its edition, if it has any."""
    year: int = overview["edition"]["year"]
    return year - 1 if overview["indicators"] else None


def build_area_tile(chart: Chart, area: Record) -> Tile:
    language = chart.language
    source = chart.add_citation(area["source"]["line"])
    reference = labels.format_reference(source, format_locator(area["locator"], language))
    count = len(area["actions"])
    lines = [*([labels.format_action_count(count, language)] if count else []), reference]
    return Tile(area["title"], position=area["position"], lines=lines)
