"""The commands: `uv run oneloop dev | run | psql | reset | update | selftest`.

May import `database` and `postgres`; `update` imports only the standard library, because it also renews the packages.
Start with `__main__`. No command imports the service.
"""

INTERRUPTED = 130  # the exit status after Ctrl-C, as a shell counts it


class CommandError(Exception):
    """A message for the user, without a traceback."""
