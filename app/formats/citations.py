"""Sources and observations as citations: CSL-JSON, and BibTeX, RIS and text derived from it."""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from urllib.parse import urlencode

from app.db.columns import Record
from app.enums import EvidenceBasis, Precision, RevisionKind
from app.formats.dataset_info import TITLE
from app.i18n import MONTH_NAMES, Bilingual, Language, format_locator, format_release, name_day
from app.parameters import CitationStyle

CslItem = Record
DATASET = "dataset"
"""The CSL type of what this service publishes itself."""
DATASET_STYLES = {
    CitationStyle.APA: Bilingual(
        "{author}. ({issued}). {title} ({release}) [Dataset]. {accessed}{url}",
        "{author}. ({issued}). {title}（{release}）[数据集]. {accessed}{url}",
    ),
    CitationStyle.GB_T_7714: Bilingual(
        "{author}. {title}: {release}[DS/OL]. ({issued}){accessed}. {url}.",
        "{author}. {title}：{release}[DS/OL]. ({issued}){accessed}. {url}.",
    ),
}
"""The references to them; the processor of CSL has no term for one version of a dataset."""
ACCESS_DATES = {
    CitationStyle.APA: Bilingual("Retrieved {day}, from ", "{day}检索自 "),
    CitationStyle.GB_T_7714: Bilingual("[{day}]", "[{day}]"),
}

LATEX = {ord(one): f"\\{one}" for one in "#$%&_"} | str.maketrans(
    {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}"}
)
"""How LaTeX prints its own characters; braces stay, which have to be balanced in BibTeX."""
MAX_DESCRIPTION = 200
"""How many characters search engines and shared links show of the description of a page."""
STATEMENT_ENDS = (". ", "; ", "。", "；")
"""What ends a statement, after which a text may be cut."""
CSL_JSON = "application/vnd.citationstyles.csl+json"
BIBTEX = "application/x-bibtex"
RIS = "application/x-research-info-systems"
TEXT = "text/plain"
RIS_TYPES = {DATASET: "DATA", "webpage": "ELEC"}
STYLES = Path(__file__).parent / "citation_styles"
"""Styles of the Citation Style Language; LICENCE.md there names their authors and licence."""
INFERRED = Bilingual("countries counted as inferred by this service", "统计范围系本站推断")
DIFFERENCES = {
    RevisionKind.REPEATED: Bilingual("repeated", "重复公布"),
    RevisionKind.ROUNDED: Bilingual("rounded", "经舍入"),
}
ENGLISH_ORDER = re.compile(r"\(\d{4}, [一二三四五六七八九十]+月(?: \d+)?\)")
"""A date as APA Style writes it in Chinese, with its parts in the order of English."""
NUMBER = re.compile(r"^\[1\]\s*")
"""The number of the only entry of a bibliography."""


def cite_source(source: Record, release: Record) -> CslItem:
    """Cite a source.

    The author is the publisher of the text, never the institution it is about. A document with an
    address was accessed on the day on which it was last checked, or on that of the release.
    """
    printed = source["printed_title"]
    item = {
        "id": source["code"],
        "type": "webpage" if source["address"] else "document",
        "title": cite_titles(source),
        "author": [{"literal": source["publisher"]}],
        "container-title": source["carrier"],
        "issued": build_csl_date(source["published_on"], source["published_precision"]),
        "language": source["language"],
        # APA Style prints it as the title of an earlier work.
        "original-title": None if printed == source["title"] else printed,
    }
    if source["address"]:
        accessed = source["checked_on"] or release["released_on"]
        item |= {"URL": source["address"], "accessed": build_csl_date(accessed, Precision.DAY)}
    return {name: value for name, value in item.items() if value}


