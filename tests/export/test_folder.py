"""The folder of a static edition: what is written, kept, removed and refused."""

import asyncio
import errno
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import Result

from app.application import App
from app.export import requests
from app.export.addresses import Address
from app.export.files import DIGESTS, MANIFEST, STAGING, ExportedFile, ExportFolder
from app.export.requests import ExportError
from app.http.cached_response import load_zstandard
from app.i18n import Language
from app.negotiation import Coding
from tests.support.processes import run_bri
from tests.support.static_edition import BASE, find_broken
from tests.support.targets import Target, open_app

pytestmark = pytest.mark.sqlite
TOPICS_ONLY = r"^/(?!v1/topics|sitemap|openapi)"
ALWAYS_WRITTEN = ("index.html", "search.json", "v1/index.html")
Export = Callable[..., Result]
KILLED_EXPORT = """
import os, sys
from pathlib import Path
from app.export.files import ExportFolder

class KilledExport(ExportFolder):
    def move_staged(self, paths):
        for path in paths:
            if path == "en/z":
                os._exit(9)
            super().move_staged([path])

folder = KilledExport(Path(sys.argv[1]))
for name in sys.argv[2:]:
    folder.add(f"en/{name}", name.encode(), "text/plain")
folder.finish({})
"""


@pytest.fixture
def export(database: Target) -> Export:
    """Run the command with little to write."""

    def run(folder: Path, *options: str) -> Result:
        arguments = ("--database", str(database), "--leave-out", TOPICS_ONLY, *options)
        return run_bri("export", str(folder), *arguments)

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


def test_an_interrupt_ends_an_export_at_once(database: Target) -> None:
    async def interrupt(app: App) -> None:
        address = Address("/v1/observations.csv")
        task = asyncio.create_task(requests.request(app, address, BASE, len))
        await asyncio.sleep(0)
        task.cancel()
        await task

    with open_app(database) as app, pytest.raises(asyncio.CancelledError):
        asyncio.run(interrupt(app))


@pytest.mark.quick
def test_an_interrupted_export_changes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    first = ExportFolder(folder)
    first.add("one.txt", b"old", "text/plain")
    first.finish({})
    before = read_state(folder)
    interrupted = ExportFolder(folder)
    interrupted.add("one.txt", b"new", "text/plain")
    interrupted.close()
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
    assert ExportFolder(tmp_path / "site").previous == {}


@pytest.mark.quick
def test_a_staging_folder_that_cannot_be_emptied_is_named(tmp_path: Path) -> None:
    """As one of another user, of which only the name was said to exist."""
    (tmp_path / STAGING).touch()
    with pytest.raises(NotADirectoryError, match=STAGING):
        ExportFolder(tmp_path)


@pytest.mark.quick
def test_an_application_with_a_manifest_of_its_own_is_refused(tmp_path: Path) -> None:
    (tmp_path / "app.js").write_text("code")
    (tmp_path / DIGESTS).write_text(f"{sha256(b'code').hexdigest()}  app.js\n")
    for manifest in ('{"name": "app", "icons": []}', '{"files": []}', '{"files": ["app.js"]}', ""):
        (tmp_path / MANIFEST).write_text(manifest)
        with pytest.raises(ExportError, match="not a static edition"):
            ExportFolder(tmp_path)
    assert (tmp_path / "app.js").exists()


def write_edition(folder: Path, **texts: str) -> None:
    """Export files of the folder en."""
    edition = ExportFolder(folder)
    try:
        for name, text in texts.items():
            edition.add(f"en/{name}", text.encode(), "text/plain")
        edition.finish({})
    finally:
        edition.remove_staging()


