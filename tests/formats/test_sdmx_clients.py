"""SDMX with unmodified clients over a real socket: sdmx1, pysdmx and pandasdmx."""

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx2
import pytest

pytestmark = [
    # What these clients warn of at their import and while they read is theirs.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]

OVER = {"OBS_VALUE": "700", "OBS_QUALIFIER": "over", "COMMENT_OBS": "over 700 projects"}
PANDASDMX = "pandasdmx==1.10.0"
SCRIPT = """
import json, sys, warnings
warnings.simplefilter("ignore")
import pandasdmx
pandasdmx.add_source({"id": "BRI", "url": sys.argv[1], "name": "BRI"})
client = pandasdmx.Request("BRI")
flows = list(client.dataflow().dataflow)
structure = client.dataflow("INDICATORS").structure["INDICATORS"]
message = client.data("INDICATORS", key={"INDICATOR": "aid-projects"})
(first, *_) = message.data[0].obs
series = pandasdmx.to_pandas(message)
keys = client.preview_data("INDICATORS", {})
json.dump({
    "flows": flows,
    "dimensions": [one.id for one in structure.dimensions.components],
    "names": structure.dimensions.get("REF_AREA").local_representation.enumerated
        .items["BRI"].name.localizations,
    "first": {"OBS_VALUE": first.value, **{
        name: str(value.value) for name, value in first.attached_attribute.items()}},
    "periods": list(series.index.get_level_values("TIME_PERIOD")),
    "series": len(keys),
}, sys.stdout)
"""


def sdmx1() -> ModuleType:
    """Import sdmx1; its reader of 3.0 fails at import once data by a structure have been read."""
    import_module("sdmx.reader.xml.v30")
    return import_module("sdmx")


def listed(server: str, **query: Any) -> list[Any]:
    """Read the figures of the list."""
    answer = httpx2.get(f"{server}/v1/observations", params={"limit": 1000, **query})
    items: list[Any] = answer.json()["items"]
    return items


def series_count(server: str) -> int:
    """Count the series."""
    count: int = httpx2.get(f"{server}/v1/series").json()["total"]
    return count


def test_sdmx1(server: str) -> None:
    sdmx = sdmx1()
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
        assert len(found) == len(listed(server, indicator="aid-projects"))
    periods = sdmx.to_pandas(generic).index.get_level_values("TIME_PERIOD")
    assert "2024-01-01/P11M" in set(periods)
    assert len(client.preview_data("INDICATORS")) == series_count(server)
    constraint = client.get("availableconstraint", "INDICATORS", force=True).constraint
    assert len(constraint) == 1
    late = client.data("INDICATORS", params={"startPeriod": "2025", "lastNObservations": 1})
    assert len(sdmx.to_pandas(late)) == len(
        {one["series"] for one in listed(server, since="2025-01-01")}
    )
    with pytest.raises(Exception, match="404"):
        client.data("INDICATORS", params={"startPeriod": "2100"})


def test_sdmx1_by_3_0(server: str) -> None:
    sdmx = sdmx1()
    source = {"id": "BRI3", "url": f"{server}/sdmx", "name": "BRI", "versions": ["3.0.0"]}
    sdmx.add_source(source, override=True)
    client = sdmx.Client("BRI3")
    form = {"Accept": "application/vnd.sdmx.structure+xml;version=3.0.0"}
    asked = {"agency_id": "BRI", "resource_id": "INDICATORS"}
    described = client.get("datastructure", headers=form, **asked)
    structure = described.structure["INDICATORS"]
    assert len(structure.dimensions.components) == 7
    form = {"Accept": "application/vnd.sdmx.data+xml;version=3.0.0"}
    message = client.get("data", key="*", headers=form, dsd=structure, **asked)
    assert len(message.data[0].obs) == len(listed(server))


def test_pysdmx(server: str) -> None:
    io = import_module("pysdmx.io")
    wanted = len(listed(server))
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
        "exact",
        "over",
        "nearly",
        "about",
    ]


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
            assert len(found.data) == len(listed(server)), form
        keys = qb.DataQuery(*flow, attributes="series", measures="none")
        assert service.data(keys)
    for shape in qb.StructureFormat:
        if shape.name == "FUSION_JSON":
            continue
        service = qb.RestService(f"{server}/sdmx", api, structure_format=shape)
        asked = qb.StructureQuery(
            qb.StructureType.DATAFLOW,
            "BRI",
            "INDICATORS",
            references=qb.StructureReference.DESCENDANTS,
        )
        content = service.structure(asked)
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
        wanted = listed(server, indicator=["goods-trade", "trade-share"])
        assert len(found.data) == len(wanted)


def test_pandasdmx(server: str, tmp_path: Path) -> None:
    """Pandasdmx needs an old Pydantic, so it lives in an environment of its own."""
    python = tmp_path / "environment" / "bin" / "python"
    uv = [sys.executable, "-m", "uv", "--quiet"]
    for step in (
        [*uv, "venv", "--python", sys.executable, str(python.parent.parent)],
        [*uv, "pip", "install", "--python", str(python), PANDASDMX],
    ):
        made = subprocess.run(step, check=False, capture_output=True, text=True)
        if made.returncode and not os.environ.get("CI"):
            pytest.skip("pandasdmx cannot be installed here: no network")
        assert made.returncode == 0, made.stderr
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    run = subprocess.run(
        [str(python), "-c", SCRIPT, f"{server}/sdmx"],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
    )
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    assert found["flows"] == ["INDICATORS"]
    assert found["dimensions"][-1] == "TIME_PERIOD"
    assert found["names"]["zh"] == "共建“一带一路”国家"
    assert found["first"].items() >= OVER.items()
    assert "2024-01-01/P11M" in found["periods"]
    assert found["series"] == series_count(server)
