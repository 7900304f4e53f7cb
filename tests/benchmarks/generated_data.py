"""A database of any size: the real seed, and generated figures through the real models.

The figures of the seed keep their ids; generated indicators, areas, sources, series, vintages and
growth rates follow them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import chain
from pathlib import Path

from sqlalchemy import URL, Connection

from app.db import models
from app.db.models import FOREVER, SCHEMA_REVISION
from app.enums import (
    AreaKind,
    ChangeMeasure,
    DateBasis,
    Direction,
    DocumentKind,
    GrowthBasis,
    Precision,
    Qualifier,
    RevisionKind,
    Standing,
    Status,
    StockFlow,
    TitleKind,
)
from app.ingest.build import insert_rows, load_valid_seed, migrate_database, publish
from app.ingest.rows import Row
from app.ingest.rows import build_rows as seed_rows
from app.ingest.search_rows import build_search_rows
from tests.support.seeds import SEED

ROOT = Path(__file__).parents[2]
FIRST_YEAR = 2000
YEARS = 25
VINTAGES = 2
BASE = 1_000
QUALIFIERS = (Qualifier.NONE,) * 7 + (Qualifier.OVER, Qualifier.NEARLY, Qualifier.ABOUT)


@dataclass(frozen=True)
class Scale:
    """The numbers of indicators, areas and years, on which all others depend."""

    indicators: int
    areas: int
    years: int = YEARS

    @property
    def observations(self) -> int:
        """Count the generated observations."""
        return self.indicators * self.areas * self.years * VINTAGES

    @property
    def rows(self) -> int:
        """Count the generated rows of all tables."""
        series = self.indicators * self.areas
        rest = self.years * VINTAGES + self.areas + self.indicators
        return self.observations + series + series * len(range(1, self.years, 5)) + rest


SCALES = {
    "1k": Scale(indicators=2, areas=10),
    "10k": Scale(indicators=20, areas=10),
    "1m": Scale(indicators=100, areas=200),
    "10m": Scale(indicators=1_000, areas=200),
}


def build_texts(name: str, text: str) -> dict[str, str]:
    """Return a text in both languages."""
    return {f"{name}_en": text, f"{name}_zh": text}


def build_source_key(year: int, vintage: int) -> str:
    """Build the key of the source of a year's figures."""
    return f"generated-{year + 1 + vintage}-0{vintage + 1}-15"


def get_publication_date(year: int, vintage: int) -> date:
    """Return when the source of a year's figures was published, which ends its key."""
    return date.fromisoformat(build_source_key(year, vintage)[-10:])


def build(scale: Scale, target: Path | URL) -> None:
    """Build a database that holds the real seed and generated rows, with a progress bar."""
    from rich.progress import track  # noqa: PLC0415

    seed = load_valid_seed(SEED)
    generated = track(
        generate_rows(scale), f"{scale.observations:,} observations", total=scale.rows
    )
    name = target.stem if isinstance(target, Path) else str(target.database)
    digest = sha256(name.encode()).hexdigest()
    content = chain(seed_rows(seed, digest, SCHEMA_REVISION), generated)

    def fill(connection: Connection) -> None:
        migrate_database(connection, ROOT / "migrations")
        insert_rows(connection, content)

    publish(target, digest, fill, build_search_rows(seed))


def generate_rows(scale: Scale) -> Iterator[Row]:
    """Yield the generated rows, a referenced row before those that refer to it."""
    yield from generate_sources(scale)
    yield from generate_areas(scale)
    yield from generate_indicators(scale)
    yield from generate_series(scale)
    yield from generate_observations(scale)
    yield from generate_latest_observations(scale)
    yield from generate_growth_rates(scale)


