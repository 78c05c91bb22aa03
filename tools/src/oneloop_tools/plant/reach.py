"""Which tests can notice a bug: those that reach its lines, or all if the lines run for several tests at once."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from .places import Bug
from .related import Related

IMPORTS, WIDE = "", "*"  # the contexts of imports and of wide fixtures, as in `contexts`


@dataclass(frozen=True)
class Reach:
    tests: Sequence[str]  # in the order of the run
    lines: Mapping[str, Mapping[int, frozenset[str]]]
    modules: Sequence[str]  # the libraries that the tests import

    @classmethod
    def read(cls, file: Path, tests: Sequence[str]) -> "Reach":
        found = json.loads(file.read_text("utf-8"))
        lines = {
            path: {int(line): frozenset(contexts) for line, contexts in each.items()}
            for path, each in found["lines"].items()
        }
        return cls(tests, lines, found["modules"])

    def contexts(self, bug: Bug) -> frozenset[str]:
        lines = self.lines.get(bug.path, {})
        return frozenset[str]().union(*(lines.get(line, frozenset()) for line in bug.lines))

    def tests_of(self, bug: Bug) -> list[str]:
        """Return the tests that can notice a bug, in the order of the run."""
        reaching = self.contexts(bug)
        if reaching.isdisjoint((IMPORTS, WIDE)):
            return [test for test in self.tests if test in reaching]
        return [*self.tests]

    def ranks(self, bug: Bug, related: Related) -> dict[str, int]:
        """Return how likely each test is to notice a bug: the lowest first."""
        of_file = frozenset[str]().union(*self.lines.get(bug.path, {}).values())
        is_shared = not self.contexts(bug).isdisjoint((IMPORTS, WIDE))
        close: dict[str, int] = {}
        for distance, path, line in related.lines(bug) if is_shared else ():
            for test in self.lines.get(path, {}).get(line, ()):
                close[test] = min(distance, close.get(test, distance))
        # A name says more than a step of closeness, and less than two.
        return {
            test: 2 * close.get(test, 3 if test in of_file else 4) + 3 * (not _is_named_after(test, bug.path))
            for test in self.tests
        }

    def breadths(self) -> Counter[str]:
        """Return how many lines each test reaches: what reaches few tests just them."""
        return Counter(test for lines in self.lines.values() for tests in lines.values() for test in tests)


def _is_named_after(test: str, path: str) -> bool:
    test_file, module = test.partition("::")[0], PurePosixPath(path)
    words = {module.stem, module.parent.name} - {"src", "app", "__init__", ""}
    return any(
        word in PurePosixPath(test_file).stem.split("_") + list(PurePosixPath(test_file).parent.parts) for word in words
    )
