"""The check of quotations over HTTP: the operation, the page, and their problems."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from lxml import html

from tests.support.client import AppClient
from tests.support.site import read_page

pytestmark = [pytest.mark.database, pytest.mark.quick]

TEXT = "China carried out 700 aid projects in partner countries from January to November 2024."
ASKED = {"text": TEXT, "asked_on": "2026-11-26"}


def test_a_text_is_checked(client: AppClient) -> None:
    response = client.get("/v1/quotation-check", params=ASKED)
    checked = response.json()
    (item,) = checked["items"]
    (finding,) = item["findings"]
    assert (checked["asked_on"], item["verdict"]) == ("2026-11-26", "differs")
    assert item["quoted"] == TEXT[item["start"] : item["end"]] == "700"
    assert (finding["kind"], finding["published"]) == ("qualifier", "over 700")
    assert client.get(f"/v1/observations/{item['observation']['id']}").status_code == 200
    assert checked["correction"] == TEXT.replace("700", "over 700")
    assert "max-age" in response.headers["cache-control"]


def test_the_day_of_the_request_is_not_cached(client: AppClient) -> None:
    response = client.get("/v1/quotation-check", params={"text": TEXT})
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", response.json()["asked_on"])
    assert response.headers["cache-control"] == "no-store"


def test_messages_follow_the_language(client: AppClient) -> None:
    checked = client.get("/v1/quotation-check", params=ASKED | {"lang": "zh"}).json()
    assert checked["items"][0]["observation"]["display"] == "逾700个"


def test_the_page_shows_what_is_recorded_beside_a_number_not_found(newest: AppClient) -> None:
    text = "Trade in goods with partner countries was 21.8 trillion yuan in 2024."
    asked = {"text": text, "asked_on": "2026-11-26"}
    (item,) = newest.get("/v1/quotation-check", params=asked).json()["items"]
    figure = item["recorded"][0]
    source = newest.get(f"/v1/sources/{figure['source']}").json()["citation"]["short"]
    page = read_page(newest, f"/quotation-check?{urlencode(asked)}")
    (shown,) = page.xpath("//ol[@class='quotations']//li/a[text()='22.1 trillion yuan']/..")
    assert figure["id"] in shown.xpath("string(a/@href)")
    for words in (figure["indicator"], figure["period"], figure["coverage"], source):
        assert words in shown.text_content()


@pytest.mark.parametrize(("lang", "day"), [("en", "18 October 2023"), ("zh", "2023年10月18日")])
def test_the_page_says_where_a_commitment_was_announced(
    newest: AppClient, lang: str, day: str
) -> None:
    text = "China will provide 1,000 small livelihood projects."
    quoted, shown = read_result(newest, text, lang)
    commitment = newest.get(f"/v1/commitments/{quoted}", params={"lang": lang}).json()
    source = newest.get(f"/v1/sources/{commitment['source']['code']}", params={"lang": lang}).json()
    assert commitment["event"]["held_on"] == "2023-10-18"
    for text in (commitment["name"], commitment["event"]["name"], day, source["citation"]["short"]):
        assert text in shown


@pytest.mark.parametrize(
    ("lang", "event"), [("en", "Press conference of {}"), ("zh", "{}年发布会")]
)
def test_the_page_says_where_an_action_was_announced(
    newest: AppClient, lang: str, event: str
) -> None:
    text = "China will deepen international cooperation on Silk Road e-commerce by 2027."
    quoted, shown = read_result(newest, text, lang)
    action = newest.get(f"/v1/actions/{quoted}", params={"lang": lang}).json()
    assert event.format(action["priority_area"]["year"]) in shown
    assert action["priority_area"]["title"] in shown


def read_result(client: AppClient, text: str, lang: str) -> tuple[str, str]:
    """Return the key of the record that a text quotes, and what the page says of it."""
    query = {"text": text, "lang": lang}
    (item,) = client.get("/v1/quotation-check", params=query).json()["items"]
    page = read_page(client, f"/quotation-check?{urlencode(query)}")
    (listed,) = page.xpath("//ol[@class='quotations']/li")
    return item["observation"]["id"], listed.text_content()


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({}, "text is missing"),
        ({"text": ""}, "text is empty"),
        ({"text": "  \n"}, "text is empty"),
        ({"text": "一" * 2001}, "at most 2000 characters"),
        ({"text": TEXT, "asked_on": "yesterday"}, "not a calendar date"),
        ({"text": TEXT, "day": "2026-11-26"}, "day is not a parameter"),
    ],
)
def test_a_wrong_parameter_is_named(
    client: AppClient, parameters: dict[str, str], words: str
) -> None:
    response = client.get("/v1/quotation-check", params=parameters)
    assert response.status_code == 422
    assert words in response.text


def test_post_is_not_allowed(client: AppClient) -> None:
    assert client.post("/v1/quotation-check", json=ASKED).status_code == 405


def test_the_page_marks_findings(client: AppClient) -> None:
    empty = html.fromstring(client.get("/quotation-check").content)
    # With a limit, browsers cut a text that is pasted without a word.
    assert empty.xpath("//form//textarea[@name='text'][not(@maxlength)]")
    response = client.get("/quotation-check", params=ASKED | {"lang": "en"})
    page: Any = html.fromstring(response.content)
    assert page.xpath("string(//blockquote[1])") == TEXT
    assert page.xpath("//blockquote[1]/mark/text()") == ["700"]
    assert page.xpath("string(//blockquote[2])") == TEXT.replace("700", "over 700")
    assert page.xpath("//ol//li/strong/text()") == ["qualifier"]
    (link,) = page.xpath("//ol//a[contains(@href, '/series/aid-projects')]/@href")
    path, _, place = link.partition("#")
    target: Any = html.fromstring(client.get(path).text)
    assert target.xpath("//*[@id=$place]", place=place)
    (context,) = page.xpath("//ol//span[@class='note']")
    assert "January to November 2024" in context.text_content()
    assert "Partner countries (2023 scope)" in context.text_content()
    (cited,) = context.xpath(".//a[contains(@href, '/sources/')]")
    source = client.get(f"/v1/sources/{cited.get('href').rpartition('/')[2]}").json()
    assert cited.text == source["citation"]["short"] != source["code"]
    assert "default-src 'none'" in response.headers["content-security-policy"]


def test_an_empty_form_says_what_is_missing(client: AppClient) -> None:
    response = client.get("/quotation-check?text=&asked_on=&lang=zh")
    assert response.status_code == 422
    assert "请输入要核对的文字" in response.text
    assert "<blockquote" not in response.text


def test_a_line_break_of_the_form_is_one_character(client: AppClient) -> None:
    text = "\n".join(["a"] * 1000)
    fields = ASKED | {"text": text.replace("\n", "\r\n")}
    assert client.get("/quotation-check", params=fields).status_code == 200
    fields["text"] += "\r\naa"
    response = client.get("/quotation-check", params=fields | {"lang": "en"})
    assert response.status_code == 422
    assert "Shorten the text to 2000" in response.text


def test_the_page_escapes_what_it_shows(client: AppClient) -> None:
    text = "<script>alert(1)</script> 700 aid projects"
    page = client.get("/quotation-check", params={"text": text}).text
    assert "<script>alert" not in page


def test_the_page_says_what_is_not_corrected(client: AppClient) -> None:
    text = f"China imported 22.1 trillion yuan of goods from BRI partners in 2024. {TEXT}"
    page: Any = html.fromstring(
        client.get("/quotation-check", params=ASKED | {"text": text, "lang": "en"}).content
    )
    first, second = page.xpath("//ol[@class='quotations']/li")
    assert "Corrected text" not in page.xpath("string(//main)")
    assert "Not corrected" in first.text_content()
    assert f"With this corrected: {TEXT.replace('700', 'over 700')}" in second.text_content()


@pytest.mark.parametrize(("added", "notes"), [("", 0), (" Ships carried 98 million tonnes.", 1)])
def test_the_page_says_that_what_was_not_found_is_not_corrected(
    client: AppClient, added: str, notes: int
) -> None:
    query = {**ASKED, "text": TEXT + added, "lang": "en"}
    page = read_page(client, f"/quotation-check?{urlencode(query)}")
    assert page.xpath("string(//blockquote[2])") == TEXT.replace("700", "over 700") + added
    note = "//blockquote[2]/following-sibling::p[contains(., 'not found')]"
    assert len(page.xpath(note)) == notes