@pytest.mark.quick
@pytest.mark.parametrize("path", ["../precious", "en/../../precious", "/precious", "", "link/one"])
def test_a_manifest_never_leads_out_of_the_folder(tmp_path: Path, path: str) -> None:
    folder = tmp_path / "site"
    write_edition(folder, one="1")
    (folder / "link").symlink_to(tmp_path)
    (tmp_path / "precious").write_text("precious")
    manifest = json.loads((folder / MANIFEST).read_text())
    listed = {"path": path, "sha256": sha256(b"precious").hexdigest(), "media_type": ""}
    manifest["files"].append(listed)
    (folder / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(ExportError, match="outside"):
        write_edition(folder, one="2")
    assert (tmp_path / "precious").exists()
    assert (folder / "en" / "one").read_text() == "1"


@pytest.mark.quick
def test_nothing_is_written_through_a_symbolic_link(tmp_path: Path) -> None:
    folder, other = tmp_path / "site", tmp_path / "other"
    other.mkdir()
    folder.mkdir()
    (folder / STAGING).symlink_to(other)
    with pytest.raises(ExportError, match="symbolic link"):
        write_edition(folder, one="1")
    (folder / STAGING).unlink()
    (other / "one").write_text("precious")
    write_edition(folder, two="2")
    shutil.rmtree(folder / "en")
    (folder / "en").symlink_to(other)
    with pytest.raises(ExportError, match="outside"):
        write_edition(folder, one="1")
    (folder / "en").unlink()
    (folder / "en").symlink_to("en")
    with pytest.raises(ExportError, match="en is not a folder"):
        write_edition(folder, one="1")
    (folder / "en").unlink()
    (folder / "en").mkdir()
    (folder / "en" / "two").symlink_to(other / "one")
    write_edition(folder, two="2")
    assert not (folder / "en" / "two").is_symlink()
    assert (other / "one").read_text() == "precious"
    assert [path.name for path in other.iterdir()] == ["one"]


@pytest.mark.quick
def test_what_is_not_a_folder_is_named(tmp_path: Path) -> None:
    file, link = tmp_path / "file", tmp_path / "link"
    file.write_text("precious")
    link.symlink_to("missing")
    for path in (file, link):
        for folder in (path, path / "site", path / "site" / "below"):
            with pytest.raises(ExportError, match=f"^{path} is not a folder"):
                ExportFolder(folder)
    assert file.read_text() == "precious"
    assert {*tmp_path.iterdir()} == {file, link}


@pytest.mark.quick
def test_files_of_others_are_neither_replaced_nor_removed(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    write_edition(folder, one="1", two="2")
    (folder / "en" / "two").write_text("edited by hand")
    (folder / "en" / "three").write_text("of somebody else")
    with pytest.raises(ExportError, match="three is not of an earlier export"):
        write_edition(folder, one="new", three="3")
    assert (folder / "en" / "one").read_text() == "1"
    write_edition(folder, one="new")
    found = {path.name: path.read_text() for path in (folder / "en").iterdir()}
    assert found == {"one": "new", "two": "edited by hand", "three": "of somebody else"}


@pytest.mark.quick
def test_a_folder_takes_one_export_at_a_time(tmp_path: Path) -> None:
    first = ExportFolder(tmp_path)
    first.add("one", b"1", "text/plain")
    with pytest.raises(ExportError, match="another export"):
        ExportFolder(tmp_path)
    first.finish({})
    ExportFolder(tmp_path).remove_staging()
    assert not (tmp_path / STAGING).exists()


def test_exports_killed_while_files_are_moved_leave_nothing_behind(tmp_path: Path) -> None:
    """Kill two exports of other files in turn; the third removes what only they wrote."""
    folder = tmp_path / "site"
    for names in (("one", "z"), ("two", "z")):
        done = subprocess.run(
            [sys.executable, "-c", KILLED_EXPORT, str(folder), *names], check=False
        )
        assert done.returncode == 9
    assert {path.name for path in (folder / "en").iterdir()} == {"one", "two"}
    write_edition(folder, one="1")
    assert {path.name for path in (folder / "en").iterdir()} == {"one"}
    assert {path.name for path in folder.iterdir()} == {"en", MANIFEST, DIGESTS}


def test_a_failed_export_leaves_no_files(export: Export, tmp_path: Path) -> None:
    (tmp_path / "site" / "static").mkdir(parents=True)
    (tmp_path / "site" / "static" / "site.css").write_text("of somebody else")
    (tmp_path / "site" / STAGING).mkdir()
    done = export(tmp_path / "site")
    assert done.exit_code == 1
    assert "static/site.css is not of an earlier export" in done.stderr
    assert [path.name for path in (tmp_path / "site").iterdir()] == ["static"]


def test_only_what_the_guide_names_is_written_if_all_is_left_out(
    export: Export, tmp_path: Path
) -> None:
    folder = tmp_path / "site"
    done = export(folder, "--leave-out", ".", "--base-url", BASE)
    assert done.exit_code == 0, done.stderr
    written = {
        path for path in read_state(folder) if not re.match("static/|../index,edition", path)
    }
    entries = {f"{one}/{name}" for one in Language for name in ALWAYS_WRITTEN}
    assert written == {"index.html", ".nojekyll", MANIFEST, DIGESTS} | entries
    assert find_broken(folder) == []


def test_any_user_can_read_the_files_whatever_the_umask_is(tmp_path: Path) -> None:
    folder = tmp_path / "sites" / "site"
    before = os.umask(0o077)
    try:
        write_edition(folder, one="1")
    finally:
        os.umask(before)
    modes = {
        path: path.stat().st_mode & 0o777 for path in (folder.parent, *folder.parent.rglob("*"))
    }
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o644}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o755}


@pytest.mark.parametrize(("full", "remedy"), [("site", "on another disk"), ("/", "set TMPDIR")])
def test_a_full_disk_is_named(
    export: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, full: str, remedy: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def measure(path: Path) -> SimpleNamespace:
        return SimpleNamespace(free=int(path != place))

    place = Path(gettempdir()) if full == "/" else tmp_path / full
    monkeypatch.setattr(ExportedFile, "write", fail)
    monkeypatch.setattr(requests, "disk_usage", measure)
    done = export(tmp_path / "site")
    assert f"bri: the disk of {place} is full" in done.stderr
    assert remedy in done.stderr
    assert not list((tmp_path / "site").iterdir())


@pytest.mark.quick
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--compress", "xz"], "xz is not one of br, zst, gz"),
        (["--leave-out", "("], "--leave-out: "),
        (["--base-url", "data.example"], "bri: --base-url: "),
    ],
)
def test_invalid_option_is_reported(
    export: Export, tmp_path: Path, options: list[str], message: str
) -> None:
    done = export(tmp_path / "site", *options)
    assert done.exit_code == 1
    assert message in done.stderr
    assert not (tmp_path / "site").exists()


def test_codings_are_those_of_the_service() -> None:
    assert {Coding.BROTLI, Coding.ZSTANDARD, Coding.GZIP} == set(Coding) - {Coding.IDENTITY}
