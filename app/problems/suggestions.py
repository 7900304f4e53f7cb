"""The nearest allowed value to one that is not allowed: the one "did you mean" of the project."""

from collections.abc import Iterable
from difflib import get_close_matches

CUTOFF = 0.5
"""How alike two values must be, from 0 to 1, for one to be suggested in place of the other."""


def find_nearest(value: str, allowed: Iterable[str], cutoff: float = CUTOFF) -> str | None:
    """Return the allowed value most like another, or None if none is like it."""
    return next(iter(get_close_matches(value, list(allowed), n=1, cutoff=cutoff)), None)