def cite_record(
    path: str, title: str, release: Record, base: str, language: Language, **query: object
) -> CslItem:
    """Cite the page of a record as it is in a release, by its permanent link.

    Path and query are those of the page.
    """
    given = {name: value for name, value in query.items() if value is not None}
    code = release["code"]
    return {
        "id": "-".join(["bri", path.rpartition("/")[2], *map(str, given.values())]),
        "type": DATASET,
        "title": title,
        "author": [{"literal": TITLE.get(language)}],
        "version": code,
        "issued": build_csl_date(release["released_on"], Precision.DAY),
        "language": language,
        "URL": f"{base}{path}?{urlencode({**given, 'release': code, 'lang': language})}",
    }


def add_access(item: CslItem, accessed_on: date | None) -> CslItem:
    """Add the day on which somebody has read what has an address."""
    if accessed_on is None or "URL" not in item:
        return item
    return item | {"accessed": build_csl_date(accessed_on, Precision.DAY)}


def cite_titles(source: Record) -> str:
    """Return a printed title, followed by its translation in square brackets if there is one."""
    title: str = source["title"]
    printed: str | None = source["printed_title"]
    return title if printed in {None, title} else f"{printed} {title}"


def cite_observation(
    observation: Record, current: Record, source: Record, release: Record, language: Language
) -> CslItem:
    """Cite the place of an observation in its source.

    The note states the figure, its place, and what limits its use: that this service infers which
    countries it counts, or that it is not the current figure for its series and period.
    """
    locator = format_locator(observation["locator"], language)
    statements = list_statements(observation, language)
    statements[1:1] = [locator] if locator else []
    if not observation["current"]:
        in_force = Bilingual("{figure} is in force", "现行数据为{figure}")
        statements += [
            describe_difference(observation, language),
            in_force.format(figure=current["display"]).get(language),
        ]
    note = join_statements(statements, list_remarks(observation), language)
    details = {"id": observation["id"], "note": note, "locator": locator}
    return cite_source(source, release) | {k: value for k, value in details.items() if value}


def quote_observation(observation: Record, citation: str, language: Language) -> str:
    """State a figure with its source, and with what limits its use."""
    quoted = Bilingual(f" ({citation})", f"（{citation}）").get(language)
    statements = list_statements(observation, language)
    statements[-1] += quoted
    return join_statements(statements, list_remarks(observation), language)


def quote_fitting(lead: str, observations: Iterable[Record], language: Language) -> str:
    """State the first figure with its source, and others that fit the description of a page.

    A figure is stated as a whole or not at all.
    """
    source = Bilingual(" ({})", "（{}）").get(language)
    quoted = (
        summarize_observation(one, language) + source.format(one["citation"]["short"])
        for one in observations
    )
    return join_fitting(lead, quoted, language.semicolon)


def join_fitting(lead: str, parts: Iterable[str], separator: str) -> str:
    """Append the first part to a text, and those after it that fit."""
    text = ""
    for part in parts:
        longer = f"{text}{separator}{part}" if text else f"{lead}{part}"
        if text and len(longer) > MAX_DESCRIPTION:
            break
        text = longer
    return text


