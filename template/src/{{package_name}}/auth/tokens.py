"""Signed access tokens and random refresh tokens."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

import jwt

from ..errors import NotAuthenticatedError
from ..settings import Settings

ALGORITHM = "HS256"
AUDIENCE = "access"
# The clocks of two replicas differ: a token may come from the near future, or just have expired.
LEEWAY = timedelta(seconds=10)


def create_access_token(user_id: UUID, settings: Settings) -> str:
    """Return a signed token with the user's id, and without the role, which can change."""
    now = datetime.now(UTC)
    claims = {
        "sub": str(user_id),
        "aud": AUDIENCE,
        "iat": now,
        "exp": now + timedelta(minutes=settings.access_token_minutes),
    }
    return jwt.encode(claims, settings.secret_key.get_secret_value(), ALGORITHM)


def read_access_token(token: str, settings: Settings) -> UUID:
    """Return the user's id; raise `NotAuthenticatedError` for an invalid token."""
    try:
        claims = jwt.decode(
            token,
            settings.secret_key.get_secret_value(),
            [ALGORITHM],
            audience=AUDIENCE,
            leeway=LEEWAY,
            options={"require": ["sub", "aud", "iat", "exp"]},
        )
        return UUID(claims["sub"])
    except (jwt.InvalidTokenError, ValueError):
        message = "The access token is not valid or has expired."
        raise NotAuthenticatedError(message) from None


def create_refresh_token() -> str:
    """Return a token of 256 random bits."""
    return secrets.token_urlsafe(32)


def hash_refresh_token(token: str) -> str:
    """Return the stored form of a refresh token; 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()
