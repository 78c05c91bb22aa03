"""Metrics, for administrators."""

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import func, select

from .auth.dependencies import AdminDep
from .database import SessionDep
from .documents.models import Document, Search
from .errors import problems
from .users.models import User

router = APIRouter(prefix="/metrics", tags=["metrics"], responses=problems(401, 403))


class Metrics(BaseModel):
    """The numbers of active users, documents and searches."""

    active_users: int
    total_documents: int
    total_queries: int


@router.get("")
async def get_metrics(_: AdminDep, session: SessionDep) -> Metrics:
    """Return the figures, from one statement and so from one moment."""
    row = (
        await session.execute(
            select(
                select(func.count()).select_from(User).where(User.is_active).scalar_subquery(),
                select(func.count()).select_from(Document).scalar_subquery(),
                select(func.count()).select_from(Search).scalar_subquery(),
            )
        )
    ).one()
    return Metrics(active_users=row[0], total_documents=row[1], total_queries=row[2])
