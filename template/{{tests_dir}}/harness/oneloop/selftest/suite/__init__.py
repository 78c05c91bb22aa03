"""The tests of a small service, copied into a project of their own for each run."""
