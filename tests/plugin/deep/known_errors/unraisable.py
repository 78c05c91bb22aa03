"""What is raised where nobody can catch it, as when a thing is thrown away."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def unraisable() -> Iterator[list[BaseException]]:
    """Yield a list that fills with what cannot be raised until the block ends."""
    raised: list[BaseException] = []

    def keep(found: "sys.UnraisableHookArgs") -> None:
        if found.exc_value is not None:
            raised.append(found.exc_value)

    before, sys.unraisablehook = sys.unraisablehook, keep
    try:
        yield raised
    finally:
        sys.unraisablehook = before
