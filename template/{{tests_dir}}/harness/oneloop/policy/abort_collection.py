"""Ends a run before anything has run, with pytest-xdist or without."""

from typing import Any

import pytest

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
