"""Keeps the sample out of this run: `test_shown_and_gone.py` runs its tests, each time in a process of its own."""

collect_ignore = ["app"]
