"""Citations, read by reference managers: source, date and passage."""

import html
import json
import re
import warnings
from datetime import date
from typing import Any

import pytest
import rispy
from bibtexparser.entrypoint import parse_string
from pylatexenc.latex2text import LatexNodes2Text  # type: ignore[import-untyped]

from app.formats.citations import LATEX, cite_source, write_bibtex, write_reference, write_ris
from tests.support.client import AppClient

pytestmark = [pytest.mark.database, pytest.mark.quick]

AID = (
    "Aid projects organised and implemented in BRI partner countries, Partner countries (2023 "
    "scope), January to November 2024: over 700"
)
FIGURE = "aid-projects.CN.BRI.partner-2023.NB.P11M.2024-01.scio-2025-01-15"


def list_sources(client: AppClient, language: str) -> list[dict[str, Any]]:
    """List all sources."""
    items: list[dict[str, Any]] = client.get(f"/v1/sources?lang={language}").json()["items"]
    return items


def format_date(source: dict[str, Any]) -> str:
    """Format the date of publication, as far as it is known."""
    published: str = source["published_on"]
    return published[:7] if source["published_precision"] == "month" else published


def format_title(source: dict[str, Any]) -> str:
    """Format the printed title, if there is one, with its translation in square brackets."""
    printed = source["printed_title"]
    return source["title"] if printed in {None, source["title"]} else f"{printed} {source['title']}"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_bibtex_is_read_by_a_parser(client: AppClient, language: str) -> None:
    for source in list_sources(client, language):
        response = client.get(f"/v1/sources/{source['code']}.bib?lang={language}")
        library = parse_string(response.text)
        assert not library.failed_blocks
        (entry,) = library.entries
        fields = {name: field.value for name, field in entry.fields_dict.items()}
        assert (entry.key, entry.entry_type) == (source["code"], "misc")
        assert fields["title"][1:-1] == format_title(source).translate(LATEX)
        assert fields["author"].strip("{}") == source["publisher"]
        assert fields.get("howpublished") == source["carrier"]
        assert fields["date"] == format_date(source)
        assert fields["year"] == source["published_on"][:4]
        month = date.fromisoformat(source["published_on"]).strftime("%b").lower()
        assert f"  month = {month},\n" in response.text, "a macro, which styles print as a name"
        assert fields.get("urldate") == source["checked_on"]
        assert fields.get("url") == source["address"]


def test_latex_prints_every_character() -> None:
    """Two signs of dollars would begin and end a formula, and one is an error."""
    printable = "".join(map(chr, range(33, 127))).translate(dict.fromkeys(map(ord, "^{}")))
    text = f"{printable} over US$860 bn, $6 trln, 增长40%"
    assert LatexNodes2Text().latex_to_text(text.translate(LATEX)) == text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_ris_is_read_by_a_parser(client: AppClient, language: str) -> None:
    for source in list_sources(client, language):
        response = client.get(f"/v1/sources/{source['code']}.ris?lang={language}")
        assert response.text.startswith("TY  - ")
        (entry,) = rispy.loads(response.text)
        assert entry["title"] == format_title(source)
        assert entry["authors"] == [f"{source['publisher']},"], "a family name has a comma after it"
        assert "," not in source["publisher"]
        assert entry.get("publisher") == source["carrier"]
        assert entry["date"] == format_date(source).replace("-", "/")
        assert entry.get("urls") == ([source["address"]] if source["address"] else None)


