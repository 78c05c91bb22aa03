"""What goes in and out when somebody signs in."""

from typing import Literal

from pydantic import BaseModel

from ..text import Typed


class Credentials(BaseModel):
    """What somebody signs in with."""

    email: Typed
    password: Typed


class RefreshIn(BaseModel):
    """A refresh token, to be changed for new tokens or to be given up."""

    refresh_token: Typed


class Tokens(BaseModel):
    """An access token, good for `expires_in` seconds, and the refresh token that follows it."""

    access_token: str
    refresh_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105  the name of a scheme
    expires_in: int
