"""A kind of bug: what is planted, what it does in production, and the test to copy."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from oneloop_tools.plant.index import Index
from oneloop_tools.plant.source import Edit, Source

Find = Callable[[Source, Index], Iterator[Edit | None]]


@dataclass(frozen=True)
class Kind:
    name: str
    planted: str
    consequence: str
    test: str  # of a new service
    find: Find
    site: str  # the file of its package, or of its migrations, and the function
    sampled: bool = False  # a new service has neither the site nor the test; docs/planting.md shows both
