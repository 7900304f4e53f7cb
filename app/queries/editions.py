"""Editions: yearly press conferences, what belongs to each, and what two of them announced."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from typing import NamedTuple

from sqlalchemy import bindparam, exists, func, select
from sqlmodel import col

from app import parameters
from app.db.columns import Column, LocalColumns, Record, Statement, alias_table, get_foreign_key
from app.db.models import (
    EDITION_EVENT,
    Edition,
    EditionHeadline,
    Event,
    Headline,
    Indicator,
    Observation,
    Outcome,
    PriorityArea,
    Source,
)
from app.db.statements import Session, fetch_records, select_nested
from app.enums import Completeness, PartCompleteness, Standing, ThemeChange, ThemeKind
from app.i18n import Bilingual, Language, format_day, name_edition, name_months
from app.queries.indicators import (
    INDICATORS,
    add_latest_observations,
    complete_indicator,
    select_unjoined_indicators,
)
from app.queries.observations import join_context, join_rate, list_observations
from app.queries.priority_areas import OUTCOMES, PRIORITY_AREAS
from app.queries.reference import SOURCES, select_events
from app.queries.resource import Resource, select_links

PART_TABLES: dict[str, type[Observation | Outcome | PriorityArea]]
PART_TABLES = {"figures": Observation, "outcomes": Outcome, "priority_areas": PriorityArea}
"""The parts of an edition, and the tables of their records."""
part_source = alias_table(Source, "part_source")
MATCHED_BY_LINKS = Bilingual(
    "The actions are matched by the sectors, instruments and topics that this service links to "
    "them, not by their wording.",
    "各项举措按本站所关联的产业领域、合作载体与机制和主题对应，并非按原文措辞对应。",
)
MAY_BE_AGAIN = Bilingual(
    "The priority areas of {year} are recorded in part only, so what is listed as not announced "
    "again may have been. {note}",
    "{year}年重点领域仅部分收录，列为未再提出的内容可能仍已提出。{note}",
)
MAY_BE_OLD = Bilingual(
    "The priority areas of {year} are recorded in part only, so what is listed as new may have "
    "been announced before. {note}",
    "{year}年重点领域仅部分收录，列为新提出的内容可能此前已提出。{note}",
)


def select_record_counts() -> dict[str, Column]:
    def select_of_edition(value: Column, year: Column) -> Column:
        return select(value).where(year == Edition.year).correlate(Edition).scalar_subquery()

    figures = (
        select(func.count(col(Observation.id)))
        .where(col(Observation.source_id) == Source.id)
        .correlate(Source)
        .scalar_subquery()
    )
    return {
        # Counted for each source by its index: PostgreSQL would join all observations otherwise.
        "figures": select_of_edition(func.coalesce(func.sum(figures), 0), col(Source.edition)),
        "outcomes": select_of_edition(func.count(col(Outcome.id)), col(Outcome.edition)),
        "priority_areas": select_of_edition(
            func.count(col(PriorityArea.id)), col(PriorityArea.year)
        ),
    }


@cache
def select_editions(language: Language) -> Statement:
    columns = LocalColumns(language)
    events = (
        select_events(language)
        .select_from(Event)
        .join(EDITION_EVENT, get_foreign_key(EDITION_EVENT, Event) == Event.id)
        .where(get_foreign_key(EDITION_EVENT, Edition) == Edition.id)
        .order_by(col(Event.held_on), col(Event.code))
    )
    counts = select_record_counts()
    parts = {
        f"parts.{part}.{name}": column
        for part, table in PART_TABLES.items()
        for name, column in (
            ("completeness", getattr(Edition, f"{part}_completeness")),
            ("note", columns.localize(Edition, f"{part}_note")),
            ("count", counts[part]),
            ("standings", select_standings(table)),
        )
    }
    return (
        select(
            *columns.select_fields(Edition, "code", "year", "completeness"),
            *columns.select_texts(Edition, "question"),
            *(column.label(name) for name, column in parts.items()),
            *columns.select_source(),
            *select_links(Edition, language),
            select_nested(events, Edition).label("events"),
        )
        .select_from(Edition)
        .join(Source, col(Source.id) == Edition.source_id)
    )


def select_standings(table: type[Observation | Outcome | PriorityArea]) -> Column:
    """Select the standings of the documents of an edition that the records of a table come from."""
    is_source = exists().where(col(table.source_id) == part_source.id)
    standings: Statement = (
        select(col(part_source.standing).label("standing"))
        .where(col(part_source.edition) == Edition.year, is_source)
        .distinct()
    )
    return select_nested(standings, Edition)


def complete_edition(row: Record, language: Language) -> Record:
    del row["code"]
    for part in row["parts"].values():
        found = {one["standing"] for one in part["standings"]}
        part["standings"] = [standing for standing in Standing if standing in found]
    return row | {"name": name_edition(row["year"]).get(language)}


EDITIONS = Resource(
    Edition,
    select_editions,
    orders={"year": (col(Edition.year),)},
    complete=complete_edition,
    filters={"completeness": col(Edition.completeness)},
)


@cache
def select_main_edition(language: Language) -> Statement:
    is_complete = col(Edition.completeness) == Completeness.COMPLETE
    return select_editions(language).order_by(is_complete.desc(), col(Edition.year).desc()).limit(1)


def read_edition(session: Session, year: int | None) -> Record:
    """Read the edition of a year, or the newest complete one; the newest if none is complete."""
    if year is not None and (found := EDITIONS.get_record(session, str(year))):
        return found
    (row,) = fetch_records(session.connection, select_main_edition(session.language), {})
    return complete_edition(row, session.language)


def get_edition(session: Session, key: str) -> Record | None:
    """Read an edition with its figures as known on its last day, its outcomes and its areas."""
    edition = EDITIONS.get_record(session, key)
    if edition is None:
        return None
    sources = [one["code"] for event in edition["events"] for one in event["documents"]]
    last_day = max(event["held_on"] for event in edition["events"])
    figures = parameters.ObservationListParameters(
        source=sources,
        vintages=parameters.Vintages.ALL,
        as_of=last_day,
        limit=parameters.MAXIMUM_LIMIT,
    )
    texts = {"edition": [edition["year"]], "limit": parameters.MAXIMUM_LIMIT}
    outcomes = parameters.OutcomeListParameters.model_validate(texts)
    areas = parameters.PriorityAreaListParameters.model_validate(texts)
    return edition | {
        "observations": list_observations(session, figures).rows if sources else [],
        "outcomes": OUTCOMES.list_page(session, outcomes).rows,
        "priority_areas": PRIORITY_AREAS.list_page(session, areas).rows,
    }


@cache
def select_edition_indicators(language: Language) -> Statement:
    """Select the indicators of the edition whose year is bound, with its figures."""
    statement = (
        select_unjoined_indicators(language)
        .join(EditionHeadline, col(EditionHeadline.indicator_id) == Indicator.id)
        .join(Edition, col(Edition.id) == EditionHeadline.edition_id)
        .join(Observation, col(Observation.id) == EditionHeadline.observation_id)
        .outerjoin(Headline, col(Headline.observation_id) == Observation.id)
        .where(col(Edition.year) == bindparam("edition"))
    )
    statement = join_rate(join_context(statement, has_indicator=True), None)
    return statement.order_by(*INDICATORS.orders["position"])


def read_contents(session: Session, year: int | None = None) -> Record:
    """Read the figures and priority areas of an edition, by default the newest complete one."""
    edition = read_edition(session, year)
    rows = fetch_records(
        session.connection,
        select_edition_indicators(session.language),
        {"edition": edition["year"]},
    )
    areas = parameters.PriorityAreaListParameters(
        edition=[edition["year"]], limit=parameters.MAXIMUM_LIMIT
    )
    return {
        "edition": edition,
        "indicators": [complete_indicator(row, session.language) for row in rows],
        "priority_areas": PRIORITY_AREAS.list_page(session, areas).rows,
    }


def read_overview(session: Session, year: int | None = None) -> Record:
    """Read the contents of an edition with its document, and with the newest figures."""
    contents = read_contents(session, year)
    source = SOURCES.get_record(session, contents["edition"]["source"]["code"])
    indicators = add_latest_observations(session, contents["indicators"])
    return contents | {"indicators": indicators, "source": source}


class ActionTheme(NamedTuple):
    """What actions are matched by: a sector, an instrument or a topic."""

    kind: ThemeKind
    code: str
    name: str


def compare_editions(session: Session, query: parameters.EditionComparisonParameters) -> Record:
    """Compare what two press conferences announced, theme by theme."""
    first, last = sorted(query.edition)
    earlier, later = (read_edition(session, year) for year in (first, last))
    areas = parameters.PriorityAreaListParameters(
        edition=[first, last], limit=parameters.MAXIMUM_LIMIT
    )
    actions: dict[int, dict[ActionTheme | None, list[Record]]] = {first: {}, last: {}}
    for area in PRIORITY_AREAS.list_page(session, areas).rows:
        for action in area["actions"]:
            reference = {"id": action["id"], "text": action["text"]}
            for theme in list_themes(action):
                actions[area["year"]].setdefault(theme, []).append(reference)
    unmatched = [found.pop(None, []) for found in actions.values()]
    themes = [theme for theme in {**actions[first], **actions[last]} if theme]
    return {
        "earlier": earlier,
        "later": later,
        "cautions": list(list_cautions(earlier, later, session.language)),
        "unmatched": {"earlier": unmatched[0], "later": unmatched[1]},
        "themes": [
            compare_theme(
                theme, earlier, later, actions[first].get(theme, []), actions[last].get(theme, [])
            )
            for theme in sorted(themes, key=lambda theme: list(ThemeKind).index(theme.kind))
        ],
    }


def list_themes(action: Record) -> list[ActionTheme] | list[None]:
    """Return the themes of an action, or None as its only theme if it has none."""
    return [
        ActionTheme(kind, one["code"], one["name"])
        for kind in ThemeKind
        for one in action[f"{kind}s"]
    ] or [None]


def compare_theme(
    theme: ActionTheme, earlier: Record, later: Record, before: list[Record], after: list[Record]
) -> Record:
    """Say whether a theme was announced again; an edition in part never proves that it was not."""
    change, has_all = ThemeChange.AGAIN, True
    if not after:
        change, has_all = ThemeChange.DROPPED, not is_partial(later)
    elif not before:
        change, has_all = ThemeChange.NEW, not is_partial(earlier)
    found = {"change": change, "certain": has_all, "earlier": before, "later": after}
    return {**theme._asdict(), **found}


def is_partial(edition: Record) -> bool:
    completeness: str = edition["parts"]["priority_areas"]["completeness"]
    return completeness != PartCompleteness.COMPLETE


def list_cautions(earlier: Record, later: Record, language: Language) -> Iterator[str]:
    for edition, caution in ((later, MAY_BE_AGAIN), (earlier, MAY_BE_OLD)):
        if is_partial(edition):
            note = edition["parts"]["priority_areas"]["note"]
            yield caution.get(language).format(year=edition["year"], note=note)
    yield MATCHED_BY_LINKS.get(language)


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
