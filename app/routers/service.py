"""The entry point, the overview and the search."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app import __version__, parameters
from app.db.columns import Record
from app.formats.dataset_info import (
    CONTACT,
    DATA_LICENCE,
    DESCRIPTION,
    TITLE,
    cite_dataset,
)
from app.formats.registry import build_service_links, list_distributions, list_media_types
from app.i18n import Bilingual, Language
from app.links import build_hit_url
from app.queries import search
from app.queries.release import read_overview
from app.request import BEFORE_VALIDATION, Context, RequestContext
from app.schemas.service import Overview, SearchPage, Service

router = APIRouter(prefix="/v1", dependencies=BEFORE_VALIDATION)

NoParameters = Annotated[parameters.DetailParameters, Query()]

LINKS = {
    "overview": ("/v1/overview", Bilingual("Everything a dashboard needs", "仪表板所需的全部内容")),
    "indicators": (
        "/v1/indicators",
        Bilingual("Indicators and headline figures", "指标与核心数据"),
    ),
    "observations": ("/v1/observations", Bilingual("Published figures", "已发布数据")),
    "series": ("/v1/series", Bilingual("What can be compared with what", "可比数据系列")),
    "growth-rates": ("/v1/growth-rates", Bilingual("Published growth", "公布的增速")),
    "reports": (
        "/v1/reports",
        Bilingual("Second reports of the same figures", "同一数据的其他报道"),
    ),
    "compare": (
        "/v1/compare?indicator=goods-trade&period=2024&period=2025",
        Bilingual("Two periods side by side", "两期数据并列比较"),
    ),
    "changes": ("/v1/changes", Bilingual("What each release changed", "各版变更")),
    "atom": ("/v1/changes.atom", Bilingual("Releases as an Atom feed", "版本更新 Atom 订阅")),
    "json-feed": (
        "/v1/changes.feed.json",
        Bilingual("Releases as a JSON Feed", "版本更新 JSON Feed 订阅"),
    ),
    "priority-areas": ("/v1/priority-areas", Bilingual("Priority areas", "重点领域")),
    "actions": ("/v1/actions", Bilingual("Announced actions", "已宣布举措")),
    "outcomes": ("/v1/outcomes", Bilingual("Outcomes told in words", "定性成果")),
    "topics": ("/v1/topics", Bilingual("Topics", "主题")),
    "areas": ("/v1/areas", Bilingual("Countries and groups", "国家与国家组")),
    "sectors": ("/v1/sectors", Bilingual("Fields of the economy", "产业领域")),
    "instruments": ("/v1/instruments", Bilingual("Instruments of cooperation", "合作载体与机制")),
    "units": ("/v1/units", Bilingual("Units of measure", "计量单位")),
    "sources": ("/v1/sources", Bilingual("Sources", "数据来源")),
    "search": ("/v1/search?q=trade", Bilingual("Full-text search", "全文检索")),
    "sdmx": (
        "/sdmx/structure/dataflow/BRI/INDICATORS",
        Bilingual("The same by SDMX 2.1 and 3.0", "SDMX 2.1与3.0接口"),
    ),
    "guide": ("/guide", Bilingual("Guide", "使用指南")),
    "recipes": ("/recipes", Bilingual("Ready to copy into other programs", "其他程序的使用示例")),
    "service-desc": ("/openapi.json", Bilingual("OpenAPI document", "OpenAPI 文档")),
    "service-doc": ("/docs", Bilingual("Documentation to try out", "可在线试用的文档")),
    "reference": ("/reference", Bilingual("Documentation to read", "供阅读的文档")),
}


def describe_release(read: RequestContext) -> Record:
    """Tell the release in the language of the request."""
    row = read.release.record
    return {
        "seed_hash": row["seed_hash"],
        "schema_revision": row["schema_revision"].replace("_", "."),
        "code": row["code"],
        "released_on": row["released_on"],
        "note": row[f"note_{read.language}"],
        "counts": row["counts"],
    }


def list_downloads(read: RequestContext) -> list[Record]:
    """Tell where the whole data set is to be had in one file."""
    database = read.release.database
    digests = {"sqlite": database.digest}
    return [
        {
            "href": f"{read.base_url}{one.path}",
            "media_type": one.media_type,
            "title": one.title.get(read.language),
            "sha256": digests.get(one.path.rpartition(".")[2]),
        }
        for one in list_distributions(has_file=database.is_file)
        if one.is_whole
    ]


@router.get("", tags=["Entry point"], summary="Describe the service", response_model=Service)
def get_service(read: Context, query: NoParameters) -> Response:
    """What the service is, which release it serves, how the data may be used, and where to go
    on from here."""  # noqa: D205, D209
    del query
    model = Service.model_validate(
        {
            "title": TITLE.get(read.language),
            "description": DESCRIPTION.get(read.language),
            "version": __version__,
            "release": describe_release(read),
            "languages": list(Language),
            "formats": list_media_types(),
            "limits": {
                "page_default": parameters.DEFAULT_LIMIT,
                "page_maximum": parameters.MAXIMUM_LIMIT,
                "query_characters": parameters.MAXIMUM_QUERY,
            },
            "licence": {"code": "MIT", "data": DATA_LICENCE.get(read.language)},
            "citation": cite_dataset(read.release.record, read.base_url, read.language),
            "contact": CONTACT.get(read.language),
            "downloads": list_downloads(read),
            "links": [
                {"rel": rel, "href": f"{read.base_url}{path}", "title": words.get(read.language)}
                for rel, (path, words) in LINKS.items()
            ],
        }
    )
    return read.json_response(model, build_service_links(read.base_url))


@router.get(
    "/overview",
    tags=["Entry point"],
    summary="Give everything a dashboard needs in one answer",
    response_model=Overview,
)
def get_overview(read: Context, query: NoParameters) -> Response:
    """The indicators of the newest edition with their figures, the priority areas of the newest
    year with their actions, and the source. Each figure can be shown without a second look-up."""  # noqa: D205, D209
    del query
    found = read.run_query(read_overview)
    source = read.release.sources[read.language]
    return read.json_response(
        Overview.model_validate({"release": describe_release(read), **found, "source": source})
    )


@router.get(
    "/search",
    tags=["Search"],
    summary="Search all texts in both languages",
    response_model=SearchPage,
)
def search_records(
    read: Context, query: Annotated[parameters.SearchParameters, Query()]
) -> Response:
    """Every record whose texts hold all the words, best first. English words are found in all
    their forms, Chinese words from one character up. Matches come as plain pieces of text."""  # noqa: D205, D209
    found, facets = read.run_query(search.search_records, query)
    found = found.map_rows(lambda hit: {**hit, "href": build_hit_url(read.base_url, hit)})
    counted = [{"kind": kind, "count": count} for kind, count in facets.items()]
    return read.page_response(SearchPage, found, facets=counted)
