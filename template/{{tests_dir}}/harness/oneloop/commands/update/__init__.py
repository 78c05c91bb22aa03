"""The update: `uv run oneloop update` runs Copier, then reports what it changed and what is left.

May import `CommandError` and the standard library. Start with `update_command`. All modules are imported before
Copier runs, because an update renews them too.
"""
