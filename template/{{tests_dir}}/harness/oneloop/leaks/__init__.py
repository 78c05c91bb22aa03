"""What a test may leave behind: tasks, connections, unawaited errors; and calls that block the loop.

May import `config`, `errors` and `database`. Start with `leaks`.
"""

from .leaks import Leaks

__all__ = ["Leaks"]
