"""Sources and figures as citations: CSL-JSON first, BibTeX and RIS from that."""

import codecs
import json
import re
from typing import Any

from app.enums import Precision
from app.formatting import format_locator
from app.i18n import Language

Record = dict[str, Any]
Item = dict[str, Any]

CSL_JSON = "application/vnd.citationstyles.csl+json"
BIBTEX = "application/x-bibtex"
RIS = "application/x-research-info-systems"


def cite_source(source: Record, release: Record) -> Item:
    """Cite a source, as seen on the day of the release."""
    item = {
        "id": source["code"],
        "type": "webpage" if source["address"] else "document",
        "title": source["title"],
        "author": [{"literal": source["body"]}],
        "publisher": source["publisher"],
        "issued": csl_date(source["published_on"], source["published_precision"]),
        "accessed": csl_date(release["released_on"], Precision.DAY),
        "language": source["language"],
        "URL": source["address"],
        "event-title": source["event"],
        "event-place": source["place"],
        "event-date": source["held_on"] and csl_date(source["held_on"], Precision.DAY),
    }
    return {name: value for name, value in item.items() if value}


def cite_observation(figure: Record, source: Record, release: Record, language: Language) -> Item:
    """Cite the place in a source at which a figure stands, with the figure in words."""
    parts = (figure["indicator"]["name"], figure["period"]["label"], figure["display"])
    item = cite_source(source, release)
    told = {
        "id": figure["id"],
        "note": ("，" if language is Language.CHINESE else ", ").join(parts),
        "locator": format_locator(figure["locator"], language),
    }
    return item | {name: value for name, value in told.items() if value}


def csl_date(day: Any, precision: str) -> Item:
    """Give a day as CSL has it; only its month where no more is known."""
    known = (
        [day.year, day.month] if precision == Precision.MONTH else [day.year, day.month, day.day]
    )
    return {"date-parts": [known]}


def write_csl_json(item: Item) -> bytes:
    """Write a citation as CSL-JSON, for Zotero, Pandoc and citation processors."""
    return json.dumps([item], ensure_ascii=False, indent=2).encode() + b"\n"


def write_bibtex(item: Item) -> bytes:
    """Write a citation as BibTeX, for LaTeX."""
    year, *rest = item["issued"]["date-parts"][0]
    fields = {
        "author": f"{{{escape_latex(item['author'][0]['literal'])}}}",
        "title": f"{{{escape_latex(item['title'])}}}",
        "howpublished": escape_latex(item["publisher"]),
        "year": str(year),
        "month": str(rest[0]),
        "date": format_iso_date(item["issued"]),
        # An address is read as it stands, so nothing in it is written for LaTeX.
        "url": item.get("URL"),
        "urldate": format_iso_date(item["accessed"]),
        "note": escape_latex(build_note(item)),
        "langid": {"en": "english", "zh": "chinese"}.get(item["language"]),
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return (f"@misc{{{item['id']},\n" + ",\n".join(lines) + "\n}\n").encode()


def escape_latex(text: str) -> str:
    """Write a text so that LaTeX shows it as it is."""
    import latexcodec  # noqa: F401, PLC0415

    written: str = codecs.encode(text, "ulatex+utf8")  # type: ignore[assignment]
    return written


def write_ris(item: Item) -> bytes:
    """Write a citation as RIS, for EndNote, Zotero and others."""
    import rispy  # noqa: PLC0415

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
    kept = {name: value for name, value in fields.items() if value not in (None, [None], [""])}

    class Plain(rispy.RisWriter):  # type: ignore[misc]
        """Writes references without numbering them."""

        def set_header(self, count: int) -> str:
            """Number nothing."""
            del count
            return ""

    written: str = rispy.dumps([kept], implementation=Plain)
    return re.sub(r"\r?\n", "\r\n", written.lstrip()).encode()


def build_note(item: Item) -> str:
    """Tell the figure and its place in the source."""
    parts = [item[name] for name in ("note", "locator") if name in item]
    return ("；" if re.search("[\u4e00-\u9fff]", "".join(parts)) else "; ").join(parts)


def format_iso_date(date: Item) -> str:
    """Write a day, or a month, as ISO 8601 has it."""
    year, *rest = date["date-parts"][0]
    return "-".join([str(year), *(f"{part:02}" for part in rest)])


FORMATS = {
    "bib": ("BibTeX", BIBTEX, write_bibtex),
    "ris": ("RIS", RIS, write_ris),
    "csl.json": ("CSL-JSON", CSL_JSON, write_csl_json),
}
"""All formats of citations by their suffix: name, media type and writer."""
