"""The wheel, installed into an empty environment, serves from any folder, and as the image does."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from signal import SIGTERM

import httpx2
import pytest

from app import cli
from tests.support.processes import find_free_port, wait_until_ready
from tests.support.seeds import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
CONTAIN = """
mount -t tmpfs tmpfs "$TMPDIR"
for one in / "$(findmnt -nfo TARGET -T "$PWD")"; do mount -o remount,bind,ro "$one"; done
exec unshare --user --map-user="$0" --map-group="$0" -- "$@"
"""
"""Runs a command as another user, without capabilities, where only temporary files are written."""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel and install it, with all that it needs, into a new environment."""
    folder = tmp_path_factory.mktemp("wheel")
    checkout = folder / "checkout"
    names = ["app", "migrations", "seed", "pyproject.toml", "README.md", "LICENSE"]
    checkout.mkdir()
    for name in names:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, checkout / name)
    venv.create(folder / "env", with_pip=False)
    python = folder / "env" / "bin" / "python"
    uv = [sys.executable, "-m", "uv"]
    lock = ROOT / "requirements.lock"
    subprocess.run(
        [*uv, "build", "--wheel", "-b", lock, "--require-hashes", "-o", folder, checkout],
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    subprocess.run(
        [*uv, "pip", "install", "--python", python, "-c", lock, wheel],
        check=True,
        capture_output=True,
    )
    shutil.rmtree(checkout)
    return folder / "env" / "bin" / "bri"


def clean_environment() -> dict[str, str]:
    """Return the environment without what leads to this checkout.

    The installed modules are compiled once: without their compiled files a start takes 3 seconds.
    """
    left_out = {"PYTHONPATH", "PYTHONPYCACHEPREFIX", "PYTHONDONTWRITEBYTECODE", "BRI_SEED"}
    return {name: value for name, value in os.environ.items() if name not in left_out}


def test_wheel_serves_from_any_folder(installed: Path, tmp_path: Path) -> None:
    base = f"http://127.0.0.1:{(port := find_free_port())}"
    with subprocess.Popen(
        [installed, "serve", "--port", str(port)],
        cwd=tmp_path,
        env={**clean_environment(), "XDG_DATA_HOME": str(tmp_path / "data")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            wait_until_ready(base, process.poll)
            overview = httpx2.get(f"{base}/v1/overview").json()
            assert len(overview["indicators"]) == 7
            assert httpx2.get(f"{base}/").status_code == 200
            assert httpx2.get(f"{base}/static/site.css").status_code == 200
            assert httpx2.get(f"{base}/guide/speed?lang=zh").status_code == 200
            assert httpx2.get(f"{base}/recipes").status_code == 200
            picture = httpx2.get(f"{base}/v1/overview.png?lang=zh", timeout=60)
            assert picture.content.startswith(b"\x89PNG")
        finally:
            process.terminate()
            process.communicate(timeout=20)
    assert len(list((tmp_path / "data").rglob("*.sqlite"))) == 1


def test_commands_never_write_into_the_installed_package(installed: Path, tmp_path: Path) -> None:
    environment = clean_environment()
    before = sorted(installed.parents[1].rglob("seed/**/*.json*"))
    for command in (["freeze"], ["check", "--write-schemas"]):
        done = subprocess.run(
            [installed, *command],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert "belongs to the installed package; copy it with 'cp -r " in done.stderr
    assert sorted(installed.parents[1].rglob("seed/**/*.json*")) == before
    environment["XDG_DATA_HOME"] = str(tmp_path)
    done = subprocess.run(
        [installed, "doctor"], env=environment, capture_output=True, text=True, check=False
    )
    assert f"'{installed} serve'" in done.stdout


def test_the_image_installs_with_hashes_only() -> None:
    text = DOCKERFILE
    (base,) = re.findall(r"^ARG PYTHON=(.*)$", text, re.MULTILINE)
    assert re.fullmatch(r"3\.13\.\d+-slim-trixie@sha256:[0-9a-f]{64}", base)
    assert set(re.findall(r"^FROM (\S+)", text, re.MULTILINE)) == {
        "docker.io/library/python:${PYTHON}"
    }
    (extract,) = re.findall(r"^RUN (awk .* requirements\.lock) >/tmp/uv\.lock", text, re.MULTILINE)
    done = subprocess.run(
        shlex.split(extract), cwd=ROOT, check=True, capture_output=True, text=True
    )
    requirement, *hashes = done.stdout.replace("\\", "").split()
    assert requirement == "uv==0.13.9"
    assert hashes
    assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", digest) for digest in hashes)
    installs = re.findall(r"\bpip install (.*)", text)
    assert len(installs) == 3
    assert all("--require-hashes" in one or "requirements.lock" in one for one in installs)


@dataclass(frozen=True)
class Image:
    """The last stage of the Dockerfile, in folders of this machine."""

    folder: Path
    user: str
    environment: dict[str, str]
    entrypoint: list[str]
    command: list[str]
    health: list[str]

    def build_command(self, command: Sequence[str]) -> list[str]:
        """Return how to run a command as in a container with a read-only file system."""
        isolated = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-ec", CONTAIN]
        return [*isolated, self.user, *command]

    def run(self, command: Sequence[str]) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self.build_command(command),
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="module")
def image(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Image:
    """Run the last steps of the build, and read how the image is run."""
    folder = tmp_path_factory.mktemp("image")
    moved = {"/opt/bri": str(installed.parents[1]), "/srv/bri": str(folder)}
    text = re.sub("|".join(moved), lambda match: moved[match[0]], DOCKERFILE)
    steps = re.findall(r"&& (\S+/bin/bri .*?)(?: \\)?$", text, re.MULTILINE)
    assert [shlex.split(step)[1] for step in steps] == ["build", "openapi"]
    for step in steps:
        subprocess.run(shlex.split(step), env=clean_environment(), check=True, capture_output=True)
    stage = text.rpartition("\nFROM ")[2].replace("\\\n", " ")
    instructions = dict(re.findall(r"^([A-Z]+) +(.*)$", stage, re.MULTILINE))
    pairs = (pair.split("=", 1) for pair in shlex.split(instructions["ENV"]))
    environment = {name: value.replace("$PATH", os.environ["PATH"]) for name, value in pairs}
    (temporary := folder / "tmp").mkdir()
    user, group = instructions["USER"].split(":")
    assert user == group
    found = Image(
        folder,
        user,
        {**environment, "TMPDIR": str(temporary)},
        json.loads(instructions["ENTRYPOINT"]),
        json.loads(instructions["CMD"]),
        json.loads(instructions["HEALTHCHECK"].partition("CMD ")[2]),
    )
    if found.run(["true"]).returncode:
        pytest.skip("this machine allows no namespaces")
    return found


@pytest.mark.resources
def test_the_image_runs_read_only_without_privileges(image: Image) -> None:
    port = find_free_port()
    base = f"http://127.0.0.1:{port}"
    health = [word.replace(":8000/", f":{port}/") for word in image.health]
    assert health != image.health
    assert image.run(["id", "-u"]).stdout == "10001\n"
    assert image.run(["touch", "bri.sqlite"]).returncode == 1
    doctor = image.run([*image.entrypoint, "doctor"])
    assert (doctor.returncode, doctor.stderr) == (0, ""), doctor.stderr
    assert image.run(health).returncode == 1
    serve = image.build_command([*image.entrypoint, *image.command, "--port", str(port)])
    with subprocess.Popen(
        serve,
        cwd=image.folder,
        env=image.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            wait_until_ready(base, process.poll)
            assert image.run(health).returncode == 0
            for path in ("/", "/v1/outcomes.xlsx", "/v1/overview.png", "/sdmx/data/INDICATORS"):
                assert httpx2.get(f"{base}{path}", timeout=60).status_code == 200, path
        finally:
            process.terminate()
            _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (-SIGTERM, "")


def test_the_health_of_the_image_is_checked_where_it_listens() -> None:
    """The guide says with which option of buildah the check is kept."""
    (exposed,) = re.findall(r"^EXPOSE (\d+)$", DOCKERFILE, re.MULTILINE)
    assert re.findall(r"http://127\.0\.0\.1:(\d+)/health/ready", DOCKERFILE) == [exposed]
    assert signature(cli.serve).parameters["port"].default == int(exposed)
    for language in ("en", "zh"):
        guide = (ROOT / "app" / "guide" / language / "deployment.md").read_text("utf-8")
        assert "`--format docker`" in guide
        assert f"-p {exposed}:{exposed}" in guide
