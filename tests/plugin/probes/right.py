"""What the harness lets pass, beside what the emitted tests of its promises show."""

from typing import Any

import httpx


async def test_the_old_httpx_does_as_well(_running_app: Any, test_user: Any) -> None:
    transport = httpx.ASGITransport(app=_running_app.asgi)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        response = await client.post(
            "/api/auth/login", json={"email": test_user.email, "password": "password"}
        )

    assert response.status_code == 200
