"""Entry point, overview, search, checks of quotations, health checks and metrics."""

from typing import Annotated

from fastapi import Query, Response
from fastapi.concurrency import run_in_threadpool

from app import __version__, parameters
from app.db.columns import Record
from app.formats import dataset_info, registry, tables
from app.formats.tables import Table
from app.http.routing import RouteDeclarations
from app.i18n import Bilingual, Language
from app.problems.messages import METRICS_DISABLED
from app.problems.problem import UnknownPath
from app.queries import search
from app.queries.editions import read_overview
from app.queries.releases import read_release
from app.queries.resource import build_record_url
from app.request import JSON, Context, RequestContext
from app.routers import NoParameters
from app.schemas.quotations import QuotationCheck
from app.schemas.service import Health, HealthStatus, Overview, SearchPage, Service

router = RouteDeclarations(prefix="/v1")
quotation_router = RouteDeclarations(prefix="/v1", tags=["Quotations"])
health_router = RouteDeclarations(prefix="/health", tags=["Service health"])
metrics_router = RouteDeclarations(include_in_schema=False)


METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
NO_STORE = {"Cache-Control": "no-store"}
"""The header of a response that depends on the time of the request."""


def link_tables(*linked: Table) -> dict[str, tuple[str, Bilingual]]:
    return {table.name: (f"/v1/{table.name}", table.title) for table in linked}


SERVICE_LINKS = {
    "overview": ("/v1/overview", Bilingual("All data for a dashboard", "数据看板所需的全部数据")),
    **link_tables(tables.INDICATORS),
    "observations": ("/v1/observations", Bilingual("Published figures", "公布的数据")),
    **link_tables(tables.SERIES, tables.GROWTH_RATES, tables.REPORTS, tables.CONTRADICTIONS),
    "compare": (
        "/v1/compare?indicator=goods-trade&period=2024&period=2025",
        Bilingual("Comparison of two periods", "两期数据比较"),
    ),
    "changes": ("/v1/changes", Bilingual("Changes of each release", "各版本变更")),
    "atom": ("/v1/changes.atom", Bilingual("Atom feed of releases", "版本更新（Atom订阅）")),
    "json-feed": (
        "/v1/changes.feed.json",
        Bilingual("JSON Feed of releases", "版本更新（JSON Feed订阅）"),
    ),
    **link_tables(tables.EDITIONS, tables.PRIORITY_AREAS),
    "actions": ("/v1/actions", Bilingual("Announced actions", "已宣布的举措")),
    "commitments": (
        "/v1/commitments",
        Bilingual("Commitments of the forums, with later readings", "高峰论坛承诺及后续数据"),
    ),
    **link_tables(tables.OUTCOMES, tables.TOPICS, tables.AREAS, tables.COVERAGES),
    **link_tables(tables.SECTORS, tables.INSTRUMENTS, tables.RELATED_DATASETS, tables.UNITS),
    **link_tables(tables.EVENTS, tables.SOURCES),
    "search": ("/v1/search?q=trade", Bilingual("Full-text search", "全文检索")),
    "quotation-check": (
        "/v1/quotation-check?text=over+700+aid+projects",
        Bilingual("Check of the figures quoted in a text", "核对文中引用的数据"),
    ),
    "sdmx": (
        "/sdmx/structure/dataflow/BRI/INDICATORS",
        Bilingual("SDMX 2.1 and 3.0", "SDMX 2.1和3.0接口"),
    ),
    "guide": ("/guide", Bilingual("Guide", "使用指南")),
    "recipes": ("/recipes", Bilingual("Examples for other programs", "其他程序的使用示例")),
    "service-desc": ("/openapi.json", Bilingual("OpenAPI document", "OpenAPI文档")),
    "service-doc": ("/docs", Bilingual("API reference", "API文档")),
}


def describe_release(context: RequestContext) -> Record:
    row = context.release.record
    return {
        "seed_hash": row["seed_hash"],
        "schema_revision": row["schema_revision"].replace("_", "."),
        "code": row["code"],
        "released_on": row["released_on"],
        "note": row[f"note_{context.language}"],
        "counts": row["counts"],
    }


def list_downloads(context: RequestContext) -> list[Record]:
    database = context.release.database
    digests = {"sqlite": database.digest}
    return [
        {
            "href": f"{context.base_url}{one.path}",
            "media_type": one.media_type,
            "title": one.title.get(context.language),
            "sha256": digests.get(one.path.rpartition(".")[2]),
        }
        for one in registry.list_distributions(has_file=database.is_file)
        if one.is_whole
    ]


