"""Embeds in a page of another origin: frames and the custom element, in Chromium."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, Locator, Page

from app.pages import ELEMENT_SCRIPT
from app.pages.assets import STATIC, compute_integrity
from tests.support.chromium import wait_until
from tests.support.client import AppClient

POLICY = (
    "default-src 'none'; script-src {service}; connect-src {service}; frame-src {service}; "
    "style-src-attr 'unsafe-inline'"
)
"""The policy of a careful site that allows the service: scripts, requests and frames of it only."""
HOST_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>A foreign page</title>
<script src="{script}" integrity="{integrity}" crossorigin="anonymous" async></script>
<body>{content}</body></html>"""
SERIES = "goods-trade.CN.BRI.partner-2025.CNY.P12M"
SHOWN = "bri-figure[data-shown]"
OPEN = {"Access-Control-Allow-Origin": "*"}
HEIGHT_IS_ADAPTED = """() => [...document.querySelectorAll("iframe")]
  .every((frame) => frame.style.height !== "")"""


@contextmanager
def serve_page(service: str, content: str, integrity: str | None = None) -> Iterator[str]:
    """Serve a page on another port, and so from another origin."""
    script = f"{service}/static/{ELEMENT_SCRIPT}"
    digest = integrity or compute_integrity(ELEMENT_SCRIPT)
    page = HOST_PAGE.format(script=script, integrity=digest, content=content).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Security-Policy", POLICY.format(service=service))
            self.end_headers()
            self.wfile.write(page if self.path == "/" else b"")

        def log_message(self, *_: object) -> None:
            """Write no log."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.server_port}/"
        finally:
            listening.shutdown()
            thread.join()


@contextmanager
def open_page(browser: Browser, address: str, width: int = 700) -> Iterator[tuple[Page, list[str]]]:
    """Open a page, and note what the console says."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.goto(address)
    yield page, messages
    page.close()


def find_differing(server: str, language: str) -> dict[str, Any]:
    """Find the only figure of a period that other published numbers contradict."""
    url = f"{server}/v1/observations?limit=1000&lang={language}"
    items: list[dict[str, Any]] = httpx2.get(url).json()["items"]

    def name_period(one: dict[str, Any]) -> tuple[str, ...]:
        return one["indicator"]["code"], one["period"]["start"], one["period"]["end"]

    counts = Counter(map(name_period, items))
    return next(item for item in items if item["contradiction"] and counts[name_period(item)] == 1)


