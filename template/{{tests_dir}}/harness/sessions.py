"""The name of `oneloop.database.sessions` before release 0.4.0."""

from oneloop.database.sessions import FreshSession

__all__ = ["FreshSession"]