@router.get(
    "",
    tags=["Entry point"],
    summary="Get the description of the service",
    description="Returns what the service is, which release it serves, how the data may be used, "
    "and links to all collections.",
    response_model=Service,
    responses={200: {"headers": {"Link": {}}}},
)
def get_service(context: Context, _: NoParameters) -> Response:
    operator = context.app.state.contact
    body = Service.encode(
        {
            "title": dataset_info.TITLE.get(context.language),
            "description": dataset_info.DESCRIPTION.get(context.language),
            "version": __version__,
            "release": describe_release(context),
            "languages": list(Language),
            "formats": list(dict.fromkeys(("application/json", *registry.IS_COMPRESSIBLE))),
            "limits": {
                "page_default": parameters.DEFAULT_LIMIT,
                "page_maximum": parameters.MAXIMUM_LIMIT,
                "query_characters": parameters.MAXIMUM_QUERY,
            },
            "licence": {"code": "MIT", "data": dataset_info.DATA_LICENCE.get(context.language)},
            "citation": dataset_info.cite_dataset(
                context.release.record, context.base_url, context.language
            ),
            "contact": dataset_info.describe_contact(operator and operator.text).get(
                context.language
            ),
            "downloads": list_downloads(context),
            "links": [
                {
                    "rel": rel,
                    "href": f"{context.base_url}{path}",
                    "title": title.get(context.language),
                }
                for rel, (path, title) in SERVICE_LINKS.items()
            ],
        }
    )
    return context.create_bytes_response(body, JSON, registry.build_service_links(context.base_url))


@router.get(
    "/overview",
    tags=["Entry point"],
    summary="Get all data for a dashboard in one response",
    description="Returns the figures that a yearly press conference stated, the priority areas "
    "that it announced with their actions, and the source; without edition, those of the newest "
    "press conference that is recorded completely. Each indicator also has its newest figure "
    "(latest), which may be of another length of period or count other countries. No figure needs "
    "a second request.",
    response_model=Overview,
)
def get_overview(
    context: Context, query: Annotated[parameters.OverviewParameters, Query()]
) -> Response:
    found = context.run_query(read_overview, query.edition)
    return context.create_json_response(Overview, {"release": describe_release(context), **found})


@router.get(
    "/search",
    tags=["Search"],
    summary="Search all texts in both languages",
    description="Returns the records whose texts contain all words, best first. English words "
    "match in all their forms, Chinese words from one character. Synonyms and abbreviations in "
    "both languages match too (FTA, 自贸协定), and so do numbers as people write them (700+, "
    "22.1万亿), years, periods, units and publishers. A record whose name is searched for comes "
    "first, an indicator before its figures; a number finds the figure first. Matches are marked "
    "as fragments of plain text, unless a record is found by a synonym or number only. Hits of "
    "figures have their period, qualifier and coverage; hits of figures, outcomes, priority areas, "
    "actions and commitments have their source.",
    response_model=SearchPage,
)
def search_records(
    context: Context, query: Annotated[parameters.SearchParameters, Query()]
) -> Response:
    page, counts = context.run_query(search.search_records, query)
    page = page.map_rows(lambda hit: {**hit, "href": build_record_url(context.base_url, hit)})
    facets = [{"kind": kind, "count": count} for kind, count in counts.items()]
    return context.create_page_response(SearchPage, page, facets=facets)


@health_router.get("/live", summary="Is the process alive?", response_model=Health)
async def get_liveness() -> Response:
    """Responds as long as the process can respond at all; checks nothing else."""
    return create_health_response(HealthStatus.OK)


@health_router.get(
    "/ready",
    summary="Can it serve data?",
    response_model=Health,
    responses={503: {"description": "The database cannot be read."}},
)
async def get_readiness(context: Context) -> Response:
    """Responds with 200 if the database can be read, and with 503 otherwise."""
    return create_health_response(await run_in_threadpool(check_health, context))


@metrics_router.get("/metrics")
def show_metrics(context: Context) -> Response:
    """Show the metrics of all processes; UnknownPath if none are collected."""
    metrics = context.app.state.metrics
    if metrics is None:
        raise UnknownPath.from_parameter("path", METRICS_DISABLED)
    return Response(metrics.render(), media_type=METRICS_TYPE, headers=NO_STORE)


def check_health(context: RequestContext) -> HealthStatus:
    context.release.database.read(read_release)
    if context.app.state.releases.failure is not None:
        return HealthStatus.RELEASE_FAILED
    if registry.find_temporary_file_error() is not None:
        return HealthStatus.NO_TEMPORARY_FILES
    return HealthStatus.OK


def create_health_response(status: HealthStatus) -> Response:
    return Response(Health.encode({"status": status}), media_type=JSON, headers=NO_STORE)


@quotation_router.get(
    "/quotation-check",
    summary="Check the figures quoted in a text",
    description="Returns the numbers of a text in English or Chinese, each with the published "
    "figure, growth rate or commitment that it quotes, and what differs from it: period, "
    "qualifier, unit, order of magnitude, growth, countries counted, what is measured, "
    "comparison, vintage, attribution, or a commitment reported as done or with another target. "
    "The check uses fixed rules. "
    "not_found does not mean that a number is false: the record is not complete. Positions are "
    "counted in code points of the text. A response has an ETag, and can be cached, only with "
    "asked_on.",
    response_model=QuotationCheck,
)
def check_quotation(
    context: Context, query: Annotated[parameters.QuotationParameters, Query()]
) -> Response:
    found = context.release.check_quotation(query.text, query.asked_on, context.language)
    headers = NO_STORE if query.asked_on is None else None
    return context.create_bytes_response(QuotationCheck.encode(found), JSON, headers=headers)
