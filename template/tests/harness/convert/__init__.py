"""Rewrites sync tests into async ones: `python -m tests.harness.convert PATH`.

It needs LibCST, which nothing else here does: `uv run --with libcst python -m tests.harness.convert`.
`--diff` shows what would change, `--write` writes it. What it is not sure of it leaves, with a
comment above the test, and lists. docs/testing/converting.md tells what it does with what.

The modules: `files` (reading and writing), `selection` (which tests), `modules` and `world` (what
is defined where), `clients` (where clients are made), `examine` with `places`, `answers`, `hacks`,
`sessions`, `marks` and `overrides` (is each use known to be safe?), `survey` (all of that until
nothing new is found), `decision` and `plan` (what becomes of each function), `rewrite`,
`signatures`, `classes`, `cleaning`, `imports` and `todo` (the edits), `syntax` (LibCST), `reasons`
and `report` (what is said).
"""
