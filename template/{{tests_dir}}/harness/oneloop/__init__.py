"""A pytest plugin for async FastAPI services: one event loop, a real PostgreSQL, the real app.

Start with `fixtures`, which holds what tests ask for; `plugin` lists all parts, and nothing imports it. See each room.
"""

from .errors import ClientPolicyError, LeakError, OneloopError, SeamError, WrongDatabaseError, WrongLoopError
from .users import get_auth_token_async

__all__ = ["ClientPolicyError", "LeakError", "OneloopError", "SeamError", "WrongDatabaseError", "WrongLoopError"]
__all__ += ["get_auth_token_async"]