def generate_sources(scale: Scale) -> Iterator[Row]:
    """Yield two sources per year: a first publication and a revision."""
    for year in range(scale.years):
        for vintage in range(VINTAGES):
            code = build_source_key(FIRST_YEAR + year, vintage)
            yield (
                models.Source,
                {
                    "id": BASE + year * VINTAGES + vintage,
                    "code": code,
                    "edition": None,
                    "event_id": None,
                    "standing": Standing.SECONDARY,
                    "title_kind": TitleKind.PRINTED,
                    "printed_title": f"Generated report {code}",
                    **build_texts("title", f"Generated report {code}"),
                    **build_texts("publisher", "Generator"),
                    **build_texts("line", f"Generator: Generated report {code}"),
                    **build_texts("citation", f"Generator: Generated report {code}"),
                    **build_texts("short_citation", "Generator"),
                    "document_kind": DocumentKind.ARTICLE,
                    **build_texts("body", "Generator"),
                    "published_on": get_publication_date(FIRST_YEAR + year, vintage),
                    "published_precision": Precision.DAY,
                    "published_basis": DateBasis.PRINTED,
                    "language": "en",
                    **build_texts("licence", "None"),
                },
            )


def generate_areas(scale: Scale) -> Iterator[Row]:
    """Yield the counterpart areas."""
    for number in range(scale.areas):
        yield (
            models.Area,
            {
                "id": BASE + number,
                "code": f"X{number:03}",
                "position": BASE + number,
                **build_texts("name", f"Area {number}"),
                "kind": AreaKind.COUNTRY,
                **build_texts("definition", "A generated area."),
            },
        )


def generate_indicators(scale: Scale) -> Iterator[Row]:
    """Yield the indicators; their units, topics and directions alternate."""
    for number in range(scale.indicators):
        yield (
            models.Indicator,
            {
                "id": BASE + number,
                "code": f"generated-{number:04}",
                "position": BASE + number,
                **build_texts("name", f"Generated indicator {number}"),
                **build_texts("definition", "A generated measure."),
                **build_texts("note", "For load tests only."),
                "topic_id": 1 + number % 3,
                "unit_id": 1 + number % 4,
                "stock_flow": StockFlow.FLOW,
                "direction": list(Direction)[number % 3],
                "reporting_area_id": 2,
                "counterpart_area_id": 1,
                "classifier": None,
            },
        )


def generate_series(scale: Scale) -> Iterator[Row]:
    """Yield one series for each indicator and area."""
    for number in range(scale.indicators * scale.areas):
        indicator, area = divmod(number, scale.areas)
        yield (
            models.Series,
            {
                "id": BASE + number,
                "code": build_series_key(indicator, area),
                "indicator_id": BASE + indicator,
                "reporting_area_id": 2,
                "counterpart_area_id": BASE + area,
                "coverage_id": 3,
                "unit_id": 1 + indicator % 4,
                "stock_flow": StockFlow.FLOW,
                "duration": "P12M",
                "months": 12,
                "first_month": None,
                "start": None,
                "other_unit_id": None,
                "note_en": None,
                "note_zh": None,
                "observations": scale.years,
                "first_period_start": date(FIRST_YEAR, 1, 1),
                "first_period_end": date(FIRST_YEAR, 12, 31),
                "last_period_start": date(FIRST_YEAR + scale.years - 1, 1, 1),
                "last_period_end": date(FIRST_YEAR + scale.years - 1, 12, 31),
            },
        )


def build_series_key(indicator: int, area: int) -> str:
    """Build the key of a generated series."""
    unit = ("CNY", "NB", "PT", "USD")[indicator % 4]
    return f"generated-{indicator:04}.CN.X{area:03}.partner-2025.{unit}.P12M"


