"""The folder of a static edition: what is written, kept, removed and refused."""

import gzip
import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from app.export.files import DIGESTS, ExportFolder
from app.export.requests import ExportError
from app.http.cached_response import load_zstandard
from app.negotiation import Coding
from tests.support.processes import bri
from tests.support.targets import Target

pytestmark = pytest.mark.sqlite
TOPICS_ONLY = r"^/(?!v1/topics|sitemap)"
Export = Callable[..., Result]


@pytest.fixture
def export(database: Target) -> Export:
    """Run the command with little to write."""

    def run(folder: Path, *options: str) -> Result:
        arguments = ("--database", str(database), "--leave-out", TOPICS_ONLY, *options)
        return bri("export", str(folder), *arguments)

    return run


def read_state(folder: Path) -> dict[str, tuple[str, int]]:
    """Read the digest and the time of modification of each file."""
    return {
        path.relative_to(folder).as_posix(): (
            sha256(path.read_bytes()).hexdigest(),
            path.stat().st_mtime_ns,
        )
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_second_export_touches_nothing(export: Export, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    done = export(folder, "--compress", "br,zst,gz")
    assert done.exit_code == 0, done.stderr
    before = read_state(folder)
    check_digests(folder, before)
    again = export(folder, "--base-url", "https://data.example", "--compress", "gz")
    after = read_state(folder)
    changed = {path for path in after if after[path][0] != before[path][0]}
    assert f"{len(changed)} of them new or changed" in again.stdout
    assert {path for path in after if after[path] != before[path]} == changed
    removed = {path for path in before if path.endswith((".br", ".zst"))}
    assert before.keys() - after.keys() == removed
    assert {"sitemap.xml", "openapi.json", DIGESTS} <= changed
    assert not {"en/v1/topics.json", "zh/v1/topics/trade.json", "static/site.css"} & changed


def check_digests(folder: Path, state: dict[str, tuple[str, int]]) -> None:
    """Compare the digests and the compressed copies with the files."""
    lines = (folder / DIGESTS).read_text().splitlines()
    listed = {path: digest for digest, path in (line.split("  ") for line in lines)}
    assert listed == {path: digest for path, (digest, _) in state.items() if path != DIGESTS}
    described: list[dict[str, Any]] = json.loads((folder / "manifest.json").read_text())["files"]
    assert {one["path"]: one["sha256"] for one in described}.items() <= listed.items()
    plain = (folder / "en/v1/topics.json").read_bytes()
    assert gzip.decompress((folder / "en/v1/topics.json.gz").read_bytes()) == plain
    assert load_zstandard().decompress((folder / "en/v1/topics.json.zst").read_bytes()) == plain
    assert len((folder / "en/v1/topics.json.br").read_bytes()) < len(plain)


@pytest.mark.quick
def test_only_files_of_the_previous_edition_are_removed(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    first = ExportFolder(folder)
    for path in ("kept.txt", "old/removed.txt"):
        first.add(path, b"text", "text/plain")
    first.finish({})
    (folder / "old").joinpath("CNAME").write_text("data.example")
    second = ExportFolder(folder)
    second.add("kept.txt", b"text", "text/plain")
    assert second.finish({}) == 2, "only the manifest and the digests differ"
    assert not (folder / "old" / "removed.txt").exists()
    assert (folder / "old" / "CNAME").exists()


@pytest.mark.quick
def test_an_interrupted_export_changes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    first = ExportFolder(folder)
    first.add("one.txt", b"old", "text/plain")
    first.finish({})
    before = read_state(folder)
    interrupted = ExportFolder(folder)
    interrupted.add("one.txt", b"new", "text/plain")
    visible = {path for path in read_state(folder) if not path.startswith(".")}
    assert visible == before.keys()
    assert (folder / "one.txt").read_bytes() == b"old"
    again = ExportFolder(folder)
    again.add("one.txt", b"new", "text/plain")
    again.finish({})
    assert (folder / "one.txt").read_bytes() == b"new"
    assert not list(folder.glob(".*"))


@pytest.mark.quick
def test_a_folder_of_somebody_else_is_refused(export: Export, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    done = export(tmp_path)
    assert done.exit_code == 1
    assert "is not empty and not a static edition" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    (tmp_path / "site" / ".git").mkdir(parents=True)
    assert ExportFolder(tmp_path / "site").previous == frozenset()


@pytest.mark.quick
def test_digests_never_lead_out_of_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    ExportFolder(folder).finish({})
    (tmp_path / "precious").write_text("precious")
    with (folder / DIGESTS).open("a") as file:
        file.write(f"{'0' * 64}  ../precious\n")
    with pytest.raises(ExportError, match="outside"):
        ExportFolder(folder).finish({})
    assert (tmp_path / "precious").exists()


@pytest.mark.quick
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--compress", "xz"], "xz is not one of br, zst, gz"),
        (["--leave-out", "("], "--leave-out: "),
        (["--base-url", "data.example"], "BRI_PUBLIC_URL"),
    ],
)
def test_what_is_wrong_with_an_option(
    export: Export, tmp_path: Path, options: list[str], message: str
) -> None:
    done = export(tmp_path / "site", *options)
    assert done.exit_code == 1
    assert message in done.stderr
    assert not (tmp_path / "site").exists()


def test_codings_are_those_of_the_service() -> None:
    assert {Coding.BROTLI, Coding.ZSTANDARD, Coding.GZIP} == set(Coding) - {Coding.IDENTITY}
