"""The order in which the tests of a bug run: the ones that are likely to fail come first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .places import Bug
from .reach import Reach
from .related import Related


@dataclass
class Order:
    """What caught one bug is likely to catch its neighbours, so the order learns."""

    reach: Reach
    related: Related
    seconds: Mapping[str, float]
    by_file: bool  # the tests of a file stay together, in their order: another order may not pass
    _caught: list[tuple[Bug, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._breadths = self.reach.breadths()

    def learn(self, bug: Bug, test: str) -> None:
        self._caught.append((bug, test))

    def tests(self, bug: Bug) -> Sequence[str]:
        found = self.reach.tests_of(bug)
        near, ranks = self._near(bug), self.reach.ranks(bug, self.related)
        keys = {
            test: (near.get(_function(test), 3), ranks[test], self.seconds.get(test, 0.0) > SLOW, self._breadths[test])
            for test in found
        }
        if not self.by_file:
            return sorted(found, key=lambda test: keys[test])
        best: dict[str, tuple[int, int]] = {}
        for test in found:
            file = test.partition("::")[0]
            best[file] = min(keys[test][:2], best.get(file, keys[test][:2]))
        return sorted(found, key=lambda test: best[test.partition("::")[0]])

    def _near(self, bug: Bug) -> dict[str, int]:
        """Return the functions of tests that caught another bug of the function, or of the kind in the file."""
        near: dict[str, int] = {}
        for other, caught_by in self._caught:
            test = _function(caught_by)
            if other.path == bug.path and bug.scope in (other.scope, ""):
                distance = 0 if other.kind == bug.kind or other.line == bug.line else 1
                near[test] = min(distance, near.get(test, distance))
            elif other.path == bug.path and other.kind == bug.kind:
                near[test] = min(2, near.get(test, 2))
        return near


def _function(test: str) -> str:
    return test.partition("[")[0]


SLOW = 0.3  # seconds: such a test comes after the quick ones of its rank
