"""One quick test for each promise: `uv run oneloop selftest`. May import any room. Start: test_promises."""
