"""Rewrites sync tests into async ones: `python -m tests.harness.convert PATH`.

It needs LibCST, which nothing else here does: put `uv run --with libcst` before it. `--diff` shows
what would change, `--write` writes it. What it is not sure of it leaves, with a comment above the
test, and lists. docs/testing/converting.md tells what it does with what.

The modules: `files` and `selection` (what is converted), `modules`, `units` and `world` (what is
defined where), `clients` and `apps` (where clients are made, on what), `examine` (one function,
with `parameters`, `making`, `shared`, `calls`, `uses`, `requests`, `places`, `answers`, `hacks`,
`sessions`, `marks`, `overrides`, `plain` and `whole`: is each use known to be safe?), `survey` (all
functions, until nothing new is found), `decision` and `plan` (what becomes of each), `rewrite`,
`signatures`, `classes`, `cleaning`, `imports`, `twins`, `todo` and `edits` (the changes), `syntax`
and `lines` (LibCST's trees), `reasons` and `report` (what is said).
"""
