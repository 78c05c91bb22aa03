"""What the harness lets pass, beside what the emitted tests of its promises show."""

from typing import Any

import httpx
from my_service.database import get_session


async def test_the_users_own_override_is_kept(_running_app: Any, request: Any) -> None:
    own = _running_app.app.dependency_overrides
    own[get_session] = len
    request.addfinalizer(own.clear)

    request.getfixturevalue("app")

    assert own[get_session] is len


async def test_the_old_httpx_does_as_well(_running_app: Any, test_user: Any) -> None:
    transport = httpx.ASGITransport(app=_running_app.asgi)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        response = await client.post(
            "/api/auth/login", json={"email": test_user.email, "password": "password"}
        )

    assert response.status_code == 200
