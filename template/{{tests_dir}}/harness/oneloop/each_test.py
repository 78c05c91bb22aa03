"""What happens around each test: find its leaks, clean its databases, raise its refusals."""

import inspect
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

import pytest

from .cleanup.test_databases import State
from .errors import ClosedLoopError, LeakError, SchemaChangedError
from .policy.markers import reason
from .test_run import RUN, TestRun

URL = "database_url"
BLOCKING = "blocking"


def pytest_configure(config: pytest.Config) -> None:
    run = config.stash[RUN]
    run.resources.enter_context(run.leaks.connections.watched())
    run.databases.app_restarted = lambda: run.leaks.note(run.guard.loop)


def begin(run: TestRun, test: str) -> None:
    run.guard.test = test
    run.sql_log.clear()
    run.leaks.begin_test(run.guard.loop)


def end(run: TestRun, item: pytest.Item, clock: Callable[[], float] = monotonic) -> None:
    """End what the test left running, clean the databases, and raise what the test did wrong."""
    __tracebackhide__ = True
    guard, databases = run.guard, run.databases
    if databases.state is State.LOST:
        return
    if guard.loop is None:
        run.refusals.raise_first()
        return
    if guard.loop.is_closed():
        databases.mark_lost()
        raise ClosedLoopError(guard.test)
    guard.loop.time = clock  # type: ignore[method-assign]  # one that the test left frozen would stop what follows
    leaks = run.leaks.end_test(guard.loop)
    if guard.touched:
        databases.mark_used(compare_schema=run.sql_log.schema)
    if _requests_url(item):
        databases.mark_used(compare_schema=True)
    guard.touched = False
    result = guard.loop.run_until_complete(databases.after_test())
    del guard.loop.time
    leaks += result.leaks
    if result.schema_changes and run.config.existing_suite:
        run.replaced_databases += not result.leaks
    elif result.schema_changes:
        run.refusals.add(SchemaChangedError(guard.test, result.schema_changes))
    if leaks:
        run.refusals.add(LeakError(guard.test, leaks))
    run.refusals.raise_first()


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> Iterator[None]:
    run = request.config.stash[RUN]
    if fixturedef.scope == "function":
        if URL in fixturedef.argnames:
            run.databases.mark_used(compare_schema=True)
        return (yield)
    try:
        return (yield)
    finally:
        run.leaks.note(run.guard.loop)  # what a wider fixture opens is no leak of the test


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    if reason(item, BLOCKING) is not None:
        return (yield)
    with item.config.stash[RUN].leaks.blocking.refused():
        return (yield)


def _requests_url(item: pytest.Item) -> bool:
    # Such a test may use a driver of its own, which no engine shows. A doctest has no arguments.
    return isinstance(item, pytest.Function) and URL in inspect.signature(item.obj).parameters
