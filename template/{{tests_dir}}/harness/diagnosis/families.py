"""All families, in the order of the page."""

from .connections import CONNECTIONS
from .coroutines import COROUTINES
from .family import Family
from .loops import LOOPS
from .pytest_settings import PYTEST_SETTINGS
from .sessions import SESSIONS

FAMILIES: tuple[Family, ...] = (
    *LOOPS,
    *COROUTINES,
    *SESSIONS,
    *CONNECTIONS,
    *PYTEST_SETTINGS,
)
