"""One quick test for each promise, through pytest's real hooks: `uv run oneloop selftest`."""
