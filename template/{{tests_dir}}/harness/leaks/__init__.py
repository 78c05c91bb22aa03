"""What a test may leave behind, each kind found, named and ended before the next test.

`tasks`, `connections`, `clients`, `overrides` and `garbage` are looked at when a test has ended;
`blocking` and `failures` watch while it runs. `frames` says where in your own code a thing was
opened.
"""

from .leaks import Leaks

__all__ = ["Leaks"]