def render_references(items: list[dict[str, Any]]) -> str:
    """Render references by a citation processor."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from citeproc import (  # noqa: PLC0415
            Citation,
            CitationItem,
            CitationStylesBibliography,
            CitationStylesStyle,
            formatter,
        )
        from citeproc.source.json import CiteProcJSON  # noqa: PLC0415

        source = CiteProcJSON(items)
        style = CitationStylesStyle("harvard-cite-them-right", validate=False)
        bibliography = CitationStylesBibliography(style, source, formatter.plain)
        bibliography.register(Citation([CitationItem(item["id"]) for item in items]))
        return "\n".join(str(line) for line in bibliography.bibliography())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_csl_json_is_rendered_by_a_processor(client: AppClient, language: str) -> None:
    for source in list_sources(client, language):
        response = client.get(f"/v1/sources/{source['code']}.csl.json?lang={language}")
        (item,) = response.json()
        assert item["issued"]["date-parts"] == [
            [int(part) for part in format_date(source).split("-")]
        ]
        line = render_references([item])
        assert format_title(source) in line
        assert source["publisher"] in line
        assert source["published_on"][:4] in line
        assert source["address"] is None or source["address"] in line


@pytest.mark.parametrize("language", ["en", "zh"])
def test_only_a_translated_title_has_an_original_one(client: AppClient, language: str) -> None:
    for source in list_sources(client, language):
        (item,) = client.get(f"/v1/sources/{source['code']}.csl.json?lang={language}").json()
        original = item.get("original-title")
        is_translated = source["printed_title"] not in {None, source["title"]}
        assert original == (source["printed_title"] if is_translated else None)


@pytest.mark.parametrize(
    ("language", "note", "place"),
    [
        ("en", AID, "paragraph 4, sentence 2"),
        (
            "zh",
            "中国在共建“一带一路”国家组织实施的援助项目数，共建国家（2023年口径），2024年1—11月：逾700个",
            "第4段第2句",
        ),
    ],
)
def test_a_figure_is_cited_with_its_words_and_its_place(
    client: AppClient, language: str, note: str, place: str
) -> None:
    def get(suffix: str) -> str:
        return client.get(f"/v1/observations/{FIGURE}/citation.{suffix}?lang={language}").text

    (item,) = json.loads(get("csl.json"))
    assert (item["id"], item["locator"]) == (FIGURE, place)
    assert item["note"].startswith(note)
    (entry,) = parse_string(get("bib")).entries
    (reference,) = rispy.loads(get("ris"))
    together = entry.fields_dict["note"].value
    assert together == reference["notes"][0] == item["note"]
    assert place in together


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_citation_names_countries_period_and_qualifier(
    client: AppClient, language: str
) -> None:
    figures = client.get(f"/v1/observations?limit=1000&lang={language}").json()["items"]
    for figure in figures:
        url = f"/v1/observations/{figure['id']}/citation.txt?lang={language}"
        cited = client.get(url).text.splitlines()[1]
        for named in (figure["indicator"], figure["coverage"], {"name": figure["period"]["label"]}):
            assert named["name"] in cited
        assert figure["display"] in cited
    for indicator in client.get(f"/v1/indicators?limit=1000&lang={language}").json()["items"]:
        figure = indicator["latest"]["observation"]
        path = f"/indicators/{indicator['code']}?lang={language}"
        page = html.unescape(client.get(path).text)
        (cited,) = re.findall(r"(?:Cite as: |引用格式：)<cite>(.*?)</cite>", page)
        assert figure["coverage"]["name"] in cited
        assert figure["period"]["label"] in cited
        assert figure["display"] in cited


APA_REFERENCES = {
    "scio-2025-01-15": "ECNS. (2025, January 15). [Report on the SCIO press conference on commerce "
    "work]. 21cmcc.org.cn. "
    "https://21cmcc.org.cn/English/news/newsreleases/202501/t20250117_2413.htm",
    "xinhua-2025-01-15": "Xinhua News Agency. (2025, January 16). China reports active trade with "
    "BRI countries in 2024: commerce ministry. People's Daily Online. "
    "http://en.people.cn/n3/2025/0116/c90000-20266718.html",
    "china-org-transcript-2024-01-19": "China.org.cn. (2024, January 19). SCIO briefing on "
    "China's imports and exports in 2023. "
    "http://china.org.cn/china/2024-01/19/content_116952668_9.htm",
    "landbridge-2026-01-16": "China Youth Daily. (2026, January 16). "
    "2025年我国对共建“一带一路”国家进出口增长6.3% [China's imports from and exports to BRI "
    "partner countries grew by 6.3% in 2025]. Landbridge. "
    "http://www.landbridge.com/silkroad/2026-01-16/129308.html",
    "livedoor-2026-01": "CRI Online. (2026, January). [Report in Japanese on Belt and Road "
    "economic and trade cooperation in 2025]. livedoor News. "
    "https://news.livedoor.com/article/detail/30454846/",
}
"""Written by hand from the Publication Manual (7th edition), sections 9.7, 9.14, 9.22, 9.38, 10.16:
a group as author, the date as far as it is known, a description or a translation in square
brackets, the name of the site unless it is the author's, the URL without a date of access."""
GB_REFERENCES = {
    "scio-2025-01-15": "中国新闻社英文网. [关于国务院新闻办公室商务工作新闻发布会的报道][EB/OL]. "
    "(2025-01-15)[2026-11-26]. "
    "https://21cmcc.org.cn/English/news/newsreleases/202501/t20250117_2413.htm.",
    "landbridge-2026-01-16": "中国青年报. 2025年我国对共建“一带一路”国家进出口增长6.3%[EB/OL]. "
    "(2026-01-16)[2026-11-26]. http://www.landbridge.com/silkroad/2026-01-16/129308.html.",
    "xinhua-2025-01-15": "新华通讯社. China reports active trade with BRI countries in 2024: "
    "commerce ministry[EB/OL]. (2025-01-16)[2026-11-26]. "
    "http://en.people.cn/n3/2025/0116/c90000-20266718.html.",
}
"""Written by hand from GB/T 7714-2015, sections 4.6.2 and 8: 主要责任者. 题名[EB/OL].
(更新日期)[引用日期]. 获取路径."""


