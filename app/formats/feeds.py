"""Releases as feeds: Atom (RFC 4287) and JSON Feed 1.1."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from app.text import Language, Words
from app.vocabulary import ChangeKind

Record = dict[str, Any]

NAMESPACE = "http://www.w3.org/2005/Atom"
TITLE = Words(
    "Belt and Road Cooperation Indicators: releases", "共建“一带一路”经贸合作指标：版本更新"
)
DONE = {
    ChangeKind.ADDED: Words("{} added", "新增{}项"),
    ChangeKind.REVISED: Words("{} revised", "修订{}项"),
    ChangeKind.CORRECTED: Words("{} corrected", "更正{}项"),
    ChangeKind.REMOVED: Words("{} removed", "移除{}项"),
}
NOTHING = Words("nothing", "空")
MORE = Words("More stands at the address of this release.", "其余变更见该版本网址。")
MOST_LINES = 200
LONGEST_LINE = 1000


def json_feed(releases: Sequence[Record], base: str, language: Language) -> Record:
    """Give the releases in the terms of JSON Feed."""
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": TITLE.to(language),
        "home_page_url": f"{base}/",
        "feed_url": f"{base}/v1/changes.feed.json",
        "language": language,
        "items": [
            {
                "id": address(release, base),
                "url": address(release, base),
                "title": title(release, language),
                "content_text": content(release, language),
                "date_published": moment(release["released_on"]),
            }
            for release in releases
        ],
    }


def atom(releases: Sequence[Record], base: str, language: Language) -> bytes:
    """Write the releases as an Atom feed."""
    feed = Element("feed", {"xmlns": NAMESPACE, "xml:lang": language})
    add(feed, "id", f"{base}/v1/changes.atom")
    add(feed, "title", TITLE.to(language))
    add(feed, "updated", moment(releases[0]["released_on"]))
    SubElement(feed, "link", {"rel": "self", "href": f"{base}/v1/changes.atom"})
    SubElement(feed, "link", {"rel": "alternate", "href": f"{base}/"})
    add(SubElement(feed, "author"), "name", TITLE.to(language).partition(":")[0])
    for release in releases:
        entry = SubElement(feed, "entry")
        add(entry, "id", address(release, base))
        add(entry, "title", title(release, language))
        add(entry, "updated", moment(release["released_on"]))
        SubElement(entry, "link", {"rel": "alternate", "href": address(release, base)})
        add(entry, "content", content(release, language)).set("type", "text")
    written: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def add(parent: Element, name: str, text: str) -> Element:
    """Add an element that holds a text."""
    child = SubElement(parent, name)
    child.text = text
    return child


def address(release: Record, base: str) -> str:
    """Give the address of what a release changed."""
    return f"{base}/v1/changes?release={release['code']}"


def moment(day: date) -> str:
    """Write a day as a moment, which feeds ask for."""
    return f"{day}T00:00:00Z"


def title(release: Record, language: Language) -> str:
    """Name a release by its key and how much it changed."""
    counts = [
        DONE[ChangeKind(kind)].to(language).format(count)
        for kind, count in release["changes"].items()
    ]
    joint = Words(", ", "，").to(language)
    name = Words(f"Release {release['code']}", f"{release['code']}版").to(language)
    return Words(": ", "：").to(language).join([name, joint.join(counts)]) if counts else name


def content(release: Record, language: Language) -> str:
    """Tell what a release brought, and both values of what it did not simply add, up to a bound."""
    lines = list(islice(told_fields(release, language), MOST_LINES + 1))
    if len(lines) > MOST_LINES:
        lines[MOST_LINES] = MORE.to(language)
    shortened = (line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…" for line in lines)
    return "\n".join([release["note"], *shortened])


def told_fields(release: Record, language: Language) -> Iterator[str]:
    """Tell the fields that were revised or corrected, and the records that were removed."""
    nothing = NOTHING.to(language)
    for change in release["told"]:
        done = DONE[ChangeKind(change["kind"])].to(language).format(1)
        yield f"{change['title']} ({change['collection']}/{change['key']}): {done}"
        for one in change["fields"]:
            if one["before"] != one["after"] and change["kind"] != ChangeKind.REMOVED:
                yield f"  {one['field']}: {one['before'] or nothing} → {one['after'] or nothing}"
