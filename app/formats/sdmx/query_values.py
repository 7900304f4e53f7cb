"""Single query parameters: each is well written, or refused with what would be right."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime

from app.formats.sdmx.errors import SyntaxProblem
from app.i18n import Bilingual
from app.parameters.sdmx import Span, parse_time_period
from app.problems.problem import shorten
from app.problems.suggestions import find_nearest


def invalid_value(
    name: str, what: str, chinese: str, allowed: Iterable[str], found: str
) -> SyntaxProblem:
    """Say what is wrong with a parameter and what would be right."""
    allowed = list(allowed)
    near = find_nearest(found, allowed)
    hint = Bilingual(f"did you mean {near}?", f"您要找的是 {near} 吗？") if near else None
    listed = Bilingual(f"right would be {', '.join(allowed)}", f"可用 {'、'.join(allowed)}")
    told = hint or listed
    return SyntaxProblem(
        Bilingual(f"{shorten(name)}: {what}; {told.en}", f"{shorten(name)}：{chinese}；{told.zh}")
    )


class QueryValues:
    """Reads single parameters."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values

    def read_choice(self, name: str, allowed: Sequence[str], default: str) -> str:
        """Read a parameter that takes one of some words."""
        value = self.values.get(name, default)
        if allowed and value not in allowed:
            raise invalid_value(
                name, f"found {shorten(value)}", f"取值 {shorten(value)} 无效", allowed, value
            )
        return value

    def read_count(self, name: str) -> int | None:
        """Read a parameter that counts."""
        value = self.values.get(name)
        if value is None:
            return None
        if not re.fullmatch(r"[1-9]\d{0,8}", value):
            raise invalid_value(
                name, f"found {shorten(value)}", f"取值 {shorten(value)} 无效", ["1, 2, 3 …"], ""
            )
        return int(value)

    def read_boolean(self, name: str) -> bool:
        """Read a parameter that is true or false."""
        return self.read_choice(name, ("true", "false"), "false") == "true"

    def read_day(self, name: str) -> date | None:
        """Read a time as its day by UTC."""
        value = self.values.get(name)
        if value is None:
            return None
        try:
            # A plus sign in a query is a blank.
            moment = datetime.fromisoformat(value.replace(" ", "+"))
            return (moment.astimezone(UTC) if moment.tzinfo else moment).date()
        except (ValueError, OverflowError):
            example = ["2026-11-25", "2026-11-25T08:00:00Z"]
            raise invalid_value(
                name, f"found {shorten(value)}", f"取值 {shorten(value)} 无效", example, ""
            ) from None

    def read_period(self, name: str) -> Span | None:
        """Read a time period."""
        value = self.values.get(name)
        return None if value is None else parse_period(name, value)


def parse_period(name: str, value: str) -> Span:
    """Read a time period, or say how one is written."""
    try:
        return parse_time_period(value)
    except ValueError:
        examples = ["2024", "2024-06", "2024-Q2", "2024-01-01/P11M"]
        raise invalid_value(
            name, f"found {shorten(value)}", f"取值 {shorten(value)} 无效", examples, ""
        ) from None
