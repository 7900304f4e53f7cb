"""The data package, validated and read by an independent program."""

import csv
import hashlib
import io
import json
import warnings
import zipfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from frictionless import Package

from tests.formats.test_file_formats import read_list
from tests.formats.test_workbooks import HEADER, open_workbook
from tests.support.client import AppClient

pytestmark = pytest.mark.database


def test_a_month_is_not_written_as_a_day(client: AppClient, package: Path) -> None:
    table = pl.read_csv(package / "sources.csv", infer_schema=False)
    sources = open_workbook(client, "/v1/overview.xlsx").worksheets[-2]
    sheet = sources.iter_rows(min_row=HEADER, values_only=True)
    header = next(sheet)
    rows = {row["Key"]: row for row in (dict(zip(header, one, strict=True)) for one in sheet)}
    precisions = set()
    for row in table.filter(pl.col("code").is_in(list(rows))).iter_rows(named=True):
        source = client.get(f"/v1/sources/{row['code']}").json()
        precision = source["published_precision"]
        length = len("2026-01") if precision == "month" else len("2026-01-15")
        published = rows[row["code"]]["Published"]
        assert row["published_on"] == published == source["published_on"][:length]
        assert row["published_precision"] == rows[row["code"]]["Date precision"] == precision
        precisions.add(precision)
    assert precisions == {"day", "month"}


def test_the_package_says_which_growth_is_in_force(client: AppClient, package: Path) -> None:
    frame = pl.read_csv(package / "growth-rates.csv", infer_schema=False)
    items = {one["id"]: one for one in read_list(client, "growth-rates", "vintages=all")}
    states = {str(row["current"]).lower() for row in items.values()}
    assert states == {"true", "false"}
    for row in frame.iter_rows(named=True):
        item = items[row["id"]]
        assert row["current"] == str(item["current"]).lower()
        for name in ("current_from", "superseded_on"):
            assert row[name] == item[name]


def test_the_package_says_against_which_period_growth_is_measured(
    client: AppClient, package: Path
) -> None:
    frame = pl.read_csv(package / "growth-rates.csv", infer_schema=False)
    language = json.loads((package / "datapackage.json").read_text("utf-8"))["language"]
    rates = read_list(client, "growth-rates", f"vintages=all&lang={language}")
    labels = {rate["id"]: rate["base_period"]["label"] for rate in rates}
    assert dict(frame.select("id", "base_label").iter_rows()) == labels


def test_the_package_lists_the_source_types_of_each_part_of_an_edition(
    client: AppClient, package: Path
) -> None:
    editions = {one["year"]: one["parts"] for one in read_list(client, "editions")}
    for row in pl.read_csv(package / "editions.csv").iter_rows(named=True):
        for name, part in editions.pop(row["year"]).items():
            assert (row[f"{name}_standings"] or "") == ";".join(part["standings"])
    assert not editions


@pytest.fixture(scope="module", params=["en", "zh"])
def package(client: AppClient, request: pytest.FixtureRequest, tmp_path_factory: Any) -> Any:
    """Unpack the data package."""
    folder = tmp_path_factory.mktemp("package")
    response = client.get(f"/v1/dataset.zip?lang={request.param}")
    zipfile.ZipFile(io.BytesIO(response.content)).extractall(folder)
    return folder


def test_the_package_is_valid(package: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        report = Package(str(package / "datapackage.json")).validate()
    assert report.valid, report.flatten(["message"])
    assert report.stats["tasks"] == 21


def test_every_column_with_keys_of_another_table_says_so(package: Path) -> None:
    described = json.loads((package / "datapackage.json").read_text("utf-8"))["resources"]
    columns, keys = {}, {}
    for resource in described:
        content = (package / resource["path"]).read_text("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(content)))
        for field in resource["schema"]["fields"]:
            name = field["name"]
            columns[resource["name"], name] = {row[name] for row in rows} - {""}
        if len(key := resource["schema"]["primaryKey"]) == 1:
            keys[resource["name"]] = columns[resource["name"], *key]
    for resource in described:
        name, schema = resource["name"], resource["schema"]
        known = {field for key in schema["foreignKeys"] for field in key["fields"]}
        # These have several keys in one field, as columns do that are named like a table.
        known |= {*schema["primaryKey"], "unstated_indicators"}
        known |= {table.replace("-", "_") for table in keys}
        texts = {one["name"] for one in schema["fields"] if one["type"] == "string"}
        for field in texts - known:
            values = columns[name, field]
            assert not [table for table in keys if values and values <= keys[table]], (name, field)


def test_the_package_has_the_counts_of_the_release(client: AppClient, package: Path) -> None:
    described = json.loads((package / "datapackage.json").read_text("utf-8"))
    release = client.get("/v1").json()["release"]
    assert (described["version"], described["id"]) == (release["code"], release["seed_hash"])
    assert len(described["sources"]) == release["counts"]["sources"]
    for resource in described["resources"]:
        content = (package / resource["path"]).read_bytes()
        assert resource["hash"] == "sha256:" + hashlib.sha256(content).hexdigest()
        assert resource["bytes"] == len(content)
        assert content.count(b"\r\n") - 1 == release["counts"][resource["name"].replace("-", "_")]


def test_an_altered_package_is_invalid(package: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    for file in package.iterdir():
        text = file.read_text("utf-8")
        (broken / file.name).write_text(text.replace("aid-projects", "aid", 1), "utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert not Package(str(broken / "datapackage.json")).validate().valid
