"""SDMX structures: valid and complete in every version, with the same content in all."""

from typing import Any

import pytest

from app.formats.sdmx.artefacts import NOTICE
from app.formats.sdmx.components import COMPONENTS, Role
from app.i18n import Language
from tests.support.client import AppClient
from tests.support.sdmx import STRUCTURES, parse_json, parse_xml

LISTS = {"CL_AREA": "areas", "CL_INDICATOR": "indicators", "CL_UNIT": "units"}
EVERYTHING = "/sdmx/dataflow/BRI/INDICATORS/1.0?references=all"
KINDS = ("agencyscheme", "codelist", "conceptscheme", "dataflow", "datastructure")


def read(client: AppClient, address: str, form: str) -> Any:
    """Ask for structures, which must be valid."""
    answer = client.get(address, headers={"Accept": STRUCTURES[form]})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == STRUCTURES[form]
    if form.startswith("xml"):
        return parse_xml(answer.content)
    return parse_json(answer.content, "structure")["data"]


def list_names(document: Any) -> set[str]:
    """Give the artefacts of a message, each by kind and id."""
    if isinstance(document, dict):
        return {f"{kind}:{one['id']}" for kind, some in document.items() for one in some}
    return {
        f"{one.tag.partition('}')[2][:1].lower()}{one.tag.partition('}')[2][1:]}s:{one.get('id')}"
        for one in document.iter()
        if one.get("agencyID") and one.get("urn")
    }


@pytest.mark.parametrize("form", STRUCTURES)
@pytest.mark.parametrize(
    "address",
    [
        EVERYTHING,
        *(f"/sdmx/{kind}/BRI/all/latest" for kind in KINDS),
        *(f"/sdmx/structure/{kind}/BRI/*/~" for kind in KINDS),
        "/sdmx/structure",
        "/sdmx/codelist/BRI/CL_AREA/1.0/CN+BRI",
        "/sdmx/structure/codelist/BRI/CL_AREA,CL_UNIT/+",
        "/sdmx/dataflow/all/all/all/?detail=allstubs&references=descendants",
        "/sdmx/dataflow?detail=referencepartial&references=all&lang=zh",
        "/sdmx/dataflow?detail=referencestubs&references=all",
        "/sdmx/schema/dataflow/BRI/INDICATORS/1.0",
        "/sdmx/schema/datastructure/BRI/INDICATORS?dimensionAtObservation=TIME_PERIOD",
    ],
)
def test_every_structure_is_valid(client: AppClient, address: str, form: str) -> None:
    assert list_names(read(client, address, form))


@pytest.mark.parametrize("form", [form for form in STRUCTURES if not form.endswith("1")])
@pytest.mark.parametrize(
    "address",
    [
        "/sdmx/availableconstraint/INDICATORS",
        "/sdmx/availableconstraint/BRI,INDICATORS/....goods-trade../all/UNIT_MEASURE?references=all",
        "/sdmx/availability/dataflow/BRI/INDICATORS/*/*/*?mode=available&references=codelist",
    ],
)
def test_every_constraint_is_valid(client: AppClient, address: str, form: str) -> None:
    assert list_names(read(client, address, form))


def test_constraints_of_2_1_are_valid(client: AppClient) -> None:
    document = read(client, "/sdmx/availableconstraint/INDICATORS", "xml21")
    assert list_names(document) == {"contentConstraints:INDICATORS"}


@pytest.mark.parametrize("form", ["json10", "json20"])
def test_code_lists_hold_what_the_lists_hold(client: AppClient, form: str) -> None:
    lists = {one["id"]: one for one in read(client, EVERYTHING, form)["codelists"]}
    for codelist, collection in LISTS.items():
        items = {
            language: client.get(f"/v1/{collection}?limit=1000&lang={language}").json()["items"]
            for language in Language
        }
        codes = lists[codelist]["codes"]
        for language in Language:
            names = {code["id"]: code["names"][language] for code in codes}
            assert names == {item["code"]: item["name"] for item in items[language]}
            assert all(code["descriptions"][language] for code in codes)
    sources = client.get("/v1/sources?limit=1000").json()["items"]
    assert {code["id"] for code in lists["CL_SOURCE"]["codes"]} == {one["code"] for one in sources}


@pytest.mark.parametrize("form", ["xml21", "xml30", "xml31"])
def test_names_are_in_both_languages(client: AppClient, form: str) -> None:
    document = read(client, EVERYTHING, form)
    for element in document.iterfind(".//{*}Code"):
        languages = [
            name.get("{http://www.w3.org/XML/1998/namespace}lang")
            for name in element.iterfind("{*}Name")
        ]
        assert languages == ["en", "zh"]


