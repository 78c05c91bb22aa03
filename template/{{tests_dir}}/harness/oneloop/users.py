"""The test users, and how a client signs in as one of them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypedDict

DEFAULT_PASSWORD = "password"


class UserWithPassword(TypedDict):
    """A user and the password that signs it in."""

    user: Any
    password: str


def password_of(role: str) -> str:
    """Return the password of the user that `test_users` has for a role: `AdminPass123!`."""
    return f"{role.capitalize()}Pass123!"


if TYPE_CHECKING:  # `tests.harness` imports this module, and itself before the packages are checked
    from httpx2 import AsyncClient

LOGIN_PATH = "/api/auth/login"


async def get_auth_token_async(client: "AsyncClient", email: str, password: str) -> str:
    """Log in and return the access token; an answer other than 200 fails the test and is shown."""
    response = await client.post(LOGIN_PATH, json={"email": email, "password": password})
    assert response.status_code == 200, f"Login failed: {response.status_code} {response.text}"
    return str(response.json()["access_token"])


async def login_with_token(client: "AsyncClient", email: str, password: str) -> Mapping[str, str]:
    """Log in and return the bearer header: the default of the seam's `login`."""
    return {"Authorization": f"Bearer {await get_auth_token_async(client, email, password)}"}
