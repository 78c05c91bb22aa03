"""How the errors of loops and of the lifespan come about."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from anyio import CancelScope
from fastapi import FastAPI, Request
from httpx2 import ASGITransport, AsyncClient

from .given import Given, Provoked


async def nothing() -> None:
    """Do nothing."""


async def a_connection_on_another_loop(given: Given) -> None:
    async with given.engine.connect() as connection:
        driver = await given.driver(connection)
        try:
            # This loop stops meanwhile: if it ran, two threads would be in one protocol. The answer arrives only after
            # the connection is gone: an answer that is there already is bound to no loop.
            with ThreadPoolExecutor(1) as thread:
                thread.submit(asyncio.run, driver.execute("SELECT pg_sleep(5)")).result()
        finally:
            await connection.invalidate()


async def a_lock_on_another_loop(_: Given) -> None:
    lock = asyncio.Lock()
    await lock.acquire()
    waiting = asyncio.create_task(lock.acquire())
    await asyncio.sleep(0)
    try:
        await asyncio.to_thread(asyncio.run, lock.acquire())
    finally:
        lock.release()
        await waiting


async def a_future_of_another_loop(_: Given) -> None:
    async def wait_for(future: "asyncio.Future[None]") -> None:
        await asyncio.gather(future)

    future = asyncio.get_running_loop().create_future()
    await asyncio.to_thread(asyncio.run, wait_for(future))


async def a_closed_loop(_: Given) -> None:
    loop = asyncio.new_event_loop()
    loop.close()
    loop.call_soon(nothing)


async def a_loop_in_a_loop(_: Given) -> None:
    coroutine = nothing()
    try:
        asyncio.run(coroutine)
    finally:
        coroutine.close()


async def another_loop_in_a_loop(_: Given) -> None:
    loop, coroutine = asyncio.new_event_loop(), nothing()
    try:
        loop.run_until_complete(coroutine)
    finally:
        coroutine.close()
        loop.close()


async def an_async_fixture_in_a_coroutine(given: Given) -> None:
    given.request.getfixturevalue("db_session")


async def no_loop_in_a_thread(_: Given) -> None:
    await asyncio.to_thread(asyncio.get_running_loop)


async def a_scope_left_elsewhere(_: Given) -> None:
    scope = CancelScope()

    async def enter() -> None:
        scope.__enter__()

    await asyncio.create_task(enter())
    scope.__exit__(None, None, None)


async def no_lifespan(_: Given) -> None:
    app = FastAPI()

    @app.get("/")
    async def index(request: Request) -> str:
        return str(request.state.greeting)

    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://test") as client:
        await client.get("/")


LOOPS: Provoked = (
    ("Another loop", a_connection_on_another_loop),
    ("Another loop", a_lock_on_another_loop),
    ("Another loop", a_future_of_another_loop),
    ("Loop is closed", a_closed_loop),
    ("Loop already running", a_loop_in_a_loop),
    ("Loop already running", another_loop_in_a_loop),
    ("Async fixture in a coroutine", an_async_fixture_in_a_coroutine),
    ("No running loop", no_loop_in_a_thread),
    ("Cancel scope in another task", a_scope_left_elsewhere),
    ("Lifespan did not run", no_lifespan),
)