@pytest.mark.parametrize("form", STRUCTURES)
def test_components_are_those_of_the_table(client: AppClient, form: str) -> None:
    document = read(client, EVERYTHING, form)
    expected = {component.id for component in COMPONENTS}
    if form.startswith("xml"):
        (parts,) = document.iterfind(".//{*}DataStructureComponents")
        ids = {one.get("id") for some in parts for one in some}
        must = {"Mandatory", "mandatory"}
        found = {
            element.get("id")
            for element in parts.iterfind(".//{*}Attribute")
            if {element.get("assignmentStatus"), element.get("usage")} & must
        }
    else:
        parts = document["dataStructures"][0]["dataStructureComponents"]
        dimensions = parts["dimensionList"]
        measures = parts["measureList"]
        times = dimensions.get("timeDimensions") or [dimensions["timeDimension"]]
        attributes = parts["attributeList"]["attributes"]
        value = measures.get("measures") or [measures["primaryMeasure"]]
        ids = {one["id"] for one in [*dimensions["dimensions"], *times, *attributes, *value]}
        found = {
            one["id"]
            for one in attributes
            if {one.get("assignmentStatus"), one.get("usage")} & {"Mandatory", "mandatory"}
        }
    assert ids == expected
    attributes_of_table = [one for one in COMPONENTS if one.role is Role.ATTRIBUTE]
    assert found == {one.id for one in attributes_of_table if one.is_mandatory}


@pytest.mark.parametrize(
    ("references", "expected"),
    [
        ("none", {"dataStructures"}),
        ("children", {"dataStructures", "codelists", "conceptSchemes"}),
        ("descendants", {"dataStructures", "codelists", "conceptSchemes"}),
        ("parents", {"dataStructures", "dataflows"}),
        ("ancestors", {"dataStructures", "dataflows"}),
        ("parentsandsiblings", {"dataStructures", "dataflows"}),
        ("all", {"dataStructures", "dataflows", "codelists", "conceptSchemes"}),
        ("codelist", {"dataStructures", "codelists"}),
        ("dataflow", {"dataStructures", "dataflows"}),
    ],
)
def test_references_choose_the_structures(
    client: AppClient, references: str, expected: set[str]
) -> None:
    address = f"/sdmx/structure/datastructure/BRI/INDICATORS?references={references}"
    found = list_names(read(client, address, "json20"))
    assert {name.partition(":")[0] for name in found} == expected


def test_partial_code_lists_have_what_data_have(client: AppClient) -> None:
    address = "/sdmx/structure/dataflow?references=all&detail=referencepartial"
    lists = {codelist["id"]: codelist for codelist in read(client, address, "json20")["codelists"]}
    areas = lists["CL_AREA"]
    assert areas["isPartial"]
    assert {code["id"] for code in areas["codes"]} == {"CN", "BRI"}
    assert not lists["CL_FREQ"]["isPartial"]


def test_code_list_is_reduced_to_the_requested_codes(client: AppClient) -> None:
    (areas,) = read(client, "/sdmx/codelist/BRI/CL_AREA/1.0/CN", "json10")["codelists"]
    assert areas["isPartial"]
    assert [code["id"] for code in areas["codes"]] == ["CN"]
    assert client.get("/sdmx/codelist/BRI/CL_AREA/1.0/XX").status_code == 404


def test_stubs_have_no_content(client: AppClient) -> None:
    found = read(client, "/sdmx/structure?detail=allstubs", "json20")
    for some in found.values():
        for one in some:
            assert one["isExternalReference"]
            assert not {"codes", "concepts", "agencies", "dataStructureComponents"} & set(one)
    address = "/sdmx/structure/dataflow?references=children&detail=referencestubs"
    found = read(client, address, "json20")
    assert "isExternalReference" not in found["dataflows"][0]
    assert found["dataStructures"][0]["isExternalReference"]


@pytest.mark.parametrize("form", STRUCTURES)
def test_messages_have_the_notice_on_republication(client: AppClient, form: str) -> None:
    answer = client.get("/sdmx/dataflow", headers={"Accept": STRUCTURES[form]}).text
    assert NOTICE.en in answer
    assert NOTICE.zh in answer
    data = client.get("/sdmx/data/INDICATORS", headers={"Accept": "application/xml"}).text
    assert NOTICE.en in data


def read_cube_region(client: AppClient, address: str) -> dict[str, Any]:
    """Read what a constraint says there is, by dimension."""
    (found,) = read(client, address, "json20")["dataConstraints"]
    (cube,) = found["cubeRegions"]
    return {
        one["id"]: one["timeRange"]
        if "timeRange" in one
        else [value["value"] for value in one["values"]]
        for one in cube["keyValues"]
    }


