"""The wheel, installed into an empty environment, serves from any folder."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import httpx2
import pytest

from tests.support.processes import find_free_port, wait_until_ready
from tests.support.seeds import ROOT


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
    """Return the environment without what leads to this checkout."""
    checkout = {"PYTHONPATH", "PYTHONPYCACHEPREFIX", "BRI_SEED"}
    return {name: value for name, value in os.environ.items() if name not in checkout}


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
    text = (ROOT / "Dockerfile").read_text("utf-8")
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
