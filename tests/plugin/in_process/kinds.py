"""Tests and fixtures that end in every way that an exception allows, and tests of other kinds than functions.

>>> 1 + 1
3
"""

import asyncio
import logging
import sys
import unittest
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

import pytest

from oneloop.database.sessions import FreshSession


class NoText(Exception):
    def __str__(self) -> str:
        raise RuntimeError("this exception has no text")


class NoRepr(NoText):
    __repr__ = NoText.__str__


@dataclass
class Unhashable(Exception):
    """It compares by value, has no hash, and is false."""

    code: int = 1

    def __len__(self) -> int:
        return 0


class Own(BaseException): ...


class Proxy:
    """A proxy of nothing, as an unbound `LocalProxy` is: it cannot even be asked for its class."""

    @property
    def __class__(self) -> type:  # type: ignore[override]  # as the proxy has it
        raise RuntimeError("unbound")


RAISED = [
    NoText(),
    NoRepr(),
    Unhashable(),
    Own(),
    SystemExit(2),
    GeneratorExit(),
    StopIteration(),
    asyncio.CancelledError(),
    ExceptionGroup("both", [NoText(), Unhashable()]),
    BaseExceptionGroup("both", [Own(), KeyError()]),
]
IDS = [type(error).__name__ for error in RAISED]


@pytest.mark.parametrize("error", RAISED, ids=IDS)
def test_raises(error: BaseException) -> NoReturn:
    raise error


@pytest.mark.parametrize("error", RAISED, ids=IDS)
async def test_raises_in_a_coroutine(error: BaseException, arranged: FreshSession) -> NoReturn:
    if isinstance(error, NoRepr):
        pytest.fail("the loop itself breaks: asyncio shows the exception of a task")
    raise error


@pytest.mark.parametrize("error", RAISED, ids=IDS)
async def test_raises_from_another(error: BaseException) -> NoReturn:
    raise ValueError("the result") from error


@pytest.mark.parametrize("error", RAISED, ids=IDS)
def test_logs(error: BaseException) -> None:
    logging.getLogger("kinds").error("it failed", exc_info=error, extra={"proxy": Proxy()})


@pytest.fixture
def broken(request: pytest.FixtureRequest) -> NoReturn:
    raise request.param


@pytest.mark.parametrize("broken", RAISED, ids=IDS, indirect=True)
def test_set_up(broken: None) -> None: ...


@pytest.fixture
def breaks(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    raise request.param


@pytest.mark.parametrize("breaks", RAISED, ids=IDS, indirect=True)
def test_tear_down(breaks: None) -> None: ...


def test_exits_in_a_subtest(subtests: pytest.Subtests) -> None:
    with subtests.test("one"):
        raise NoText
    with subtests.test("two"):
        sys.exit(2)


class TestOfUnittest(unittest.TestCase):
    def test_raises(self) -> NoReturn:
        raise NoText

    def test_subtest(self) -> None:
        with self.subTest("one"):
            raise NoText


class TestOfUnittestOnItsOwnLoop(unittest.IsolatedAsyncioTestCase):
    async def test_passes(self) -> None:
        await asyncio.sleep(0)

    async def test_raises(self) -> NoReturn:
        raise NoText


async def test_next_is_clean(arranged: FreshSession) -> None: ...
