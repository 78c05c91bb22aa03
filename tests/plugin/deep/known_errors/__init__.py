"""Every error that the harness knows, brought about for real: a function that raises it."""

from .connections import CONNECTIONS
from .coroutines import COROUTINES
from .given import Given, Provoke, Provoked
from .loops import LOOPS
from .pytest_settings import PYTEST_SETTINGS
from .sessions import SESSIONS

PROVOKED: Provoked = (*LOOPS, *COROUTINES, *SESSIONS, *CONNECTIONS, *PYTEST_SETTINGS)

__all__ = ["PROVOKED", "Given", "Provoke", "Provoked"]
