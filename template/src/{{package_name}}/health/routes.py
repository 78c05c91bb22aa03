"""Health: whether the process lives, and whether it can serve."""

import asyncio
import logging

from fastapi import APIRouter, Request
from sqlalchemy import text

from ..database import SessionFactory, SessionFactoryDep
from ..errors import UnavailableError

router = APIRouter(tags=["health"])
logger = logging.getLogger(__name__)


@router.get("/health")
async def get_health() -> dict[str, str]:
    """Answer that the process lives; ask nothing, so that a slow database restarts nobody."""
    return {"status": "healthy"}


async def _ask(factory: SessionFactory) -> None:
    async with factory() as session:
        await session.execute(text("SELECT 1"))


@router.get("/ready")
async def get_ready(request: Request, factory: SessionFactoryDep) -> dict[str, str]:
    """Answer whether requests can be served: the database is asked, within a time limit."""
    limit: float = request.state.settings.ready_timeout_seconds
    question = asyncio.create_task(_ask(factory), name="ready")
    try:
        # A shield, since a statement that is cancelled takes seconds to hang up; nobody waits.
        await asyncio.wait_for(asyncio.shield(question), limit)
    except Exception as error:  # whatever the reason, it is not ready
        question.cancel()
        logger.warning("not ready", extra={"reason": type(error).__name__})
        raise UnavailableError("The database does not answer.") from error
    return {"status": "ready"}
