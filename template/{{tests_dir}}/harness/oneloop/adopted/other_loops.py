"""Tests that would run on a loop of their own: where that can be changed, they run on the suite's; others are named.

`anyio`'s pytest plugin is taken out before a conftest.py is loaded, so its marker changes nothing any more.
"""

import asyncio
import re
import sys
from collections.abc import Coroutine, Generator, Iterator
from contextvars import Context
from pathlib import Path
from typing import Any
from unittest import IsolatedAsyncioTestCase

import pytest
import pytest_asyncio

from ..leaks.code_location import ROOT
from ..test_run import RUN
from .conftests import loaded_conftests

SUITE_LOOP = pytest.mark.asyncio(loop_scope="session")
OWN_LOOP = "event_loop"  # a fixture of earlier releases of pytest-asyncio
NOTES = pytest.StashKey[list[str]]()
# What only the source shows, and what is to be done about it.
IN_SOURCE = {
    r"^ *(?:async )?def event_loop\(": "makes a loop that the app does not run on. Delete the fixture `event_loop`.",
    r"^ *def event_loop_policy\(": "chooses the event loop policy, also of the suite's loop.",
    r"fixture\([^)]*\bloop_scope *= *[\"'](?!session)": "gives a fixture a loop of its own. Remove its `loop_scope`.",
    r"\bnest_asyncio\.apply\(": "lets loops run inside each other. Delete `nest_asyncio`.",
}


class SuiteRunner:
    """As much of `asyncio.Runner` as `IsolatedAsyncioTestCase` uses, on the suite's loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def get_loop(self) -> asyncio.AbstractEventLoop:
        return self._loop

    def run(self, coro: Coroutine[Any, Any, Any], *, context: Context | None = None) -> Any:
        return self._loop.run_until_complete(self._loop.create_task(coro, context=context))

    def close(self) -> None:
        """Do nothing: what the test leaves on the loop is found as after every test."""


def remove_anyio_plugin(config: pytest.Config) -> None:
    if (plugin := config.pluginmanager.get_plugin("anyio")) is not None:
        config.pluginmanager.unregister(plugin)
        config.known_args_namespace.anyio_mode = config.option.anyio_mode = "strict"


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The backend of every test, for suites that request this fixture of anyio."""
    return "asyncio"


@pytest.fixture(scope="session")
def anyio_backend_name() -> str:
    """Likewise."""
    return "asyncio"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "anyio: changes nothing; every async test runs on the suite's loop")


@pytest.hookimpl(tryfirst=True)  # before pytest-asyncio; releases before 1.0 choose the loop here
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if OWN_LOOP not in metafunc.fixturenames and metafunc.definition.get_closest_marker("asyncio"):
        metafunc.definition.add_marker(SUITE_LOOP, append=False)


@pytest.hookimpl(trylast=True)  # a conftest.py may add markers in this hook
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    functions = [item for item in items if isinstance(item, pytest.Function)]
    of_anyio = [item for item in functions if item.get_closest_marker("anyio")]
    own = [item for item in functions if _names_a_loop(item)]
    isolated = [item for item in functions if _is_isolated(item)]
    requested = [item for item in functions if OWN_LOOP in item.fixturenames]
    for item in functions:
        if item not in requested and (pytest_asyncio.is_async_test(item) or item.get_closest_marker("asyncio")):
            item.add_marker(SUITE_LOOP, append=False)  # the nearest marker counts
    config.stash[NOTES] = [
        *_note(of_anyio, "The marker `anyio` changes nothing: the test runs on the suite's loop. Delete it."),
        *_note(own, "The loop that a marker `asyncio` names is not used, but the suite's. Delete the argument."),
        *_note(requested, f"The fixture `{OWN_LOOP}` is not the app's loop. Call asyncio.get_running_loop() instead."),
        *_note(isolated, "IsolatedAsyncioTestCase makes no loop here: its tests run on the suite's."),
        *_in_source(
            {*(Path(each.__file__ or "") for each in loaded_conftests(config)), *(item.path for item in functions)}
        ),
    ]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Set the suite's loop again: `asyncio.run` leaves none, and pytest-asyncio before 1.0 runs a test on this one."""
    loop = item.config.stash[RUN].guard.loop
    if loop is not None and not loop.is_closed():
        asyncio.set_event_loop(loop)
    if loop is None or not _is_isolated(item):
        return (yield)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio, "Runner", lambda **_: SuiteRunner(loop))  # unittest asks for one
        return (yield)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Let Alembic run on a loop of its own, in tests of the migrations: its env.py makes the engine and the loop."""
    if (script := sys.modules.get("alembic.script")) is None:
        return
    run, run_env = session.config.stash[RUN], script.ScriptDirectory.run_env

    def on_its_own(directory: Any) -> None:
        loop, run.guard.loop = run.guard.loop, None
        try:
            run_env(directory)
        finally:
            run.guard.loop = loop

    run.resources.enter_context(pytest.MonkeyPatch.context()).setattr(script.ScriptDirectory, "run_env", on_its_own)


def pytest_report_collectionfinish(config: pytest.Config) -> list[str]:
    return config.stash.get(NOTES, [])


def _is_isolated(item: pytest.Item) -> bool:
    return isinstance(item, pytest.Function) and item.cls is not None and issubclass(item.cls, IsolatedAsyncioTestCase)


def _names_a_loop(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("asyncio")
    named = marker and (marker.kwargs.get("loop_scope") or marker.kwargs.get("scope"))
    return named not in {None, "session"}


def _note(items: list[pytest.Function], what: str) -> Iterator[str]:
    if items:
        yield f"oneloop: {what} Tests that have it: {len(items)}, the first is {items[0].nodeid}"


def _in_source(files: set[Path]) -> Iterator[str]:
    for file in sorted(file for file in files if file.is_file()):
        source = file.read_text("utf-8", "replace")
        for pattern, what in IN_SOURCE.items():
            if found := re.search(pattern, source, re.MULTILINE):
                line = source.count("\n", 0, found.start()) + 1
                yield f"oneloop: {str(file).removeprefix(ROOT)}:{line} {what}"
