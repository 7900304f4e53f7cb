"""SDMX requests: content negotiation, SDMX error messages, and caching."""

from typing import Any

import httpx2
import pytest

from tests.support.client import AppClient
from tests.support.sdmx import BASE, DATA, parse_json, parse_xml, read_rows

pytestmark = [pytest.mark.database, pytest.mark.quick]

FLOW = "/sdmx/data/INDICATORS/A.CN.BRI.partner-2025.goods-trade.CNY.P12M"
NEW = "/sdmx/data/dataflow/BRI/INDICATORS/*/A.CN.BRI.partner-2025.goods-trade.CNY.P12M"


@pytest.mark.parametrize(
    ("path", "accept", "wanted"),
    [
        (FLOW, "*/*", DATA["generic"]),
        (NEW, "*/*", DATA["json20"]),
        (FLOW, "application/xml", "application/xml"),
        (NEW, "application/json;q=0.5, text/csv", "text/csv; charset=utf-8"),
        (FLOW, "text/html,application/xhtml+xml,application/xml;q=0.9", "application/xml"),
        (FLOW, f"{BASE}data+json", DATA["json10"]),
        (NEW, f"{BASE}data+json", DATA["json20"]),
        (FLOW, f"{BASE}data+json;version=2.0", DATA["json20"]),
        (FLOW, f'{BASE}data+csv; version="2.0.0"; labels=id', DATA["csv20"]),
        (NEW, f"{BASE}data+xml", DATA["xml30"]),
        (FLOW, f"{BASE}data+json;version=9, {BASE}data+csv;q=0.1", DATA["csv10"]),
        ("/sdmx/dataflow", "*/*", f"{BASE}structure+xml;version=2.1"),
        ("/sdmx/structure/dataflow", "*/*", f"{BASE}structure+json;version=2.0.0"),
        ("/sdmx/dataflow", "application/json", "application/json"),
        (f"{FLOW}?format=csv", "application/xml", "text/csv; charset=utf-8"),
        (f"{FLOW}?format=json", f"image/png, {DATA['json20']}", DATA["json20"]),
        (f"{NEW}?format=jsondata", "", "application/json"),
        (f"{FLOW}?format=structurespecificdata", "*/*", DATA["specific"]),
        (f"{FLOW}?format={BASE}data+json;version=2.0.0", "*/*", DATA["json20"]),
        (FLOW, f"{BASE}data+csv;labels=both", f"{DATA['csv10']};labels=both"),
        (NEW, f"{BASE}data+csv; keys=obs; labels=both", f"{DATA['csv20']};labels=both;keys=obs"),
        (FLOW, f"{BASE}data+csv;labels=name", f"{DATA['csv20']};labels=name"),
        (FLOW, "text/csv;labels=both", "text/csv; charset=utf-8"),
        (FLOW, f"{BASE}data+json;labels=both, text/csv;q=0.1", "text/csv; charset=utf-8"),
        (NEW, f"{BASE}data+csv;timeFormat=normalized", f"{DATA['csv20']};timeformat=normalized"),
        (f"{FLOW}?format=csvfile", "*/*", DATA["csv10"]),
        (f"{FLOW}?format=csvfilewithlabels", "*/*", f"{DATA['csv20']};labels=name"),
    ],
)
def test_the_client_chooses_the_format(
    client: AppClient, path: str, accept: str, wanted: str
) -> None:
    answer = client.get(path, headers={"Accept": accept})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == wanted


@pytest.mark.parametrize("path", [FLOW, NEW])
@pytest.mark.parametrize(
    ("accept", "version"),
    [
        ("*/*", "2.0.0"),
        ("application/json", "2.0.0"),
        (f"{BASE}data+json", "2.0.0"),
        (DATA["json10"], "1.0"),
        (DATA["json21"], "2.1"),
    ],
)
def test_jsondata_is_version_2_unless_another_is_named(
    client: AppClient, path: str, accept: str, version: str
) -> None:
    answer = client.get(f"{path}?format=jsondata", headers={"Accept": accept})
    document = parse_json(answer.content, "data")
    assert document["meta"]["schema"].split("/")[-2] == version
    assert ("structure" if version == "1.0" else "structures") in document["data"]


