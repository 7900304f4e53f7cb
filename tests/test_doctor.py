"""`bri doctor` reports every problem with what to do about it."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from tempfile import gettempdir
from threading import Thread

import httpx2
import pytest

from app import doctor
from tests.support.load import wait_for
from tests.support.processes import find_free_port, run_bri, start_server
from tests.support.seeds import GOODS, ROOT, copy_seed, edit

pytestmark = pytest.mark.resources


def run_doctor(*arguments: str, **environment: str) -> tuple[int, dict[str, tuple[str, str]]]:
    """Run the doctor; return the exit code, and each finding by its name."""
    done = run_bri("doctor", "--port", str(find_free_port()), *arguments, **environment)
    lines = [re.split(r" {2,}", line, maxsplit=2) for line in done.stdout.splitlines()]
    return done.exit_code, {name.strip(): (state, shown.strip()) for state, name, shown in lines}


def test_doctor_finds_no_problem_before_and_after_a_build(tmp_path: Path) -> None:
    target = str(tmp_path / "bri.sqlite")
    code, found = run_doctor("--database", target)
    assert code == 0
    assert set(found) == {
        "settings",
        "contact",
        "seed",
        "migrations",
        "database",
        "disk",
        "temporary files",
        "connections",
        "port",
        "server",
    }
    build = f"'bri build --database {target}'"
    assert f"does not exist yet; 'bri serve --database {target}' or {build}" in found["database"][1]
    assert run_bri("build", "--database", target).exit_code == 0
    code, found = run_doctor("--database", target)
    assert (code, found["database"]) == (
        0,
        ("OK", f"{target} is valid and was built from this seed"),
    )


def test_doctor_reports_an_invalid_seed(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path)
    edit(seed, GOODS, "qualifier: none", "qualifier: nonely")
    code, found = run_doctor("--seed", str(seed), "--database", str(tmp_path / "new.sqlite"))
    state, shown = found["seed"]
    assert (code, state) == (1, "FAIL")
    assert GOODS in shown
    assert shown.endswith(f"; run 'bri check --seed {seed}' for all of them")


def test_doctor_reports_the_state_of_the_database(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path)
    target = tmp_path / "bri.sqlite"
    assert run_bri("build", "--database", str(target)).exit_code == 0
    edit(seed, GOODS, "22.1 trillion yuan", "22.1 trillion RMB")
    _, found = run_doctor("--seed", str(seed), "--database", str(target))
    assert found["database"] == (
        "OK",
        f"{target} is valid; it was built from another seed than {seed}",
    )
    target.write_bytes(target.read_bytes()[:5000])
    _, found = run_doctor("--database", str(target))
    command = f"remove it and build it with 'bri build --database {target}'"
    assert found["database"][1].endswith(command)
    done = run_bri("build", "--database", str(target))
    assert done.stderr.endswith("; move it or name another file\n")
    assert "bri build" not in done.stderr
    (target := tmp_path / "a\nb").write_bytes(b"nonsense")
    _, found = run_doctor("--database", str(target))
    assert "/a\\nb is not a database of this API" in found["database"][1]


def test_doctor_reports_missing_migrations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BRI_SEED", raising=False)
    (tmp_path / "versions").mkdir()
    code, found = run_doctor(BRI_MIGRATIONS=str(tmp_path), BRI_DATABASE=str(tmp_path / "a.sqlite"))
    assert (code, found["migrations"][0]) == (1, "FAIL")
    assert found["settings"][1].startswith("BRI_DATABASE, BRI_MIGRATIONS set")


def test_doctor_reports_invalid_settings_and_continues(tmp_path: Path) -> None:
    wrong = {"BRI_RATE_LIMIT": "foo", "BRI_METRICS": "x", "BRI_FOO": "1"}
    database = str(tmp_path / "a.sqlite")
    done = run_bri("doctor", "--port", str(find_free_port()), "--database", database, **wrong)
    assert done.exit_code == 1
    for name in wrong:
        assert re.search(rf"^FAIL  settings +{name}: ", done.stdout, re.MULTILINE)
    assert re.search("^OK    seed ", done.stdout, re.MULTILINE)
    assert not re.search("^OK    settings ", done.stdout, re.MULTILINE)


def test_doctor_reports_a_port_in_use(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = run_bri("doctor", "--port", port, "--database", str(tmp_path / "a.sqlite"))
    assert done.exit_code == 1
    assert f"cannot listen on 127.0.0.1:{port}" in done.stdout


@contextmanager
def disable_temporary_files(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Leave no folder for temporary files until the end."""
    with monkeypatch.context() as patched:
        patched.setattr("tempfile.tempdir", "/proc/1")
        yield


