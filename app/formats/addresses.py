"""Where records are served."""

from typing import Any

from app.vocabulary import SearchKind


def hit_address(base: str, hit: dict[str, Any]) -> str:
    """Write the address of the record behind a search hit."""
    if hit["kind"] == SearchKind.PRIORITY_AREA:
        year, _, slug = hit["code"].partition("-")
        return f"{base}/v1/priority-areas/{slug}?year={year}"
    return f"{base}/v1/{hit['kind']}s/{hit['code']}"
