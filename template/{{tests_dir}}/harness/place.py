"""A database that tests use: who wipes it, and how it makes room for a fresh one."""

from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from .databases import Databases
from .outage.signs import LOST
from .sqlite import Files, SqliteWiper
from .wipe import Sequence, Wiped, Wiper

Change = Callable[[AsyncConnection], Awaitable[object]]


@dataclass
class Place:
    """A database of this process, cloned from a template of the run.

    Another database can take its name for a while, so that nobody has to learn another URL.
    `changes` are made to each database that comes here.
    """

    databases: Databases | Files
    suffix: str
    template: str
    kept: Collection[str]
    wiper: Wiper | SqliteWiper | None = None
    incarnation: str = ""
    aside: bool = False
    _sequences: list[Sequence] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The URL, which stays the same whichever database is there."""
        return self.databases.url(self.suffix)

    @property
    def name(self) -> str:
        """The database's name."""
        return self.databases.name(self.suffix)

    @property
    def _aside(self) -> str:
        return f"{self.suffix}_aside"

    async def make(self) -> None:
        """Clone the template, and look at what there is to wipe."""
        await self.databases.clone(self.suffix, self.template)
        for change in self.changes:
            await self._apply(change)
        await self.look()

    async def look(self) -> None:
        """Take the database as it is now for what it has to be after each test."""
        opened = SqliteWiper if isinstance(self.databases, Files) else Wiper
        self.wiper = await opened.open(self.url, self.kept, self._sequences)
        self.incarnation = self.wiper.incarnation

    async def leave(self) -> None:
        """Close the harness's own connection to it."""
        wiper, self.wiper = self.wiper, None
        if wiper is not None:
            self._sequences = wiper.sequences  # a wiper that comes later finds them used
            with suppress(*LOST, DBAPIError):
                await wiper.close()

    async def extend(self, change: Change) -> None:
        """Change the schema for the rest of the run, in each database that comes here later too."""
        self.changes.append(change)
        await self._apply(change)
        if self.wiper is not None:
            await self.wiper.prepare()

    async def _apply(self, change: Change) -> None:
        engine = create_async_engine(self.url, poolclass=NullPool)
        async with engine.begin() as connection:
            await change(connection)

    async def wipe(self, *, look_closer: bool) -> Wiped:
        """Delete what a test left here."""
        assert self.wiper is not None
        return await self.wiper.wipe(look_closer=look_closer)

    async def set_aside(self) -> None:
        """Put a fresh database here; nobody may be connected, and whoever is, is ended."""
        await self.leave()
        await self.databases.rename(self.suffix, self._aside)
        self.aside = True
        await self.databases.clone(self.suffix, self.template)
        for change in self.changes:
            await self._apply(change)

    async def restarted(self) -> bool:
        """Wait for a server that is coming back, and tell whether it was away."""
        return self.incarnation != await self.databases.incarnation()

    async def bring_back(self) -> list[str]:
        """Drop what took its place; return a line for each transaction still open there."""
        found = await self.databases.left_open(self.suffix)
        if self.aside:
            await self.databases.drop(self.suffix)
            await self.databases.rename(self._aside, self.suffix)
            self.aside = False
        if self.wiper is None:
            await self.look()
        return found

    async def renew(self) -> None:
        """Drop the database, and clone the template once more."""
        await self.leave()
        await self.databases.drop(self.suffix)
        await self.make()

    async def drop(self) -> None:
        """End it, at the end of the run."""
        await self.leave()
        await self.databases.drop(self.suffix)
        if self.aside:
            await self.databases.drop(self._aside)
