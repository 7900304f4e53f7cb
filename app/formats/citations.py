"""Sources and observations as citations: CSL-JSON, and BibTeX and RIS derived from it."""

import codecs
import json
import re
from datetime import date

from app.db.columns import Record
from app.enums import Precision
from app.i18n import Language, format_locator

Item = Record

CSL_JSON = "application/vnd.citationstyles.csl+json"
BIBTEX = "application/x-bibtex"
RIS = "application/x-research-info-systems"


def cite_source(source: Record, release: Record) -> Item:
    """Cite a source, with the release date as the date of access."""
    item = {
        "id": source["code"],
        "type": "webpage" if source["address"] else "document",
        "title": source["title"],
        "author": [{"literal": source["body"]}],
        "publisher": source["publisher"],
        "issued": build_date(source["published_on"], source["published_precision"]),
        "accessed": build_date(release["released_on"], Precision.DAY),
        "language": source["language"],
        "URL": source["address"],
        "event-title": source["event"],
        "event-place": source["place"],
        "event-date": source["held_on"] and build_date(source["held_on"], Precision.DAY),
    }
    return {name: value for name, value in item.items() if value}


def cite_observation(
    observation: Record, source: Record, release: Record, language: Language
) -> Item:
    """Cite the place of an observation in its source, with the value in words."""
    parts = (
        observation["indicator"]["name"],
        observation["period"]["label"],
        observation["display"],
    )
    item = cite_source(source, release)
    details = {
        "id": observation["id"],
        "note": ("，" if language is Language.CHINESE else ", ").join(parts),
        "locator": format_locator(observation["locator"], language),
    }
    return item | {name: value for name, value in details.items() if value}


def build_date(day: date, precision: str) -> Item:
    """Build a date of CSL, without a day if only the month is known."""
    parts = (
        [day.year, day.month] if precision == Precision.MONTH else [day.year, day.month, day.day]
    )
    return {"date-parts": [parts]}


def write_csl_json(item: Item) -> bytes:
    return json.dumps([item], ensure_ascii=False, indent=2).encode() + b"\n"


def write_bibtex(item: Item) -> bytes:
    year, *rest = item["issued"]["date-parts"][0]
    fields = {
        "author": f"{{{escape_latex(item['author'][0]['literal'])}}}",
        "title": f"{{{escape_latex(item['title'])}}}",
        "howpublished": escape_latex(item["publisher"]),
        "year": str(year),
        "month": str(rest[0]),
        "date": format_iso_date(item["issued"]),
        # The url package reads URLs verbatim, so they must not be escaped.
        "url": item.get("URL"),
        "urldate": format_iso_date(item["accessed"]),
        "note": escape_latex(build_note(item)),
        "langid": {"en": "english", "zh": "chinese"}.get(item["language"]),
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return (f"@misc{{{item['id']},\n" + ",\n".join(lines) + "\n}\n").encode()


def escape_latex(text: str) -> str:
    """Escape a text so that LaTeX prints it unchanged."""
    import latexcodec  # noqa: F401 - registers the codec

    escaped: str = codecs.encode(text, "ulatex+utf8")  # type: ignore[assignment]
    return escaped


def write_ris(item: Item) -> bytes:
    import rispy

    year, *rest = item["issued"]["date-parts"][0]
    fields = {
        "type_of_reference": "ELEC" if "URL" in item else "GEN",
        "id": item["id"],
        "authors": [item["author"][0]["literal"]],
        "title": item["title"],
        "publisher": item["publisher"],
        "year": str(year),
        "date": "/".join([str(year), *(f"{part:02}" for part in rest)]),
        "access_date": format_iso_date(item["accessed"]).replace("-", "/"),
        "language": item["language"],
        "notes": [build_note(item)],
        "urls": [item.get("URL")],
    }
    present = {name: value for name, value in fields.items() if value not in (None, [None], [""])}

    class UnnumberedWriter(rispy.RisWriter):  # type: ignore[misc]
        def set_header(self, count: int) -> str:
            del count
            return ""

    text: str = rispy.dumps([present], implementation=UnnumberedWriter)
    return re.sub(r"\r?\n", "\r\n", text.lstrip()).encode()


def build_note(item: Item) -> str:
    parts = [item[name] for name in ("note", "locator") if name in item]
    return ("；" if re.search("[\u4e00-\u9fff]", "".join(parts)) else "; ").join(parts)


def format_iso_date(day: Item) -> str:
    year, *rest = day["date-parts"][0]
    return "-".join([str(year), *(f"{part:02}" for part in rest)])
