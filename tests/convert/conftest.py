"""The corpus is read, and run in a rendered service; here, nothing collects it."""

collect_ignore = ["service"]
