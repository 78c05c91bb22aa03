"""Access to the metrics, and their values."""

from httpx2 import AsyncClient
from oneloop import get_auth_token_async
from oneloop.users import UserWithPassword
from sqlalchemy.ext.asyncio import AsyncSession

from tests.factories import create_document


class TestMetricsEndpointSecurity:
    """GET /api/metrics: access."""

    async def test_unauthenticated_request_returns_401(self, async_client: AsyncClient) -> None:
        response = await async_client.get("/api/metrics")

        assert response.status_code == 401
        assert response.json()["detail"] == "Not authenticated"

    async def test_non_admin_user_returns_403(
        self, async_client: AsyncClient, test_users: dict[str, UserWithPassword]
    ) -> None:
        """The answer names the role that is needed."""
        token = await get_auth_token_async(
            async_client,
            test_users["editor"]["user"].email,
            test_users["editor"]["password"],
        )

        response = await async_client.get(
            "/api/metrics", headers={"Authorization": f"Bearer {token}"}
        )

        assert response.status_code == 403
        assert "admin" in response.json()["detail"].lower()

    async def test_admin_user_can_access_metrics(
        self, async_client: AsyncClient, test_users: dict[str, UserWithPassword]
    ) -> None:
        token = await get_auth_token_async(
            async_client,
            test_users["admin"]["user"].email,
            test_users["admin"]["password"],
        )

        response = await async_client.get(
            "/api/metrics", headers={"Authorization": f"Bearer {token}"}
        )

        assert response.status_code == 200
        data = response.json()
        assert "active_users" in data
        assert "total_documents" in data
        assert "total_queries" in data
        assert isinstance(data["active_users"], int)


class TestGetMetrics:
    """GET /api/metrics: values."""

    async def test_active_users_documents_and_searches_are_counted(
        self,
        admin_client: AsyncClient,
        writer_client: AsyncClient,
        test_users: dict[str, UserWithPassword],
        db_session: AsyncSession,
    ) -> None:
        test_users["editor"]["user"].is_active = False
        for _ in range(3):
            await create_document(db_session, author=test_users["writer"]["user"])
        await db_session.commit()
        await writer_client.get("/api/documents/search", params={"q": "text"})

        response = await admin_client.get("/api/metrics")

        assert response.json() == {"active_users": 2, "total_documents": 3, "total_queries": 1}
