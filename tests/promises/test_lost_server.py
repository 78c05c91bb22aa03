"""A PostgreSQL that goes away in the midst of a run is told of once, and the run ends; one that comes back is used."""

import os
import shutil
import signal
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import Installed
from tests.postgres.processes import alive
from tests.support.bugs import Edit, planted
from tests.support.environment import uv
from tests.support.outcomes import Run, run_pytest
from tests.support.project import Project
from tests.support.shipped import start_server

PROBE = Path(__file__).parent / "probes" / "lost_server.py"
LOSES_IT = "test_that_loses_it"
TOLD = f"went away while {LOSES_IT} ran, and does not answer: "
RESTARTED = f"PostgreSQL restarted while {LOSES_IT} ran, and every connection was lost"
START_ANOTHER = "Run the tests again: that starts a new one."
START_IT_AGAIN = "Start that server again, and run the tests again."
WORKERS = ["0", "2"]
HOOKS = "tests/harness/outage/hooks.py"
ADMINISTRATION = "tests/harness/administration.py"
IMPATIENT = (
    Edit(ADMINISTRATION, "CONNECT_SECONDS = 10.0", "CONNECT_SECONDS = 1.0"),
    Edit(ADMINISTRATION, "COMMAND_SECONDS = 60.0", "COMMAND_SECONDS = 2.0"),
)


class Suite(NamedTuple):
    """A suite that loses its server, and the file in which it notes which server that was."""

    project: Project
    note: Path

    def run(self, end: str, *options: str, url: str | None = None) -> Run:
        """Run it; the server ends in the way `end`."""
        environment = {**self.project.environment, "END": end, "NOTE": str(self.note)}
        if url:
            environment["TEST_DATABASE_URL"] = url
        command = [uv(), "run", "--quiet", "pytest", "-q", "-o", "junit_logging=all", "tests/lost", *options]
        return run_pytest(command, self.project.root, environment)

    @property
    def folder(self) -> Path:
        return Path(self.note.read_text().splitlines()[0]).parent

    @property
    def processes(self) -> list[int]:
        return [int(pid) for pid in self.note.read_text().splitlines()[1].split()]


@pytest.fixture(scope="module")
def suite(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Suite:
    scratch = tmp_path_factory.mktemp("losing")
    project = installed().copy(scratch / "service")
    (project.root / "tests/lost").mkdir()
    (project.root / "tests/lost/__init__.py").touch()
    shutil.copy(PROBE, project.root / "tests/lost/test_lost.py")
    return Suite(project, scratch / "note")


def assert_told_once(run: Run, cure: str, workers: str) -> None:
    """The sentence stands there once; beside the test, each other worker has one that fails, and nothing runs on."""
    assert run.exit_status in {1, 2}
    assert run.output.count("does not answer: ") == 1, run.output
    assert run.output.count(cure) == 1
    assert run.output.count("PostgreSQL is gone: see above. !") == 1
    assert run.outcomes[LOSES_IT].kind == "error"
    failed = run.having("error") | run.having("failure")
    assert len(failed) <= max(1, int(workers)), run.output
    assert "INTERNALERROR" not in run.output


class TestAServerThatIsGone:
    @pytest.mark.parametrize("workers", WORKERS)
    @pytest.mark.parametrize("end", ["kill", "stop"])
    def test_is_told_of_once_and_leaves_nothing(self, suite: Suite, end: str, workers: str) -> None:
        """The test that ran fails, with the end of the server's log and the one thing to do; no other begins."""
        run = suite.run(end, "-n", workers)

        assert_told_once(run, START_ANOTHER, workers)
        assert "The end of its log:\n" in run.output
        assert "database system is ready to accept connections" in run.output
        assert run.output.count("FATAL:  terminating connection") <= 1, "the server writes it for each connection"
        assert not suite.folder.exists()
        assert [pid for pid in suite.processes if alive(pid)] == []

    @pytest.mark.parametrize("workers", WORKERS)
    def test_is_to_be_started_again_if_it_is_not_ours(self, suite: Suite, workers: str) -> None:
        with start_server() as server:
            url = server.url.replace("/postgres?", "/service_test?")
            run = suite.run("kill", "-n", workers, url=url)

        assert_told_once(run, START_IT_AGAIN, workers)
        assert "The end of its log" not in run.output

    def test_is_not_waited_for_when_it_is_frozen(self, suite: Suite) -> None:
        """Every wait has an end, which is a matter of seconds here."""
        with start_server() as server, planted(suite.project, *IMPATIENT):
            url = server.url.replace("/postgres?", "/service_test?")
            try:
                run = suite.run("freeze", url=url)
            finally:
                for pid in suite.processes:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGCONT)

        assert "TimeoutError" in run.output
        assert run.output.count("does not answer: ") == 1, run.output
        assert run.having("passed") == {"test_one_before"}


class TestAServerThatComesBack:
    """One of its processes crashed: PostgreSQL ends all others, recovers, and takes connections again."""

    def test_fails_the_test_alone(self, suite: Suite) -> None:
        run = suite.run("crash")

        assert run.exit_status == 1
        assert run.output.count(RESTARTED) == 1, run.output
        assert "was terminated by signal 9" in run.output
        assert run.having("error") | run.having("failure") == {LOSES_IT}
        assert len(run.having("passed")) == 9

    def test_fails_the_tests_alone_that_ran(self, suite: Suite) -> None:
        """On two workers two tests ran."""
        run = suite.run("crash", "-n", "2")

        assert run.exit_status == 1
        assert RESTARTED in run.output
        assert LOSES_IT in run.having("error")
        assert len(run.having("passed")) >= 8, run.output


class TestTheGuards:
    """Planted bugs: each of the tests above fails when it has to."""

    def test_nobody_asks_the_server(self, suite: Suite) -> None:
        with planted(suite.project, Edit(HOOKS, "(lost := find(run))", "(lost := None)")):
            run = suite.run("kill")

        with pytest.raises(AssertionError):
            assert_told_once(run, START_ANOTHER, "0")

    def test_the_run_goes_on(self, suite: Suite) -> None:
        goes_on = Edit("tests/harness/isolation.py", "            self.broken = True\n", "")
        deaf = Edit(HOOKS, "    if asks and (lost := find(run)):", "    if False and (lost := find(run)):")
        with planted(suite.project, goes_on, deaf):
            run = suite.run("kill")

        assert len(run.having("error")) == 9

    def test_the_restart_is_not_seen(self, suite: Suite) -> None:
        seen = Edit("tests/harness/isolation.py", "if wiped.restarted:", "if False:")
        with planted(suite.project, seen):
            run = suite.run("crash")

        assert RESTARTED not in run.output
