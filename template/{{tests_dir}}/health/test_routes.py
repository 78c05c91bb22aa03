"""Liveness and readiness, and what the sync client is good for."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from httpx2 import AsyncClient
from oneloop.clients import SyncClient
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine


class TestGetHealth:
    """GET /api/health."""

    def test_health_endpoint_returns_200(self, client: SyncClient) -> None:
        """The process lives; no database is asked, so the sync client does."""
        response = client.get("/api/health")

        assert response.status_code == 200
        assert response.json() == {"status": "healthy"}

    def test_unknown_path_returns_404(self, client: SyncClient) -> None:
        """What is not there is a problem body as well."""
        response = client.get("/api/nowhere")

        assert response.status_code == 404
        assert response.headers["content-type"] == "application/problem+json"

    def test_wrong_method_returns_405(self, client: SyncClient) -> None:
        """So is a method that the path does not have."""
        response = client.delete("/api/health")

        assert response.status_code == 405
        assert response.json()["status"] == 405


class TestGetReady:
    """GET /api/ready."""

    async def test_database_that_answers_is_ready(self, async_client: AsyncClient) -> None:
        """The database is asked."""
        response = await async_client.get("/api/ready")

        assert response.status_code == 200
        assert response.json() == {"status": "ready"}

    async def test_database_that_does_not_answer_is_not(
        self,
        async_client: AsyncClient,
        app: FastAPI,
        session_factory_dependency: Callable[..., Any],
    ) -> None:
        """A load balancer sends requests elsewhere; nobody waits without end."""
        engine = create_async_engine("postgresql+asyncpg://localhost:1/nowhere_test")
        factory = async_sessionmaker(engine)
        app.dependency_overrides[session_factory_dependency] = lambda: factory

        response = await async_client.get("/api/ready")

        assert response.status_code == 503
        assert "Retry-After" in response.headers
