"""Markers: isolation on request, exemptions with a reason, and how a wrong one ends the run."""

from typing import Any

import pytest

from ..config import CONFIG

ISOLATION = {  # methods of `TestDatabases`
    "own_database": "give the test a database of its own, for DDL, ALTER DATABASE and extensions",
    "restart_sequences": "set each sequence back to where the migrations left it",
}
FOREIGN = {  # markers of other plugins that no test here can have
    "anyio": "runs a test on another event loop, and async tests need no marker.",
    "forked": "runs a test in a process of its own, where the app's connections do not work.",
}


def pytest_configure(config: pytest.Config) -> None:
    for name, meaning in ISOLATION.items():
        config.addinivalue_line("markers", f"{name}: {meaning}. See docs/testing/isolation.md.")


@pytest.hookimpl(trylast=True)  # a conftest.py may add markers in this hook
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    wrong = []
    for name, problem in FOREIGN.items():
        inert = name == "anyio" and config.stash[CONFIG].existing_suite
        if marked := [item.nodeid for item in items if item.get_closest_marker(name) and not inert]:
            wrong.append(
                f"@pytest.mark.{name} {problem} Delete it. Tests that have it: {len(marked)}, the first is {marked[0]}"
            )
    if config.getoption("forked", False):
        wrong.append(f"--forked {FOREIGN['forked']} Remove it. To use several processes: pytest -n auto")
    if wrong:
        abort_collection(config, items, "\n".join(wrong))
    for item in items:
        if item.get_closest_marker("network"):
            item.add_marker("enable_socket")


def reason(item: pytest.Item, name: str) -> str | None:
    marker = item.get_closest_marker(name)
    return None if marker is None else reason_of(marker)


def reason_of(marker: pytest.Mark) -> str:
    given = [*marker.args, *marker.kwargs.values()]
    is_text = len(given) == 1 and isinstance(given[0], str) and marker.kwargs.keys() <= {"reason"}
    return given[0].strip() if is_text else ""


REFUSED = pytest.StashKey[str]()
WORKER_OUTPUT = "oneloop_refused"


def abort_collection(config: pytest.Config, items: list[pytest.Item], message: str) -> None:
    output = getattr(config, "workeroutput", None)
    if output is None:
        raise pytest.UsageError(message)
    output.setdefault(WORKER_OUTPUT, message)  # pytest-xdist takes an error in a worker for a crash
    items.clear()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    if message := getattr(node, "workeroutput", {}).get(WORKER_OUTPUT):
        node.config.stash[REFUSED] = message


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if message := session.config.stash.get(REFUSED, None):
        raise pytest.UsageError(message)