def check_remarks(root: Locator, figure: dict[str, Any], page_url: str) -> None:
    """Check that an element has the growth with its source, all notes, and what differs."""
    growth = figure["growth"] or {"note": None, "contradiction": None}
    cited = figure["growth"] and growth["citation"]["full"]
    contradictions = [one["contradiction"] for one in (figure, growth) if one["contradiction"]]
    expected = {
        "growth": [growth["display"]] if figure["growth"] else [],
        "growth-source": [cited] if cited not in {None, figure["citation"]["full"]} else [],
        "note": [note for note in (growth["note"], figure["note"]) if note],
    }
    for part, texts in expected.items():
        assert root.locator(f"[part={part}]").all_inner_texts() == texts
    differences = root.locator("[part=contradiction]")
    assert differences.count() == len(contradictions)
    for index, contradiction in enumerate(contradictions):
        assert contradiction["reason"] in differences.nth(index).inner_text()
        target = differences.nth(index).locator("a").get_attribute("href")
        assert target == f"{page_url}#{contradiction['code']}"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_foreign_page_shows_frames_and_elements(
    browser: Browser, server: str, language: str
) -> None:
    source = f"{server}/indicators/aid-projects?lang={language}"
    described = httpx2.get(f"{server}/oembed", params={"url": source}).json()
    release = httpx2.get(f"{server}/v1").json()["release"]["code"]
    differing = find_differing(server, language)
    content = f"""
      <bri-figure code="aid-projects" lang="{language}">fallback</bri-figure>
      <bri-figure code="goods-trade" lang="{language}" period="2024" release="{release}"
        >fallback</bri-figure>
      <bri-figure code="{differing["indicator"]["code"]}" lang="{language}"
        period="{differing["period"]["start"]}/{differing["period"]["end"]}">fallback</bri-figure>
      <bri-figure code="{SERIES}" lang="{language}"></bri-figure>
      <bri-figure code="{SERIES}" lang="{language}" period="2024"></bri-figure>
      {described["html"]}
      <iframe src="{server}/embed/series/{SERIES}?lang={language}&amp;theme=dark" title="series"
        width="300" height="100"></iframe>
      <iframe src="{server}/embed/priority-areas/emerging-fields?lang={language}" title="area"
        width="300" height="100"></iframe>"""
    figures = {
        code: httpx2.get(f"{server}/v1/indicators/{code}?lang={language}").json()
        for code in ("aid-projects", "goods-trade")
    }
    series = httpx2.get(f"{server}/v1/series/{SERIES}?lang={language}").json()
    expected = [
        figures["aid-projects"]["latest"]["observation"],
        figures["goods-trade"]["headline"],
        differing,
        series["points"][-1],
        figures["goods-trade"]["headline"],
    ]
    with serve_page(server, content) as address, open_page(browser, address) as (page, messages):
        wait_until(page, f"document.querySelectorAll('{SHOWN}').length === 5")
        for number, figure in enumerate(expected):
            root = page.locator("bri-figure").nth(number)
            for part, text in (
                ("name", figure["indicator"]["name"]),
                ("display", figure["display"]),
                ("period", figure["period"]["label"]),
                ("coverage", figure["coverage"]["name"]),
                ("source", figure["citation"]["full"]),
            ):
                assert root.locator(f"[part={part}]").inner_text() == text
            link = root.locator("[part=link]").get_attribute("href") or ""
            pin = f"&release={release}" if number == 1 else ""
            code = figure["indicator"]["code"]
            path = f"indicators/{code}" if number < 3 else f"series/{SERIES}"
            page_url = f"{server}/{path}?lang={language}{pin}"
            assert link == f"{page_url}#{figure['id']}"
            check_remarks(root, figure, page_url)
        wait_until(page, HEIGHT_IS_ADAPTED)
        frames = page.locator("iframe")
        for number in range(frames.count()):
            frame = frames.nth(number).content_frame
            text = " ".join(frame.locator("body").inner_text().split())
            assert ("Source:" if language == "en" else "来源：") in text
            needed = frame.locator("html").evaluate("(root) => root.getBoundingClientRect().height")
            wait_until(
                page, f"document.querySelectorAll('iframe')[{number}].clientHeight >= {int(needed)}"
            )
        first = frames.nth(0).content_frame.locator("body").inner_text()
        assert expected[0]["display"] in "".join(first.split("\n"))
        background = "getComputedStyle(document.body).backgroundColor"
        assert frames.nth(1).content_frame.locator("body").evaluate(f"() => {background}") == (
            "rgb(16, 23, 30)"
        )
        assert messages == []


def test_an_element_says_where_other_growth_rates_differ(
    browser: Browser, server: str, newest: AppClient
) -> None:
    items = newest.get("/v1/observations?limit=1000&lang=en").json()["items"]
    figure = next(one for one in items if one["growth"] and one["growth"]["contradiction"])
    path, period = f"series/{figure['series']}", figure["period"]
    content = f"""<bri-figure code="{figure["series"]}" lang="en"
      period="{period["start"]}/{period["end"]}"></bri-figure>"""
    record = newest.get(f"/v1/{path}?lang=en").text
    with serve_page(server, "") as address, open_page(browser, address) as (page, messages):
        page.route(f"**/v1/{path}?*", lambda route: route.fulfill(body=record, headers=OPEN))
        page.evaluate("(content) => { document.body.innerHTML = content; }", content)
        page.locator(SHOWN).wait_for()
        check_remarks(page.locator("bri-figure"), figure, f"{server}/{path}?lang=en")
        assert messages == []


def test_bars_of_an_embed_show_limits(browser: Browser, newest: AppClient) -> None:
    """A bar is plain, striped if the figure is nearly its number, or goes on in pieces if over."""
    page = browser.new_page(viewport={"width": 320, "height": 900})
    style = (STATIC / "embed.css").read_text()
    shown: dict[str, tuple[int, bool]] = {}
    for path in (
        "indicators/china-laos-railway-freight?lang=en",
        "series/goods-trade.CN.BRI.route.CNY.P12M?lang=en&period=2014",
    ):
        page.set_content(newest.get(f"/embed/{path}").text)
        page.add_style_tag(content=style)
        for row in page.locator("table tr").all():
            pieces = row.locator(".bar path")
            dash = pieces.first.evaluate("(path) => getComputedStyle(path).strokeDasharray")
            display = row.locator("td").evaluate("(cell) => cell.firstChild.textContent.trim()")
            shown[display] = pieces.count(), dash != "none"
    assert shown["over 72.5 million tonnes"] == (2, False)
    assert shown["48.3 million tonnes"] == (1, False)
    assert shown["nearly 7 trillion yuan"] == (1, True)
    page.close()


