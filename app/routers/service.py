"""The entry point, the overview and the search."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app import __version__, filters
from app.context import BEFORE_VALIDATION, Read, Reader
from app.formats.about import CONTACT, DATA_LICENCE, DESCRIPTION, TITLE, citation, distributions
from app.formats.addresses import hit_address, links
from app.queries.columns import Record
from app.queries.release import overview
from app.queries.search import search
from app.schemas.service import Overview, SearchPage, Service
from app.text import Language, Words

router = APIRouter(prefix="/v1", dependencies=BEFORE_VALIDATION)

Nothing = Annotated[filters.DetailParameters, Query()]

MEDIA_TYPES = (
    "application/json",
    "text/csv",
    "application/jsonl",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.apache.parquet",
    "application/zip",
    "application/vnd.sqlite3",
    "application/x-bibtex",
    "application/x-research-info-systems",
    "application/vnd.citationstyles.csl+json",
    "application/atom+xml",
    "application/feed+json",
)
LINKS = {
    "overview": ("/v1/overview", Words("Everything a dashboard needs", "仪表板所需的全部内容")),
    "indicators": ("/v1/indicators", Words("Indicators and headline figures", "指标与核心数据")),
    "observations": ("/v1/observations", Words("Published figures", "已发布数据")),
    "series": ("/v1/series", Words("What can be compared with what", "可比数据系列")),
    "growth-rates": ("/v1/growth-rates", Words("Published growth", "公布的增速")),
    "reports": ("/v1/reports", Words("Second reports of the same figures", "同一数据的其他报道")),
    "compare": (
        "/v1/compare?indicator=goods-trade&period=2024&period=2025",
        Words("Two periods side by side", "两期数据并列比较"),
    ),
    "changes": ("/v1/changes", Words("What each release changed", "各版变更")),
    "atom": ("/v1/changes.atom", Words("Releases as an Atom feed", "版本更新 Atom 订阅")),
    "json-feed": (
        "/v1/changes.feed.json",
        Words("Releases as a JSON Feed", "版本更新 JSON Feed 订阅"),
    ),
    "priority-areas": ("/v1/priority-areas", Words("Priority areas", "重点领域")),
    "actions": ("/v1/actions", Words("Announced actions", "已宣布举措")),
    "outcomes": ("/v1/outcomes", Words("Outcomes told in words", "定性成果")),
    "topics": ("/v1/topics", Words("Topics", "主题")),
    "areas": ("/v1/areas", Words("Countries and groups", "国家与国家组")),
    "sectors": ("/v1/sectors", Words("Fields of the economy", "产业领域")),
    "instruments": ("/v1/instruments", Words("Instruments of cooperation", "合作载体与机制")),
    "units": ("/v1/units", Words("Units of measure", "计量单位")),
    "sources": ("/v1/sources", Words("Sources", "数据来源")),
    "search": ("/v1/search?q=trade", Words("Full-text search", "全文检索")),
    "sdmx": (
        "/sdmx/structure/dataflow/BRI/INDICATORS",
        Words("The same by SDMX 2.1 and 3.0", "SDMX 2.1与3.0接口"),
    ),
    "recipes": ("/recipes", Words("Ready to copy into other programs", "其他程序的使用示例")),
    "service-desc": ("/openapi.json", Words("OpenAPI document", "OpenAPI 文档")),
    "service-doc": ("/docs", Words("Documentation to try out", "可在线试用的文档")),
    "reference": ("/reference", Words("Documentation to read", "供阅读的文档")),
}


def told_release(read: Reader) -> Record:
    """Tell the release in the language of the request."""
    row = read.snapshot.release
    return {
        "seed_hash": row["seed_hash"],
        "schema_revision": row["schema_revision"].replace("_", "."),
        "code": row["code"],
        "released_on": row["released_on"],
        "note": row[f"note_{read.language}"],
        "counts": row["counts"],
    }


def downloads(read: Reader) -> list[Record]:
    """Tell where the whole data set is to be had in one file."""
    database = read.snapshot.database
    digests = {"sqlite": database.digest}
    return [
        {
            "href": f"{read.base}{one.path}",
            "media_type": one.media_type,
            "title": one.title.to(read.language),
            "sha256": digests.get(one.path.rpartition(".")[2]),
        }
        for one in distributions(is_file=database.is_file)
        if one.is_whole
    ]


@router.get("", tags=["Entry point"], summary="Describe the service", response_model=Service)
def get_service(read: Read, query: Nothing) -> Response:
    """What the service is, which release it serves, how the data may be used, and where to go
    on from here."""  # noqa: D205, D209
    del query
    model = Service.model_validate(
        {
            "title": TITLE.to(read.language),
            "description": DESCRIPTION.to(read.language),
            "version": __version__,
            "release": told_release(read),
            "languages": list(Language),
            "formats": list(MEDIA_TYPES),
            "limits": {
                "page_default": filters.DEFAULT_LIMIT,
                "page_maximum": filters.MAXIMUM_LIMIT,
                "query_characters": filters.MAXIMUM_WORDS,
            },
            "licence": {"code": "MIT", "data": DATA_LICENCE.to(read.language)},
            "citation": citation(read.snapshot.release, read.base, read.language),
            "contact": CONTACT.to(read.language),
            "downloads": downloads(read),
            "links": [
                {"rel": rel, "href": f"{read.base}{path}", "title": words.to(read.language)}
                for rel, (path, words) in LINKS.items()
            ],
        }
    )
    return read.answer(model, links(read.base))


@router.get(
    "/overview",
    tags=["Entry point"],
    summary="Give everything a dashboard needs in one answer",
    response_model=Overview,
)
def get_overview(read: Read, query: Nothing) -> Response:
    """The indicators of the newest edition with their figures, the priority areas of the newest
    year with their actions, and the source. Each figure can be shown without a second look-up."""  # noqa: D205, D209
    del query
    found = read.read(overview)
    source = read.snapshot.sources[read.language]
    return read.answer(
        Overview.model_validate({"release": told_release(read), **found, "source": source})
    )


@router.get(
    "/search",
    tags=["Search"],
    summary="Search all texts in both languages",
    response_model=SearchPage,
)
def search_records(read: Read, query: Annotated[filters.SearchFilters, Query()]) -> Response:
    """Every record whose texts hold all the words, best first. English words are found in all
    their forms, Chinese words from one character up. Matches come as plain pieces of text."""  # noqa: D205, D209
    found, facets = read.read(search, query)
    found = found.map(lambda hit: {**hit, "href": hit_address(read.base, hit)})
    counted = [{"kind": kind, "count": count} for kind, count in facets.items()]
    return read.page(SearchPage, found, facets=counted)
