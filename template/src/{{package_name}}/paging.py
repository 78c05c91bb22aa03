"""Keyset paging: each page starts after the last item of the page before."""

from datetime import UTC, datetime
from typing import Annotated, Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel
from sqlalchemy import Select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from .database import Identified
from .errors import InvalidInputError

Item = TypeVar("Item")
Model = TypeVar("Model", bound=Identified)
Position = tuple[datetime, UUID]


class Page(BaseModel, Generic[Item]):
    """Items, the newest first, and the cursor of the next page; null on the last page."""

    items: list[Item]
    next_cursor: str | None


class PageQuery(NamedTuple):
    """The requested page: the position that it starts after, and the number of items."""

    position: Position | None
    limit: int


# Async, since FastAPI runs sync dependencies in a thread.
async def get_page_query(
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> PageQuery:
    """Read `?cursor=&limit=`."""
    return PageQuery(None if cursor is None else decode_cursor(cursor), limit)


PageQueryDep = Annotated[PageQuery, Depends(get_page_query)]


def encode_cursor(item: Identified) -> str:
    """Return the position of `item`, encoded, so that clients do not depend on its parts."""
    return f"{item.created_at.isoformat()} {item.id}".encode().hex()


def decode_cursor(cursor: str) -> Position:
    """Return the position in a cursor; raise `InvalidInputError` if it is not one."""
    try:
        time, item_id = bytes.fromhex(cursor).decode("ascii").split(" ")
        return datetime.fromisoformat(time).astimezone(UTC), UUID(item_id)
    except (ValueError, OverflowError):
        message = "The cursor is not valid. Use `next_cursor` of the page before."
        raise InvalidInputError(message) from None


async def fetch_page(
    session: AsyncSession, statement: Select[Any], model: type[Model], query: PageQuery
) -> tuple[list[Model], str | None]:
    """Return one page of the statement's rows, and the cursor of the next page if there is one."""
    key = tuple_(model.created_at, model.id)
    if query.position is not None:
        statement = statement.where(key < query.position)
    statement = statement.order_by(model.created_at.desc(), model.id.desc()).limit(query.limit + 1)
    rows = list(await session.scalars(statement))
    more, rows = len(rows) > query.limit, rows[: query.limit]
    return rows, encode_cursor(rows[-1]) if more else None
