"""What a static edition contains: the addresses that follow from the routes and the records."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from app.export.addresses import ALL_VINTAGES, Address, Layout
from app.formats.sdmx.artefacts import AGENCY, FLOW, VERSION
from app.http.routing import ReadRoute, Router
from app.i18n import Language
from app.negotiation import PathKind
from app.queries.releases import COLLECTIONS
from app.queries.sdmx import list_series_keys

MAX_RECORDS = 10_000
"""The most records of a collection that has lists and single records; others have tables only."""
FLOW_21 = f"{AGENCY},{FLOW},{VERSION}"
FLOW_30 = f"dataflow/{AGENCY}/{FLOW}/{VERSION}"
SDMX_TEXTS = ("xml", "json", "csv")
STRUCTURES = ("xml", "json")


class Collections(NamedTuple):
    """The collections of a release."""

    keys: dict[str, tuple[str, ...]]
    """The keys of the records by the name of the collection in addresses."""
    long: frozenset[str]
    """The collections with too many records, without keys."""
    series_keys: list[str]
    """The SDMX keys of all series, unless there are too many."""


def read_collections(connection: Connection, limit: int) -> Collections:
    """Read the keys of all collections of at most ``limit`` records."""
    keys, long = {}, set()
    for name, column in COLLECTIONS.items():
        path = name.replace("_", "-")
        count = connection.execute(select(func.count(column.distinct()))).scalar_one()
        if count > limit:
            long.add(path)
        else:
            rows = connection.execute(select(column).distinct().order_by(column))
            keys[path] = tuple(map(str, rows.scalars()))
    has_series = not long & {"series", "observations"}
    series_keys = list_series_keys(connection) if has_series else []
    return Collections(keys, frozenset(long), series_keys)


def list_addresses(layout: Layout, collections: Collections) -> Iterator[Address]:
    """List the addresses to start with; responses link to more."""
    for path in sorted(list_paths(layout.router, collections)):
        for language in Language:
            address = Address(path, (), language).expand()
            if layout.has_file(address):
                yield address
            if address.is_shared:
                break
    for language in Language:
        address = Address("/v1/observations.parquet", ALL_VINTAGES, language)
        if layout.has_file(address):
            yield address


def list_paths(router: Router, collections: Collections) -> Iterator[str]:
    for route in router.routes.values():
        # A record without figures has no embed; pages link to those that there are.
        fields = route.model.model_fields.values() if route.model else ()
        if any(one.is_required() for one in fields) or route.kind is PathKind.EMBED:
            continue
        if not route.keys:
            yield route.path
        elif len(route.keys) == 1:
            for key in list_keys(route, collections):
                yield route.path.replace(f"{{{route.keys[0]}}}", key)


def list_keys(route: ReadRoute, collections: Collections) -> tuple[str, ...]:
    name = route.keys[0].replace("_", "-")
    return collections.keys.get(f"{name}s", collections.keys.get(name, ()))


def list_sdmx_addresses(collections: Collections, language: Language) -> Iterator[Address]:
    """List the structures, all data, and the data of each series, in the formats of each API."""

    def build(path: str, form: str, *query: tuple[str, str]) -> Address:
        return Address(
            f"/sdmx/{path}", tuple(sorted([("format", form), *query])), language
        ).expand()

    is_long = "observations" in collections.long
    for form in SDMX_TEXTS[-1:] if is_long else SDMX_TEXTS:
        yield build(f"data/{FLOW_21}/all", form)
        yield build(f"data/{FLOW_30}/all", form)
        if not is_long:
            for key in collections.series_keys:
                yield build(f"data/{FLOW_21}/{key}", form)
    for form in STRUCTURES:
        yield build(f"dataflow/{FLOW_21.replace(',', '/')}", form, ("references", "all"))
        for kind in ("dataflow", "datastructure", "codelist", "conceptscheme", "agencyscheme"):
            yield build(f"{kind}/{AGENCY}", form)
            yield build(f"structure/{kind}/{AGENCY}", form)
