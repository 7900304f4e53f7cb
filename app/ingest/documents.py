"""Checks of events and sources: days, titles, publishers, carriers and standing."""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from urllib.parse import urlsplit

from app.enums import DateBasis, DocumentKind, Precision, PublisherKind, Standing
from app.ingest.files import Messages
from app.ingest.schema import Event, Source
from app.ingest.schema.reference import Publisher
from app.ingest.seed import Seed

PRESENT_OFFICE = re.compile(
    r"\b(current|currently|incumbent|then|former|at the time)\b|现任|时任|前任|原任", re.IGNORECASE
)
"""Words that date an office. The day of the event dates it, and responses say so."""


def check_event(key: str, event: Event) -> Messages:
    if not key.endswith(f"-{event.held_on}"):
        yield ("held_on",), f"found {event.held_on}; the key of the file ends with another day"
    for index, speaker in enumerate(event.speakers):
        for language, office in (("en", speaker.office.en), ("zh", speaker.office.zh)):
            if found := PRESENT_OFFICE.search(office):
                message = f"found '{found[0]}'; write the office alone, as on the day of the event"
                yield ("speakers", index, "office", language), message


def check_source(seed: Seed, key: str, source: Source) -> Messages:
    event = seed.find(Event, source.event)
    yield from check_days(key, source, event)
    yield from check_basis(source, event)
    yield from check_title(source)
    yield from check_carrier(source)
    if re.match(r"https://[^/]+:443/|http://[^/]+:80/", source.address or ""):
        yield ("address",), "names the usual port; remove it"
    standing = find_standing(source)
    if source.standing is not standing:
        yield ("standing",), f"found {source.standing}; by publisher and carrier it is {standing}"


def check_days(key: str, source: Source, event: Event | None) -> Messages:
    published, checked = source.published_on, source.checked_on
    if event and published < event.held_on:
        yield ("published_on",), f"found {published}; the event was on {event.held_on}"
    if checked and source.address is None:
        yield ("checked_on",), "is the day on which a page was found; add the address or remove it"
    elif checked and checked < published:
        yield ("checked_on",), f"found {checked}; the page was published on {published}"
    days = [published, *([event.held_on] if event else [])]
    names = [name for day in days for name in (f"-{day}", f"-{day:%Y-%m}")]
    if not key.endswith(tuple(names)):
        known = " or ".join(str(day) for day in days)
        yield ("published_on",), f"the key of the file must end with the day or month of {known}"


def check_basis(source: Source, event: Event | None) -> Messages:
    published, is_month = source.published_on, source.published_precision is Precision.MONTH
    if is_month and published != find_last_day(published):
        last = find_last_day(published)
        yield ("published_on",), f"found {published}; for a month, write {last}"
    if source.published_basis is DateBasis.EVENT:
        if not event or not is_month or published != find_last_day(event.held_on):
            requirement = "an event, published_precision: month, and the month of the event"
            yield ("published_basis",), f"found event; requires {requirement}"
    elif source.published_basis is DateBasis.ADDRESS and source.address is None:
        yield ("published_basis",), "found address; the source has no address"


def find_last_day(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def check_title(source: Source) -> Messages:
    """The square brackets of titles of ours are added when they are displayed."""
    title = source.title
    own = {"en": title.en, "zh": title.zh}
    for language, text in own.items():
        if text != title.printed and set(text) & set("[]"):
            yield ("title", language), "contains square brackets, which are added; remove them"
    printed = own.get(source.language)
    if title.printed and printed not in {None, title.printed}:
        yield ("title", source.language), f"found '{printed}'; repeat the title as printed"


def check_carrier(source: Source) -> Messages:
    hosts = source.publisher.hosts
    host = urlsplit(source.address or "").hostname
    if host is None:
        if source.carrier:
            yield ("carrier",), "carries the text at an address; add the address or remove it"
        return
    is_own = any(host == own or host.endswith(f".{own}") for own in hosts)
    if not is_own and source.carrier is None:
        own = ", ".join(hosts) or "none"
        message = f"found the host {host}; those of the publisher are: {own}"
        yield ("address",), f"{message}. Name the site that carries the text as carrier"
    elif is_own and source.carrier:
        yield ("carrier",), f"{host} is a site of the publisher; remove the carrier"


def find_standing(source: Source) -> Standing:
    """Apply the rule that seed/README.md states."""
    is_official = (
        source.document_kind is DocumentKind.TRANSCRIPT
        or source.publisher.kind is PublisherKind.AUTHORITY
    )
    if is_official and source.carrier is None:
        return Standing.PRIMARY
    if source.carrier and (is_official or source.publisher.kind is PublisherKind.AGENCY):
        return Standing.REPOST
    return Standing.SECONDARY


def compare_publishers(seed: Seed) -> Iterator[tuple[str, str]]:
    """List the sources that describe a publisher unlike an earlier source does."""
    first: dict[str, tuple[str, Publisher]] = {}
    for key, source in sorted(seed.get_all(Source).items()):
        other, publisher = first.setdefault(source.publisher.en, (key, source.publisher))
        if publisher != source.publisher:
            yield key, f"differs from {other}.yaml, which has the same publisher; repeat it exactly"
