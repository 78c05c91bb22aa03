"""`IsolatedAsyncioTestCase` on the suite's loop: it asks `asyncio.Runner` for a loop, and gets this one."""

import asyncio
from collections.abc import Coroutine, Generator
from contextvars import Context
from typing import Any
from unittest import IsolatedAsyncioTestCase

import pytest

from ..test_run import RUN


class SuiteRunner:
    """As much of `asyncio.Runner` as unittest uses. The suite's loop outlives it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def get_loop(self) -> asyncio.AbstractEventLoop:
        return self._loop

    def run(self, coro: Coroutine[Any, Any, Any], *, context: Context | None = None) -> Any:
        return self._loop.run_until_complete(self._loop.create_task(coro, context=context))

    def close(self) -> None:
        """Do nothing: what the test leaves on the loop is found as after every test."""


def is_isolated(item: pytest.Item) -> bool:
    return isinstance(item, pytest.Function) and item.cls is not None and issubclass(item.cls, IsolatedAsyncioTestCase)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    loop = item.config.stash[RUN].guard.loop
    if loop is None or not is_isolated(item):
        return (yield)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio, "Runner", lambda **_: SuiteRunner(loop))
        return (yield)
