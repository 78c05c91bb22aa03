"""Keeps the samples out of this run: their suites run in projects of their own."""

collect_ignore = ["samples"]
