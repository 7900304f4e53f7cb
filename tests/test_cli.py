"""The command line: real processes, exit codes, and no traceback."""

import compileall
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from tempfile import gettempdir, mkdtemp
from types import SimpleNamespace

import httpx2
import pytest
from typer.testing import Result

from app import commands, doctor
from app.settings import Settings
from tests.support.processes import (
    PROGRAM,
    find_free_port,
    limit_file_size,
    run_bri,
    run_bri_with_input,
    start_server,
    wait_until_ready,
)
from tests.support.seeds import ROOT, SEED

pytestmark = [pytest.mark.resources, pytest.mark.sqlite]


def copy_real_seed(folder: Path) -> Path:
    """Copy the real seed to where it may be changed."""
    return Path(shutil.copytree(SEED, folder / "seed"))


def check_failure(done: Result, text: str) -> None:
    """Check that a failure prints lines with a known prefix, and no traceback."""
    assert done.exit_code == 1, done
    assert text in done.stderr
    assert isinstance(done.exception, SystemExit)


@pytest.mark.quick
def test_check_accepts_the_database_of_a_build(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "er" / "bri.sqlite"
    done = run_bri("build", "--database", str(target))
    assert done.exit_code == 0, done.stderr
    assert str(target) in done.stdout
    assert "was built from this seed" in run_bri("check", "--database", str(target)).stdout


def test_each_seed_has_a_database_of_its_own(tmp_path: Path) -> None:
    seed = copy_real_seed(tmp_path)
    note = seed / "topics" / "trade.yaml"
    note.write_text(note.read_text() + "# A comment makes another seed.\n")
    data = {"XDG_DATA_HOME": str(tmp_path / "data")}
    for arguments in ([], ["--seed", str(seed)]):
        assert run_bri("build", *arguments, **data).exit_code == 0
    assert len(list((tmp_path / "data").rglob("*.sqlite"))) == 2


def test_seed_issues_are_printed_one_per_line(tmp_path: Path) -> None:
    seed = copy_real_seed(tmp_path)
    (seed / "topics" / "trade.yaml").write_text("position: one\n")
    (seed / "units" / "CNY.yaml").write_text("- nothing\n")
    target = tmp_path / "bri.sqlite"
    for command in (["build"], ["check"], ["serve", "--port", str(find_free_port())]):
        done = run_bri(*command, "--seed", str(seed), "--database", str(target))
        check_failure(done, "seed/topics/trade.yaml:1: position: found 'one'")
        assert "seed/units/CNY.yaml:1:" in done.stderr
        assert not target.exists()


def test_errors_of_users_are_printed_on_one_line(tmp_path: Path) -> None:
    stranger = tmp_path / "letter.txt"
    stranger.write_text("Dear all")
    check_failure(run_bri("build", "--database", str(stranger)), "is not a database of this API")
    assert stranger.read_text() == "Dear all"
    check_failure(run_bri("build", "--database", str(tmp_path)), "is a folder")
    check_failure(run_bri("build", "--database", str(stranger / "x" / "y.sqlite")), "cannot write")
    done = run_bri("build", BRI_DATABASE=str(stranger / "x"))
    check_failure(done, "a part of its path is a file, not a folder; name another one")
    check_failure(run_bri("check", "--database", str(tmp_path / "none.sqlite")), "is missing")
    check_failure(
        run_bri("check", "--seed", str(tmp_path / "none")), "is not a folder of seed files"
    )
    check_failure(
        run_bri("check", "--seed", str(tmp_path)), "is not a folder of seed files, which are in "
    )
    check_failure(run_bri("build", BRI_PUBLIC_URL="not an address"), "BRI_PUBLIC_URL")
    check_failure(run_bri("diff", str(tmp_path), str(SEED)), "is not a folder of seed files")
    check_failure(run_bri("diff", "x" * 300, str(SEED)), "xxx: File name too long\n")
    check_failure(run_bri("openapi", "--server", "javascript:alert(1)"), "bri: --server: ")
    done = run_bri("import", "a\n\x1b\x9f数.csv")
    check_failure(done, "bri: a\\n\\x1b\\x9f数.csv: No such file or directory\n")
    done = run_bri("import", "/dev/zero")
    check_failure(done, "/dev/zero:1: has more than 64 MiB; import it in parts\n")


RUN_COMMANDS = """
import sys
from app.__main__ import main
_, database, port = sys.argv
for command in (["build"], ["check"], ["check-quote", "2019"], ["doctor", "--port", port]):
    sys.argv = ["bri", *command, "--database", database]
    try:
        main()
    except SystemExit as ended:
        if ended.code:
            raise
"""
"""Runs commands one after another, since a start takes longer than each of them."""


def test_a_database_has_a_chinese_name_in_any_locale_and_time_zone(tmp_path: Path) -> None:
    environment = {"TZ": __file__, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    # The command line library writes UTF-8 itself where the encoding is ASCII, but not otherwise.
    environment["PYTHONIOENCODING"] = "latin-1:strict"
    done = subprocess.run(
        [sys.executable, "-c", RUN_COMMANDS, tmp_path / "数据.sqlite", str(find_free_port())],
        env=os.environ | environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done
    digest = (tmp_path / "数据.sqlite.sha256").read_bytes()
    assert digest.endswith("  数据.sqlite\n".encode())


@pytest.mark.parametrize("command", [["build", "--database"], ["export"], ["openapi", "--output"]])
def test_nothing_is_written_into_a_seed(tmp_path: Path, command: list[str]) -> None:
    seed = copy_real_seed(tmp_path)
    for target in (seed / "new", seed / "topics" / "new"):
        done = run_bri(*command, str(target), BRI_SEED=str(seed))
        check_failure(done, f"{target} is in the seed folder; name another place")
        assert not target.exists()


INTERRUPT = "import gc, signal; interrupt = lambda *_: signal.raise_signal(signal.SIGINT)"
BUILD_MODEL = """
from pydantic_core import SchemaValidator, core_schema
key = type("Key", (), {"__repr__": interrupt})()
gc.disable = lambda: SchemaValidator(core_schema.literal_schema([key]))"""


@pytest.mark.parametrize("started", ["; gc.disable = interrupt", BUILD_MODEL])
def test_an_interrupt_during_imports_is_silent(started: str) -> None:
    program = f"{INTERRUPT}{started}; from app.__main__ import main; main()"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (130, b"")


ASK_FOR_THE_VERSION = """
import sys
from app.__main__ import main
sys.argv = ["bri", "--version"]
try:
    main()
except SystemExit:
    from fastapi.openapi.models import OpenAPI
    sys.exit(OpenAPI.__pydantic_complete__)
"""


def test_models_are_not_built_before_they_are_used() -> None:
    """The program would start later, and need more memory."""
    done = subprocess.run([sys.executable, "-c", ASK_FOR_THE_VERSION], check=False)
    assert done.returncode == 0


def test_output_that_cannot_be_written_is_one_line() -> None:
    for arguments in (["--version"], ["--help"]):
        with Path("/dev/full").open("w", encoding="utf-8") as full:
            command = [sys.executable, "-m", "app", *arguments]
            done = subprocess.run(
                command, stdout=full, stderr=subprocess.PIPE, text=True, check=False
            )
        assert (done.returncode, done.stderr) == (1, "bri: No space left on device\n")


def test_commands_do_their_work_if_nobody_can_read_about_it(tmp_path: Path) -> None:
    """A notice, as that of another seed, and the progress of a build are lost."""
    seed, target = copy_real_seed(tmp_path), ["--database", str(tmp_path / "new.sqlite")]
    with (seed / "topics" / "trade.yaml").open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    quote = ["check-quote", "2019", "--seed", str(seed), *target]
    for command in (["build", *target], quote):
        arguments = [sys.executable, "-m", "app", *command]
        with Path("/dev/full").open("w", encoding="utf-8") as full:
            done = subprocess.run(arguments, stdout=subprocess.PIPE, stderr=full, check=False)
        assert done.returncode == 0, command
        assert done.stdout
    assert "was built from another seed" in run_bri(*quote).stderr


def test_shared_metrics_have_a_folder_with_space(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(metrics=True)
    folder = Path(gettempdir())
    for available in (Path("/dev/shm"), folder):  # noqa: S108 - where they are looked for
        monkeypatch.setattr("os.access", lambda one, _, found=available: one == found)
        # As it is after its service was killed.
        abandoned = Path(mkdtemp(prefix=doctor.METRICS_PREFIX, dir=available))
        with commands.share_metrics(settings, 2):
            assert not abandoned.exists()
            assert Path(os.environ[commands.METRICS_FOLDER]).parent == available
        assert commands.METRICS_FOLDER not in os.environ
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=4194303))
    with pytest.raises(doctor.CheckFailedError, match="of 2 workers need 4194304 bytes"):
        commands.share_metrics(settings, 2).__enter__()


def test_a_closed_input_is_reported() -> None:
    script = f"exec {PROGRAM} check-quote - <&-"
    done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "bri: standard input is closed\n")


def test_a_document_replaces_another_only_as_a_whole(tmp_path: Path, database: Path) -> None:
    target = tmp_path / "openapi.json"
    target.write_text("earlier")
    with limit_file_size(2_000_000):
        done = run_bri("openapi", "--database", str(database), "--output", str(target))
    message = f"bri: {target} cannot be written: File too large\n"
    assert (done.exit_code, done.stderr) == (1, message)
    assert target.read_text() == "earlier"
    assert [*tmp_path.iterdir()] == [target]


def test_a_document_is_written_where_a_link_leads_and_to_a_pipe(
    tmp_path: Path, database: Path
) -> None:
    target, link, pipe = tmp_path / "target.json", tmp_path / "link.json", tmp_path / "pipe"
    link.symlink_to(target)
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as threads:
        read = threads.submit(pipe.read_bytes)
        written = [
            run_bri("openapi", "--database", str(database), "--output", str(output))
            for output in (link, pipe)
        ]
        os.close(os.open(pipe, os.O_RDWR))  # The reader ends even if nothing was written.
    assert [(done.exit_code, done.stdout, done.stderr) for done in written] == [(0, "", "")] * 2
    assert link.is_symlink()
    snapshot = (ROOT / "tests" / "openapi.json").read_bytes()
    assert read.result() == target.read_bytes() == snapshot
    assert pipe.is_fifo()
    done = run_bri("openapi", "--database", str(database), "--output", str(tmp_path))
    check_failure(done, "name a file in a folder that exists")


def test_a_document_replaces_a_link_that_leads_to_itself(tmp_path: Path, database: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    done = run_bri("openapi", "--database", str(database), "--output", str(loop))
    assert done.exit_code == 0, done.stderr
    assert loop.read_text().startswith("{")


def test_database_of_another_revision_is_refused(tmp_path: Path, database: Path) -> None:
    old = tmp_path / "old.sqlite"
    shutil.copy(database, old)
    change = "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); "
    change += "c.execute(\"update release set schema_revision='2020_01_01'\"); c.commit()"
    subprocess.run([sys.executable, "-c", change, str(old)], check=True)
    check_failure(run_bri("check", "--database", str(old)), "schema revision 2020_01_01")
    assert run_bri("build", "--database", str(old)).exit_code == 0
    assert run_bri("check", "--database", str(old)).exit_code == 0


def test_a_port_in_use_is_reported(database: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        check_failure(
            run_bri("serve", "--port", port, "--database", str(database)),
            f"cannot listen on 127.0.0.1:{port}",
        )
    for elsewhere in ("host.invalid", "192.0.2.1"):
        done = run_bri("serve", "--host", elsewhere, "--database", str(database))
        check_failure(done, "); write a host name or an address of this machine")


def test_a_wrong_option_is_said_with_what_would_be_right() -> None:
    shown = run_bri("check-quote", "x", "--lang", "fr").stderr
    assert "'fr' is not one of 'en', 'zh'" in shown
    assert "Value error" not in shown
    shown = " ".join(run_bri("check-quote", "x", "--asked-on", "today").stderr.split())
    assert "'today' is not a day; write one such as 2026-11-26" in shown.replace(" │ │ ", " ")


@pytest.mark.parametrize(
    "arguments",
    [
        ["serve", "--port", "x"],
        ["serve", "--host", ""],
        ["serve", "--host", "\udcff"],
        ["nothing"],
        ["build", "--foo"],
    ],
)
def test_usage_errors_exit_with_2(arguments: list[str]) -> None:
    done = run_bri(*arguments)
    assert done.exit_code == 2
    assert isinstance(done.exception, SystemExit)


def test_an_address_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for command in ("build", "check", "openapi"):
        done = run_bri(command, "--database", "postgresql+psycopg://somebody@127.0.0.1/bri")
        check_failure(done, "set BRI_DATABASE_URL for a database server")
    assert list(tmp_path.iterdir()) == []


def test_help_names_every_command() -> None:
    assert run_bri("--version").stdout.startswith("bri ")
    text = run_bri("--help").stdout
    for command in ("serve", "build", "check", "openapi"):
        assert command in text
        assert run_bri(command, "--help").exit_code == 0
    # What each command does is said in full, and a flag takes no value.
    assert "..." not in text.partition("Commands:")[2]
    assert "--version  Print" in text
    for usage in (
        "import [OPTIONS] {FILE}",
        "diff [OPTIONS] {OLD} {NEW}",
        "export [OPTIONS] {DIR}",
    ):
        assert usage in run_bri(usage.split()[0], "--help").stdout
    shown = run_bri("check-quote", "--help").stdout
    assert "check-quote [OPTIONS] {TEXT}" in shown
    assert "--asked-on YYYY-MM-DD" in shown


@pytest.mark.parametrize("form", ["-OO", "zip", "pyc"])
def test_a_program_without_its_sources_says_so(tmp_path: Path, form: str) -> None:
    folder = tmp_path / "program"
    for name in ("__init__.py", "__main__.py"):
        (folder / "app").mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "app" / name, folder / "app")
    found = shutil.make_archive(str(tmp_path / "program"), "zip", folder)
    if form == "pyc":
        compileall.compile_dir(folder, quiet=1, legacy=True)
        for source in folder.rglob("*.py"):
            source.unlink()
    options = [form] if form == "-OO" else []
    done = subprocess.run(
        [sys.executable, *options, "-m", "app", "--version"],
        env={"PYTHONPATH": found if form == "zip" else str(folder)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "read from the .py files; unpack them, and omit -OO" in done.stderr
    assert done.stdout == ""


def test_openapi_prints_the_snapshot(database: Path) -> None:
    command = [sys.executable, "-m", "app", "openapi", "--database", str(database)]
    # As in a system without a UTF-8 locale.
    environment = {**os.environ, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    done = subprocess.run(command, env=environment, capture_output=True, check=True)
    assert done.stderr == b""
    assert done.stdout == (ROOT / "tests" / "openapi.json").read_bytes()


def test_another_address_needs_no_settings_of_the_service(database: Path) -> None:
    service = {"BRI_ALLOWED_HOSTS": "data.example", "BRI_ROOT_PATH": "/bri"}
    # That of test_service, so that the document is built once for both.
    options = ["--server", "https://data.example/x", "--openapi-version", "3.0"]
    done = run_bri("openapi", "--database", str(database), *options, **service)
    assert done.exit_code == 0, done.stderr
    assert '"openapi": "3.0.3"' in done.stdout
    assert '"url": "https://data.example/x"' in done.stdout


@pytest.mark.parametrize("workers", [1, 2])
def test_serve_prints_its_address_and_stops_on_a_signal(
    tmp_path: Path, database: Path, workers: int
) -> None:
    port, target = find_free_port(), database if workers == 1 else tmp_path / "bri.sqlite"
    command = [sys.executable, "-m", "app", "serve", "--workers", str(workers)]
    with subprocess.Popen(
        [*command, "--port", str(port), "--database", str(target)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        base = f"http://127.0.0.1:{port}"
        try:
            wait_until_ready(base, process.poll)
            assert httpx2.get(f"{base}/v1/overview").status_code == 200
            process.send_signal(signal.SIGHUP)
            time.sleep(0.5)
            assert httpx2.get(f"{base}/v1/overview").status_code == 200
            process.send_signal(signal.SIGTERM)
            output, _ = process.communicate(timeout=20)
        finally:
            process.kill()
    lines = [line.split() for line in output.splitlines()]
    assert ["Page", f"{base}/"] in lines
    assert ["Docs", f"{base}/docs"] in lines
    assert ["Database", str(target)] in lines
    assert process.returncode in (0, -signal.SIGTERM)


def test_closed_standard_streams_are_not_those_of_connections(database: Path) -> None:
    port = find_free_port()
    command = f"{PROGRAM} serve --port {port} --database {database}"
    with subprocess.Popen(["/bin/sh", "-c", f"exec {command} <&- >&- 2>&-"]) as process:
        try:
            wait_until_ready(f"http://127.0.0.1:{port}", process.poll)
            opened = [Path(f"/proc/{process.pid}/fd/{number}").readlink() for number in range(3)]
            assert opened == [Path(os.devnull)] * 3
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) in (0, -signal.SIGTERM)
        finally:
            process.kill()


@pytest.mark.parametrize("public_url", ["", "https://data.example/bri"])
def test_serve_shows_the_path_prefix_once(database: Path, tmp_path: Path, public_url: str) -> None:
    log = tmp_path / "log"
    with start_server(database, log=log, BRI_PUBLIC_URL=public_url, BRI_ROOT_PATH="/bri") as server:
        lines = [line.split() for line in log.read_text().splitlines()]
    shown = public_url or f"{server.base}/bri"
    assert ["Page", f"{shown}/"] in lines
    assert ["Docs", f"{shown}/docs"] in lines


def test_a_quotation_is_not_checked_with_a_large_file_that_was_changed(
    database: Path, tmp_path: Path
) -> None:
    changed = Path(shutil.copyfile(database, tmp_path / "bri.sqlite"))
    with closing(sqlite3.connect(changed)) as connection:
        connection.execute("CREATE TABLE more AS SELECT zeroblob(20000000) AS zeros")
        connection.commit()
    done = run_bri("check-quote", "--database", str(changed), "700 projects")
    check_failure(done, f"{changed} is damaged: its content differs from its digest")


def test_a_quotation_is_checked(tmp_path: Path) -> None:
    target = str(tmp_path / "bri.sqlite")
    check_failure(
        run_bri("check-quote", "--database", target, "700"),
        f"{target} does not exist; build it with 'bri build --database {target}'",
    )
    assert run_bri("build", "--database", target).exit_code == 0
    text = "China carried out over 700 aid projects in partner countries in {} 2024."
    right, wrong = text.format("January to November"), text.format("the full year")
    done = run_bri("check-quote", "--database", target, right)
    assert (done.exit_code, done.stdout.count("as published")) == (0, 1), done.stderr
    arguments = ("--lang", "zh", "--asked-on", "2026-11-26")
    done = run_bri("check-quote", "--database", target, *arguments, wrong)
    assert done.exit_code == 1
    assert "- 统计期：公布的数据统计期为2024年1—11月" in done.stdout
    check_failure(run_bri("check-quote", "--database", target, " "), "1 to 2000 characters")
    check_failure(run_bri("check-quote", "--database", target, "\udcff 700"), "has to be in UTF-8")
    check = ("check-quote", "--database", target, "-")
    assert "as published" in run_bri_with_input(f"{right} 中国".encode(), *check).stdout
    for given in (b"", b" \n", b"1" * 2001, "一".encode() * 9000):
        check_failure(run_bri_with_input(given, *check), "1 to 2000 characters")
    check_failure(run_bri_with_input(b"\xff\xfe 22.1", *check), "in UTF-8")
