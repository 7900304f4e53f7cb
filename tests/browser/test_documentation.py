"""The reference of the API in a browser: forms, samples and links, with and without scripts."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.chromium import suspend_requests, wait_until

Visit = tuple[Page, list[str]]


def test_a_request_is_sent_from_the_page(visit: Visit) -> None:
    page, wrong = visit
    page.goto("/docs/list_observations?lang=en")
    form, answer = page.locator("form.try"), page.locator(".answer")
    expect(answer).to_be_hidden()
    form.locator("[name=limit]").fill("2")
    form.locator("[name=indicator]").fill("goods-trade,import-share")
    form.locator("[name=qualifier][value=over]").check()
    form.locator("[name=qualifier][value=nearly]").check()
    form.get_by_role("button", name="Send").click()
    sent = "limit=2&indicator=goods-trade%2Cimport-share&qualifier=over&qualifier=nearly"
    expect(answer).to_contain_text(f"/v1/observations?lang=en&{sent}")
    expect(answer).to_contain_text("Status: 200 OK")
    expect(answer).to_contain_text(re.compile(r"Time: \d+ ms"))
    expect(answer.locator("pre").last).to_contain_text('"display": "nearly 54 percent"')
    expect(answer.locator("details pre")).to_contain_text("content-language: en")
    expect(answer.locator("copy-text").last).to_have_attribute(
        "data-text", re.compile(rf"^curl -i 'http://[^']+{re.escape(sent)}'$")
    )
    assert page.url.endswith("/docs/list_observations?lang=en")
    assert wrong == []


def test_the_answer_is_that_of_the_last_request(visit: Visit) -> None:
    page, wrong = visit
    page.goto("/docs/list_observations?lang=en")
    waiting = suspend_requests(page, "**/v1/observations?*")
    for limit in ("1", "2"):
        page.locator("form.try [name=limit]").fill(limit)
        with page.expect_request("**/v1/observations?*"):
            page.get_by_role("button", name="Send").click()
    page.wait_for_timeout(100)
    late, last = waiting
    for route in (last, late):
        route.continue_()
        page.wait_for_timeout(100)
        expect(page.locator(".answer code").first).to_have_text(re.compile("limit=2$"))
    assert wrong == []
    page.unroute_all()


def test_a_key_is_part_of_the_path_and_a_problem_is_shown(visit: Visit) -> None:
    page, wrong = visit
    page.goto("/docs/get_indicator?lang=zh")
    form, answer = page.locator("form.try"), page.locator(".answer")
    expect(form.locator("[name=indicator]")).to_have_value("goods-trade")
    form.get_by_role("button", name="发送").click()
    expect(answer).to_contain_text("/v1/indicators/goods-trade?lang=zh")
    expect(answer).to_contain_text("状态：200 OK")
    expect(answer.locator("pre").last).to_contain_text("22.1万亿元")
    # Numbers keep all digits, which JavaScript would not.
    expect(answer.locator("pre").last).to_contain_text('"value": 22100000000000')
    form.locator("[name=indicator]").fill("trade/'北'")
    form.get_by_role("button", name="发送").click()
    expect(answer).to_contain_text("/v1/indicators/trade%2F'%E5%8C%97'?lang=zh")
    expect(answer.locator("copy-text").last).to_have_attribute(
        "data-text", re.compile("^curl -i '[^']+/trade%2F%27%E5%8C%97%27[?]lang=zh'$")
    )
    form.locator("[name=indicator]").fill("goods-trede")
    form.get_by_role("button", name="发送").click()
    expect(answer).to_contain_text("404")
    expect(answer.locator("pre").last).to_contain_text('"suggestion": "goods-trade"')
    # The browser itself notes that the request failed.
    assert [one for one in wrong if "404" not in one] == []


def test_a_long_response_is_cut_off(visit: Visit) -> None:
    page, wrong = visit
    page.goto("/docs/get_overview?lang=en")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".answer")).to_contain_text("The rest is not shown")
    assert len(page.locator(".answer code").last.text_content() or "") == 200_000
    assert wrong == []


def test_images_and_files_are_shown_or_linked(visit: Visit) -> None:
    page, wrong = visit
    page.goto("/docs/draw_indicator?lang=en")
    page.get_by_role("button", name="Send").click()
    image = page.locator(".answer img")
    expect(image).to_have_js_property("complete", value=True)
    assert image.evaluate("one => one.naturalWidth") > 300
    page.goto("/docs/download_outcomes_xlsx?lang=en")
    page.get_by_role("button", name="Send").click()
    link = page.get_by_role("link", name="Open the response")
    expect(link).to_have_attribute("href", re.compile(r"/v1/outcomes\.xlsx\?lang=en$"))
    assert wrong == []


def test_the_form_works_without_scripts(browser: Browser, server: str) -> None:
    context = browser.new_context(base_url=server, java_script_enabled=False)
    page = context.new_page()
    page.goto("/docs/get_indicator?lang=en")
    page.locator("[name=indicator]").fill("aid-projects")
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/v1/indicators/aid-projects?lang=en")
    assert "over 700" in page.content()
    page.goto("/docs/list_observations?lang=en")
    samples = page.locator("details[name='samples']")
    expect(samples.nth(0).locator("pre")).to_be_visible()
    samples.nth(1).locator("summary").click()
    expect(samples.nth(1).locator("pre")).to_contain_text("import httpx")
    expect(samples.nth(0).locator("pre")).to_be_hidden()
    context.close()


@pytest.mark.parametrize("width", [320, 1280])
def test_a_deep_link_lands_at_its_heading(visit: Visit, width: int) -> None:
    page, wrong = visit
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 720})
    for url, anchor in (("/docs?lang=en", "series"), ("/docs/list_series?lang=zh", "response")):
        page.goto(f"{url}#{anchor}")
        box = page.locator(f"#{anchor}").bounding_box()
        assert box is not None
        assert 0 <= box["y"] < 60
        page.goto(url)
        page.locator(f".toc a[href='#{anchor}']").focus()
        page.keyboard.press("Enter")
        wait_until(page, "scrollY > 300")
        box = page.locator(f"#{anchor}").bounding_box()
        assert box is not None
        assert 0 <= box["y"] < 60
    assert wrong == []


def test_a_link_to_a_schema_opens_it(visit: Visit) -> None:
    page, wrong = visit
    page.goto("/docs/get_overview?lang=en#CoverageReference")
    expect(page.locator("#CoverageReference")).to_be_visible()
    assert wrong == []


def test_the_language_and_the_theme_are_those_of_all_pages(visit: Visit) -> None:
    page, wrong = visit
    page.emulate_media(color_scheme="dark")
    page.goto("/docs/get_overview?lang=en")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(16, 23, 30)"
    page.locator("nav").get_by_role("link", name="中文").click()
    page.wait_for_url("**/docs/get_overview?lang=zh")
    expect(page.locator("h1")).to_have_text("一次获取数据看板所需的全部数据")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    assert wrong == []


def test_pages_work_under_a_prefix(browser: Browser, prefixed: str) -> None:
    page = browser.new_page()
    wrong: list[str] = []
    page.on("console", lambda one: wrong.append(one.text) if one.type == "error" else None)
    for name in ("", "years", "guide/scaling", "indicators/goods-trade", "docs"):
        page.goto(f"{prefixed}/{name}")
        page.wait_for_load_state("networkidle")
    assert "Belt and Road" in page.locator("main").inner_text()
    page.goto(f"{prefixed}/docs/list_topics?lang=en")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".answer")).to_contain_text(f"{prefixed}/v1/topics?lang=en")
    expect(page.locator(".answer")).to_contain_text("200 OK")
    page.goto(f"{prefixed}/sources/scio-2025-01-15?lang=en")
    addresses = page.evaluate("""() => [
        document.querySelector("meta[property='og:image']").content,
        document.querySelector("link[rel=canonical]").href,
        ...[...document.querySelectorAll("main a[href]:not(.out)")].map((one) => one.href),
    ]""")
    assert len(addresses) > 10
    for address in addresses:
        assert page.request.get(address).status == 200, address
    assert wrong == []
    page.close()


@pytest.mark.parametrize("width", [390, 1280])
def test_the_head_of_the_page_is_that_of_all_pages(visit: Visit, width: int) -> None:
    page, _ = visit
    page.set_viewport_size({"width": width, "height": 900})
    heights = set()
    for path in ("/", "/docs", "/docs/list_observations", "/guide", "/recipes"):
        page.goto(f"{path}?lang=en")
        box = page.locator("header.bar").bounding_box()
        assert box is not None
        heights.add(box["height"])
    assert len(heights) == 1


BROKEN_NAMES = """(all) => all.map((one) => [one.textContent, one.getClientRects().length]).filter(
  ([name, lines]) => /^[a-z_]{1,13}$/.test(name) && lines > 1).map(([name]) => name)"""


def test_names_of_fields_are_not_broken_on_a_phone(visit: Visit) -> None:
    page, _ = visit
    page.set_viewport_size({"width": 390, "height": 844})
    for name in ("reading-figures", "comparing", "quotations"):
        page.goto(f"/guide/{name}?lang=zh")
        found = page.locator("td:first-child code")
        assert found.count() > 5
        assert found.evaluate_all(BROKEN_NAMES) == []
