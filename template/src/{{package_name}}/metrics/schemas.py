"""The figures."""

from pydantic import BaseModel


class Metrics(BaseModel):
    """How much there is: users that are enabled, documents, and searches made."""

    active_users: int
    total_documents: int
    total_queries: int
