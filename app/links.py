"""Links from one resource to another (RFC 8288)."""

from collections.abc import Sequence
from typing import NamedTuple


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
