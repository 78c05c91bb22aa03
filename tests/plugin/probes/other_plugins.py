"""A use of each of the most used pytest plugins, with a request or the database in it."""

import asyncio
import datetime
from collections.abc import Iterator
from typing import Any

import freezegun
import pytest
import time_machine
from httpx2 import AsyncClient
from hypothesis import HealthCheck, given, settings, strategies
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

COUNT = text("SELECT count(*) FROM users")
EVERY_EXAMPLE = settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
tried: list[int] = []


@pytest.mark.flaky(reruns=1)
async def test_rerunfailures(test_user: Any, db_session: AsyncSession) -> None:
    tried.append(await db_session.scalar(COUNT) or 0)

    assert tried == [1, 1]


@pytest.mark.repeat(3)
async def test_repeat(test_user: Any, db_session: AsyncSession) -> None:
    assert await db_session.scalar(COUNT) == 1


@pytest.mark.timeout(0.5, func_only=True)
async def test_timeout(db_session: AsyncSession) -> None:
    await db_session.execute(text("LOCK TABLE users"))
    await asyncio.sleep(60)


@pytest.fixture
def frozen() -> Iterator[None]:
    # Outside the limit: freezegun that is interrupted while it starts leaves the clock of the run frozen.
    with freezegun.freeze_time("2020-01-01"):
        yield


@pytest.mark.timeout(0.5, func_only=True)
async def test_frozen_clock_and_a_sleep(test_user: Any, frozen: None) -> None:
    await asyncio.sleep(0.01)


async def test_mock(async_client: AsyncClient, mocker: Any) -> None:
    spy = mocker.spy(asyncio.get_running_loop(), "create_task")

    assert (await async_client.get("/api/health")).status_code == 200
    assert spy.mock_calls is not None


def test_benchmark(benchmark: Any) -> None:
    assert benchmark(sum, [1, 2]) == 3


async def test_syrupy(async_client: AsyncClient, snapshot: Any) -> None:
    assert (await async_client.get("/api/health")).json() == snapshot


@pytest.mark.disable_socket
async def test_socket(admin_client: AsyncClient) -> None:
    assert (await admin_client.get("/api/metrics")).status_code == 200


@EVERY_EXAMPLE
@given(title=strategies.sampled_from(["a", "b", "é"]))
async def test_hypothesis(writer_client: AsyncClient, title: str) -> None:
    answer = await writer_client.post("/api/documents", json={"title": title, "content": "x"})

    assert answer.status_code == 201


async def test_freezegun(admin_client: AsyncClient, db_session: AsyncSession) -> None:
    with freezegun.freeze_time(datetime.datetime.now(datetime.UTC)):
        assert (await admin_client.get("/api/metrics")).status_code == 200
        assert await db_session.scalar(COUNT) == 3


async def test_time_machine(admin_client: AsyncClient, db_session: AsyncSession) -> None:
    with time_machine.travel(datetime.datetime.now(datetime.UTC), tick=False):
        assert (await admin_client.get("/api/metrics")).status_code == 200
        await asyncio.sleep(0.01)


async def test_last(async_client: AsyncClient, db_session: AsyncSession) -> None:
    assert await db_session.scalar(COUNT) == 0
