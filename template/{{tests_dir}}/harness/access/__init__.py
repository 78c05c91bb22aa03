"""The access matrix: what each role gets from each route, as `tests/access.py` declares it.

`ACCESS` there maps `"GET /api/documents"` to an `Access`. `test_access.py` here asks every route as
every role, and fails by name when a route, or a column of one, is not declared.
"""

from .matrix import ANONYMOUS, Access, AccessError, Call, Given

__all__ = ["ANONYMOUS", "Access", "AccessError", "Call", "Given"]
