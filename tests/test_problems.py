"""Problem documents: what is refused, and with which explanation."""

from difflib import SequenceMatcher, get_close_matches
from typing import Any

import pytest

from app.application import App
from app.http.routing import RouteDeclaration
from app.problems import messages, problem
from app.problems.problem import PROBLEM_TYPES
from tests.support.client import AppClient

pytestmark = [pytest.mark.database, pytest.mark.quick]

FIELDS = {"type", "title", "status", "detail", "code", "request_id", "errors"}


def read_problem(client: AppClient, url: str, status: int, **headers: str) -> dict[str, Any]:
    """Send a request that is refused, and return the problem."""
    response = client.get(url, headers=headers)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert set(problem) == FIELDS
    assert problem["status"] == status
    assert problem["request_id"] == response.headers["x-request-id"]
    return problem


@pytest.mark.parametrize(
    ("query", "location", "text"),
    [
        ("indicator=goods-trad", "query.indicator", "did you mean goods-trade?"),
        ("topic=tarde", "query.topic", "did you mean trade?"),
        ("area=CHN", "query.area", "did you mean CN?"),
        ("unit=", "query.unit", 'unit: "" is unknown'),
        ("unit=cny", "query.unit", "did you mean CNY?"),
        ("topic=%20trade", "query.topic", '" trade" is unknown; did you mean trade?'),
        ("topic=nope", "query.topic", "investment, projects, trade"),
        ("LIMIT=1", "query.LIMIT", "did you mean limit?"),
        ("page=2", "query.page", "did you mean cursor?"),
        ("query=a", "query.query", "not a parameter of this operation"),
        ("year=2024", "query.year", "did you mean since?"),
        ("order=period", "query.order", "did you mean sort?"),
        ("lang=cn", "query.lang", "did you mean zh?"),
        ("lang=EN", "query.lang", "did you mean en?"),
        ("indicators=goods-trade", "query.indicators", "did you mean indicator?"),
        ("status=norml", "query.status", "did you mean normal?"),
        ("sort=-value", "query.sort", "did you mean value_desc?"),
        ("sort=up", "query.sort", "use one of indicator, indicator_desc"),
        ("since=2024-13-01", "query.since", "write dates as 2024-01-31"),
        ("since=0", "query.since", "write dates as 2024-01-31"),
        ("since=2024-01", "query.since", "write dates as 2024-01-31"),
        ("since=20240101", "query.since", "write dates as 2024-01-31"),
        ("since=2025-01-02&until=2025-01-01", "query.until", "is before since (2025-01-02)"),
        ("limit=0", "query.limit", "at least 1"),
        ("limit=1001", "query.limit", "at most 1000"),
        ("limit=1.5", "query.limit", "not an integer"),
        ("limit=ten", "query.limit", "not an integer"),
        ("limit=+10", "query.limit", 'limit: " 10" is not an integer'),
        ("limit=010", "query.limit", "limit: 010 starts with 0; write 10"),
        ("limit=1_0", "query.limit", "not an integer"),
        ("months=%EF%BC%91", "query.months", "not an integer"),
        ("limit=" + "9" * 400, "query.limit", "too large"),
        ("limit=1&limit=1", "query.limit", "use it once"),
        ("lang=fr", "query.lang", "use one of en, zh"),
        ("cursor=made-up", "query.cursor", "start without one"),
        ("cursor=%E4%B8%AD", "query.cursor", "start without one"),
        ("cursor=", "query.cursor", "start without one"),
        ("utm_source=x", "query.utm_source", "not a parameter of this operation"),
        ("months=13", "query.months", "at most 12"),
    ],
)
def test_an_error_is_reported(client: AppClient, query: str, location: str, text: str) -> None:
    problem = read_problem(client, f"/v1/observations?{query}", 422)
    (error,) = problem["errors"]
    name = location.removeprefix("query.")
    assert error["location"] == location
    assert text.removeprefix(f"{name}: ") in error["message"]
    assert text in problem["detail"]
    assert problem["detail"].startswith((f"{name}: ", f"{name} ", "The cursor"))


def test_all_errors_are_reported_together(client: AppClient) -> None:
    url = "/v1/observations?indicator=x&limit=0&since=never&foo=1&lang=fr&sort=up&limit=2"
    problem = read_problem(client, url, 422)
    assert sorted(error["location"] for error in problem["errors"]) == [
        "query.foo",
        "query.indicator",
        "query.lang",
        "query.limit",
        "query.since",
        "query.sort",
    ]


def test_errors_are_counted_and_a_hundred_listed(client: AppClient) -> None:
    query = "&".join(f"u{number}=1" for number in range(200))
    problem = read_problem(client, f"/v1/observations?{query}", 422)
    assert "200 errors" in problem["detail"]
    assert len(problem["errors"]) == 100


