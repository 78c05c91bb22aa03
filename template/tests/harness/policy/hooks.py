"""The hooks of the client policy: it is judged once, over all that is collected."""

from typing import Any

import pytest

from . import EXEMPTION
from .rules import Subject, find_offences

BROKEN = pytest.StashKey[str]()
WORKER_OUTPUT = "harness_client_policy"


def pytest_configure(config: pytest.Config) -> None:
    """Add the mark that exempts a test."""
    config.addinivalue_line(
        "markers",
        f"{EXEMPTION}(reason): let this test take the sync `client` where the policy of "
        "docs/testing/clients.md has an async one",
    )


# First of all: what `-k` and `-m` leave out breaks the policy none the less.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse the run, before anything has run, if a test breaks the policy; name all that do."""
    functions = (item for item in items if isinstance(item, pytest.Function))
    offences = find_offences(Subject.of(item) for item in functions)
    if not offences:
        return
    listed = "\n".join(f"  {offence}" for offence in offences)
    message = f"The client policy is broken; docs/testing/clients.md has the reasons.\n{listed}"
    output = getattr(config, "workeroutput", None)
    if output is None:
        raise pytest.UsageError(message)
    # A worker of pytest-xdist that raises is a crash to its controller: hand in nothing to run.
    output[WORKER_OUTPUT] = message
    items.clear()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Keep what a worker of pytest-xdist refused; all of them refuse the same."""
    message = getattr(node, "workeroutput", {}).get(WORKER_OUTPUT)
    if message:
        node.config.stash[BROKEN] = message


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Refuse the run, as it would be refused without workers."""
    message = session.config.stash.get(BROKEN, None)
    if message is not None:
        raise pytest.UsageError(message)
