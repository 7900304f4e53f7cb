"""The code samples of the OpenAPI document are run against a server, those of every operation."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2

PYTHON = """
import json, sys
for source in json.load(open("samples.json")):
    exec(source, {})
    print("done", file=sys.stderr)
"""
JAVASCRIPT = """
import { readFileSync, writeFileSync } from "node:fs";
for (const [index, source] of JSON.parse(readFileSync("samples.json", "utf-8")).entries()) {
  writeFileSync(`sample-${index}.mjs`, source);
  await import(`${process.cwd()}/sample-${index}.mjs`);
  console.error("done");
}
"""
SHELL = """
jq -r '.[]' samples.json | while read -r sample; do eval "$sample"; echo done >&2; done
"""
R = """
for (source in jsonlite::fromJSON("samples.json")) {
  eval(parse(text = source), new.env())
  message("done")
}
"""
PROGRAMS = {
    "Shell": ("bash", "-e", "-o", "pipefail", "-c", SHELL),
    "Python": (sys.executable, "-c", PYTHON),
    "JavaScript": ("node", "--input-type=module", "--eval", JAVASCRIPT),
    "R": ("Rscript", "-e", R),
}


def read_samples(document: dict[str, Any], language: str) -> list[str]:
    """Read the samples in a programming language, one of each operation."""
    return [
        sample["source"]
        for operations in document["paths"].values()
        for sample in operations["get"]["x-codeSamples"]
        if sample["lang"] == language
    ]


def run_samples(
    samples: list[str], language: str, folder: Path
) -> subprocess.CompletedProcess[str]:
    """Run samples one after the other in one process, which writes "done" after each."""
    folder.mkdir()
    (folder / "samples.json").write_text(json.dumps(samples))
    return subprocess.run(
        PROGRAMS[language], cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )


def is_runnable(language: str) -> bool:
    """Return whether the programs of a language are installed; in CI they must be."""
    needed = [PROGRAMS[language][0], *(["curl", "jq"] if language == "Shell" else [])]
    found = all(shutil.which(program) for program in needed)
    assert found or not os.environ.get("CI"), needed
    return found


def test_the_samples_of_every_operation_work(server: str, tmp_path: Path) -> None:
    # One test runs all languages, since each server would have to draw all charts first.
    document = httpx2.get(f"{server}/openapi.json?lang=zh", timeout=60).json()
    count = len(document["paths"])
    ran = [language for language in PROGRAMS if is_runnable(language)]
    for language in ran:
        samples = read_samples(document, language)
        assert len(samples) == count
        done = run_samples(samples, language, tmp_path / language)
        assert done.returncode == 0, done.stderr
        assert done.stderr.count("done\n") == count, done.stderr
        saved = {file.suffix for file in (tmp_path / language).iterdir()} - {".json", ".mjs"}
        assert {".png", ".xlsx", ".parquet", ".zip", ".sqlite"} <= saved
        if language != "R":
            # Samples print what is text, in the language of the document.
            assert "2024年全年" in done.stdout
            assert "\ngoods-trade" in done.stdout or "goods-trade," in done.stdout
    assert "Python" in ran


def test_a_sample_of_a_wrong_request_fails(server: str, tmp_path: Path) -> None:
    document = httpx2.get(f"{server}/openapi.json", timeout=60).json()
    for language in PROGRAMS:
        if is_runnable(language):
            sample = read_samples(document, language)[0]
            wrong = sample.replace("goods-trade", "goods-trede")
            assert wrong != sample
            assert run_samples([wrong], language, tmp_path / language).returncode != 0, language
