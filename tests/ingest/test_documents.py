"""Rules for events and sources: each mistake is reported at its line."""

from pathlib import Path

import pytest

from app.enums import Standing
from app.ingest.build import load_valid_seed
from app.ingest.documents import find_last_day, find_standing
from app.ingest.schema import Source
from tests.support.seeds import EVENT, SCIO, SEED, Broken, check_reported, copy_seed

XINHUA = "sources/xinhua-2025-01-15.yaml"
TRANSCRIPT = "sources/china-org-transcript-2024-01-19.yaml"
LANDBRIDGE = "sources/landbridge-2026-01-16.yaml"
LIVEDOOR = "sources/livedoor-2026-01.yaml"
SEETAO = "sources/seetaoe-2026-01.yaml"
CARRIER = "carrier:\n  en: 21cmcc.org.cn\n  zh: 21cmcc.org.cn网站\n"

CASES = {
    "address-of-another-host": Broken(
        SCIO,
        CARRIER,
        "",
        "address",
        "found the host 21cmcc.org.cn; those of the publisher are: ecns.cn",
        at="address:",
    ),
    "carrier-that-is-the-publisher": Broken(
        XINHUA,
        "en.people.cn/n3/2025/0116",
        "english.news.cn/2025",
        "carrier",
        "english.news.cn is a site of the publisher; remove the carrier",
        at="carrier:",
    ),
    "carrier-without-address": Broken(
        XINHUA,
        "address: http://en.people.cn/n3/2025/0116/c90000-20266718.html\nchecked_on: 2026-11-26\n",
        "",
        "carrier",
        "add the address or remove it",
        at="carrier:",
    ),
    "brackets-in-a-title": Broken(
        SCIO,
        "  en: Report on the SCIO press conference on commerce work",
        "  en: Report on the SCIO [press] conference",
        "title.en",
        "contains square brackets",
    ),
    "printed-title-not-repeated": Broken(
        TRANSCRIPT,
        "  en: SCIO briefing on China's imports and exports in 2023",
        "  en: A briefing on trade",
        "title.en",
        "repeat the title as printed",
    ),
    "event-after-document": Broken(
        SCIO,
        "published_on: 2025-01-15",
        "published_on: 2025-01-14",
        "published_on",
        "found 2025-01-14; the event was on 2025-01-15",
    ),
    "day-of-another-key": Broken(
        LANDBRIDGE,
        "published_on: 2026-01-16",
        "published_on: 2026-02-17",
        "published_on",
        "must end with the day or month of 2026-02-17 or 2026-01-14",
    ),
    "day-of-another-event": Broken(
        EVENT, "held_on: 2025-01-15", "held_on: 2025-01-14", "held_on", "ends with another day"
    ),
    "present-office": Broken(
        EVENT,
        "en: Deputy China international",
        "en: Current deputy China international",
        "speakers[0].office.en",
        "found 'Current'; write the office alone",
    ),
    "dated-office": Broken(
        EVENT,
        "zh: 商务部国际贸易谈判副代表",
        "zh: 时任商务部国际贸易谈判副代表",
        "speakers[0].office.zh",
        "found '时任'",
    ),
    "standing": Broken(
        SCIO,
        "standing: repost",
        "standing: primary",
        "standing",
        "found primary; by publisher and carrier it is repost",
    ),
    "checked-before-published": Broken(
        XINHUA,
        "checked_on: 2026-11-26",
        "checked_on: 2025-01-15",
        "checked_on",
        "the page was published on 2025-01-16",
    ),
    "month-not-at-its-end": Broken(
        LIVEDOOR,
        "published_on: 2026-01-31",
        "published_on: 2026-01-30",
        "published_on",
        "for a month, write 2026-01-31",
    ),
    "month-of-another-event": Broken(
        SEETAO,
        "event: mofcom-2026-01-26",
        "event: mofcom-2025-07-18",
        "published_basis",
        "and the month of the event",
        at="published_basis:",
    ),
    "publisher-described-twice": Broken(
        XINHUA,
        "    - xinhuanet.com\n",
        "",
        "publisher",
        "differs from livedoor-2025-10-13.yaml, which has the same publisher",
        at="publisher:",
    ),
    "unknown-event": Broken(
        SCIO,
        "event: mofcom-2025-01-15",
        "event: mofcom-2025-01-16",
        "event",
        "there is no events/mofcom-2025-01-16.yaml",
    ),
    "host": Broken(
        SCIO, "    - ecns.cn", "    - https://ecns.cn", "publisher.hosts[0]", "host alone"
    ),
}


@pytest.mark.parametrize("broken", CASES.values(), ids=CASES)
def test_a_mistake_is_reported(tmp_path: Path, broken: Broken) -> None:
    check_reported(copy_seed(tmp_path), broken)


@pytest.mark.parametrize(
    ("kind", "document_kind", "has_carrier", "standing"),
    [
        ("authority", "article", False, Standing.PRIMARY),
        ("authority", "article", True, Standing.REPOST),
        ("medium", "transcript", False, Standing.PRIMARY),
        ("medium", "transcript", True, Standing.REPOST),
        ("agency", "article", True, Standing.REPOST),
        ("agency", "article", False, Standing.SECONDARY),
        ("medium", "article", False, Standing.SECONDARY),
        ("medium", "article", True, Standing.SECONDARY),
    ],
)
def test_standing_follows_from_publisher_and_carrier(
    kind: str,
    document_kind: str,
    has_carrier: bool,  # noqa: FBT001 - a column of the table above
    standing: Standing,
) -> None:
    text = {"en": "words", "zh": "文字"}
    content = {
        **dict.fromkeys(("title", "body", "licence"), text),
        "publisher": text | {"kind": kind},
        "carrier": text if has_carrier else None,
        "document_kind": document_kind,
        "standing": "secondary",
        "published_on": "2025-01-15",
        "language": "en",
    }
    assert find_standing(Source.model_validate(content)) is standing


def test_every_page_was_found_and_compared() -> None:
    for key, source in load_valid_seed(SEED).get_all(Source).items():
        assert (source.address is None) == (source.checked_on is None), key


def test_months_end_on_their_last_day() -> None:
    for source in load_valid_seed(SEED).get_all(Source).values():
        if source.published_precision == "month":
            assert source.published_on == find_last_day(source.published_on)
