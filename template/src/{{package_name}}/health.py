"""Liveness and readiness."""

import asyncio
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from alembic.config import Config
from alembic.script import ScriptDirectory
from fastapi import APIRouter, Depends, Request
from sqlalchemy import Column, MetaData, String, Table, select
from sqlalchemy.exc import ProgrammingError

from .database import SessionFactory
from .errors import UNDEFINED_TABLE, UnavailableError

router = APIRouter(tags=["health"])
logger = logging.getLogger(__name__)

SETTINGS = (Path("alembic.ini"), Path(__file__).parents[2] / "alembic.ini")
APPLIED = Table("alembic_version", MetaData(), Column("version_num", String(32)))


@dataclass(frozen=True)
class Revisions:
    """The revisions in `migrations/`, and the newest of them."""

    known: frozenset[str]
    heads: frozenset[str]

    @classmethod
    def read(cls) -> "Revisions":
        """Read the revisions beside the process, as in the image, or those of a checkout."""
        settings = next(filter(Path.exists, SETTINGS), None)
        if settings is None:
            logger.warning("no migrations here", extra={"looked_for": str(SETTINGS[0])})
            return cls(frozenset(), frozenset())
        folder = ScriptDirectory.from_config(Config(settings))
        known = frozenset(each.revision for each in folder.walk_revisions())
        return cls(known, frozenset(folder.get_heads()))

    def are_older(self, applied: frozenset[str]) -> bool:
        """Return whether a migration is missing.

        An unknown revision is newer: during a rolling deployment the old replicas stay ready.
        """
        return applied <= self.known and applied != self.heads


@router.head("/health", include_in_schema=False)
@router.get("/health")
async def get_health() -> dict[str, str]:
    """Report liveness, without the database: a slow database must not restart the process."""
    return {"status": "healthy"}


async def get_ready_factory(request: Request) -> SessionFactory:
    """Return the factory of sessions on a connection of their own.

    A pool whose connections are all in use does not take the replica out of service.
    """
    factory: SessionFactory = request.state.ready_factory
    return factory


async def _ask(factory: SessionFactory, revisions: Revisions) -> None:
    async with factory() as session:
        try:
            applied = frozenset(await session.scalars(select(APPLIED.c.version_num)))
        except ProgrammingError as error:
            if getattr(error.driver_exception, "sqlstate", None) != UNDEFINED_TABLE:
                raise
            applied = frozenset()
    if revisions.are_older(applied):
        message = "The database lacks a migration."
        raise UnavailableError(message)


@router.head("/ready", include_in_schema=False)
@router.get("/ready")
async def get_ready(
    request: Request, factory: Annotated[SessionFactory, Depends(get_ready_factory)]
) -> dict[str, str]:
    """Report readiness: the database must answer within a time limit, and be migrated."""
    limit: float = request.state.settings.ready_timeout_seconds
    question = asyncio.create_task(_ask(factory, request.state.revisions), name="ready")
    try:
        # Shielded: a cancelled statement takes seconds to end, and the answer must not wait.
        await asyncio.wait_for(asyncio.shield(question), limit)
    except UnavailableError:
        raise
    except Exception as error:  # every error means: not ready
        question.cancel()
        message = "The database does not answer."
        raise UnavailableError(message) from error
    return {"status": "ready"}