def test_doctor_reports_that_temporary_files_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with disable_temporary_files(monkeypatch):
        code, found = run_doctor("--database", str(tmp_path / "a.sqlite"))
    assert (code, found["temporary files"][0]) == (1, "FAIL")
    assert "mount a writable /tmp" in found["temporary files"][1]


def test_doctor_says_where_several_workers_keep_metrics(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = ("--database", str(tmp_path / "a.sqlite"))
    folder = gettempdir()
    needed = f"start one worker only: the metrics of 2 workers need {2 * 10**18} bytes in /dev/shm"
    for size, more in ((1, "the metrics of several workers in /dev/shm"), (10**18, needed)):
        monkeypatch.setattr(doctor, "METRICS_SIZE", size)
        code, found = run_doctor(*database, BRI_METRICS="true")
        state, shown = found["temporary files"]
        assert (code, state) == (0, "OK")
        assert shown.startswith(f"can be written in {folder}; {more}")
    assert run_doctor(*database)[1]["temporary files"] == ("OK", f"can be written in {folder}")


def test_doctor_reports_a_disk_that_cannot_hold_a_database() -> None:
    code, found = run_doctor("--database", "/proc/bri.sqlite")
    assert code == 1
    assert found["disk"][0] == "FAIL"


def test_doctor_reports_a_missing_seed_folder_and_continues(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BRI_SEED", raising=False)
    missing, database = str(tmp_path / "none"), ("--database", str(tmp_path / "a.sqlite"))
    for name, (code, found) in {
        "--seed": run_doctor("--seed", missing, *database),
        "BRI_SEED": run_doctor(*database, BRI_SEED=missing),
    }.items():
        assert code == 1
        state, shown = found["settings"]
        assert state == "FAIL"
        assert shown.startswith(f"{name}: {missing} is not a folder of seed files")
        assert found["seed"][0] == found["database"][0] == "OK"


RUN_DOCTORS = """
import json, sys
from typer.testing import CliRunner
from app import cli
for arguments, environment in json.load(sys.stdin):
    done = CliRunner().invoke(cli.app, ["doctor", *arguments], env=environment)
    print(json.dumps([done.exit_code, done.stdout]))
"""
"""Runs the doctor once for each line of arguments and environment, in one process."""


def run_unprivileged(commands: list[tuple[list[str], dict[str, str]]]) -> list[str]:
    """Run the doctor as a user whom permissions stop; return what each run finds wrong."""
    privileges = "-dac_override,-dac_read_search,-net_bind_service"
    drop = ["setpriv", f"--bounding-set={privileges}"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*drop, sys.executable, "-c", RUN_DOCTORS],
        input=json.dumps(commands),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found = []
    for code, output in map(json.loads, done.stdout.splitlines()):
        assert code == 1, output
        (line,) = (line for line in output.splitlines() if line.startswith("FAIL"))
        found.append(line.split(maxsplit=2)[2])
    return found


def test_doctor_says_what_a_user_may_not_do(database: Path, tmp_path: Path) -> None:
    unreadable, target = (
        Path(shutil.copy(database, tmp_path / name)) for name in ("unreadable.sqlite", "bri.sqlite")
    )
    closed, digest = tmp_path / "closed", tmp_path / "other.sqlite.sha256"
    shutil.copy(database, tmp_path / "other.sqlite")
    unreadable.chmod(0)
    digest.touch(0)
    closed.mkdir(0)
    port = ["--port", str(find_free_port())]
    start = int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text("ascii"))
    has_low_port = start > 81
    commands: list[tuple[list[str], dict[str, str]]] = [
        ([*port, "--database", str(unreadable)], {}),
        ([*port, "--database", str(tmp_path / "other.sqlite")], {}),
        ([*port, "--database", str(target)], {"BRI_SEED": str(closed)}),
        ([*port, "--database", str(target)], {"BRI_MIGRATIONS": str(closed)}),
    ]
    if has_low_port:
        commands.append((["--port", "81", "--database", str(target)], {}))
    found = run_unprivileged(commands)
    advice = "Permission denied; give this user access to it and to its folders"
    assert found[:2] == [f"{unreadable} cannot be read: {advice}", f"{digest}: {advice}"]
    assert found[2].startswith(f"BRI_SEED: {closed} cannot be read: {advice}")
    assert found[3].startswith("BRI_MIGRATIONS: ")
    assert "Alembic migrations" in found[3]
    if has_low_port:
        assert "(Permission denied); choose a --port above 1023" in found[4]


def test_doctor_says_that_this_user_may_not_write_a_folder(database: Path, tmp_path: Path) -> None:
    target = Path(shutil.copy(database, tmp_path / "bri.sqlite"))
    tmp_path.chmod(0o555)
    with pytest.MonkeyPatch.context() as patch:
        if os.geteuid() == 0:
            patch.setattr("os.access", lambda *_, **__: False)
        _, found = run_doctor("--database", str(target))
    tmp_path.chmod(0o755)
    assert found["disk"][1].startswith(f"{tmp_path} cannot be written by this user; ")


def test_doctor_says_where_a_link_leads_wrong(tmp_path: Path) -> None:
    link, loop, file = (tmp_path / name for name in ("link", "loop", "file"))
    link.symlink_to("none")
    loop.symlink_to("loop")
    file.touch()
    for target, reason in {
        link: f"{link} is a link to none, which does not exist; 'bri build",
        loop: f"{loop}: Too many levels of symbolic links; remove the link, which leads to itself",
        file / "x": f"{file / 'x'}: Not a directory; a part of its path is a file",
    }.items():
        code, found = run_doctor("--database", str(target))
        assert (code, found["database"][0]) == (1, "FAIL")
        assert found["database"][1].startswith(reason)
        built = run_bri("build", "--database", str(target))
        assert built.exit_code == (0 if target == link else 1)
        assert target == link or reason.rpartition(": ")[2] in built.stderr
    assert (tmp_path / "none").is_file()


def test_doctor_reports_a_served_database_that_was_deleted(copied_file: Path) -> None:
    with start_server(copied_file) as server:
        copied_file.unlink()
        wait_for(lambda: "failed" in httpx2.get(f"{server.base}/health/ready").text)
        _, found = run_doctor("--port", str(server.port), "--database", str(copied_file))
    assert found["database"][1].startswith(f"{copied_file} is missing, and 127.0.0.1:")
    assert "its health is release_failed" in found["port"][1]


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"status": 503, "detail": "No database.", "request_id": "1"}, "reports: No database."),
        ({"detail": "Not Found"}, "stop the server that runs there"),
    ],
)
def test_doctor_says_why_a_service_is_not_ready(
    database: Path, document: dict[str, object], reason: str
) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(503)
            self.end_headers()
            self.wfile.write(json.dumps(document).encode())

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.handle_request).start()
        address = ("--port", str(server.server_port))
        _, found = run_doctor(*address, "--database", str(database))
    state, shown = found["port"]
    assert state == "FAIL"
    assert reason in shown


def test_a_user_without_a_home_folder_has_to_name_the_database(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    # As for a user identifier that the system does not know.
    monkeypatch.setattr("pwd.getpwuid", dict[int, str]().__getitem__)
    code, found = run_doctor()
    assert code == 1
    assert found["database"] == ("FAIL", "you have no home folder; set HOME or BRI_DATABASE")
    built = run_bri("build")
    assert (built.exit_code, built.stderr) == (1, "bri: " + found["database"][1] + "\n")
    assert run_doctor("--database", str(tmp_path / "bri.sqlite"))[0] == 0
