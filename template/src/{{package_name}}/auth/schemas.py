"""Request and response bodies of authentication."""

from typing import Literal

from pydantic import BaseModel

from ..text import Typed


class Credentials(BaseModel):
    """The body of a login."""

    email: Typed
    password: Typed


class RefreshIn(BaseModel):
    """A refresh token, to exchange or to revoke."""

    refresh_token: Typed


class Tokens(BaseModel):
    """An access token, valid for `expires_in` seconds, and a refresh token."""

    access_token: str
    refresh_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105  the name of a scheme
    expires_in: int
