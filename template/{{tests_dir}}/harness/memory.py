"""What pytest keeps of a test until the run ends, and nobody asks for again: it is let go."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Watch the fixtures, and the reports unless those of tests that passed are to be printed."""
    config.pluginmanager.register(Finalizers())
    if not set("AP") & set(config.getoption("reportchars", "")):
        config.pluginmanager.register(Reports(config))


class Finalizers:
    """The calls that a test's fixtures leave in wider ones, to be finished before those.

    Each holds the request of its fixture. When the test has ended its fixtures are finished, and to
    finish them once more does nothing.
    """

    def __init__(self) -> None:
        self._wide: set[pytest.FixtureDef[Any]] = set()

    @pytest.hookimpl(tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> None:
        """Note each fixture that outlives a test."""
        if fixturedef.scope != "function":
            self._wide.add(fixturedef)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self) -> Iterator[None]:
        """Let go of the calls that would do nothing."""
        result = yield
        for fixturedef in self._wide:
            calls = getattr(fixturedef, "_finalizers", None)  # pytest's own, and no promise
            if calls:
                calls[:] = [call for call in calls if not is_done(call)]
        return result


def is_done(call: object) -> bool:
    """Tell whether `call` would finish a fixture that has no value any more."""
    fixture = getattr(call.func, "__self__", None) if isinstance(call, partial) else None
    return isinstance(fixture, pytest.FixtureDef) and fixture.cached_result is None


class Reports:
    """The reports of a test that passed, and what it printed: pytest keeps them for `-rA`.

    Of those about what was set up and torn down nothing is left but for `--durations`; of the one
    that is counted, its name and its times.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._timed = config.getoption("durations", None) is not None
        self._open: dict[str, list[pytest.TestReport]] = {}  # under pytest-xdist, of several tests

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Wait until the test has ended; of one that did more than pass all is kept."""
        reports = self._open.setdefault(report.nodeid, [])
        reports.append(report)
        if report.when == "teardown":
            del self._open[report.nodeid]
            if all(each.passed and not hasattr(each, "wasxfail") for each in reports):
                self._let_go(reports)

    def _let_go(self, reports: list[pytest.TestReport]) -> None:
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")
        uncounted = getattr(terminal, "stats", {}).get("", [])
        for report in reports:
            report.sections.clear()
            report.keywords = {}
            if not self._timed and report in uncounted:
                uncounted.remove(report)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Let go of the item's own copy of what was printed, which is in the reports by now."""
        result = yield
        getattr(item, "_report_sections", []).clear()
        return result
