"""Promises 14 and 15: an exception or a clock of an unusual kind changes nothing in what happens after a test."""

import asyncio
import time

import pytest

from oneloop import each_test
from oneloop.errors import LeakError, chain
from oneloop.report.known_errors import recognise
from oneloop.test_run import TestRun


class Odd(RuntimeError):
    """It is false, and cannot be compared."""

    def __len__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        raise TypeError("not comparable")

    __hash__ = None  # type: ignore[assignment]  # it is not hashable


def test_a_cause_that_is_false_is_followed() -> None:
    error = ValueError("the result")
    error.__cause__ = Odd("Event loop is closed")

    assert [known.name for known in recognise(error)] == ["Loop is closed"]


def test_errors_that_cannot_be_compared_are_followed() -> None:
    error = ExceptionGroup("all", [Odd("first"), Odd("second")])

    assert [type(each) for each in chain(error)] == [Odd, Odd, ExceptionGroup]


def test_a_clock_that_is_left_frozen_does_not_stop_the_cleaning(
    _test_run: TestRun, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As freezegun leaves it in a test whose time is over: the test is suspended in `freeze_time`."""

    def frozen(_: object) -> float:
        raise AssertionError("the frozen clock was read")

    loop = _test_run.guard.loop
    assert loop is not None
    left = loop.create_task(asyncio.sleep(60), name="suspended")
    monkeypatch.setattr(asyncio.BaseEventLoop, "time", frozen)

    with pytest.raises(LeakError, match="suspended"):
        each_test.end(_test_run, request.node)
    monkeypatch.undo()

    assert left.cancelled()
    assert abs(loop.time() - time.monotonic()) < 60
