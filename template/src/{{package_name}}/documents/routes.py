"""Documents: all users read, writers change their own, editors and admins change any."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Query
from sqlalchemy import select

from ..auth.dependencies import CurrentUserDep
from ..database import SessionDep, SessionFactoryDep
from ..errors import problems
from ..paging import Page, PageQueryDep, fetch_page
from ..text import Line
from .models import Document
from .schemas import DocumentChange, DocumentIn, DocumentOut
from .service import (
    add_document,
    change_document,
    delete_own_document,
    get_document,
    get_own_document,
    matching,
    record_search,
)

router = APIRouter(prefix="/documents", tags=["documents"], responses=problems(401, 422))


def _page(documents: list[Document], next_cursor: str | None) -> Page[DocumentOut]:
    items = [DocumentOut.model_validate(document) for document in documents]
    return Page(items=items, next_cursor=next_cursor)


# FastAPI tries the routes in this order. /{document_id} would read `search` as an id.
@router.get("/search")
async def search_documents(  # noqa: PLR0913, PLR0917  FastAPI passes each of them
    user: CurrentUserDep,
    session: SessionDep,
    factory: SessionFactoryDep,
    page: PageQueryDep,
    background: BackgroundTasks,
    q: Annotated[Line, Query(description="The text to find, literally.")],
) -> Page[DocumentOut]:
    """Return the documents that contain `q`; the search is recorded after the answer."""
    found = await fetch_page(session, matching(q), Document, page)
    if page.position is None:
        background.add_task(record_search, factory, q, user.id)
    return _page(*found)


@router.get("/{document_id}", responses=problems(404))
async def get_one_document(
    _: CurrentUserDep, session: SessionDep, document_id: UUID
) -> DocumentOut:
    """Return a document."""
    return DocumentOut.model_validate(await get_document(session, document_id))


@router.patch("/{document_id}", responses=problems(400, 403, 404))
async def patch_document(
    user: CurrentUserDep, session: SessionDep, document_id: UUID, change: DocumentChange
) -> DocumentOut:
    """Change a document."""
    document = await get_own_document(session, document_id, user)
    return DocumentOut.model_validate(await change_document(session, document, change))


@router.delete("/{document_id}", status_code=204, responses=problems(403, 404))
async def delete_document(user: CurrentUserDep, session: SessionDep, document_id: UUID) -> None:
    """Delete a document."""
    await delete_own_document(session, document_id, user)


@router.get("")
async def list_documents(
    _: CurrentUserDep, session: SessionDep, page: PageQueryDep
) -> Page[DocumentOut]:
    """Return the documents, the newest first."""
    return _page(*await fetch_page(session, select(Document), Document, page))


@router.post("", status_code=201, responses=problems(400))
async def post_document(user: CurrentUserDep, session: SessionDep, new: DocumentIn) -> DocumentOut:
    """Add a document of the caller."""
    return DocumentOut.model_validate(await add_document(session, new, user))
