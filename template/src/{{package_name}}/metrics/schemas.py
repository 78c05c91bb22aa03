"""The response body of the metrics."""

from pydantic import BaseModel


class Metrics(BaseModel):
    """The numbers of active users, documents and searches."""

    active_users: int
    total_documents: int
    total_queries: int