def test_what_cannot_be_shown_leaves_the_content_of_the_page(browser: Browser, server: str) -> None:
    content = """<bri-figure code="nothing"><a href="#x">see there</a></bri-figure>"""
    with serve_page(server, content) as address, open_page(browser, address) as (page, _):
        page.evaluate("""() => new Promise((resolve) => {
          const one = document.querySelector("bri-figure");
          one.addEventListener("bri-figure-error", resolve);
          one.setAttribute("period", "2024");
        })""")
        assert page.get_by_text("see there").is_visible()
        assert page.locator(SHOWN).count() == 0
        page.evaluate("document.querySelector('bri-figure').setAttribute('code', 'goods-trade')")
        page.locator("bri-figure [part=display]").wait_for()
    changed = compute_integrity("site.css")
    with (
        serve_page(server, content, changed) as address,
        open_page(browser, address) as (page, messages),
    ):
        page.wait_for_load_state("load")
        assert page.evaluate("customElements.get('bri-figure') === undefined")
        assert any("integrity" in text for text in messages)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_empty_element_says_that_it_has_failed(
    browser: Browser, server: str, language: str
) -> None:
    absent = {"en": "No such figure is recorded. ", "zh": "未收录该数据。"}[language]
    failed = {"en": "The figure cannot be shown here. ", "zh": "此处无法显示该数据。"}[language]
    kinds = (
        ('code="nothing"', absent),
        ('code="goods-trade" period="1999"', absent),
        (f'code="{SERIES}" period="1999"', absent),
        (f'code="{SERIES}.x"', absent),
        ('code="goods-trade" release="1999-01-01"', absent),
        ('code="goods-trade" base="http://127.0.0.1:9"', failed),
    )
    content = "".join(f'<bri-figure lang="{language}" {one}>\n</bri-figure>' for one, _ in kinds)
    with serve_page(server, content) as address, open_page(browser, address) as (page, _):
        requested: list[str] = []
        page.on("request", lambda one: requested.append(one.url))
        page.reload()
        wait_until(
            page,
            f"""[...document.querySelectorAll("bri-figure")].filter(
          (one) => one.shadowRoot?.querySelector("[part=failure]")).length === {len(kinds)}""",
        )
        for number, (_, sentence) in enumerate(kinds):
            shown = page.locator("bri-figure").nth(number)
            text = shown.locator("[part=failure]").inner_text()
            site = shown.locator("[part=link]")
            assert text == sentence + site.inner_text()
            assert (site.get_attribute("href") or "").endswith(f"/?lang={language}")
        # What the service answered is not asked for again as a file.
        assert not any(f"{server}/{language}/v1/" in one for one in requested)


def test_other_pages_cannot_be_framed(browser: Browser, server: str) -> None:
    content = f'<iframe src="{server}/indicators/goods-trade" title="page"></iframe>'
    with serve_page(server, content) as address, open_page(browser, address) as (page, messages):
        page.wait_for_load_state("networkidle")
        assert any("frame-ancestors" in text for text in messages)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_embed_is_light(browser: Browser, server: str, language: str) -> None:
    """Sum up what a browser loads for an embed, without fonts."""
    page = browser.new_page(viewport={"width": 320, "height": 600})
    sizes: dict[str, int] = {}
    page.on("response", lambda one: sizes.update({one.url: int(one.headers["content-length"])}))
    page.goto(f"{server}/embed/indicators/aid-projects?lang={language}&theme=auto")
    page.wait_for_load_state("networkidle")
    loaded = {url: size for url, size in sizes.items() if "woff2" not in url}
    assert sum(loaded.values()) < 10_000, loaded
    assert len(loaded) <= 5
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.close()


@pytest.mark.parametrize(("language", "day"), [("en", "%B %-d, %Y"), ("zh", "%Y年%-m月%-d日")])
def test_the_menu_names_the_day_of_access(
    visit: tuple[Page, list[str]], language: str, day: str
) -> None:
    page, wrong = visit
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    days = [datetime.now(UTC)]
    page.goto(f"/indicators/aid-projects?lang={language}")
    page.locator("details.share summary").click()
    references = page.locator("details.share cite")
    days.append(datetime.now(UTC))  # Midnight may pass.
    shown = references.nth(0).inner_text(), references.nth(1).inner_text()
    assert any(one.strftime(day) in shown[0] for one in days)
    assert any(f"[{one:%Y-%m-%d}]" in shown[1] for one in days)
    page.locator("details.share dd:has(cite) button").nth(1).click()
    page.locator("details.share dd:has(cite) [role=status]:not(:empty)").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == shown[1]
    assert wrong == []
    with page.expect_download() as saved:
        page.locator("details.share a[data-citation]").first.click()
    assert f"{days[0].year}" in saved.value.path().read_text("utf-8").partition("urldate")[2]
