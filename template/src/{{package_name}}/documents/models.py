"""The tables of documents and searches."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base, Identified


class Document(Identified, Base):
    """A text of an author."""

    __tablename__ = "documents"
    __table_args__ = (Index(None, "created_at", "id"),)
    __mapper_args__ = {"eager_defaults": True}  # noqa: RUF012  SQLAlchemy's own form

    title: Mapped[str] = mapped_column(String(200))
    content: Mapped[str] = mapped_column(Text)
    author_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class Search(Identified, Base):
    """A recorded search."""

    __tablename__ = "searches"

    query: Mapped[str] = mapped_column(String(200))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
