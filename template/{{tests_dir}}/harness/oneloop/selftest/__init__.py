"""One quick test for each promise, through pytest's real hooks: `uv run oneloop selftest`.

The tests run the small service in `suite/` with pytester, in a project of its own. They import the
plugin as `oneloop`, and nothing of the user's service.
"""
