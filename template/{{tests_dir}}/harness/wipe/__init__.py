"""The wipe: after a test every row is deleted, and what is kept stands as it stood.

`wiper` is what the rest of the harness uses. `catalogue` reads what a database holds, `statement`
writes the one statement of the common case, `thorough` what is done when that is not enough,
`log` finds the few tables that were written among many, `shape` tells what a test changed of the
schema, and `others` who else is connected.
"""

from .wiped import Wiped
from .wiper import Sequence, Wiper

__all__ = ["Sequence", "Wiped", "Wiper"]