def test_long_names_are_shortened(client: AppClient) -> None:
    for path in ("/v1/indicators/", "/v1/", "/v1/observations?topic=", "/problems/"):
        status = 422 if "?" in path else 404
        assert len(read_problem(client, path + "x" * 10_000, status)["detail"]) < 200


def test_errors_are_reported_in_chinese(client: AppClient) -> None:
    problem = read_problem(client, "/v1/indicators?topic=tarde&lang=zh", 422)
    assert problem["title"] == "参数无效"
    assert problem["detail"] == "topic：tarde不存在；您要找的是trade吗？"
    problem = read_problem(client, "/v1/indicators/goods", 404, **{"Accept-Language": "zh-CN"})
    assert problem["detail"] == "goods不存在；您要找的是goods-trade吗？"
    problem = read_problem(client, "/v1/indicatorss?lang=zh", 404)
    assert problem["detail"].endswith("；您要找的是 /v1/indicators 吗？")
    response = client.post("/v1/topics?lang=zh")
    assert response.json()["detail"].endswith("可用方法为GET、HEAD、OPTIONS")


@pytest.mark.parametrize("query", ["q=%&lang=zh", "lang=zh&q=%ff", "lang=zh" + "&q=x" * 300])
def test_a_query_that_cannot_be_parsed_is_refused_in_its_language(
    client: AppClient, query: str
) -> None:
    response = client.get(f"/v1/search?{query}")
    assert response.status_code in {400, 422}
    assert response.headers["content-language"] == "zh"
    assert "vary" not in response.headers or "Accept-Language" not in response.headers["vary"]


def test_another_number_is_not_suggested(client: AppClient) -> None:
    problem = read_problem(client, "/v1/editions/2019", 404)
    assert problem["detail"] == "2019 is unknown"
    assert "2025" in problem["errors"][0]["allowed"]


def test_large_numbers_are_grouped(client: AppClient) -> None:
    path = "/v1/indicators/goods-trade/chart.png?width=1600&scale=4"
    for language in ("en", "zh"):
        assert "16,000,000" in read_problem(client, f"{path}&lang={language}", 422)["detail"]


def test_cursor_of_another_list_is_refused(client: AppClient) -> None:
    cursor = client.get("/v1/observations?limit=1").json()["next"].rpartition("cursor=")[2]
    assert client.get(f"/v1/observations?limit=3&lang=zh&cursor={cursor}").status_code == 200
    read_problem(client, f"/v1/observations?unit=CNY&cursor={cursor}", 422)
    read_problem(client, f"/v1/indicators?cursor={cursor}", 422)
    read_problem(client, f"/v1/observations?cursor={cursor}A", 422)
    read_problem(client, f"/v1/observations?cursor={cursor[:-1]}", 422)


@pytest.mark.parametrize("path", ["/v1/indicatorss", "/v2", "/v1/", "/%E4%B8%AD", "/v1//actions"])
def test_unknown_path_is_not_found(client: AppClient, path: str) -> None:
    assert read_problem(client, path, 404)["code"] == "unknown-path"


@pytest.mark.parametrize(
    ("path", "nearest"),
    [
        ("/v1/indicatorss", "/v1/indicators"),
        ("/V1/Indicators", "/v1/indicators"),
        ("/growth-rates", "/v1/growth-rates"),
        ("/guides", "/guide"),
        ("/v1/observation.csv", "/v1/observations.csv"),
        ("/v1/indicators/GOODS-TRADE", "goods-trade"),
    ],
)
def test_nearest_path_is_suggested(client: AppClient, path: str, nearest: str) -> None:
    assert f"did you mean {nearest}?" in read_problem(client, path, 404)["detail"]


@pytest.mark.parametrize("path", ["/nonsense", "/v1/nonsense", "/admin"])
def test_no_path_is_suggested_for_one_unlike_all(client: AppClient, path: str) -> None:
    problem = read_problem(client, path, 404)
    assert "did you mean" not in problem["detail"]
    assert problem["errors"][0]["allowed"] == ["/v1", "/docs"]


@pytest.mark.parametrize(
    "url", ["/v1/indicators/%ff", "/v1?lang=%zz", "/v1/search?q=%", "/v1/search?q=%00", "/%c0%af"]
)
def test_malformed_escapes_are_refused(client: AppClient, url: str) -> None:
    assert read_problem(client, url, 400)["code"] == "malformed-address"


