"""Bugs, planted into a service to see that its own tests notice them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple


class Bug(NamedTuple):
    """A small patch: in the file at `path`, `good` becomes `bad`."""

    path: str
    good: str
    bad: str

    @contextmanager
    def planted(self, root: Path) -> Iterator[None]:
        """Have the bug in the service at `root` until the block ends."""
        path = root / self.path
        text = path.read_text("utf-8")
        assert text.count(self.good) == 1, f"{self.path} has {text.count(self.good)} times {self.good!r}, not once"
        path.write_text(text.replace(self.good, self.bad), "utf-8")
        try:
            yield
        finally:
            path.write_text(text, "utf-8")
