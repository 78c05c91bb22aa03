"""The update: `uv run oneloop update` runs Copier, then reports what it changed and what is left.

May import `CommandError` and the standard library: all before Copier runs, which renews it. See `update_command`.
"""