def test_an_internal_error_reveals_nothing(app: App, client: AppClient) -> None:
    hidden = "what only the log may say"

    async def fail() -> None:
        raise RuntimeError(hidden)

    app.request_router.add_route(RouteDeclaration("/fails", fail))
    problem = read_problem(client, "/fails", 500)
    assert problem["code"] == "internal-error"
    assert client.get("/fails").headers["access-control-allow-origin"] == "*"
    assert hidden not in str(problem)
    assert "Traceback" not in str(problem)


@pytest.mark.parametrize("kind", PROBLEM_TYPES)
def test_type_of_problem_is_an_address_that_explains_it(client: AppClient, kind: Any) -> None:
    for language, words in (("en", 0), ("zh", 1)):
        response = client.get(f"/problems/{kind.code}?lang={language}")
        assert response.status_code == 200
        assert kind.title[words] in response.text
        assert kind.meaning[words] in response.text
    problem = read_problem(client, "/v1/nothing", 404)
    assert client.get(problem["type"]).status_code == 200


def test_few_unknown_names_are_compared_with_known_ones(
    client: AppClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[str] = []

    def record_name(found: str, *_: object) -> None:
        compared.append(found)

    monkeypatch.setattr(problem.messages, "find_nearest", record_name)
    query = "&".join(f"unknown{number}=1" for number in range(200))
    read_problem(client, f"/v1/topics?{query}", 422)
    assert 0 < len(compared) <= problem.MAX_ERRORS


def test_few_errors_have_suggestions_and_few_names_are_compared_letter_by_letter(
    newest: AppClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[float] = []
    measure = SequenceMatcher.ratio

    def record_ratio(matcher: SequenceMatcher[str]) -> float:
        compared.append(measure(matcher))
        return compared[-1]

    keys = [one["code"] for one in newest.get("/v1/series?limit=50").json()["items"]]
    monkeypatch.setattr(SequenceMatcher, "ratio", record_ratio)
    # Backwards they have the same letters, so that no bound excludes any name.
    query = ",".join(key[::-1] for key in keys)
    errors = read_problem(newest, f"/v1/observations?series={query}", 422)["errors"]
    assert len(errors) == len(keys)
    detailed, rest = errors[:10], errors[10:]
    assert all(error["allowed"] for error in detailed)
    assert all(error["allowed"] is error["suggestion"] is None for error in rest)
    assert 0 < len(compared) <= 500


@pytest.mark.parametrize("collection", ["series", "sources", "indicators"])
def test_the_most_similar_name_is_suggested(newest: AppClient, collection: str) -> None:
    items = newest.get(f"/v1/{collection}?limit=300").json()["items"]
    keys = [one["code"] for one in items]
    for number, key in enumerate(keys[::10]):
        for value in (key[1:], key[: number % len(key)] + "x" + key[number % len(key) :]):
            (nearest,) = get_close_matches(value, keys, n=1, cutoff=messages.CUTOFF)
            assert messages.find_nearest(value, keys) == nearest
    assert messages.find_nearest("贸易", keys) is None


def test_unlike_names_are_not_suggested(client: AppClient) -> None:
    for name in ("utm_source", "query", "from", "foo"):
        (error,) = read_problem(client, f"/v1/observations?{name}=1", 422)["errors"]
        assert error["suggestion"] is None, name


def test_unknown_kind_of_problem_is_not_found(client: AppClient) -> None:
    assert "unknown-path" in read_problem(client, "/problems/unknown-pth", 404)["detail"]


@pytest.mark.parametrize(
    "host",
    ["a" * 300, "a;b", "a'b", "$(a)", "a b", "a:b", "a:99999", "[::1", "[::g]", "[::1]a", "u@a"],
)
def test_host_that_no_name_can_be_is_refused_and_not_repeated(client: AppClient, host: str) -> None:
    problem = read_problem(client, "/v1/nothing", 400, Host=host)
    assert problem["code"] == "malformed-request"
    assert problem["type"] == "http://testserver/problems/malformed-request"


def test_next_repeats_every_filter_however_long(client: AppClient) -> None:
    filters = "&".join(
        [
            f"{name}={code}"
            for name, code in (
                ("indicator", "contracted-projects-turnover"),
                ("source", "scio-2025-01-15"),
            )
            for _ in range(49)
        ]
        + ["indicator=outward-direct-investment", "limit=1"]
    )
    first = client.get(f"/v1/observations?{filters}")
    assert first.status_code == 200
    assert len(first.json()["next"]) > 2000
    assert client.get(first.json()["next"]).json()["next"] is None


def test_a_missing_file_is_reported_with_its_full_path(client: AppClient) -> None:
    response = client.get("/static/fonts/none.woff2")
    assert response.status_code == 404
    assert "/static/fonts/none.woff2" in response.json()["detail"]
