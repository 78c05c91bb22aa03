"""What a test leaves behind: tasks, sessions, connections, unawaited errors; and blocking calls.

May import `config` and `database`. Start with `leaks`.
"""

from .leaks import Leaks

__all__ = ["Leaks"]
