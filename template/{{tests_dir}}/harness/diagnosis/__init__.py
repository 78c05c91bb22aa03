"""Errors explain themselves: known errors, each with its cause, its cure and its place on the page.

`diagnose(error)` says what is known of an error. A failing test gets it as a section of its
report (`report`). docs/testing/diagnosis.md is made from the same data: `python -m
tests.harness.diagnosis` writes it (`page`).
"""

from .families import FAMILIES
from .family import Family, Sign
from .recognise import diagnose

__all__ = ["FAMILIES", "Family", "Sign", "diagnose"]
