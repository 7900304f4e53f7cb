"""Links between resources (RFC 8288)."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from app.enums import SearchKind


class Link(NamedTuple):
    """A link to another resource."""

    href: str
    rel: str
    media_type: str | None = None

    def __str__(self) -> str:
        """Format the link as in a Link header."""
        media_type = f'; type="{self.media_type}"' if self.media_type else ""
        return f'<{self.href}>; rel="{self.rel}"{media_type}'


Links = Sequence[Link]


def build_hit_url(base: str, hit: dict[str, Any]) -> str:
    """Build the URL of the record that a search hit stands for."""
    if hit["kind"] == SearchKind.PRIORITY_AREA:
        year, _, slug = hit["code"].partition("-")
        return f"{base}/v1/priority-areas/{slug}?year={year}"
    return f"{base}/v1/{hit['kind']}s/{hit['code']}"
