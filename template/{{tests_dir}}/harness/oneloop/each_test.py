"""What happens around each test: find its leaks, clean its databases, raise its refusals."""

import asyncio
import inspect
import signal
import sys
import threading
from collections.abc import Generator, Iterator
from contextlib import nullcontext
from time import monotonic
from typing import Any

import pytest

from .cleanup.test_databases import State
from .errors import ClosedLoopError, LeakError, RepeatedSelectsError, SchemaChangedError, TimeLimitError, chain
from .leaks.code_location import defined_at, raised_at
from .policy.markers import ISOLATION, reason
from .test_run import RUN, TestRun

URL, DATABASE = "database_url", "_test_run"  # all that has a database depends on the second
AGAIN_SECONDS = 5  # after that a test is ended that swallows its cancellation


def pytest_configure(config: pytest.Config) -> None:
    run = config.stash[RUN]
    watched = [run.guard.installed(), run.sql_log.recorded(), run.repeated_selects.counted()]
    watched += [*run.leaks.connections.watched(), run.leaks.unawaited.responses_watched(), *run.app_changes.watched()]
    for each in watched:
        run.resources.enter_context(each)
    run.databases.app_restarted = lambda: run.leaks.note(run.guard.loop)
    sys.set_coroutine_origin_tracking_depth(1)  # one that no code awaits has the line of its call


@pytest.fixture(autouse=True)
def _after_each_test(request: pytest.FixtureRequest) -> Iterator[None]:
    # Set up before a test's other fixtures, so that it ends last; sync, since it runs the loop.
    run = request.config.stash[RUN]
    run.guard.test = request.node.name
    run.sql_log.clear()
    run.session, run.unseen_rows = None, 0
    run.leaks.unawaited.take()
    run.leaks.note(run.guard.loop)
    for name in filter(request.node.get_closest_marker, ISOLATION):
        isolate = getattr(request.getfixturevalue(DATABASE).databases, name)
        assert run.guard.loop is not None
        run.guard.loop.run_until_complete(isolate())
    yield
    run.show_database(True)  # to the app, and to the tear-down of wider fixtures
    run.guard.touched |= DATABASE in request.fixturenames
    end(run, request.node)


def end(run: TestRun, item: pytest.Item) -> None:
    __tracebackhide__ = True
    if run.databases.state is State.LOST:
        return
    if run.guard.loop is not None:
        if run.guard.loop.is_closed():
            run.databases.state = State.LOST
            raise ClosedLoopError(run.guard.test)
        _clean_up(run, item, run.guard.loop)
    run.refusals.raise_first()


def _clean_up(run: TestRun, item: pytest.Item, loop: asyncio.AbstractEventLoop, clock: Any = monotonic) -> None:
    guard, databases = run.guard, run.databases
    loop.time = clock  # type: ignore[method-assign]  # one that the test left frozen would stop what follows
    repeated = run.repeated_selects.take()
    if repeated and reason(item, "repeated_selects") is None:
        run.refusals.add(RepeatedSelectsError(guard.test, repeated))
    leaks = run.leaks.end_test(loop, errors_expected=reason(item, "background_error") is not None)
    # A driver of its own, which no engine shows, is expected in a test with the URL. A doctest has no arguments.
    has_url = isinstance(item, pytest.Function) and URL in inspect.signature(item.obj).parameters
    if guard.touched or run.config.existing_suite:
        databases.mark_used(compare_schema=run.sql_log.schema or has_url)
    guard.touched = False
    result = loop.run_until_complete(databases.after_test())
    del loop.time
    leaks += result.leaks + run.leaks.tasks.died()
    if result.schema_changes and run.config.existing_suite:
        run.replaced_databases += not result.leaks
    elif result.schema_changes:
        run.refusals.add(SchemaChangedError(guard.test, result.schema_changes))
    if leaks:
        run.refusals.add(LeakError(guard.test, leaks))


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, Any, Any]:
    __tracebackhide__ = True
    run = request.config.stash[RUN]
    if fixturedef.scope == "function" and URL in fixturedef.argnames:
        run.databases.mark_used(compare_schema=True)
    test = run.guard.test
    if wider := fixturedef.scope != "function":  # set up in the first test that needs it, whichever that is
        run.guard.test = f"The fixture {fixturedef.argname!r} at {defined_at(fixturedef.func)}"
        depends = not run.with_database.isdisjoint((fixturedef.argname, *fixturedef.argnames))
        before = run.show_database(depends)
        if depends:
            run.with_database.add(fixturedef.argname)
    try:
        return (yield from _with_limit(run))
    finally:
        if wider:
            run.guard.test = test
            run.show_database(before)
            run.leaks.note(run.guard.loop)  # what a wider fixture opens is no leak of the test


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    __tracebackhide__ = True
    run = item.config.stash[RUN]
    with nullcontext() if reason(item, "blocking") else run.leaks.blocking.refused():
        return (yield from _with_limit(run))


@pytest.hookimpl(wrapper=True, tryfirst=True)  # a limit of pytest-timeout replaces this one
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    run = item.config.stash[RUN]
    run.show_database(DATABASE in getattr(item, "fixturenames", ()))
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        return (yield)
    run.late, run.may_cancel = None, True
    before = signal.signal(signal.SIGALRM, lambda *_: _end_late_test(run, item.name))
    signal.setitimer(signal.ITIMER_REAL, run.config.time_limit, AGAIN_SECONDS)
    try:
        return (yield)
    except KeyboardInterrupt as error:
        place = next(filter(None, map(raised_at, chain(error))), "")
        if reporter := item.config.pluginmanager.get_plugin("terminalreporter"):
            reporter.write_line(f"\nCtrl-C ended {item.nodeid}{place}")
        raise
    finally:
        pytest_enter_pdb()
        signal.signal(signal.SIGALRM, before)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    item.config.stash[RUN].may_cancel = False  # pytest skips the other finalizers after a cancellation
    if nextitem is None:
        pytest_enter_pdb()  # the end of the run is no test's


def pytest_enter_pdb() -> None:
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, 0)


def _end_late_test(run: TestRun, test: str) -> None:
    """Cancel the tasks of the test, so that it ends where it waits; raise where it does not wait, or did not end."""
    __tracebackhide__ = True
    debugger = getattr(sys.gettrace(), "__module__", "") or ""
    if "bdb" in debugger or "pydevd" in debugger or (hasattr(sys, "monitoring") and sys.monitoring.get_tool(0)):
        return
    run.late = run.late or TimeLimitError(test, run.config.time_limit)
    loop, may_cancel, run.may_cancel = run.guard.loop, run.may_cancel, False
    late = run.leaks.tasks.late(loop) if may_cancel and loop is not None and loop.is_running() else []
    if not late or loop is None or asyncio.current_task(loop) in late:
        raise run.late
    run.refusals.add(run.late)
    for task in late:
        loop.call_soon_threadsafe(task.cancel)  # also wakes a loop whose clock stands still


def _with_limit(run: TestRun) -> Generator[None, None, None]:
    __tracebackhide__ = True
    try:
        return (yield)
    except asyncio.CancelledError as error:
        if run.late is None:
            raise
        run.late.add_note(f"It waited{raised_at(error)}.")
        raise run.late from error
