"""Releases as feeds: Atom (RFC 4287) and JSON Feed 1.1."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from xml.etree.ElementTree import Element, SubElement, tostring

from app.db.columns import Record
from app.enums import ChangeKind
from app.formats.dataset_info import TITLE as DATASET_TITLE
from app.i18n import Bilingual, Language, format_release

ATOM = "application/atom+xml"
JSON_FEED = "application/feed+json"

NAMESPACE = "http://www.w3.org/2005/Atom"
TITLE = Bilingual(f"{DATASET_TITLE.en}: releases", f"{DATASET_TITLE.zh}：版本更新")
CHANGE_KINDS = {
    ChangeKind.ADDED: Bilingual("added", "新增"),
    ChangeKind.REVISED: Bilingual("revised", "修订"),
    ChangeKind.CORRECTED: Bilingual("corrected", "更正"),
    ChangeKind.ANNOTATED: Bilingual("annotated", "更新说明"),
    ChangeKind.REMOVED: Bilingual("removed", "删除"),
}
COUNT = Bilingual("{count:,} {kind}", "{kind}{count}项")
CHANGE = Bilingual("{title} ({record}): {summary}", "{title}（{record}）：{summary}")
REASON = Bilingual(" ({})", "（{}）")
FIELD = Bilingual("  {field}: {before} → {after}", "  {field}：{before} → {after}")
NO_VALUE = Bilingual("(none)", "（无）")
MORE_CHANGES = Bilingual(
    "See the URL of this release for all other changes.", "其余变更见该版本网址。"
)
MAX_LINES = 200
MAX_LINE_LENGTH = 1000


def build_json_feed(releases: Sequence[Record], base: str, language: Language) -> Record:
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": TITLE.get(language),
        "home_page_url": f"{base}/?lang={language}",
        "feed_url": f"{base}/v1/changes.feed.json?lang={language}",
        "language": language,
        "items": [
            {
                "id": build_release_url(release, base),
                "url": build_page_url(release, base, language),
                "title": format_title(release, language),
                "content_text": format_content(release, language),
                "date_published": format_timestamp(release["released_on"]),
            }
            for release in releases
        ],
    }


def write_atom(releases: Sequence[Record], base: str, language: Language) -> bytes:
    feed = Element("feed", {"xmlns": NAMESPACE, "xml:lang": language})
    url = f"{base}/v1/changes.atom?lang={language}"
    add_element(feed, "id", url)
    add_element(feed, "title", TITLE.get(language))
    add_element(feed, "updated", format_timestamp(releases[0]["released_on"]))
    SubElement(feed, "link", {"rel": "self", "href": url})
    SubElement(feed, "link", {"rel": "alternate", "href": f"{base}/?lang={language}"})
    add_element(SubElement(feed, "author"), "name", DATASET_TITLE.get(language))
    for release in releases:
        entry = SubElement(feed, "entry")
        add_element(entry, "id", build_release_url(release, base))
        add_element(entry, "title", format_title(release, language))
        add_element(entry, "updated", format_timestamp(release["released_on"]))
        page = build_page_url(release, base, language)
        SubElement(entry, "link", {"rel": "alternate", "href": page})
        add_element(entry, "content", format_content(release, language)).set("type", "text")
    content: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return content


def add_element(parent: Element, name: str, text: str) -> Element:
    child = SubElement(parent, name)
    child.text = text
    return child


def build_release_url(release: Record, base: str) -> str:
    """Return the identifier of an entry, which is the same in both languages."""
    return f"{base}/v1/changes?release={release['code']}"


def build_page_url(release: Record, base: str, language: Language) -> str:
    return f"{base}/changes?release={release['code']}&lang={language}"


def format_timestamp(day: date) -> str:
    return f"{day}T00:00:00Z"


def format_title(release: Record, language: Language) -> str:
    """Name a release by its code and the numbers of changes."""
    name = format_release(release["code"], language).capitalize()
    counts = count_changes([release], language)
    return language.colon.join([name, counts]) if counts else name


def count_changes(releases: Iterable[Record], language: Language) -> str:
    total: Counter[str] = Counter()
    for release in releases:
        total.update(release["changes"])
    counts = [COUNT.format(count=total[one], kind=CHANGE_KINDS[ChangeKind(one)]) for one in total]
    return language.comma.join(count.get(language) for count in counts)


def format_content(release: Record, language: Language) -> str:
    """Describe a release: its note, and its changes with previous and new values, up to a limit."""
    lines = list(islice(format_changes(release, language), MAX_LINES + 1))
    if len(lines) > MAX_LINES:
        lines[MAX_LINES] = MORE_CHANGES.get(language)
    shortened = (
        line if len(line) <= MAX_LINE_LENGTH else f"{line[:MAX_LINE_LENGTH]}…" for line in lines
    )
    return "\n".join([release["note"], *shortened])


def format_changes(release: Record, language: Language) -> Iterator[str]:
    none = NO_VALUE.get(language)
    for change in release["modifications"]:
        summary = CHANGE_KINDS[ChangeKind(change["kind"])].get(language)
        if change["reason"]:
            summary += REASON.get(language).format(change["reason"])
        record = f"{change['collection']}/{change['key']}"
        yield CHANGE.get(language).format(title=change["title"], record=record, summary=summary)
        for one in change["fields"]:
            if one["before"] != one["after"] and change["kind"] != ChangeKind.REMOVED:
                values = {name: one[name] or none for name in ("before", "after")}
                yield FIELD.get(language).format(field=one["field"], **values)
