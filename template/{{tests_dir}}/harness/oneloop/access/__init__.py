"""The access table: what each role gets from each route, as `tests/access.py` declares it.

May import `app`, `clients`, `errors` and `users`. Start with `matrix`.
"""

from .matrix import ANONYMOUS, Access, AccessError, Call, Given

__all__ = ["ANONYMOUS", "Access", "AccessError", "Call", "Given"]
