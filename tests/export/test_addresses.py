"""The names of files, and what links become."""

import re

import pytest

from app.application import App
from app.export.addresses import HOST, Address, Layout
from app.export.plan import Collections, list_addresses
from app.i18n import Language

pytestmark = [pytest.mark.quick, pytest.mark.sqlite]
BASE = "https://data.example"
SERVICE = f"http://{HOST}/{HOST}"
HOME = Address("/")


def rewrite(layout: Layout, text: str, address: Address = HOME, *, is_markup: bool) -> str:
    """Rewrite a text, and check that what it leads to has files."""
    found: list[Address] = []
    rewritten = layout.rewrite_links(text, address, found.append, is_markup=is_markup)
    assert all(layout.has_file(one) for one in found)
    return rewritten


@pytest.mark.parametrize(
    ("target", "file"),
    [
        ("/", "en/index.html"),
        ("/?edition=2025&lang=zh", "zh/index,edition=2025.html"),
        ("/editions/2025", "en/editions/2025.html"),
        ("/indicators/goods-trade", "en/indicators/goods-trade.html"),
        ("/v1", "en/v1.json"),
        ("/v1/topics/trade?lang=zh", "zh/v1/topics/trade.json"),
        ("/v1/observations.csv?indicator=a", "en/v1/observations,indicator=a.csv"),
        ("/v1/editions/compare?edition=1&edition=2", "en/v1/editions/compare,edition=1,edition=2."),
        ("/v1/observations.jsonstat", "en/v1/observations.jsonstat.json"),
        ("/v1/changes.atom", "en/v1/changes.atom.xml"),
        ("/v1/dataset.sqlite?lang=zh", "v1/dataset.sqlite"),
        ("/v1/indicators/a/chart.vl.json?theme=dark", "en/v1/indicators/a/chart,theme=dark.vl."),
        ("/sdmx/dataflow/BRI", "en/sdmx/dataflow/BRI.xml"),
        ("/sdmx/structure/dataflow/BRI", "en/sdmx/structure/dataflow/BRI.json"),
        ("/sdmx/dataflow/BRI?format=json", "en/sdmx/dataflow/BRI.json"),
        ("/favicon.ico", "static/favicon.ico"),
        ("/manifest.webmanifest?lang=zh", "zh/manifest.webmanifest"),
        ("/static/site.css?v=1", "static/site.css?v=1"),
    ],
)
def test_each_address_has_a_file(app: App, target: str, file: str) -> None:
    path, _, query = target.partition("?")
    layout = Layout(app.request_router, BASE)
    _, found = layout.resolve_link(Address.parse(path, query, Language.ENGLISH))
    assert found.startswith(file)


@pytest.mark.parametrize(
    ("target", "link"),
    [
        ("/v1/search?q=trade", "/en/search.json"),
        ("/?topic=trade&q=a", "/en/index.html?q=a&topic=trade"),
        ("/?edition=2025&sector=a", "/en/index,edition=2025.html?sector=a"),
        ("/v1/observations?q=trade", "/en/v1/observations.json"),
        ("/v1/observations.xlsx?source=scio-2025-01-15", "/en/v1/observations.xlsx"),
        ("/v1/nothing/known", "/en/index.html"),
        ("/health/live", "/en/index.html"),
        ("/v1/reports/a", "/en/v1/dataset.zip"),
        ("/v1/outcomes", "/en/v1/outcomes.jsonl"),
        ("/v1/outcomes.csv", "/en/v1/outcomes.csv"),
        ("/sources/a/passages#P1", "/en/index.html"),
    ],
)
def test_any_other_link_leads_to_something_near(app: App, target: str, link: str) -> None:
    long = frozenset({"reports", "outcomes", "sources"})
    layout = Layout(app.request_router, BASE, long)
    assert rewrite(layout, f'"{SERVICE}{target}"', is_markup=False) == f'"{BASE}{link}"'


def test_links_of_pages_are_relative_and_those_of_data_absolute(app: App) -> None:
    layout = Layout(app.request_router, BASE)
    page = Address("/sources/scio-2025-01-15/passages")
    text = f'<a href="/{HOST}/indicators/a?lang=zh#b">({SERVICE}/v1/topics).'
    expected = f'<a href="../../../zh/indicators/a.html#b">({BASE}/en/v1/topics.json).'
    assert rewrite(layout, text, page, is_markup=True) == expected
    text = f'href="/{HOST}/?topic=a&amp;sector=b&amp;lang=en"'
    assert rewrite(layout, text, is_markup=True) == 'href="index.html?sector=b&amp;topic=a"'