def test_structures_are_no_csv(client: AppClient) -> None:
    answer = client.get("/sdmx/structure?format=csv")
    assert answer.status_code == 406
    assert f"{BASE}structure+xml;version=2.1" in answer.text


@pytest.mark.parametrize(
    "accept",
    [
        "image/png",
        f"{BASE}data+json;version=9.0.0",
        f"{BASE}data+json;labels=both",
        f"{BASE}data+csv;labels=all",
        f"{BASE}data+csv;version=1.0.0;labels=name",
        f"{BASE}data+csv;version=1.0.0;keys=obs",
        f"{BASE}data+json;timeFormat=normalized",
        f"{BASE}data+csv;timeFormat=daily",
        "*",
    ],
)
def test_what_is_not_offered_is_not_acceptable(client: AppClient, accept: str) -> None:
    answer = client.get(FLOW, headers={"Accept": accept})
    assert answer.status_code == 406
    assert DATA["generic"] in answer.text


def test_one_clients_format_never_answers_another(server: str) -> None:
    """The same address, kept for one format, is asked for in others, in turns."""
    with httpx2.Client(base_url=server) as asking:
        for path in (FLOW, FLOW, FLOW.replace("sdmx", "%73dmx"), NEW):
            tags = set()
            for form, media_type in DATA.items():
                answer = asking.get(path, headers={"Accept": media_type})
                assert answer.headers["content-type"] == media_type
                assert "Accept" in [one.strip() for one in answer.headers["vary"].split(",")]
                assert len(read_rows(answer.content, form)) == 2
                tags.add(answer.headers.get("etag", form))
                refused = asking.get(FLOW, headers={"Accept": "image/png"})
                assert refused.status_code == 406
            assert len(tags) == len(DATA)


def test_answers_are_kept_and_conditional(server: str) -> None:
    with httpx2.Client(base_url=server) as asking:
        headers = {"Accept": DATA["json20"]}
        answer = asking.get(FLOW, headers=headers)
        assert "max-age=300" in answer.headers["cache-control"]
        tag = answer.headers["etag"]
        again = asking.get(FLOW, headers={**headers, "If-None-Match": tag})
        assert again.status_code == 304
        other = asking.get(FLOW, headers={"Accept": DATA["json10"], "If-None-Match": tag})
        assert other.status_code == 200


def test_head_is_get_without_a_body(server: str) -> None:
    for path in (FLOW, NEW, f"{FLOW}?format=csv", "/sdmx/dataflow", "/sdmx/nothing"):
        with httpx2.Client(base_url=server) as asking:
            got, headed = asking.get(path), asking.head(path)
        assert headed.status_code == got.status_code
        assert headed.content == b""
        for name in ("content-type", "vary"):
            assert headed.headers[name] == got.headers[name]


def test_an_answer_is_in_one_language(client: AppClient) -> None:
    english, chinese = (
        client.get(FLOW, headers={"Accept": DATA["csv10"], "Accept-Language": language})
        for language in ("en", "zh-CN")
    )
    assert (english.headers["content-language"], chinese.headers["content-language"]) == (
        "en",
        "zh",
    )
    # The words of the source stay in its language; only their translation follows the request.
    for answer, translated in ((english, False), (chinese, True)):
        assert "22.1 trillion yuan,en," in answer.text
        assert ("22.1万亿元" in answer.text) is translated


