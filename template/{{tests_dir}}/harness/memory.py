"""What pytest keeps of a test until the run ends, and nobody asks for again: it is let go."""

from collections.abc import Iterator
from functools import partial
from typing import Any, Literal

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
        self._wide = {each for each in self._wide if each.cached_result is not None}
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

    Of those about what was set up and torn down nothing is left, unless times are asked for; of the
    one that is counted, its name, its times, and the keywords that it shares with others.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._timed = (  # `--durations=0` asks for all of them
            config.getoption("durations", None) is not None
            or bool(config.getoption("store_durations", False))  # pytest-split's
        )
        self._open: dict[str, list[pytest.TestReport]] = {}  # under pytest-xdist, of several tests
        self._shared: dict[tuple[str, ...], dict[str, Literal[1]]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note it, until the test has ended."""
        self._open.setdefault(report.nodeid, []).append(report)

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Let go, as all plugins have seen them; of a test that did more than pass all is kept."""
        reports = self._open.pop(nodeid, [])
        if all(each.passed and not hasattr(each, "wasxfail") for each in reports):
            self._let_go(reports)

    def _let_go(self, reports: list[pytest.TestReport]) -> None:
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")
        uncounted = getattr(terminal, "stats", {}).get("", [])
        for report in reports:
            report.sections.clear()
            report.keywords = self._share(report)
            if not self._timed and report in uncounted:
                uncounted.remove(report)

    def _share(self, report: pytest.TestReport) -> dict[str, Literal[1]]:
        """Return the report's keywords but for the test's own name: marks, classes, folders."""
        name = report.nodeid.rpartition("::")[2]
        function, _, parameters = name.partition("[")
        own = {name, function, parameters.removesuffix("]")}
        kept = tuple(word for word in report.keywords if word not in own)
        if kept not in self._shared:
            self._shared[kept] = dict.fromkeys(kept, 1)
        return self._shared[kept]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Let go of the item's own copy of what was printed, which is in the reports by now."""
        result = yield
        getattr(item, "_report_sections", []).clear()
        return result
