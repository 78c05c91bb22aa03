"""The name of `oneloop.access` before release 0.4.0."""

from oneloop.access import ANONYMOUS, Access, AccessError, Call, Given

__all__ = ["ANONYMOUS", "Access", "AccessError", "Call", "Given"]