def test_availability_tells_what_there_is(client: AppClient) -> None:
    series = client.get("/v1/series?limit=1000").json()["items"]
    found = read_cube_region(client, "/sdmx/availability/dataflow/BRI/INDICATORS")
    assert set(found["INDICATOR"]) == {one["indicator"]["code"] for one in series}
    assert set(found["UNIT_MEASURE"]) == {one["unit"]["code"] for one in series}
    assert set(found["DURATION"]) == {f"P{one['months']}M" for one in series}
    assert found["FREQ"] == ["A"]
    assert found["TIME_PERIOD"] == {
        "startPeriod": {
            "period": min(one["first_period"]["start"] for one in series),
            "isInclusive": True,
        },
        "endPeriod": {
            "period": max(one["last_period"]["end"] for one in series),
            "isInclusive": True,
        },
    }


def test_availability_is_limited_to_a_key_and_periods(client: AppClient) -> None:
    flow = "/sdmx/availability/dataflow/BRI/INDICATORS/1.0"
    found = read_cube_region(client, f"{flow}/*.*.*.*.goods-trade.*.*")
    assert found["INDICATOR"] == ["goods-trade"]
    assert found["UNIT_MEASURE"] == ["CNY", "USD"]
    assert found["DURATION"] == ["P12M"]
    narrow = read_cube_region(client, f"{flow}/*.*.*.*.goods-trade.*.*/UNIT_MEASURE")
    assert set(narrow) == {"UNIT_MEASURE"}
    early = read_cube_region(client, f"{flow}/*.*.*.*.goods-trade.*.*?c[TIME_PERIOD]=le:2013")
    assert early["UNIT_MEASURE"] == ["CNY"]
    assert early["TIME_PERIOD"]["endPeriod"]["period"] == "2013-12-31"
    free = read_cube_region(client, f"{flow}/*.*.*.*.goods-trade.*.*?mode=available")
    assert len(free["INDICATOR"]) > 5
    assert free["UNIT_MEASURE"] == ["CNY", "USD"]


@pytest.mark.parametrize("form", ["xml21", "xml30", "json10", "json20"])
@pytest.mark.parametrize("path", ["availableconstraint/", "availability/dataflow/BRI/"])
def test_availability_includes_all_that_it_refers_to(
    client: AppClient, path: str, form: str
) -> None:
    found = list_names(read(client, f"/sdmx/{path}INDICATORS?references=all", form))
    constraint = "contentConstraints" if form in {"xml21", "json10"} else "dataConstraints"
    assert found == {
        f"{constraint}:INDICATORS",
        *(
            list_names(read(client, "/sdmx/structure?detail=allstubs", form))
            - {"agencySchemes:AGENCIES"}
        ),
    }
    below = list_names(read(client, f"/sdmx/{path}INDICATORS?references=descendants", form))
    assert below == found
    lists = list_names(read(client, f"/sdmx/{path}INDICATORS?references=codelist", form))
    assert lists == {one for one in found if "codelist" in one} | {f"{constraint}:INDICATORS"}


@pytest.mark.parametrize(
    ("query", "filters"),
    [
        ("", {}),
        ("/....goods-trade..", {"indicator": "goods-trade"}),
        (
            "/....goods-trade..?startPeriod=2024",
            {"indicator": "goods-trade", "since": "2024-01-01"},
        ),
        ("?updatedAfter=2020-01-01", {}),
    ],
)
def test_availability_states_how_much_there_is(
    client: AppClient, query: str, filters: dict[str, str]
) -> None:
    items = client.get("/v1/observations", params={"limit": "1000", **filters}).json()["items"]
    expected = {
        "series_count": str(len({item["series"] for item in items})),
        "obs_count": str(len(items)),
    }
    address = f"/sdmx/availableconstraint/INDICATORS{query}"
    for form in ("json10", "json20"):
        ((constraint,),) = read(client, address, form).values()
        assert {one["id"]: one["title"] for one in constraint["annotations"]} == expected
        assert {annotation["type"] for annotation in constraint["annotations"]} == {"sdmx_metrics"}
    for form in ("xml21", "xml30"):
        document = read(client, address, form)
        assert {
            element.get("id"): element.findtext("{*}AnnotationTitle")
            for element in document.iterfind(".//{*}Annotation")
        } == expected


def test_availability_of_nothing_is_no_result(client: AppClient) -> None:
    answer = client.get("/sdmx/availableconstraint/INDICATORS?startPeriod=2100")
    assert answer.status_code == 404
    assert 'code="100"' in answer.text
