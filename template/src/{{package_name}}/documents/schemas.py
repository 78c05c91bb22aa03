"""Request and response bodies of documents."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from ..text import Line, Prose


class DocumentIn(BaseModel):
    """A new document."""

    title: Line
    content: Prose


class DocumentChange(BaseModel):
    """The members to change; a member that is left out keeps its value, and null is invalid."""

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
