"""Which of the template's files were edited here: `uv run python -m tests.harness.manifest`.

`tests/harness/manifest.json` has a hash of each file of this release.
"""