def test_examples_in_the_guide_stay_requests_to_a_service(app: App) -> None:
    layout = Layout(app.request_router, BASE)
    text = f"curl -s &#39;{SERVICE}/v1/observations?topic=a&amp;unit=b&#39;"
    expected = "curl -s &#39;http://127.0.0.1:8000/v1/observations?topic=a&amp;unit=b&#39;"
    assert rewrite(layout, text, Address("/guide/endpoints"), is_markup=True) == expected
    shown = "http://127.0.0.1:8000/oembed?maxwidth=480"
    text = (
        f'{SERVICE}/oembed?maxwidth=480</code><copy-text data-text="{SERVICE}/oembed?maxwidth=480">'
    )
    copied = f'{shown}</code><copy-text data-text="{shown}">'
    assert rewrite(layout, text, Address("/guide/sharing"), is_markup=True) == copied


def test_what_is_left_out_has_no_file(app: App) -> None:
    left_out = re.compile(r"/chart\.|parquet|openapi|^/$")
    layout = Layout(app.request_router, BASE, left_out=left_out)
    assert not layout.has_file(Address("/v1/indicators/goods-trade/chart.svg"))
    assert layout.has_file(Address("/v1/indicators/goods-trade"))
    assert layout.has_file(HOME), "the entry page leads to it"
    found = list(list_addresses(layout, Collections({}, frozenset(), [])))
    assert HOME in found
    assert not [one for one in found if re.search("parquet|openapi", one.path)]


def test_a_fragment_in_chinese_goes_with_its_page(app: App) -> None:
    text = f'href="/{HOST}/guide/method#统计范围"'
    layout = Layout(app.request_router, BASE)
    assert rewrite(layout, text, is_markup=True) == 'href="guide/method.html#统计范围"'
    layout.left_out = re.compile("^/guide")
    assert rewrite(layout, text, is_markup=True) == 'href="index.html"'


LEFT_OUT_LINKS = {
    '<picture><source srcset="{0}"><img src="{0}" alt="a"></picture>': "",
    '<p>Made by A · <a href="{0}">Chart</a> · <a href="{1}">JSON</a></p>': (
        '<p>Made by A · <a href="{1}">JSON</a></p>'
    ),
    '<span class="files">Chart: <a href="{0}">PNG</a>, <a href="{0}">SVG</a></span>': "",
    '<span class="files">Chart: <a href="{0}">PNG</a>, <a href="{1}">SVG</a></span>': (
        '<span class="files">Chart: <a href="{1}">SVG</a></span>'
    ),
    '<dt>Chart</dt>\n<dd><a href="{0}">PNG</a> <a href="{0}?width=1&amp;x=2">SVG</a> </dd>': "",
    "<details>\n<summary>Files<i>: a</i></summary>\n<dl>\n<dt>Chart</dt>\n"
    '<dd class="files"><a href="{0}">PNG</a></dd>\n</dl>\n</details>': "",
    '<nav aria-label="Feeds"><p>Feeds</p><ul><li><a href="{0}">a</a></li></ul></nav>': "",
    '<noscript>\n<picture><img src="{0}"></picture>\n</noscript><p id="count"></p>': (
        '<p id="count"></p>'
    ),
    '<p class="request"><a href="{0}">a</a><span class="buttons"><b>URL</b></span></p>': "",
    '<meta property="og:image" content="http://static.invalid{0}">\n'
    '<meta property="og:image:width" content="1">\n<meta name="twitter:card" content="b">': "",
    '<meta property="og:image" content="{1}"><meta property="og:image:width" content="1">': (
        '<meta property="og:image" content="{1}"><meta property="og:image:width" content="1">'
    ),
    '<a href="/{host}/guide/method">Method</a>': '<a href="/{host}/guide/method">Method</a>',
}


@pytest.mark.parametrize(("text", "expected"), LEFT_OUT_LINKS.items())
def test_pictures_and_downloads_without_a_file_are_dropped(
    app: App, text: str, expected: str
) -> None:
    layout = Layout(app.request_router, BASE, left_out=re.compile(r"/chart\.|^/guide"))
    links = [f"/{HOST}/v1/indicators/goods-trade{end}" for end in ("/chart.svg", "")]
    dropped = layout.drop_links(text.format(*links, host=HOST), HOME)
    assert dropped == expected.format(*links, host=HOST)


def test_the_guide_keeps_the_text_of_a_link_without_a_file(app: App) -> None:
    layout = Layout(app.request_router, BASE, left_out=re.compile("openapi"))
    text = f'Read <a href="/{HOST}/openapi.json">the document</a>.'
    assert layout.drop_links(text, Address("/guide")) == "Read the document."
