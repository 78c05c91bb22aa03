"""The hooks: when a test begins, when its body runs, and what a wider fixture makes."""

from collections.abc import Iterator
from typing import Any

import pytest

from ..markers import check_reasons, reason
from ..run import RUN

MARKER = "blocking"


def pytest_configure(config: pytest.Config) -> None:
    """Watch the pools and the loop as long as the run lasts."""
    config.addinivalue_line("markers", f"{MARKER}(reason): the test may block the event loop")
    run = config.stash[RUN]
    leaks = run.isolation.leaks
    leaks.blocking.may_block = (*leaks.blocking.may_block, *config.getini("may_block"))
    run.watching.enter_context(leaks.installed())


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse an exemption without a reason."""
    check_reasons(config, items, MARKER)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Watch the clients of the libraries that the tests have imported by now."""
    leaks = session.config.stash[RUN].isolation.leaks
    session.config.stash[RUN].watching.enter_context(leaks.clients.watched())
    leaks.garbage.set_aside()


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Iterator[None]:
    """Let stay what a fixture made that outlives the test, also one that a test asked for late."""
    if fixturedef.scope == "function":
        return (yield)
    with request.config.stash[RUN].isolation.leaks.adopting():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Watch for blocking calls while the test's body and its requests run."""
    blocking = item.config.stash[RUN].isolation.leaks.blocking
    blocking.watching = reason(item, MARKER) is None
    try:
        return (yield)
    finally:
        blocking.watching = False
