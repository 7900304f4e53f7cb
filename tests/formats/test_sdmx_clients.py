"""SDMX with unmodified clients over a real socket: sdmx1 and pysdmx; .ci/clients has others."""

from importlib import import_module
from types import ModuleType
from typing import Any

import httpx2
import pytest

from tests.support.sdmx import BASE

pytestmark = [
    # What these clients warn of at their import and while they read is theirs.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]

OVER = {"OBS_VALUE": "700", "OBS_QUALIFIER": "over", "COMMENT_OBS": "over 700 aid projects"}


def import_sdmx1() -> ModuleType:
    """Import sdmx1; its reader of 3.0 fails at import once data by a structure have been read."""
    import_module("sdmx.reader.xml.v30")
    return import_module("sdmx")


def read_observations(server: str, **query: Any) -> list[Any]:
    """Read the figures of the list."""
    answer = httpx2.get(f"{server}/v1/observations", params={"limit": 1000, **query})
    items: list[Any] = answer.json()["items"]
    return items


def count_series(server: str) -> int:
    """Count the series."""
    count: int = httpx2.get(f"{server}/v1/series").json()["total"]
    return count


def test_sdmx1_reads_structures_and_data(server: str) -> None:
    sdmx = import_sdmx1()
    sdmx.add_source({"id": "BRI", "url": f"{server}/sdmx", "name": "BRI"}, override=True)
    client = sdmx.Client("BRI")
    assert list(client.dataflow().dataflow) == ["INDICATORS"]
    described = client.dataflow("INDICATORS")
    areas = described.codelist["CL_AREA"]
    assert areas["BRI"].name.localizations == {
        "en": "BRI partner countries",
        "zh": "共建“一带一路”国家",
    }
    structure = described.structure["INDICATORS"]
    generic = client.data("INDICATORS", key={"INDICATOR": "aid-projects"})
    specific = client.data("INDICATORS", key={"INDICATOR": "aid-projects"}, dsd=structure)
    for message in (generic, specific):
        found = [
            {"OBS_VALUE": one.value, **{k: str(v) for k, v in one.attached_attribute.items()}}
            for one in message.data[0].obs
        ]
        assert any(row.items() >= OVER.items() for row in found), found
        assert len(found) == len(read_observations(server, indicator="aid-projects"))
    frame = sdmx.to_pandas(client.data("INDICATORS"), attributes="o")
    assert frame["value"].dtype == "float64"
    assert dict(zip(frame["OBS_ID"].map(str), frame["value"], strict=True)) == {
        observation["id"]: float(observation["value"]) for observation in read_observations(server)
    }
    assert "2024-01-01/P11M" in set(frame.index.get_level_values("TIME_PERIOD"))
    assert len(client.preview_data("INDICATORS")) == count_series(server)
    available = client.get(
        "availableconstraint", "INDICATORS", params={"references": "all"}, force=True
    )
    (constraint,) = available.constraint.values()
    assert {annotation.id: str(annotation.title) for annotation in constraint.annotations} == {
        "series_count": str(count_series(server)),
        "obs_count": str(len(read_observations(server))),
    }
    assert available.codelist["CL_UNIT"]["USD"].name.localizations["zh"] == "美元"
    assert "OBS_VALUE" in available.concept_scheme["CS_INDICATORS"]
    late = client.data("INDICATORS", params={"startPeriod": "2025", "lastNObservations": 1})
    assert len(sdmx.to_pandas(late)) == len(
        {observation["series"] for observation in read_observations(server, since="2025-01-01")}
    )
    with pytest.raises(Exception, match="404"):
        client.data("INDICATORS", params={"startPeriod": "2100"})


def test_sdmx1_reads_structures_and_data_of_3_0(server: str) -> None:
    sdmx = import_sdmx1()
    source = {"id": "BRI3", "url": f"{server}/sdmx", "name": "BRI", "versions": ["3.0.0"]}
    sdmx.add_source(source, override=True)
    client = sdmx.Client("BRI3")
    form = {"Accept": "application/vnd.sdmx.structure+xml;version=3.0.0"}
    structure_query = {"agency_id": "BRI", "resource_id": "INDICATORS"}
    described = client.get("datastructure", headers=form, **structure_query)
    structure = described.structure["INDICATORS"]
    assert len(structure.dimensions.components) == 8
    form = {"Accept": "application/vnd.sdmx.data+xml;version=3.0.0"}
    message = client.get("data", key="*", headers=form, dsd=structure, **structure_query)
    assert len(message.data[0].obs) == len(read_observations(server))


def test_pysdmx_reads_data(server: str) -> None:
    io = import_module("pysdmx.io")
    wanted = len(read_observations(server))
    for form in ("data/INDICATORS", "data/INDICATORS?format=structurespecificdata"):
        address = f"{server}/sdmx/{form}"
        (found,) = io.get_datasets(
            address, f"{server}/sdmx/dataflow/BRI?references=all", validate=False
        )
        assert len(found.data) == wanted
        rows = found.data[found.data["INDICATOR"] == "aid-projects"]
        assert set(rows["OBS_QUALIFIER"]) >= {"over"}
        assert set(found.data["TIME_PERIOD"]) >= {"2024", "2024-01-01/P11M"}
    structure = io.read_sdmx(f"{server}/sdmx/structure/dataflow/BRI/INDICATORS?references=all")
    assert structure.structures
    registry = import_module("pysdmx.api.fmr").RegistryClient(f"{server}/sdmx")
    assert [code.id for code in registry.get_codes("BRI", "CL_UNIT")]
    schema = registry.get_schema("dataflow", "BRI", "INDICATORS", "1.0")
    assert schema.components["OBS_QUALIFIER"].required
    assert [code.id for code in schema.components["OBS_QUALIFIER"].local_codes or ()] == [
        "none",
        "over",
        "nearly",
        "about",
    ]


FILTERS: dict[str, dict[str, Any]] = {
    "INDICATOR = 'goods-trade'": {"indicator": "goods-trade"},
    "INDICATOR IN ('goods-trade', 'trade-share')": {"indicator": ["goods-trade", "trade-share"]},
    "INDICATOR LIKE 'goods%' AND UNIT_MEASURE <> 'USD'": {
        "indicator": "goods-trade",
        "unit": "CNY",
    },
    "INDICATOR = 'goods-trade' AND TIME_PERIOD >= '2024'": {
        "indicator": "goods-trade",
        "since": "2024-01-01",
    },
}
"""Filters of pysdmx with the same in the API."""


def test_pysdmx_connector_has_types_and_labels(server: str) -> None:
    flow = "BRI:INDICATORS(1.0)"
    connector = import_module("pysdmx.api.dc.pd").PandasConnector(f"{server}/sdmx")
    assert [one.id for one in connector.dataflows("belt and road")] == ["INDICATORS"]
    described = connector.dataflow(flow)
    assert described.obs_count == len(read_observations(server))
    assert described.series_count == count_series(server)
    assert described.components["OBS_VALUE"].name == "Observation value"
    frame = connector.data(flow)
    types = {name: str(kind) for name, kind in frame.dtypes.items()}
    assert types["OBS_VALUE"] == "float64"
    assert {types[name] for name in ("LOWER_BOUND", "UPPER_BOUND", "GROWTH")} == {"Float64"}
    assert {types[name] for name in ("UNIT_MULT", "DECIMALS", "PUBLISHED_MULT")} == {"int32"}
    assert {types[name] for name in ("INDICATOR", "OBS_STATUS", "SOURCE")} == {"category"}
    assert {types[name] for name in ("VINTAGE", "SUPERSEDED_ON", "PUBLISHED_VALUE")} == {"string"}
    items = {observation["id"]: observation for observation in read_observations(server)}
    labelled = connector.data(flow, labels="name").set_index("OBS_ID")
    assert set(labelled.index) == set(items)
    for row in labelled.itertuples():
        item = items[row.Index]
        assert float(item["value"]) == row.OBS_VALUE
        assert item["vintage"] == row.VINTAGE
        assert item["indicator"]["name"] == row.INDICATOR
        assert item["counterpart_area"]["name"] == row.COUNTERPART_AREA
    for text, query in FILTERS.items():
        assert len(connector.data(flow, text)) == len(read_observations(server, **query))
        assert connector.dataflow(flow, text).obs_count == len(read_observations(server, **query))


@pytest.mark.parametrize(
    "options",
    [
        "version=1.0.0;labels=both",
        "version=2.0.0;labels=both;keys=both",
        "version=2.0.0;labels=name",
    ],
)
def test_pysdmx_reads_csv_with_names_and_keys(server: str, options: str) -> None:
    address = f"{server}/sdmx/data/INDICATORS/....goods-trade.."
    frames = []
    for media_type in (f"{BASE}data+csv;version=1.0.0", f"{BASE}data+csv;{options}"):
        answer = httpx2.get(address, headers={"Accept": media_type}, timeout=60)
        message = import_module("pysdmx.io").read_sdmx(answer.text, validate=False)
        frames.append(message.data[0].data)
    bare, named = frames
    # The reader takes what precedes a colon for an identifier, in texts too.
    texts = {"GROWTH_NOTE", "COMPARABILITY"}
    columns = [one for one in bare.columns if one not in texts]
    assert len(bare) > 5 < len(columns)
    assert bare[columns].equals(named[columns])


@pytest.mark.parametrize("version", ["V1_5_0", "V2_0_0"])
def test_pysdmx_builds_its_own_queries(server: str, version: str) -> None:
    io, qb = import_module("pysdmx.io"), import_module("pysdmx.api.qb")
    api = qb.ApiVersion[version]
    flow = (qb.DataContext.DATAFLOW, "BRI", "INDICATORS")
    for form in qb.DataFormat:
        if form.name.endswith(("TS", "CSV_2_1_0")):
            continue
        service = qb.RestService(f"{server}/sdmx", api, data_format=form)
        content = service.data(qb.DataQuery(*flow))
        if "JSON" not in form.name:
            (found,) = io.read_sdmx(content.decode(), validate=False).data
            assert len(found.data) == len(read_observations(server)), form
        keys = qb.DataQuery(*flow, attributes="series", measures="none")
        assert service.data(keys)
    for shape in qb.StructureFormat:
        if shape.name == "FUSION_JSON":
            continue
        service = qb.RestService(f"{server}/sdmx", api, structure_format=shape)
        structure_query = qb.StructureQuery(
            qb.StructureType.DATAFLOW,
            "BRI",
            "INDICATORS",
            references=qb.StructureReference.DESCENDANTS,
        )
        content = service.structure(structure_query)
        if shape.name != "SDMX_JSON_1_0_0":
            found = io.read_sdmx(content.decode(), validate=False)
            assert len(found.structures) > 10
    if version == "V2_0_0":
        csv = qb.DataFormat.SDMX_CSV_2_0_0
        service = qb.RestService(f"{server}/sdmx", api, data_format=csv)
        query = import_module("pysdmx.api.dc.query")
        chosen = query.TextFilter("INDICATOR", query.Operator.IN, ["goods-trade", "trade-share"])
        content = service.data(qb.DataQuery(*flow, components=chosen))
        (found,) = io.read_sdmx(content.decode(), validate=False).data
        wanted = read_observations(server, indicator=["goods-trade", "trade-share"])
        assert len(found.data) == len(wanted)
