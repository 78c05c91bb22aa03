"""One database that tests use, and the private copy that can take its place."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field

from sqlalchemy.exc import DBAPIError

from ..database.database_admin import CONNECTION_LOST
from ..database.worker_databases import WorkerDatabases
from .catalogue import Sequence
from .wiper import PostgresWiper, WipeResult, open_wiper


@dataclass
class TestDatabase:
    """A clone of a template database. A private copy takes its name for one test, so that the URL stays the same."""

    __test__ = False  # pytest collects classes of this name
    databases: WorkerDatabases
    suffix: str
    template: str
    kept: Collection[str]
    wiper: PostgresWiper | None = None
    is_private_copy: bool = False
    _sequences: list[Sequence] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.databases.url(self.suffix)

    @property
    def name(self) -> str:
        return self.databases.name(self.suffix)

    @property
    def _swapped_out(self) -> str:
        return f"{self.suffix}_swapped_out"

    async def make(self) -> None:
        await self.databases.clone(self.suffix, self.template)
        await self._open_wiper()

    async def wipe(self, *, compare_schema: bool) -> WipeResult:
        assert self.wiper is not None
        return await self.wiper.wipe(compare_schema=compare_schema)

    async def swap_in_private_copy(self) -> None:
        await self.close()
        await self.databases.rename(self.suffix, self._swapped_out)
        self.is_private_copy = True
        await self.databases.clone(self.suffix, self.template)

    async def swap_back(self) -> list[str]:
        found = await self.databases.left_open(self.suffix)
        if self.is_private_copy:
            await self.databases.drop(self.suffix)
            await self.databases.rename(self._swapped_out, self.suffix)
            self.is_private_copy = False
        if self.wiper is None:
            await self._open_wiper()
        return found

    async def replace(self) -> None:
        await self.close()
        await self.databases.drop(self.suffix)
        await self.make()

    async def drop(self) -> None:
        await self.close()
        await self.databases.drop(self.suffix)
        if self.is_private_copy:
            await self.databases.drop(self._swapped_out)

    async def close(self) -> None:
        wiper, self.wiper = self.wiper, None
        if wiper is not None:
            self._sequences = wiper.sequences  # the next wiper would find them used
            with suppress(*CONNECTION_LOST, DBAPIError):
                await wiper.close()

    async def _open_wiper(self) -> None:
        self.wiper = await open_wiper(self.databases.wiper_urls(self.suffix), self.kept, self._sequences)
