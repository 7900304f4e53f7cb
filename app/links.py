"""Links from one resource to another (RFC 8288)."""

from collections.abc import Sequence
from typing import NamedTuple


class Link(NamedTuple):
    """A link to another resource."""

    href: str
    rel: str
    media_type: str | None = None

    def __str__(self) -> str:
        """Write the link as a header has it."""
        kind = f'; type="{self.media_type}"' if self.media_type else ""
        return f'<{self.href}>; rel="{self.rel}"{kind}'


Links = Sequence[Link]
