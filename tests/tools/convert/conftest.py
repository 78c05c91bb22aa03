"""The service of the corpus is not a suite of this repository."""

collect_ignore = ["service"]
