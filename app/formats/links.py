"""Where records are served, and what the entry points lead to."""

from typing import Any

from app.enums import SearchKind
from app.formats import csv, json_lines, parquet
from app.formats.dataset_info import MIT
from app.formats.metadata import dcat
from app.formats.xlsx import writer
from app.links import Link

TABLE_PATHS = {
    "csv": csv.MEDIA_TYPE,
    "jsonl": json_lines.MEDIA_TYPE,
    "xlsx": writer.MEDIA_TYPE,
    "parquet": parquet.MEDIA_TYPE,
}
"""The media type of each suffix that the address of a list may have."""


def build_hit_url(base: str, hit: dict[str, Any]) -> str:
    """Write the address of the record behind a search hit."""
    if hit["kind"] == SearchKind.PRIORITY_AREA:
        year, _, slug = hit["code"].partition("-")
        return f"{base}/v1/priority-areas/{slug}?year={year}"
    return f"{base}/v1/{hit['kind']}s/{hit['code']}"


def build_alternate_links(address: str, query: str) -> list[Link]:
    """Link from a list to the tables of the same records.

    Args:
        address: the address of the list.
        query: what was asked of it.
    """
    asked = f"?{query}" if query else ""
    return [
        Link(f"{address}.{suffix}{asked}", "alternate", media_type)
        for suffix, media_type in TABLE_PATHS.items()
    ]


def build_service_links(base: str) -> list[Link]:
    """Link from the entry points to whatever describes the service."""
    return [
        Link(f"{base}/openapi.json", "service-desc", "application/json"),
        Link(f"{base}/docs", "service-doc", "text/html"),
        Link(f"{base}/.well-known/api-catalog", "api-catalog", "application/linkset+json"),
        Link(f"{base}/v1/catalog.jsonld", "describedby", dcat.JSON_LD),
        Link(f"{base}/v1/dataset.zip", "alternate", "application/zip"),
        Link(MIT, "license"),
        Link(f"{base}/v1", "cite-as"),
    ]
