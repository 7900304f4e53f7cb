"""The chart of a yearly press conference: its figures by topic, and its priority areas."""

from collections.abc import Sequence
from dataclasses import replace

from app.db.columns import Record
from app.enums import Completeness
from app.formats.charts import labels
from app.formats.charts.indicators import add_footnotes, build_data_point
from app.formats.charts.model import Chart, Group, Tile, create_chart
from app.i18n import Language, format_locator


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
    tiles = [
        replace(tile, coverage=tile.figure.coverage) if tile.figure else tile for tile in tiles
    ]
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
