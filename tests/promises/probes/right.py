"""What the harness promises: all of these pass."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import BackgroundTasks, Depends, FastAPI, Request
from httpx2 import AsyncClient
from my_service.database import SessionDep, get_session, get_session_factory
from my_service.users.models import User
from sqlalchemy import func, select, text
from tests.factories import create_user

Loops = dict[str, asyncio.AbstractEventLoop]


@pytest.fixture
def probes(app: FastAPI) -> Iterator[Loops]:
    """Routes of the probe, gone after the test."""
    routes = list(app.router.routes)
    loops: Loops = {}

    async def awaited() -> None:
        loops["dependency"] = asyncio.get_running_loop()

    def note() -> None:
        loops["background"] = asyncio.get_running_loop()

    async def later() -> None:
        note()

    @app.get("/probe/loops", dependencies=[Depends(awaited)])
    async def get_loops(background: BackgroundTasks) -> None:
        loops["handler"] = asyncio.get_running_loop()
        background.add_task(later)

    @app.get("/probe/state")
    async def get_state(request: Request) -> bool:
        known = hasattr(request.state, "left_behind")
        request.state.left_behind = True
        return known

    @app.post("/probe/rollback")
    async def rollback(session: SessionDep) -> int:
        await session.execute(text("DELETE FROM users"))
        await session.rollback()
        return await session.scalar(select(func.count()).select_from(User)) or 0

    @app.post("/probe/forgotten")
    async def forget(factory: Annotated[Any, Depends(get_session_factory)]) -> None:
        async with factory() as session:
            await session.execute(text("DELETE FROM users"))

    @app.get("/probe/locked/{name}")
    async def lock(session: SessionDep, name: str) -> str:
        statement = select(User).where(User.username == name).with_for_update()
        user = (await session.scalars(statement)).one()
        await asyncio.sleep(0.01)
        user.email = f"{int(user.email) + 1}"
        return user.email

    yield loops
    app.router.routes[:] = routes


async def test_one_loop(async_client: AsyncClient, probes: Loops) -> None:
    await async_client.get("/probe/loops")

    assert set(probes) == {"dependency", "handler", "background"}
    assert set(probes.values()) == {asyncio.get_running_loop()}


async def test_state_is_a_copy_for_each_request(async_client: AsyncClient, probes: Loops) -> None:
    answers = [(await async_client.get("/probe/state")).json() for _ in range(2)]

    assert answers == [False, False]


@pytest.mark.parametrize("run", [1, 2])
async def test_rows_are_gone(db_session: Any, password_hasher: Any, run: int) -> None:
    assert await db_session.scalar(select(func.count()).select_from(User)) == 0
    await create_user(db_session, hasher=password_hasher)
    await db_session.commit()


async def test_a_rollback_leaves_the_arranged_rows(
    async_client: AsyncClient, probes: Loops, test_users: dict[str, Any]
) -> None:
    assert (await async_client.post("/probe/rollback")).json() == 3


async def test_a_forgotten_commit_shows(
    async_client: AsyncClient, probes: Loops, test_users: dict[str, Any], db_session: Any
) -> None:
    await async_client.post("/probe/forgotten")

    assert await db_session.scalar(select(func.count()).select_from(User)) == 3


async def test_row_locks_are_real(
    async_client: AsyncClient, probes: Loops, db_session: Any, password_hasher: Any
) -> None:
    user = await create_user(db_session, hasher=password_hasher, email="0", username="locked")
    await db_session.commit()

    await asyncio.gather(*(async_client.get("/probe/locked/locked") for _ in range(8)))

    assert (await db_session.get(User, user.id)).email == "8"


@pytest.mark.parametrize("how", ["get", "get_one", "select"])
async def test_the_session_is_never_stale(
    admin_client: AsyncClient, test_user: Any, db_session: Any, how: str
) -> None:
    await admin_client.patch(f"/api/users/{test_user.id}", json={"role": "editor"})

    read: dict[str, Callable[[], Any]] = {
        "get": lambda: db_session.get(User, test_user.id),
        "get_one": lambda: db_session.get_one(User, test_user.id),
        "select": lambda: db_session.scalar(select(User).where(User.id == test_user.id)),
    }
    assert (await read[how]()).role == "editor"


@pytest.mark.parametrize("run", [1, 2])
async def test_overrides_are_restored(app: FastAPI, run: int) -> None:
    assert set(app.dependency_overrides) == {get_session_factory}
    app.dependency_overrides[get_session] = lambda: None


async def test_the_users_own_override_is_kept(_running_app: Any, request: Any) -> None:
    own = _running_app.app.dependency_overrides
    own[get_session] = len
    request.addfinalizer(own.clear)

    request.getfixturevalue("app")

    assert own[get_session] is len


async def test_the_old_httpx_does_as_well(_running_app: Any, test_user: Any) -> None:
    transport = httpx.ASGITransport(app=_running_app.asgi)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        response = await client.post(
            "/api/auth/login", json={"email": test_user.email, "password": "password"}
        )

    assert response.status_code == 200
