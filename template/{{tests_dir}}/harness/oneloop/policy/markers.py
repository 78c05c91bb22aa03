"""Markers: isolation on request, exemptions with a reason, and how a wrong one ends the run."""

from typing import Any

import pytest

MARKS = {
    "own_database": "give the test a database of its own, for what no wipe undoes: DDL, "
    "ALTER DATABASE, extensions",
    "restart_sequences": "let each sequence begin where the migrations left it",
}


def pytest_configure(config: pytest.Config) -> None:
    """Describe the marks to `pytest --markers`."""
    for name, meaning in MARKS.items():
        config.addinivalue_line("markers", f"{name}: {meaning}. See docs/testing/isolation.md.")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse a mark with arguments; have what it asks for set up before the test's fixtures."""
    wrong = [
        f"{item.nodeid}: @pytest.mark.{mark.name} takes no argument. Write it without parentheses."
        for item in items
        for mark in item.iter_markers()
        if mark.name in MARKS and (mark.args or mark.kwargs)
    ]
    if wrong:
        abort_collection(config, items, "\n".join(wrong))
    for item in items:
        for name in MARKS:
            if isinstance(item, pytest.Function) and item.get_closest_marker(name):
                position = item.fixturenames.index("_after_each_test") + 1
                item.fixturenames.insert(position, f"_{name}")


def reason(item: pytest.Item, name: str) -> str | None:
    """Return why `item` is exempt by the marker `name`; None when it is not."""
    marker = item.get_closest_marker(name)
    return None if marker is None else str(marker.args[0])


def check_reasons(config: pytest.Config, items: list[pytest.Item], name: str) -> None:
    """Refuse the run for a marker `name` that does not say why, in one short text."""
    for item in list(items):
        for marker in item.iter_markers(name):
            said = marker.args[0] if len(marker.args) == 1 and not marker.kwargs else None
            if not (isinstance(said, str) and said.strip()):
                abort_collection(
                    config,
                    items,
                    f"{item.nodeid}: the marker `{name}` is an exemption and takes its reason, "
                    f'and nothing else. Write: @pytest.mark.{name}("why this test needs it")',
                )


REFUSED = pytest.StashKey[str]()
WORKER_OUTPUT = "oneloop_refused"


def abort_collection(config: pytest.Config, items: list[pytest.Item], message: str) -> None:
    """End the run before anything has run, with `message` alone."""
    output = getattr(config, "workeroutput", None)
    if output is None:
        raise pytest.UsageError(message)
    # A worker of pytest-xdist that raises is a crash to its controller: give it nothing to run.
    output.setdefault(WORKER_OUTPUT, message)
    items.clear()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Keep what a worker refused; all of them refuse the same."""
    message = getattr(node, "workeroutput", {}).get(WORKER_OUTPUT)
    if message:
        node.config.stash[REFUSED] = message


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """End the run of the workers as it would have ended without them."""
    message = session.config.stash.get(REFUSED, None)
    if message is not None:
        raise pytest.UsageError(message)