def generate_observations(scale: Scale) -> Iterator[Row]:
    """Yield every figure: the first value of each year, and a revised one a year later."""
    number = BASE
    for one in range(scale.indicators * scale.areas):
        key = build_series_key(*divmod(one, scale.areas))
        for year in range(scale.years):
            start = date(FIRST_YEAR + year, 1, 1)
            days = [get_publication_date(start.year, vintage) for vintage in range(VINTAGES)]
            for vintage in range(VINTAGES):
                last = vintage == VINTAGES - 1
                printed = Decimal((one * 7919 + year * 104_729 + vintage) % 99_991 + 1).scaleb(-2)
                value = printed.scaleb(9)
                qualifier = QUALIFIERS[number % 10]
                yield (
                    models.Observation,
                    {
                        "id": number,
                        "code": f"{key}.{start:%Y-%m}.{build_source_key(start.year, vintage)}",
                        "source_id": BASE + year * VINTAGES + vintage,
                        "locator": None,
                        "checked_on": None,
                        "check_method": None,
                        "series_id": BASE + one,
                        "period_start": start,
                        "period_end": date(start.year, 12, 31),
                        **build_texts("period_label", f"Full year {start.year}"),
                        **build_texts("display", f"{printed} billion"),
                        "vintage": days[vintage],
                        "current_from": days[vintage],
                        "current_until": FOREVER if last else days[vintage + 1],
                        "value": value,
                        "published_value": printed,
                        "multiplier": 9,
                        "decimals": 2,
                        **build_texts("wording", f"{printed} billion"),
                        "wording_original": None,
                        "qualifier": qualifier,
                        "lower_bound": value if qualifier is Qualifier.OVER else None,
                        "upper_bound": value if qualifier is Qualifier.NEARLY else None,
                        "rounding_lower": value - Decimal(5_000_000),
                        "rounding_upper": value + Decimal(5_000_000),
                        "break_before": False,
                        "note_en": None,
                        "note_zh": None,
                        "status": Status.REVISED if vintage and number % 5 == 0 else Status.NORMAL,
                        "previous_id": number - 1 if vintage else None,
                        "revision": RevisionKind.REVISED if vintage else None,
                        "revision_reason_en": None,
                        "revision_reason_zh": None,
                    },
                )
                number += 1


def generate_latest_observations(scale: Scale) -> Iterator[Row]:
    """Yield what was the newest figure of each indicator and when: all are of its first series."""
    versions = [*((year, 0) for year in range(scale.years)), (scale.years - 1, VINTAGES - 1)]
    known = [get_publication_date(FIRST_YEAR + year, vintage) for year, vintage in versions]
    for number in range(scale.indicators):
        first = BASE + number * scale.areas * scale.years * VINTAGES
        spans = zip(versions, known, [*known[1:], FOREVER], strict=True)
        for (year, vintage), start, end in spans:
            yield (
                models.LatestObservation,
                {
                    "indicator_id": BASE + number,
                    "current_from": start,
                    "current_until": end,
                    "observation_id": first + year * VINTAGES + vintage,
                },
            )


def generate_growth_rates(scale: Scale) -> Iterator[Row]:
    """Yield a growth rate for every fifth year of each series."""
    number = BASE
    for one in range(scale.indicators * scale.areas):
        key = build_series_key(*divmod(one, scale.areas))
        for year in range(1, scale.years, 5):
            start = date(FIRST_YEAR + year, 1, 1)
            known = get_publication_date(start.year, 0)
            yield (
                models.GrowthRate,
                {
                    "id": number,
                    "code": f"{key}.{start:%Y-%m}.{build_source_key(start.year, 0)}",
                    "source_id": BASE + year * VINTAGES,
                    "locator": None,
                    "checked_on": None,
                    "check_method": None,
                    "series_id": BASE + one,
                    "period_start": start,
                    "period_end": date(start.year, 12, 31),
                    "vintage": known,
                    "current_from": known,
                    "current_until": FOREVER,
                    "base_start": date(start.year - 1, 1, 1),
                    "base_end": start - timedelta(days=1),
                    **build_texts("period_label", f"Full year {start.year}"),
                    **build_texts("base_label", f"Full year {start.year - 1}"),
                    **build_texts("display", f"up {number % 300 / 10} percent"),
                    **build_texts("display_with_unit", f"up {number % 300 / 10} percent"),
                    "value": Decimal(number % 300).scaleb(-1),
                    "decimals": 1,
                    "measure": ChangeMeasure.PERCENT,
                    **build_texts("wording", "generated"),
                    "wording_original": None,
                    "basis": GrowthBasis.UNSTATED,
                    "note_en": None,
                    "note_zh": None,
                },
            )
            number += 1


if __name__ == "__main__":
    import sys

    build(SCALES[sys.argv[1]], Path(sys.argv[2]))
