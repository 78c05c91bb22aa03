"""The test users."""

from typing import Any, TypedDict

DEFAULT_PASSWORD = "password"


class UserWithPassword(TypedDict):
    """A user and the password that signs it in."""

    user: Any
    password: str


def password_of(role: str) -> str:
    """Return the password of the user that `test_users` has for a role: `AdminPass123!`."""
    return f"{role.capitalize()}Pass123!"