def shorten_text(text: str) -> str:
    """Cut a text that is too long after a whole statement, or else after a word."""
    if len(text) <= MAX_DESCRIPTION:
        return text
    start = text[:MAX_DESCRIPTION]
    end = max(start.rfind(one) + 1 for one in STATEMENT_ENDS)
    if end > MAX_DESCRIPTION // 2:
        return start[:end].rstrip(";； ")
    return (
        start.rpartition(" ")[0] + "…" if " " in start[MAX_DESCRIPTION // 2 :] else start[:-1] + "…"
    )


def list_statements(observation: Record, language: Language) -> list[str]:
    is_inferred = observation["coverage"]["basis"] == EvidenceBasis.INFERRED
    inferred = [INFERRED.get(language)] if is_inferred else []
    return [summarize_observation(observation, language), *inferred]


def list_remarks(record: Record) -> list[str]:
    """List the note on a figure or a growth rate, and which others do not agree with it."""
    contradiction = record["contradiction"]
    notes = [record["note"], contradiction and contradiction["reason"]]
    return [note for note in notes if note]


def join_statements(statements: list[str], remarks: list[str], language: Language) -> str:
    end = Bilingual(". ", "。").get(language) if remarks else ""
    return language.semicolon.join(statements) + end + language.space.join(remarks)


def describe_difference(observation: Record, language: Language) -> str:
    """Say how a figure that is not in force differs from the one before it."""
    is_superseded = observation["superseded_on"] is not None
    kind = observation["revision"]["kind"] if observation["revision"] else None
    if not is_superseded and kind in DIFFERENCES:
        return DIFFERENCES[RevisionKind(kind)].get(language)
    return format_validity(observation, language)


def summarize_observation(observation: Record, language: Language) -> str:
    """State a figure with its qualifier, and with the countries and the period that it counts."""
    names = (observation[name]["name"] for name in ("indicator", "coverage"))
    figure = language.comma.join([*names, observation["period"]["label"]])
    return figure + language.colon + str(observation["display"])


def summarize_observations(figures: Sequence[Record], language: Language) -> str:
    """State figures of one indicator in a text that search engines and chats show unshortened.

    Each has its qualifier and its period. The countries counted are not repeated, and the source
    of the first figure is named where there is room.
    """
    first, *others = figures
    quoted = Bilingual(f" ({first['citation']['short']})", f"（{first['citation']['short']}）")
    rest = ""
    for one in others:
        scope = [one["coverage"]["name"]] if one["coverage"] != first["coverage"] else []
        names = language.comma.join([*scope, one["period"]["label"]])
        rest += language.semicolon + names + language.colon + one["display"]
    summary = summarize_observation(first, language)
    full = summary + quoted.get(language) + rest
    return full if len(full) <= MAX_DESCRIPTION else summary + rest


def format_validity(record: Record, language: Language) -> str:
    """Say of a figure that is not in force when another one superseded it; else nothing."""
    if record["superseded_on"] is not None:
        day = name_day(record["superseded_on"])
        return Bilingual("superseded on {day}", "已于{day}被取代").format(day=day).get(language)
    if record["current"] is False:
        return Bilingual("never in force", "从未作为现行数据").get(language)
    return ""


def build_csl_date(day: date, precision: str) -> CslItem:
    """Build a date of CSL, without a day if only the month is known."""
    parts = [day.year, day.month, day.day]
    return {"date-parts": [parts[:2] if precision == Precision.MONTH else parts]}


def write_csl_json(item: CslItem) -> bytes:
    return json.dumps([item], ensure_ascii=False, indent=2).encode() + b"\n"


def write_bibtex(item: CslItem) -> bytes:
    year, *rest = item["issued"]["date-parts"][0]
    fields = {
        "author": f"{{{item['author'][0]['literal'].translate(LATEX)}}}",
        "title": f"{{{item['title'].translate(LATEX)}}}",
        "howpublished": item.get("container-title", "").translate(LATEX),
        "year": str(year),
        "month": MONTH_NAMES[rest[0]][:3].lower(),
        "date": format_iso_date(item["issued"]),
        "version": item.get("version"),
        # The url package reads URLs verbatim, so they must not be escaped.
        "url": item.get("URL"),
        "urldate": format_iso_date(item["accessed"]) if "accessed" in item else None,
        "note": item.get("note", "").translate(LATEX),
        "langid": {"en": "english", "zh": "chinese"}.get(item["language"]),
    }
    # Styles print the name of a month only for its macro, which has no braces.
    lines = [
        f"  {name} = {value if name == 'month' else f'{{{value}}}'}"
        for name, value in fields.items()
        if value
    ]
    return (f"@misc{{{item['id']},\n" + ",\n".join(lines) + "\n}\n").encode()


def write_ris(item: CslItem) -> bytes:
    import rispy

    year, *rest = item["issued"]["date-parts"][0]
    accessed = format_iso_date(item["accessed"]) if "accessed" in item else ""
    fields = {
        "type_of_reference": RIS_TYPES.get(item["type"], "GEN"),
        "id": item["id"],
        # Without a comma, the last word of an institution would be taken for a family name.
        "authors": [f"{item['author'][0]['literal']},"],
        "title": item["title"],
        "publisher": item.get("container-title"),
        "year": str(year),
        "date": "/".join([str(year), *(f"{part:02}" for part in rest)]),
        "edition": item.get("version"),
        "access_date": accessed.replace("-", "/"),
        "language": item["language"],
        "notes": [item.get("note")],
        "urls": [item.get("URL")],
    }
    present = {
        name: value for name, value in fields.items() if value not in (None, "", [None], [""])
    }

    class UnnumberedWriter(rispy.RisWriter):  # type: ignore[misc]
        def set_header(self, count: int) -> str:
            del count
            return ""

    text: str = rispy.dumps([present], implementation=UnnumberedWriter)
    return re.sub(r"\r?\n", "\r\n", text.lstrip()).encode()


def write_reference(
    item: CslItem, style: CitationStyle = CitationStyle.APA, language: Language = Language.ENGLISH
) -> bytes:
    """Write the reference in a style; for an observation, its place and value on a second line."""
    lines = [format_reference(item, style, language), item.get("note")]
    return "".join(f"{line}\n" for line in lines if line).encode()


def format_dataset_reference(
    item: CslItem, style: CitationStyle, language: Language, accessed: str | None
) -> str:
    """Format the reference to a record of this service, with the day of access as it is given."""
    day = "" if accessed is None else ACCESS_DATES[style].format(day=accessed).get(language)
    author, title = item["author"][0]["literal"], item["title"]
    parts = {
        # The standard writes authors in Latin capitals.
        "author": author.upper() if style is CitationStyle.GB_T_7714 else author,
        "title": title,
        "release": format_release(item["version"], language),
        "issued": format_issued_date(item["issued"], style, language),
        "accessed": day,
        "url": item["URL"],
    }
    return DATASET_STYLES[style].get(language).format(**parts)


def format_issued_date(day: CslItem, style: CitationStyle, language: Language) -> str:
    if style is CitationStyle.APA and language is Language.ENGLISH:
        one = date(*day["date-parts"][0])
        return f"{one.year}, {one:%B} {one.day}"
    return format_style_date(day, style, language)


def format_style_date(day: CslItem, style: CitationStyle, language: Language) -> str:
    if style is CitationStyle.GB_T_7714:
        return format_iso_date(day)
    one = date(*day["date-parts"][0])
    english = f"{one:%B} {one.day}, {one.year}"
    return Bilingual(english, f"{one.year}年{one.month}月{one.day}日").get(language)


def format_reference(item: CslItem, style: CitationStyle, language: Language) -> str:
    if item["type"] == DATASET:
        accessed = item.get("accessed")
        day = accessed and format_style_date(accessed, style, language)
        return format_dataset_reference(item, style, language, day)
    # The processor imports an XML library, which no other response needs.
    from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle
    from citeproc.formatter import plain
    from citeproc.source.json import CiteProcJSON

    fields = {name: item[name] for name in set(item) - {"note", "locator", "original-title"}}
    if style is CitationStyle.GB_T_7714 and "original-title" in item:
        # The standard has no place for translated titles.
        fields["title"] = item["original-title"]
    locale = Bilingual("en-US", "zh-CN").get(language)
    definition = CitationStylesStyle(str(STYLES / f"{style}.csl"), locale=locale, validate=False)
    bibliography = CitationStylesBibliography(definition, CiteProcJSON([fields]), plain)
    bibliography.register(Citation([CitationItem(item["id"])]))
    reference = NUMBER.sub("", str(bibliography.bibliography()[0]))
    issued = "".join(
        f"{part}{unit}"
        for part, unit in zip(item["issued"]["date-parts"][0], "年月日", strict=False)
    )
    reference = ENGLISH_ORDER.sub(f"({issued})", reference)
    # The processor capitalizes the first letter of a site that has the name of its domain.
    site = fields.get("container-title") or ""
    return reference.replace(f"{site[:1].upper()}{site[1:]}", site) if site else reference


def format_iso_date(day: CslItem) -> str:
    year, *rest = day["date-parts"][0]
    return "-".join([str(year), *(f"{part:02}" for part in rest)])
