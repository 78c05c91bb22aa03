"""One planted bug: a replacement in one file, and the tests that have to notice it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PLUGIN = "tests/harness/oneloop"
DEEP = "tests/deep"


@dataclass(frozen=True)
class Bug:
    """`noticed_by` is a test file of the service, with `::` a test; `says` is in its report.

    With `good` empty, `bad` goes to the end of the file.
    """

    path: str
    good: str
    bad: str
    noticed_by: str
    says: str = ""

    @contextmanager
    def planted(self, root: Path) -> Iterator[None]:
        """Patch the file below `root` until the block ends."""
        file = root / self.path
        before = file.read_text("utf-8")
        assert self.good in before, f"{self.path} has no {self.good!r}: the planted bug has to follow the code"
        after = before.replace(self.good, self.bad) if self.good else before + self.bad
        try:
            file.write_text(after, "utf-8")
            yield
        finally:
            file.write_text(before, "utf-8")
