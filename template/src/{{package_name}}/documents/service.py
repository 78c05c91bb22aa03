"""Operations on documents."""

import logging
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ..database import SessionFactory
from ..errors import NotFoundError, PermissionDeniedError
from ..users.models import Role, User
from .models import Document, Search
from .schemas import DocumentChange, DocumentIn

logger = logging.getLogger(__name__)


async def add_document(session: AsyncSession, new: DocumentIn, author: User) -> Document:
    """Add a document of `author`."""
    document = Document(title=new.title, content=new.content, author_id=author.id)
    session.add(document)
    await session.flush()
    return document


async def get_document(session: AsyncSession, document_id: UUID, *, lock: bool = False) -> Document:
    """Return the document; raise `NotFoundError` if there is none."""
    document = await session.get(Document, document_id, with_for_update=lock)
    if document is None:
        message = "There is no such document."
        raise NotFoundError(message)
    return document


async def get_own_document(session: AsyncSession, document_id: UUID, user: User) -> Document:
    """Return the document if `user` may change it; raise `PermissionDeniedError` otherwise."""
    # Locked: a change during a parallel delete is a 404, not a 500.
    document = await get_document(session, document_id, lock=True)
    # An allow-list: a role that is added later may change its own documents only.
    if user.role not in {Role.ADMIN, Role.EDITOR} and document.author_id != user.id:
        message = "Writers change their own documents only. Ask its author, an editor or an admin."
        raise PermissionDeniedError(message)
    return document


async def change_document(
    session: AsyncSession, document: Document, change: DocumentChange
) -> Document:
    """Change the members that were sent."""
    for name in change.model_fields_set:
        setattr(document, name, getattr(change, name))
    await session.flush()
    return document


async def delete_own_document(session: AsyncSession, document_id: UUID, user: User) -> None:
    """Delete the document if `user` may change it."""
    document = await get_own_document(session, document_id, user)
    await session.delete(document)
    await session.flush()
    logger.info("document deleted", extra={"document_id": str(document.id)})


def matching(query: str) -> Select[Document]:
    """Select the documents whose title or content contains `query`, literally."""
    return select(Document).where(
        or_(
            Document.title.icontains(query, autoescape=True),
            Document.content.icontains(query, autoescape=True),
        )
    )


async def record_search(factory: SessionFactory, query: str, user_id: UUID) -> None:
    """Record a search in a session of its own; that of the request is closed by then."""
    async with factory.begin() as session:
        session.add(Search(query=query, user_id=user_id))
