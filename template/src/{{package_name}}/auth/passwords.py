"""Hash and verify passwords: a bounded number at a time, and never on the event loop."""

import asyncio
from collections.abc import Callable
from functools import lru_cache
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
    """Runs `slots` calls at a time in threads, and refuses a call if `length` others wait."""

    def __init__(self, slots: int, length: int) -> None:
        self._slots = asyncio.Semaphore(slots)
        self._length = length
        self._waiting = 0

    async def run(self, function: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
        """Return what `function` returns; raise `UnavailableError` if too many calls wait."""
        if self._waiting >= self._length:
            raise UnavailableError
        self._waiting += 1
        try:
            await self._slots.acquire()
        finally:
            self._waiting -= 1
        try:
            return await asyncio.to_thread(function, *args, **options)
        finally:
            self._slots.release()


class Passwords:
    """The passwords of the app. Give the connection back before: each call may have to wait."""

    def __init__(self, hasher: PasswordHash, queue: HashQueue) -> None:
        self._hasher = hasher
        self._queue = queue

    async def hash(self, password: str) -> str:
        """Return the hash to store."""
        return await self._queue.run(self._hasher.hash, password)

    async def verify(self, password: str, hashed: str | None) -> tuple[bool, str | None]:
        """Return whether the password is right, and a new hash if the stored one is outdated.

        Without a hash it takes as long as with one, so the time reveals no account.
        """

        def verify() -> tuple[bool, str | None]:
            return self._hasher.verify_and_update(password, hashed or _dummy_hash(self._hasher))

        return await self._queue.run(verify)