@pytest.mark.parametrize(
    ("path", "status", "number", "words"),
    [
        ("data/NOTHING", 404, 100, "BRI:INDICATORS(1.0)"),
        ("data/ECB,INDICATORS", 404, 100, "BRI:INDICATORS(1.0)"),
        ("data/BRI,INDICATORS,7.0", 404, 100, "BRI:INDICATORS(1.0)"),
        ("data/a,b,c,d", 400, 140, "BRI,INDICATORS,1.0"),
        ("data/provisionagreement/BRI/INDICATORS", 404, 100, "BRI:INDICATORS(1.0)"),
        ("data/INDICATORS/all/ECB", 404, 100, "omit the provider"),
        ("data/INDICATORS/all/all/more", 400, 140, "more"),
        ("data/INDICATORS/A.CN", 400, 140, "FREQ.REF_AREA.COUNTERPART_AREA"),
        ("data/INDICATORS/A.CN.BRI.partner-2025.goods-trad.CNY.P12M", 404, 100, "goods-trade?"),
        ("data/INDICATORS/.CM.....", 404, 100, "REF_AREA"),
        ("data/INDICATORS/M......", 404, 100, "FREQ"),
        ("data/INDICATORS/......P13M", 404, 100, "DURATION"),
        ("data/INDICATORS/all?startPeriod=1950&endPeriod=1951", 404, 100, "No data"),
        ("data/INDICATORS/all?startPerid=2024", 400, 140, "startPeriod?"),
        ("data/INDICATORS/all?startPeriod=x", 400, 140, "2024-Q2"),
        ("data/INDICATORS/all?endPeriod=9999-W52", 400, 140, "2024-Q2"),
        ("data/dataflow?c[TIME_PERIOD]=le:9999-12-30/P3D", 400, 140, "2024-Q2"),
        ("data/INDICATORS/all?updatedAfter=x", 400, 140, "2026-11-25"),
        ("data/INDICATORS/all?detail=ful", 400, 140, "full?"),
        ("data/INDICATORS/all?firstNObservations=0", 400, 140, "firstNObservations"),
        ("data/INDICATORS/all?detail=full&detail=full", 400, 140, "detail is repeated"),
        ("data/INDICATORS/all?lang=fr", 400, 140, "en, zh"),
        ("data/INDICATORS/all?c[FREQ]=A", 400, 140, "unknown parameter"),
        ("data/INDICATORS/all?dimensionAtObservation=FREK", 400, 140, "FREQ?"),
        ("data/INDICATORS/all?includeHistory=yes", 400, 140, "true, false"),
        ("data/INDICATORS/all?includeHistory=true&format=csv", 501, 501, "XML or JSON"),
        ("data/dataflow/BRI/INDICATORS?asOf=2025-01-14&includeHistory=true", 400, 150, "either"),
        ("data/dataflow/BRI/INDICATORS?attributes=OBS_STATU", 400, 140, "OBS_STATUS?"),
        ("data/dataflow/BRI/INDICATORS?c[INDICATOR]=gt:x", 501, 501, "eq, ne"),
        ("data/dataflow/BRI/INDICATORS?c[OBS_STATUS]=A", 501, 501, "only dimensions"),
        ("data/dataflow/BRI/INDICATORS?c[INDICATR]=A", 400, 140, "INDICATOR?"),
        ("data/dataflow/BRI/INDICATORS/*/*/more", 400, 140, "more"),
        (f"data/INDICATORS/{','.join(['A......'] * 101)}", 400, 150, "at most 100"),
        (f"data/dataflow?c[INDICATOR]=co:{','.join('a' * 101)}", 400, 150, "at most 100"),
        ("data/dataflow/BRI/INDICATORS?c[TIME_PERIOD]=gt:9999", 404, 100, "No data"),
        ("data/dataflow/BRI/INDICATORS?c[TIME_PERIOD]=lt:0001", 404, 100, "No data"),
        ("data/INDICATORS?updatedAfter=0001-01-01T00:00:00%2B08:00", 400, 140, "updatedAfter"),
        ("codelist/BRI/CL_ARE", 404, 100, "CL_AREA"),
        ("codelist/ECB", 404, 100, "BRI maintains all"),
        ("codelist/BRI/CL_AREA/3.0", 404, 100, "1.0"),
        ("codelist/BRI/CL_AREA/1.0/CN/more", 400, 140, "more"),
        ("codelist?references=paren", 400, 140, "parents?"),
        ("structure/codelst", 400, 140, "codelist"),
        ("structure/hierarchy", 501, 501, "hierarchy is not supported"),
        ("categoryscheme/BRI", 501, 501, "categoryscheme is not supported"),
        ("metadata/data", 501, 501, "metadata is not supported"),
        ("schema/x", 400, 140, "schema"),
        ("dataa", 400, 140, "did you mean data?"),
        ("", 400, 140, "/sdmx/ does not exist; available: data, availableconstraint"),
        ("data/%zz", 400, 140, "escape"),
    ],
)
def test_errors_are_sdmx_messages(
    client: AppClient, path: str, status: int, number: int, words: str
) -> None:
    answer = client.get(f"/sdmx/{path}", headers={"Accept": "application/xml, */*;q=0.1"})
    assert answer.status_code == status, answer.text
    if status != 406:
        assert answer.headers["content-type"] == "application/xml"
    (error,) = parse_xml(answer.content).iterfind("{*}ErrorMessage")
    assert error.get("code") == str(number)
    english, chinese = error.iterfind("{*}Text")
    assert words in english.text
    assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese.text)
    assert "no-store" in answer.headers["cache-control"]