@pytest.mark.parametrize("code", APA_REFERENCES)
def test_apa_is_as_written_by_hand(client: AppClient, code: str) -> None:
    response = client.get(f"/v1/sources/{code}/citation.txt?lang=en")
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.text == f"{APA_REFERENCES[code]}\n"


@pytest.mark.parametrize("code", GB_REFERENCES)
def test_gb_t_7714_is_as_written_by_hand(client: AppClient, code: str) -> None:
    url = f"/v1/sources/{code}/citation.txt?style=gb-t-7714&lang=zh"
    assert client.get(url).text == f"{GB_REFERENCES[code]}\n"


@pytest.mark.parametrize("style", ["apa", "gb-t-7714"])
def test_every_source_has_a_reference(client: AppClient, style: str) -> None:
    for source in list_sources(client, "en"):
        text = client.get(f"/v1/sources/{source['code']}/citation.txt?style={style}&lang=en").text
        assert (source["address"] or "") in text
        assert source["published_on"][:4] in text
        # The name of a site is written as the source has it, also if it is a domain.
        assert style != "apa" or (source["carrier"] or "") in text
        assert (source["title_kind"] == "descriptive") == (
            f"[{source['title'][1:-1]}]" in text
        ) or (source["printed_title"] in text)


def test_a_reference_without_an_address_has_no_day_of_access() -> None:
    source = {
        "code": "paper-2025-01-15",
        "title": "[A report]",
        "printed_title": None,
        "publisher": "A newspaper",
        "carrier": None,
        "language": "en",
        "address": None,
        "published_on": date(2025, 1, 15),
        "published_precision": "day",
        "checked_on": None,
    }
    item = cite_source(source, {"released_on": date(2026, 11, 25)})
    assert "accessed" not in item
    assert write_reference(item) == b"A newspaper. (2025, January 15). [A report].\n"
    assert b"urldate" not in write_bibtex(item)
    assert b"Y2" not in write_ris(item)
    item = cite_source(source | {"address": "https://x.org/a"}, {"released_on": date(2026, 11, 25)})
    assert item["accessed"] == {"date-parts": [[2026, 11, 25]]}


def test_an_observation_is_cited_with_its_place_on_a_second_line(client: AppClient) -> None:
    text = client.get(f"/v1/observations/{FIGURE}/citation.txt?lang=en").text
    reference, note = text.splitlines()
    assert reference == APA_REFERENCES["scio-2025-01-15"]
    assert note.startswith(f"{AID}; paragraph 4, sentence 2. Xinhua reports 700, without “over”;")
    url = f"/v1/observations/{FIGURE}/citation.txt"
    assert "(2025年1月15日)" in client.get(url, params={"lang": "zh"}).text
    url = "/v1/sources/livedoor-2026-01/citation.txt?lang=zh"
    assert "(2026年1月)" in client.get(url).text


