"""Copied into a rendered service's tests/ by the benchmarks of whole suites."""