def test_errors_are_json_for_those_who_read_json(client: AppClient) -> None:
    for path, accept in (
        ("/sdmx/data/X", "application/json"),
        ("/sdmx/data/X", "application/xml;q=0.5, application/vnd.sdmx.data+json;version=1.0.0"),
        ("/sdmx/structure/x", "*/*"),
        ("/sdmx/data/provisionagreement/BRI/INDICATORS/1.0/*", "*/*"),
        ("/sdmx/schema/dataflow/BRI/X/1.0", "*/*"),
    ):
        answer = client.get(path, headers={"Accept": accept, "Accept-Language": "zh"})
        assert answer.headers["content-type"] == "application/json"
        (error,) = answer.json()["errors"]
        assert error["detail"] == error["details"]["zh"] != error["details"]["en"]
        assert error["code"] in {100, 140}


def test_errors_are_xml_for_those_who_prefer_it(client: AppClient) -> None:
    accept = "application/json;q=0.1, application/vnd.sdmx.structure+xml;version=3.0.0"
    answer = client.get("/sdmx/structure/x", headers={"Accept": accept})
    assert answer.headers["content-type"] == "application/xml"


def test_methods_and_conditions_are_refused_by_sdmx(client: AppClient, server: str) -> None:
    answer = client.post("/sdmx/data/INDICATORS")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"
    assert parse_xml(answer.content) is not None
    failed = httpx2.get(f"{server}/sdmx/dataflow", headers={"If-Match": '"other"'})
    assert failed.status_code == 412
    assert parse_xml(failed.content) is not None


def test_paths_that_only_look_alike_are_no_sdmx(client: AppClient) -> None:
    answer = client.get("/sdmxx")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_sdmx_works_behind_a_proxy(prefixed: str) -> None:
    answer = httpx2.get(f"{prefixed}/sdmx/dataflow", timeout=60)
    assert answer.status_code == 200
    assert parse_xml(answer.content) is not None


def test_sdmx_is_not_in_the_openapi_document(document: dict[str, Any]) -> None:
    assert not [path for path in document["paths"] if "sdmx" in path]


def test_a_large_table_is_streamed_whole(client: AppClient) -> None:
    answer = client.get("/sdmx/data/INDICATORS", headers={"Accept": DATA["csv20"]})
    assert answer.text.splitlines()[1].startswith("dataflow,BRI:INDICATORS(1.0),I,A,CN,BRI,")
    assert parse_json(
        client.get("/sdmx/data/INDICATORS", headers={"Accept": DATA["json20"]}).content, "data"
    )
