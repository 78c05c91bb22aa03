"""The test plugin of an async FastAPI service: one event loop, a real PostgreSQL, the real app.

Read `fixtures/` first: it holds what tests ask for. `plugin` lists the parts. Each folder says at
its top what it is and what it may import; nothing imports `plugin`.
"""

from .errors import (
    ClientPolicyError,
    LeakError,
    OneloopError,
    SeamError,
    WrongDatabaseError,
    WrongLoopError,
)
from .users import get_auth_token_async

__all__ = [
    "ClientPolicyError",
    "LeakError",
    "OneloopError",
    "SeamError",
    "WrongDatabaseError",
    "WrongLoopError",
    "get_auth_token_async",
]
