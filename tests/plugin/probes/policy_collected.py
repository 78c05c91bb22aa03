"""What the policy refuses before anything runs; `test_fine` and `test_exempt` are no offence."""

import inspect
from typing import Any

import pytest


@pytest.fixture
def helper(client: Any) -> Any:
    """A client by another name."""
    return client


def test_both(client: Any, async_client: Any) -> None: ...


def test_both_by_a_fixture(helper: Any, writer_client: Any) -> None: ...


async def test_sync_in_async(client: Any) -> None: ...


class TestMixed:
    def test_one(self, client: Any) -> None: ...

    async def test_other(self, client_as: Any) -> None: ...


@pytest.mark.sync_client
def test_no_reason(client: Any) -> None: ...


@pytest.mark.sync_client(" ")
def test_blank_reason(client: Any) -> None: ...


@pytest.mark.sync_client(reason="named")
def test_named_reason(client: Any) -> None: ...


@pytest.mark.sync_client("for nothing")
def test_exempts_nothing() -> None: ...


@pytest.mark.parametrize("turn", [1, 2])
@pytest.mark.sync_client("both loops on purpose")
def test_exempt(client: Any, async_client: Any, turn: int) -> None: ...


class TestFine:
    @pytest.mark.asyncio
    async def test_fine(self, async_client: Any) -> None: ...

    def test_without_a_client(self) -> None:
        assert inspect
