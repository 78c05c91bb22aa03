"""Runs of the small service's tests in `suite/`, all on one embedded server."""

import shutil
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from oneloop.database.postgres_source import VARIABLE, PostgresSource

SUITE = Path(__file__).with_name("suite")
CHECKS = "from oneloop.checks.test_access import *\nfrom oneloop.checks.test_migrations import *\n"
PLUGINS = ("-poneloop.plugin", "-ppytest_asyncio.plugin", "-ppytest_socket")
# What the runs have imported: pytester drops it, and some of it cannot be imported twice.
IMPORTED: dict[str, ModuleType] = {}
OWN = ("tests.", "oneloop.checks.test_")
FINISHED: dict[tuple[str, ...], "Run"] = {}
RunSuite = Callable[..., "Run"]


def pytest_configure(config: pytest.Config) -> None:
    if not config.pluginmanager.hasplugin("pytester"):
        raise pytest.UsageError("Run the self-tests alone:\n    uv run oneloop selftest")


class Run:
    """A run of the small service's tests: a plugin of that run, and what it came to."""

    def __init__(self) -> None:
        self.outcomes: dict[str, str] = {}
        self.reports: dict[str, str] = {}
        self.output = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        name = report.nodeid.partition("::")[2]
        if self.outcomes.get(name, "passed") == "passed":
            self.outcomes[name], self.reports[name] = report.outcome, report.longreprtext

    def pytest_unconfigure(self) -> None:
        IMPORTED.update({k: v for k, v in sys.modules.items() if not f"{k}.".startswith(OWN)})

    def check(self, promise: int) -> None:
        found = {name: each for name, each in self.outcomes.items() if f"test_{promise:02}_" in name}
        reports = "\n".join(map(self.reports.__getitem__, found))
        assert set(found.values()) == {"passed"}, reports or self.output

    def shows(self, *words: str) -> None:
        missing = [each for each in words if each not in self.output]
        assert not missing, f"Nowhere in the output: {missing}\n{self.output}"


@pytest.fixture(scope="session")
def source() -> Iterator[PostgresSource]:
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv(VARIABLE, raising=False)
        (source := PostgresSource()).start()
        for name in ("oneloop.fixtures", "alembic.command", "uvicorn"):  # while it starts
            import_module(name)
        yield source
    source.stop()


@pytest.fixture
def run(pytester: pytest.Pytester, source: PostgresSource, monkeypatch: pytest.MonkeyPatch) -> RunSuite:
    """Run the small service's tests in a folder of their own, or give the result of the same run before.

    `seam` is added to conftest.py.
    """
    for name in [each for each in sys.modules if f"{each}.".startswith("tests.")]:
        monkeypatch.delitem(sys.modules, name)  # the user's, where tests/harness/ is a package too
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    server = source.server().admin.render_as_string(hide_password=False)
    monkeypatch.setenv("PGBIN", "nowhere")  # from here on, no run can start a server of its own
    # A task that a test left gets two seconds to end: a figure, and no part of the promise.
    monkeypatch.setattr("oneloop.leaks.tasks.WAIT_SECONDS", 0.1, raising=False)
    monkeypatch.setattr("oneloop.access.declared.PATH", pytester.path / "tests/app.py")
    shutil.copytree(SUITE, tests := pytester.path / "tests")
    (tests / "test_checks.py").write_text(CHECKS)

    def go(*arguments: str, seam: str = "", url: str = server) -> Run:
        if finished := FINISHED.get((*arguments, seam, url)):
            return finished
        monkeypatch.setenv(VARIABLE, url)
        (tests / "conftest.py").write_text((SUITE / "conftest.py").read_text("utf-8") + seam)
        sys.modules.update(IMPORTED)
        run = FINISHED[*arguments, seam, url] = Run()
        result = pytester.runpytest_inprocess(*PLUGINS, *arguments, plugins=[run])
        run.output = f"{result.stdout}\n{result.stderr}\nexit status {int(result.ret)}"
        return run

    return go


@pytest.fixture
def suite(run: RunSuite) -> Run:
    return run("tests/test_suite.py")
