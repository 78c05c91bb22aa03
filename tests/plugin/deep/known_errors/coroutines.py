"""How the errors of `await`, and of the clients that are awaited, come about."""

from collections.abc import AsyncIterator
from typing import Any

from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient

from .given import Given, Provoked, unraisable


async def nothing() -> None:
    """Do nothing."""


async def values() -> AsyncIterator[int]:
    yield 1


async def a_coroutine_thrown_away(_: Given) -> None:
    with unraisable() as raised:
        nothing()  # type: ignore[unused-coroutine]  # the mistake
    raise raised[0]


async def a_coroutine_for_its_value(_: Given) -> None:
    coroutine: Any = nothing()
    try:
        coroutine.status_code  # noqa: B018  reading it is the mistake
    finally:
        coroutine.close()


async def a_coroutine_for_a_list(_: Given) -> None:
    coroutine: Any = nothing()
    try:
        coroutine[0]
    finally:
        coroutine.close()


async def an_await_too_many(_: Given) -> None:
    value: Any = 1
    await value


async def a_generator_entered(_: Given) -> None:
    generator: Any = values()
    async with generator:
        pass


async def a_generator_for_its_value(_: Given) -> None:
    generator: Any = values()
    generator.execute("SELECT 1")


async def a_closed_client(_: Given) -> None:
    client = AsyncClient(transport=ASGITransport(app=FastAPI()))
    await client.aclose()
    await client.get("http://test")


async def an_old_client(_: Given) -> None:
    client: Any = AsyncClient
    client(app=FastAPI())


COROUTINES: Provoked = (
    ("Coroutine never awaited", a_coroutine_thrown_away),
    ("Coroutine never awaited", a_coroutine_for_its_value),
    ("Coroutine never awaited", a_coroutine_for_a_list),
    ("Awaited what is not async", an_await_too_many),
    ("Awaited what is not async", a_generator_entered),
    ("Async generator taken for a value", a_generator_for_its_value),
    ("Client is closed", a_closed_client),
    ("AsyncClient takes no app", an_old_client),
)
