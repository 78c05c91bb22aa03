"""Liveness and readiness, and plain routing with the sync client."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from httpx2 import AsyncClient
from oneloop.clients import SyncClient
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine


class TestGetHealth:
    """GET /api/health."""

    def test_health_endpoint_returns_200(self, client: SyncClient) -> None:
        """The route does not use the database, so the sync client is enough."""
        response = client.get("/api/health")

        assert response.status_code == 200
        assert response.json() == {"status": "healthy"}

    def test_head_returns_200(self, client: SyncClient) -> None:
        """Load balancers and monitors ask so."""
        assert client.head("/api/health").status_code == 200

    def test_slash_at_the_end_returns_404(self, client: SyncClient) -> None:
        """A redirect would send the caller to the Host header of the request."""
        response = client.get("/api/health/", headers={"Host": "evil.example"})

        assert response.status_code == 404
        assert "Location" not in response.headers

    def test_unknown_path_returns_404(self, client: SyncClient) -> None:
        response = client.get("/api/nowhere")

        assert response.status_code == 404
        assert response.headers["content-type"] == "application/problem+json"

    def test_wrong_method_returns_405(self, client: SyncClient) -> None:
        response = client.delete("/api/health")

        assert response.status_code == 405
        assert response.json()["status"] == 405


class TestGetReady:
    """GET /api/ready."""

    async def test_database_that_answers_returns_200(self, async_client: AsyncClient) -> None:
        response = await async_client.get("/api/ready")

        assert response.status_code == 200
        assert response.json() == {"status": "ready"}

    async def test_database_that_does_not_answer_returns_503(
        self,
        async_client: AsyncClient,
        app: FastAPI,
        session_factory_dependency: Callable[..., Any],
    ) -> None:
        engine = create_async_engine("postgresql+asyncpg://localhost:1/nowhere_test")
        factory = async_sessionmaker(engine)
        app.dependency_overrides[session_factory_dependency] = lambda: factory

        response = await async_client.get("/api/ready")

        assert response.status_code == 503
        assert "Retry-After" in response.headers
