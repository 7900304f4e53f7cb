"""The recipes are run, and the guide shows them word for word."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import duckdb_extension_httpfs
import httpx2
import pytest

from app.pages.content import RECIPE_FOLDER, RECIPES, Recipe
from app.schemas import LOCAL_ADDRESS
from tests.support.client import AppClient
from tests.support.seeds import ROOT

BY_FILE = {recipe.file: recipe for recipe in RECIPES}


def run_program(*command: str) -> str:
    """Run a program; return what it writes."""
    if shutil.which(command[0]) is None and not os.environ.get("CI"):
        pytest.skip(f"no {command[0]} on this machine")
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode == -signal.SIGABRT:
        # After the recipe has ended, a thread of Arrow may abort the interpreter, though rarely.
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def run_python(text: str) -> str:
    """Run a recipe in Python."""
    return run_program(sys.executable, "-c", text)


def run_pandas(text: str) -> str:
    """Run a recipe in pandas, and write the types of a number and of a date after it."""
    return run_python(f'{text}\nprint(*figures.dtypes[["value", "period_end"]])')


def run_node(text: str) -> str:
    """Run a recipe in Node.js."""
    return run_program("node", "--input-type=module", "--eval", text)


def run_shell(text: str) -> str:
    """Run a recipe in a shell."""
    assert os.environ.get("CI") is None or shutil.which("jq")
    if shutil.which("jq") is None:
        pytest.skip("no jq on this machine")
    return run_program("bash", "-e", "-o", "pipefail", "-c", text)


def run_duckdb(text: str) -> str:
    """Run a recipe in DuckDB."""
    (extension,) = Path(duckdb_extension_httpfs.__file__).parent.rglob("*.duckdb_extension")
    with duckdb.connect() as connection:
        connection.load_extension(str(extension))
        return str(connection.execute(text).fetchall())


RUN: dict[str, tuple[Callable[[str], str], str]] = {
    "curl.sh": (run_shell, "over 700\tJanuary to November 2024\t"),
    "with_httpx.py": (run_python, "Full year 2023"),
    "with_pandas.py": (run_pandas, "float64 datetime64[s]"),
    "with_polars.py": (run_python, "2023-12-31"),
    "with_sdmx1.py": (run_python, "COMPARABILITY"),
    "duckdb.sql": (run_duckdb, "datetime.date(2023, 12, 31), 'none', Decimal("),
    "fetch.mjs": (run_node, "2025 1 促进产业链供应链国际合作 中国新闻社"),
}
"""What runs each recipe, and what it has to write."""
SERIES = "goods-trade.CN.BRI.partner-2023.CNY.P12M"
"""The series that the recipes read: each selects one, so that its figures can be compared."""
COLUMNS = {
    *("coverage_name", "period_start", "period_end", "qualifier", "value", "unit_name"),
    *("comparability", "source_publisher", "source_title"),
}
"""What every recipe that chooses columns prints of a figure."""


@pytest.mark.parametrize("file", RUN)
def test_a_recipe_works(server: str, client: AppClient, file: str) -> None:
    runner, expected = RUN[file]
    output = runner(BY_FILE[file].render(server))
    assert expected in output
    if file == "curl.sh":
        check_headlines(client, output)
    elif file != "fetch.mjs":
        check_contexts(client, file, output)


def check_contexts(client: AppClient, file: str, output: str) -> None:
    """Check that a recipe writes each figure with its context."""
    points = client.get(f"/v1/series/{SERIES}").json()["points"]
    assert len(points) > 2
    for point in points:
        source, period = point["source"]["code"], point["period"]
        document = client.get(f"/v1/sources/{source}").json()
        if file == "with_sdmx1.py":
            shown = [point["coverage"]["code"], period["start"][:4], source, point["unit"]["code"]]
        elif file == "with_httpx.py":
            shown = [point["display"], period["label"], point["citation"]["full"]]
        else:
            shown = [point["unit"]["name"], document["publisher"], document["title"]]
        shown += [] if file == "with_sdmx1.py" else [point["coverage"]["name"]]
        shown += [] if file == "with_httpx.py" else [point["qualifier"]]
        assert all(text in output for text in shown), (file, shown)


def check_headlines(client: AppClient, output: str) -> None:
    """Check that the headlines are written with their context."""
    indicators = client.get("/v1/overview").json()["indicators"]
    headlines = (indicator["headline"] for indicator in indicators)
    for line, headline in zip(output.splitlines(), headlines, strict=True):
        assert line.split("\t") == [
            *(headline["indicator"]["name"], headline["display"], headline["period"]["label"]),
            *(headline["coverage"]["name"], headline["citation"]["full"]),
        ]


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.file)
def test_a_recipe_reads_one_series_without_a_refused_pair(
    client: AppClient, recipe: Recipe
) -> None:
    text = recipe.render("")
    if recipe.file in {"curl.sh", "fetch.mjs"}:
        assert "/v1/overview" in text or "/v1/priority-areas" in text
        return
    is_sdmx = recipe.file == "with_sdmx1.py"
    assert ("A.CN.BRI.partner-2023.goods-trade.CNY.P12M" if is_sdmx else SERIES) in text
    points = client.get(f"/v1/series/{SERIES}").json()["points"]
    assert not any(point["comparability"] for point in points)


def list_addresses(recipe: Recipe) -> list[str]:
    """List the addresses of the service in a recipe."""
    return re.findall(rf"{LOCAL_ADDRESS}[^\s\"')]*", recipe.render(LOCAL_ADDRESS))


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.file)
def test_the_urls_of_a_recipe_work(server: str, recipe: Recipe) -> None:
    found = list_addresses(recipe)
    assert found
    for address in found:
        response = httpx2.get(address.replace(LOCAL_ADDRESS, server), follow_redirects=True)
        assert response.status_code == 200 or address == f"{LOCAL_ADDRESS}/sdmx", address


def test_the_columns_of_recipes_that_are_not_run_are_there(server: str) -> None:
    header = httpx2.get(f"{server}/v1/observations.csv").text.partition("\r\n")[0].split(",")
    chosen = re.findall(r'"(\w+)"', BY_FILE["r.R"].render("").partition("[")[2])
    assert set(chosen) == COLUMNS <= set(header)
    for file in ("with_pandas.py", "with_polars.py"):
        names = BY_FILE[file].render("").partition("columns = ")[2]
        assert set(re.findall(r'"(\w+)"', names)) == COLUMNS
    grafana = json.loads(BY_FILE["grafana.json"].render(server))
    items = httpx2.get(grafana["url"]).json()[grafana["root_selector"]]
    selectors = {column["selector"] for column in grafana["columns"]}
    assert selectors >= {
        *("value", "qualifier", "display", "unit.name", "period.label", "coverage.name"),
        *("comparability", "citation.full"),
    }
    for column in grafana["columns"]:
        for item in items:
            value = item
            for name in column["selector"].split("."):
                value = value[name]
            assert (value is None) == (column["selector"] == "comparability")


def test_the_page_shows_all_with_the_address_of_the_service(client: AppClient) -> None:
    assert {path.name for path in RECIPE_FOLDER.iterdir() if path.is_file()} == set(BY_FILE)
    for language, rule in (("en", "the countries counted"), ("zh", "统计范围")):
        page = client.get(f"/recipes?lang={language}").text
        assert rule in page
        assert LOCAL_ADDRESS not in page
        assert page.count("<pre") == len(RECIPES)
        assert page.count("http://testserver/") >= len(RECIPES)


def test_the_guide_has_them_word_for_word() -> None:
    text = (ROOT / "app" / "guide" / "en" / "clients.md").read_text("utf-8")
    section = text.partition("## Recipes\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"```\w*\n(.*?)\n```", section, re.DOTALL)
    assert len(blocks) >= 7
    assert set(blocks) <= {recipe.render(LOCAL_ADDRESS) for recipe in RECIPES}
