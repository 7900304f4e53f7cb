"""When the next press conference is expected, from the days of earlier ones."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from app.db.columns import Record
from app.i18n import Bilingual, Language, format_day, name_months


class NextEdition(NamedTuple):
    year: int
    month: str
    """The month, or the months in which it is expected, with the year."""
    days: list[str]
    """The days of the earlier press conferences, on which this rests."""


def find_next_edition(editions: Sequence[Record], language: Language) -> NextEdition | None:
    """Expect the next press conference in the months in which earlier ones began.

    Nothing is known of the next one before it is announced, so no day is given.
    """
    days: list[date] = sorted(
        min(event["held_on"] for event in edition["events"])
        for edition in editions
        if edition["events"]
    )
    if not days:
        return None
    year = max(edition["year"] for edition in editions) + 1
    names = name_months(language)
    months = [names[month] for month in sorted({day.month for day in days})]
    month = Bilingual(f"{' or '.join(months)} {year}", f"{year}年{'或'.join(months)}").get(language)
    return NextEdition(year, month, [format_day(day, language) for day in days])
