"""The test users, and how a client signs in as one of them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:  # pytest imports this module for the tests of other packages too
    from .http_library import httpx

DEFAULT_PASSWORD = "password"
LOGIN_PATH = "/api/auth/login"


class UserWithPassword(TypedDict):
    user: Any
    password: str


def password_of(role: str) -> str:
    """Return the password of a role's user in `test_users`, such as `AdminPass123!`."""
    return f"{role.capitalize()}Pass123!"


async def get_auth_token_async(client: "httpx.AsyncClient", email: str, password: str) -> str:
    """Log in and return the access token; fail the test if the response is not a 200."""
    response = await client.post(LOGIN_PATH, json={"email": email, "password": password})
    failed = f"Login of {email} failed: {response.status_code} {response.text}"
    assert response.status_code == 200, f"{failed}\nIs the user committed, with the password {password!r}?"
    return str(response.json()["access_token"])


async def login_with_token(client: "httpx.AsyncClient", email: str, password: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {await get_auth_token_async(client, email, password)}"}
