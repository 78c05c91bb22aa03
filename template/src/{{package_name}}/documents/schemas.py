"""Request and response bodies of documents."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from ..text import Change, Line, Prose


class DocumentIn(BaseModel):
    """A new document."""

    title: Line
    content: Prose


class DocumentChange(Change):
    """The members of a document to change."""

    title: Line = ""
    content: Prose = ""


class DocumentOut(BaseModel):
    """A document."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    title: str
    content: str
    author_id: UUID
    created_at: datetime
    updated_at: datetime
