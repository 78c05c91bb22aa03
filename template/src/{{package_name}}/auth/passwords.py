"""Password hashing: Argon2, with the cost from the settings."""

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from ..settings import Settings


def build_password_hasher(settings: Settings) -> PasswordHash:
    """Return the hasher. A hash contains its cost, so old hashes can still be verified."""
    return PasswordHash(
        (
            Argon2Hasher(
                time_cost=settings.password_time_cost,
                memory_cost=settings.password_memory_kib,
                parallelism=settings.password_parallelism,
            ),
        )
    )
