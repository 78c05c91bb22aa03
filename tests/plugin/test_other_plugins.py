"""The most used plugins of pytest, all installed at once, beside the plugin; and the ways to run that touch it."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.conftest import Installed, Once
from tests.plugin.conftest import HERE, RunOnce
from tests.support.environment import succeed, uv
from tests.support.outcomes import Run
from tests.support.overlay import Overlay
from tests.support.project import Project
from tests.support.shipped import start_temporary

PLUGINS = [
    "freezegun", "hypothesis", "pytest-benchmark", "pytest-cov", "pytest-forked", "pytest-html", "pytest-mock",
    "pytest-randomly", "pytest-repeat", "pytest-rerunfailures", "pytest-split", "pytest-sugar", "pytest-timeout",
    "syrupy", "time-machine", "uvloop",
]  # fmt: skip
PROBES = "tests/test_other_plugins.py"
ENDED_IN_TIME = {"test_timeout", "test_frozen_clock_and_a_sleep"}
IN_PROCESS = ("command_lines", "strangers")
SHARDS = 3


@pytest.fixture(scope="session")
def crowded(installed: Installed, once: Once) -> Overlay:
    """A service that has all these plugins installed. Other tests use it too: never change it."""
    original = installed()

    def make(root: Path) -> None:
        project = original.copy(root)
        python = Overlay(project, root).python  # not UV_PYTHON, which is the one that the environment was made from
        succeed(uv(), "pip", "install", "--quiet", "--python", python, *PLUGINS, cwd=root)
        (root / PROBES).write_bytes((HERE / "probes/other_plugins.py").read_bytes())

    root = once("crowded", make)
    return Overlay(Project(root, original.python), root)


def right(run: Run) -> None:
    """Only the tests that take too long have failed, and that is all that is wrong with them."""
    failed = {name for name, outcome in run.outcomes.items() if outcome.kind != "passed"}
    assert failed == ENDED_IN_TIME, run.output
    assert all(f"FAILED {PROBES}::{name}" in run.output for name in ENDED_IN_TIME), run.output
    assert run.output.count("Timeout (>0.5s) from pytest-timeout") >= 2
    assert "INTERNALERROR" not in run.output
    assert "1 rerun" in run.output


def test_all_of_them_at_once(crowded: Overlay) -> None:
    options = ["--snapshot-update", "--cov", "--cov-report=term", "--html=report.html", "--disable-socket"]
    run = crowded.pytest(PROBES, *options)

    right(run)
    assert (crowded.root / "report.html").exists()
    assert "src/my_service/database.py" in run.output


@pytest.mark.nightly
@pytest.mark.parametrize("options", [["-n", "2", "--dist", "worksteal"], ["-n", "2", "--dist", "loadscope"]])
def test_all_of_them_on_two_workers(crowded: Overlay, options: list[str]) -> None:
    right(crowded.pytest(PROBES, "--snapshot-update", *options))


LOOPS = """

def pytest_asyncio_loop_factories(config, item):
    import uvloop

    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture(scope="session")
def event_loop():
    import asyncio

    loop = asyncio.new_event_loop()
    yield loop
    loop.close()
"""
SHELL = {
    "PGHOST": "production.example", "PGPORT": "1", "PGUSER": "nobody", "PGPASSWORD": "x", "PGDATABASE": "production",
    "PGSSLMODE": "verify-full", "PGSERVICE": "production", "PGOPTIONS": "-c search_path=nowhere", "PGTZ": "Asia/Tokyo",
    "PGTARGETSESSIONATTRS": "standby", "PGSSLNEGOTIATION": "direct", "PGAPPNAME": "shell",
    "PYTHONOPTIMIZE": "1", "PYTHONHASHSEED": "1", "PYTHONDEVMODE": "1",
}  # fmt: skip


@pytest.mark.parametrize(
    ("seam", "options", "shell"),
    [
        pytest.param(LOOPS, ["--import-mode=importlib"], {}, id="uvloop, a user's event_loop, importlib"),
        pytest.param("", ["-W", "ignore:assertions not"], SHELL, id="libpq's variables and Python's"),
    ],
)
def test_a_service_runs_as_ever(
    crowded: Overlay, tmp_path: Path, seam: str, options: list[str], shell: dict[str, str]
) -> None:
    service = Overlay.of(crowded.original, tmp_path / "service")
    conftest = service.root / "tests/conftest.py"
    conftest.write_text(conftest.read_text() + seam)

    status, output = service.output("tests/users", *options, env=shell)

    assert status == 0, output


def test_shards_are_green_alone_and_together_the_whole(crowded: Overlay) -> None:
    """At the same time on one server, as machines that share one: each has databases of its own."""
    with start_temporary() as server:
        given = {"TEST_DATABASE_URL": server.url.replace("/postgres?", "/service_test?")}

        def run(shard: int) -> Run:
            split = ["-p", "no:randomly", "--splits", str(SHARDS), "--group", str(shard)]
            return crowded.pytest("tests/users", *split, env=given)

        with ThreadPoolExecutor(SHARDS) as machines:
            runs = [*machines.map(run, range(1, SHARDS + 1))]
    _, listed = crowded.output("tests/users", "--collect-only")

    assert [run.exit_status for run in runs] == [0] * SHARDS, runs
    tests = [name for run in runs for name in run.ended]
    assert len(tests) == len(set(tests))
    assert f"{len(tests)} tests collected" in listed


@pytest.mark.parametrize("file", IN_PROCESS)
def test_in_process_tests_pass(run_once: RunOnce, file: str) -> None:
    """See the file in tests/plugin/in_process: each test there runs the small service of the self-tests."""
    run = run_once("in-process", *(f"tests/in_process/{each}.py" for each in IN_PROCESS))

    ended = {name: kind for name, kind in run.ended.items() if f"{file}." in name}
    assert ended
    assert {name: kind for name, kind in ended.items() if kind != "passed"} == {}, run.output
