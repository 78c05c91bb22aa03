"""One database that tests use."""

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
    """A clone of a template database. Another one takes its name when a test has changed its schema."""

    __test__ = False  # pytest collects classes of this name
    databases: WorkerDatabases
    suffix: str
    template: str
    kept: Collection[str]
    wiper: PostgresWiper | None = None
    _sequences: list[Sequence] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.databases.url(self.suffix)

    @property
    def name(self) -> str:
        return self.databases.name(self.suffix)

    async def make(self) -> None:
        await self.databases.clone(self.suffix, self.template)
        await self.open_wiper()

    async def wipe(self, *, compare_schema: bool) -> WipeResult:
        assert self.wiper is not None
        return await self.wiper.wipe(compare_schema=compare_schema)

    async def replace(self) -> None:
        await self.drop()
        await self.make()

    async def drop(self) -> None:
        await self.close()
        await self.databases.drop(self.suffix)

    async def close(self) -> None:
        wiper, self.wiper = self.wiper, None
        if wiper is not None:
            self._sequences = wiper.sequences  # the next wiper would find them used
            with suppress(*CONNECTION_LOST, DBAPIError):
                await wiper.close()

    async def open_wiper(self) -> None:
        self.wiper = await open_wiper(self.databases.wiper_urls(self.suffix), self.kept, self._sequences)
