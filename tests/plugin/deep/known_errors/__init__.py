"""Every known error of the plugin, with a function that raises it for real."""

from .connections import CONNECTIONS
from .coroutines import COROUTINES
from .given import Given, Provoke, Provoked
from .loops import LOOPS
from .refused import REFUSED
from .sessions import SESSIONS

PROVOKED: Provoked = (*LOOPS, *COROUTINES, *SESSIONS, *CONNECTIONS, *REFUSED)

__all__ = ["PROVOKED", "Given", "Provoke", "Provoked"]