SHARE, TRADE = (
    "trade-share.CN.BRI.partner-2025.PT.P12M.",
    "goods-trade.CN.BRI.partner-2023.CNY.P12M.",
)
INFERRED = {"en": "countries counted as inferred by this service", "zh": "统计范围系本站推断"}
LIMITS = {
    f"{SHARE}2024-01.chinataiwan-2025-01-13": {
        "en": "; superseded on 18 July 2025; 50.7 percent is in force",
        "zh": "；已于2025年7月18日被取代；现行数据为50.7%",
    },
    f"{SHARE}2024-01.scio-2025-07-18": {
        "en": "Do not combine 50.7 percent with 22.1 trillion yuan",
        "zh": "50.7%不得与22.1万亿元合用",
    },
    f"{TRADE}2023-01.scio-2024-02-07": {
        "en": "; rounded; 19.47 trillion yuan is in force",
        "zh": "；经舍入；现行数据为19.47万亿元",
    },
}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("key", LIMITS)
def test_a_citation_says_what_limits_the_use_of_a_figure(
    client: AppClient, key: str, language: str
) -> None:
    for suffix in ("txt", "bib", "ris", "csl.json"):
        url = f"/v1/observations/{key}/citation.{suffix}?lang={language}"
        cited = client.get(url).text.replace("\\%", "%")
        assert LIMITS[key][language] in cited
        assert (INFERRED[language] in cited) == ("partner-2025" in key)


ENGLISH = (
    "ECNS: [Report on the SCIO press conference on commerce work], published 15 January 2025, "
    "carried by 21cmcc.org.cn, paragraph 4, sentence 2"
)
CHINESE = (
    "中国新闻社英文网：[关于国务院新闻办公室商务工作新闻发布会的报道]，2025年1月15日发布，"
    "21cmcc.org.cn网站转载，第4段第2句"
)


@pytest.mark.parametrize(
    ("language", "short", "full"),
    [
        ("en", "ECNS, 15 Jan 2025, ¶4", ENGLISH),
        ("zh", "中新社英文网，2025年1月15日，第4段", CHINESE),
    ],
)
def test_citations_are_short_and_full(
    client: AppClient, language: str, short: str, full: str
) -> None:
    citation = client.get(f"/v1/observations/{FIGURE}?lang={language}").json()["citation"]
    assert citation == {"short": short, "full": full}
    source = client.get(f"/v1/sources/scio-2025-01-15?lang={language}").json()["citation"]
    assert short.startswith(source["short"])
    assert full.startswith(source["full"])
    month = client.get("/v1/sources/livedoor-2026-01?lang=en").json()["citation"]["short"]
    assert month == "CRI Online, Jan 2026"


def test_an_unknown_style_is_refused(client: AppClient) -> None:
    response = client.get("/v1/sources/scio-2025-01-15/citation.txt?style=mla")
    assert response.status_code == 422
    assert response.json()["errors"][0]["allowed"] == ["apa", "gb-t-7714"]


@pytest.mark.parametrize("suffix", ["bib", "ris", "csl.json", "txt"])
def test_an_unknown_key_is_reported(client: AppClient, suffix: str) -> None:
    for path, near in (
        (f"/v1/sources/scio-2025-01-16/citation.{suffix}", "scio-2025-01-15"),
        (f"/v1/observations/{FIGURE[:-1]}4/citation.{suffix}", FIGURE),
    ):
        response = client.get(path)
        assert response.status_code == 404
        assert near in response.json()["errors"][0]["allowed"] + [
            response.json()["errors"][0]["suggestion"]
        ]


def test_cumulative_totals_are_cited(newest: AppClient) -> None:
    """Totals of a series share their start, so the period of one contains those before it."""
    figures = newest.get("/v1/observations?limit=1000").json()["items"]
    totals = [figure["id"] for figure in figures if figure["series"].partition(".FROM")[1]]
    assert len(totals) > len({key.partition(".FROM")[0] for key in totals})
    for key in totals[:3] + totals[-3:]:
        cited = newest.get(f"/v1/observations/{key}/citation.csl.json")
        assert cited.status_code == 200, cited.text
        assert key in str(cited.json())
