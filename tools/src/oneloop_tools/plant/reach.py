"""Which tests can notice a bug: those that reach its lines, or all if the lines run when a module is imported."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from .places import Bug

SHARED = ""  # the context of imports and of wide fixtures, as in `contexts`


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

    def tests_of(self, bug: Bug) -> list[str]:
        """Return the tests to run, the likely ones first; the tests of a file stay in their order."""
        lines = self.lines.get(bug.path, {})
        reaching = frozenset[str]().union(*(lines.get(line, frozenset()) for line in bug.lines))
        if SHARED not in reaching:
            return [test for test in self.tests if test in reaching]
        of_file = frozenset[str]().union(*lines.values())
        ranks: dict[str, int] = {}
        for test in self.tests:
            file = test.partition("::")[0]
            rank = 0 if test in reaching else 1 if _is_named_after(file, bug.path) else 2 if test in of_file else 3
            ranks[file] = min(rank, ranks.get(file, rank))
        return sorted(self.tests, key=lambda test: ranks[test.partition("::")[0]])


def _is_named_after(test_file: str, path: str) -> bool:
    module = PurePosixPath(path)
    words = {module.stem, module.parent.name} - {"src", "app", "__init__", ""}
    return any(
        word in PurePosixPath(test_file).stem.split("_") + list(PurePosixPath(test_file).parent.parts) for word in words
    )
