"""The access table: what each role gets from each route, as `access.py` of the tests declares it.

May import `app`, `clients`, `config`, `errors` and `users`. Start with `matrix`.
"""

from .matrix import ANONYMOUS, Access, AccessError, Call, Given

__all__ = ["ANONYMOUS", "Access", "AccessError", "Call", "Given"]
