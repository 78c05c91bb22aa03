"""What empties the database after a test, and what finds the changes that it cannot undo.

May import `errors` and `database.database_admin`. Start with `wiper`.
"""

from .wiper import Sequence, Wiper, WipeResult

__all__ = ["Sequence", "WipeResult", "Wiper"]
