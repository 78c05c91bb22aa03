"""Hash and verify passwords: a bounded number at a time, and never on the event loop."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache, partial
from typing import ParamSpec, TypeVar

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from ..errors import UnavailableError
from ..settings import Settings

P = ParamSpec("P")
T = TypeVar("T")


def build_password_hasher(settings: Settings) -> PasswordHash:
    """Return the hasher. A hash contains its cost, so old hashes can still be verified."""
    return PasswordHash(
        (
            Argon2Hasher(
                time_cost=settings.password_time_cost,
                memory_cost=settings.password_memory_kib,
                parallelism=settings.password_parallelism,
            ),
        )
    )


@lru_cache(maxsize=1)
def _dummy_hash(hasher: PasswordHash) -> str:
    return hasher.hash("a password of no user")


class HashQueue:
    """Runs `slots` calls at a time in threads of its own; `length` more have a place to wait."""

    def __init__(self, slots: int, length: int) -> None:
        self._threads = ThreadPoolExecutor(slots, "password", initializer=_give_way)
        self._places = slots + length
        self._taken = 0

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place for one call; raise `UnavailableError` if all are taken."""
        if self._taken >= self._places:
            raise UnavailableError
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1

    async def run(self, function: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
        """Return what `function` returns. The caller holds a place."""
        call = partial(function, *args, **options)
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    def close(self) -> None:
        """End the threads, each after the call that it runs."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _give_way() -> None:
    # Argon2 takes all processors: those who are signed in, and PostgreSQL, come first.
    if sys.platform == "linux":  # elsewhere it would hold for the whole process
        os.nice(10)


class Passwords:
    """The passwords of the app. Give the connection back before: each call may have to wait."""

    def __init__(self, hasher: PasswordHash, queue: HashQueue) -> None:
        self._hasher = hasher
        self._queue = queue

    async def hash(self, password: str) -> str:
        """Return the hash to store."""
        with self._queue.place():
            return await self._queue.run(self._hasher.hash, password)

    @contextmanager
    def place(self) -> Iterator[Callable[[str, str | None], Awaitable[tuple[bool, str | None]]]]:
        """Hold a place in the queue, and yield the function that verifies a password there."""
        with self._queue.place():
            yield self._verify

    async def _verify(self, password: str, hashed: str | None) -> tuple[bool, str | None]:
        """Return whether the password is right, and a new hash if the stored one is outdated.

        Without a hash it takes as long as with one, so the time reveals no account.
        """

        def verify() -> tuple[bool, str | None]:
            return self._hasher.verify_and_update(password, hashed or _dummy_hash(self._hasher))

        return await self._queue.run(verify)
