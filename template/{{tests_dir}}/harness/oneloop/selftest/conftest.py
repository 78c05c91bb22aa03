"""Runs of the small service's tests in `suite/`, all on one embedded server."""

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from oneloop.database.postgres_source import VARIABLE, PostgresSource

# What the runs have imported: pytester drops it, and some of it cannot be imported twice.
IMPORTED: dict[str, ModuleType] = {}
OWN = ("tests.", "oneloop.checks.test_")
PLUGINS = ("-poneloop.plugin", "-ppytest_asyncio.plugin", "-ppytest_socket")
SUITE = Path(__file__).with_name("suite")
INI = """
[pytest]
addopts = --strict-markers --tb=short
asyncio_mode = auto
asyncio_default_fixture_loop_scope = session
asyncio_default_test_loop_scope = session
filterwarnings =
    error
    ignore:Module already imported:pytest.PytestAssertRewriteWarning
"""


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a run of which this folder is only a part, and which has the service's settings."""
    if not config.pluginmanager.hasplugin("pytester"):
        raise pytest.UsageError("Run the self-tests alone:\n    uv run oneloop selftest")


class Run:
    """What a run of the small service's tests came to: a plugin of that run."""

    def __init__(self) -> None:
        self.outcomes: dict[str, str] = {}
        self.output = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        name = report.nodeid.partition("::")[2]
        if self.outcomes.get(name, "passed") == "passed":
            self.outcomes[name] = report.outcome

    def pytest_unconfigure(self) -> None:
        IMPORTED.update({k: v for k, v in sys.modules.items() if not f"{k}.".startswith(OWN)})

    def check(self, promise: int) -> None:
        """Fail if a test of the promise did not pass, or if none ran."""
        found = {name: each for name, each in self.outcomes.items() if f"_{promise:02}_" in name}
        assert set(found.values()) == {"passed"}, f"{found}\n{self.output}"

    def shows(self, *words: str) -> None:
        """Fail if the run did not report all of these."""
        assert [each for each in words if each not in self.output] == [], self.output


RunSuite = Callable[..., Run]


@pytest.fixture(scope="session")
def source() -> Iterator[PostgresSource]:
    """Give the server that a run without TEST_DATABASE_URL starts."""
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv(VARIABLE, raising=False)
        source = PostgresSource()
    source.start()
    yield source
    source.stop()


@pytest.fixture
def run(
    pytester: pytest.Pytester, source: PostgresSource, monkeypatch: pytest.MonkeyPatch
) -> RunSuite:
    """Run the small service's tests in a folder of their own; `seam` is added to conftest.py."""
    for name in [each for each in sys.modules if f"{each}.".startswith("tests.")]:
        monkeypatch.delitem(sys.modules, name)  # the user's, where tests/harness/ is a package too
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv(VARIABLE, source.url().render_as_string(hide_password=False))
    # A task that a test left gets two seconds to end: a figure, and no part of the promise.
    monkeypatch.setattr("oneloop.leaks.tasks.WAIT_SECONDS", 0.1, raising=False)
    monkeypatch.setattr("oneloop.access.declared.PATH", pytester.path / "tests/access.py")
    shutil.copytree(SUITE, tests := pytester.path / "tests")
    pytester.makepyprojecttoml('[tool.oneloop]\npackage = "tests"')

    def go(*arguments: str, seam: str = "", ini: str = INI) -> Run:
        (tests / "conftest.py").write_text((SUITE / "conftest.py").read_text("utf-8") + seam)
        (pytester.path / "pytest.ini").write_text(ini)
        run = Run()
        sys.modules.update(IMPORTED)
        result = pytester.runpytest_inprocess(*PLUGINS, *arguments, plugins=[run])
        run.output = f"{result.stdout}\n{result.stderr}\nexit status {int(result.ret)}"
        return run

    return go


FINISHED: dict[str, Run] = {}


@pytest.fixture
def passing(run: RunSuite) -> Run:
    """Give the one run of the tests that have to pass."""
    return FINISHED.get("passing") or FINISHED.setdefault("passing", run("tests/test_passing.py"))


@pytest.fixture
def failing(run: RunSuite) -> Run:
    """Give the one run of the tests that have to fail."""
    return FINISHED.get("failing") or FINISHED.setdefault("failing", run("tests/test_failing.py"))
