"""Liveness and readiness."""

import asyncio
import logging

from fastapi import APIRouter, Request
from sqlalchemy import text

from .database import SessionFactory, SessionFactoryDep
from .errors import UnavailableError

router = APIRouter(tags=["health"])
logger = logging.getLogger(__name__)


@router.head("/health", include_in_schema=False)
@router.get("/health")
async def get_health() -> dict[str, str]:
    """Report liveness, without the database: a slow database must not restart the process."""
    return {"status": "healthy"}


async def _ask(factory: SessionFactory) -> None:
    async with factory() as session:
        await session.execute(text("SELECT 1"))


@router.get("/ready")
async def get_ready(request: Request, factory: SessionFactoryDep) -> dict[str, str]:
    """Report readiness: the database must answer within a time limit."""
    limit: float = request.state.settings.ready_timeout_seconds
    question = asyncio.create_task(_ask(factory), name="ready")
    try:
        # Shielded: a cancelled statement takes seconds to end, and the answer must not wait.
        await asyncio.wait_for(asyncio.shield(question), limit)
    except Exception as error:  # every error means: not ready
        question.cancel()
        logger.warning("not ready", extra={"reason": type(error).__name__})
        raise UnavailableError("The database does not answer.") from error
    return {"status": "ready"}
