"""All users: create one, list them in pages."""

import pytest
from httpx2 import AsyncClient
from oneloop import get_auth_token_async
from oneloop.users import UserWithPassword

NEW = {"email": "New@Test.com", "username": "new", "password": "long enough to keep"}


class TestListUsers:
    """GET /api/users."""

    async def test_anonymous_returns_401(self, async_client: AsyncClient) -> None:
        response = await async_client.get("/api/users")

        assert response.status_code == 401

    async def test_editor_returns_403(self, editor_client: AsyncClient) -> None:
        """The answer names the role that is needed."""
        response = await editor_client.get("/api/users")

        assert response.status_code == 403
        assert "admin" in response.json()["detail"]

    async def test_pages_hold_each_user_once(
        self, admin_client: AsyncClient, test_users: dict[str, UserWithPassword]
    ) -> None:
        first = (await admin_client.get("/api/users", params={"limit": 2})).json()
        params = {"limit": 2, "cursor": first["next_cursor"]}
        second = (await admin_client.get("/api/users", params=params)).json()

        emails = [each["email"] for each in first["items"] + second["items"]]
        assert sorted(emails) == sorted(entry["user"].email for entry in test_users.values())
        assert second["next_cursor"] is None


class TestPostUser:
    """POST /api/users."""

    async def test_anonymous_wrong_body_returns_401(self, async_client: AsyncClient) -> None:
        """FastAPI resolves the dependencies before it validates the body."""
        response = await async_client.post("/api/users", json={"invalid": "data"})

        assert response.status_code == 401

    async def test_writer_returns_403(self, writer_client: AsyncClient) -> None:
        response = await writer_client.post("/api/users", json=NEW)

        assert response.status_code == 403

    async def test_admin_adds_a_user_who_can_sign_in(
        self, admin_client: AsyncClient, async_client: AsyncClient
    ) -> None:
        """A new user is a writer by default, and the address is stored in lower case."""
        response = await admin_client.post("/api/users", json=NEW)

        assert response.status_code == 201
        assert response.json()["role"] == "writer"
        assert response.json()["email"] == "new@test.com"
        assert await get_auth_token_async(async_client, NEW["email"], NEW["password"])

    @pytest.mark.parametrize(
        ("change", "detail"),
        [
            pytest.param({"email": "ADMIN@test.com"}, "That email address is taken.", id="email"),
            pytest.param({"username": "admin"}, "That username is taken.", id="username"),
        ],
    )
    async def test_taken_name_returns_409(
        self, admin_client: AsyncClient, change: dict[str, str], detail: str
    ) -> None:
        response = await admin_client.post("/api/users", json={**NEW, **change})

        assert response.status_code == 409
        assert response.json()["detail"] == detail

    @pytest.mark.parametrize(
        "change",
        [
            pytest.param({"email": "no address"}, id="email"),
            pytest.param({"username": "a\x00b"}, id="username"),
            pytest.param({"password": "short"}, id="password"),
            pytest.param({"password": "x" * 129}, id="long password"),
            pytest.param({"role": "king"}, id="role"),
        ],
    )
    async def test_wrong_member_returns_422(
        self, admin_client: AsyncClient, change: dict[str, str]
    ) -> None:
        response = await admin_client.post("/api/users", json={**NEW, **change})

        assert response.status_code == 422
        (error,) = response.json()["errors"]
        assert error["loc"] == ["body", *change]
