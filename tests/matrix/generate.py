"""Chooses the cells: each pair of values that can be together is in one of them, and the first few cover most."""

from collections import Counter
from itertools import combinations, product

from tests.matrix.factors import Factors, can_be_here, possible

Values = tuple[tuple[str, str], ...]

# The fewest in which each choice occurs, and most pairs.
HERE = 5


def generate(factors: Factors) -> list[tuple[Values, bool]]:
    """Return the cells, and whether `oneloop.py test --all` does them: those come first.

    The same factors give the same cells.
    """
    rows = product(*([(name, value) for value in values] for name, values in factors.items()))
    candidates = [row for row in rows if possible(dict(row))]
    greedy = Greedy(candidates)
    near = [row for row in candidates if can_be_here(dict(row))]
    here: list[Values] = []
    missing = set().union(*near)
    while len(here) < HERE or missing:
        # Each choice is in one of them, should it take one more.
        able = near if len(here) < HERE else [row for row in near if missing.intersection(row)]
        here.append(greedy.take(able))
        missing.difference_update(here[-1])
    elsewhere = []
    while greedy.pairs_left:
        elsewhere.append(greedy.take(candidates))
    return [*((row, True) for row in here), *((row, False) for row in elsewhere)]


class Greedy:
    """Takes one cell after the other: the one with the most pairs that no cell has yet, then with the rarest values."""

    def __init__(self, candidates: list[Values]) -> None:
        self._pairs = {row: frozenset(combinations(row, 2)) for row in candidates}
        self._used: Counter[tuple[str, str]] = Counter()
        self.pairs_left = set().union(*self._pairs.values())

    def take(self, rows: list[Values]) -> Values:
        best = max(rows, key=self._worth)
        self.pairs_left -= self._pairs[best]
        self._used.update(best)
        return best

    def _worth(self, row: Values) -> tuple[int, int]:
        return len(self._pairs[row] & self.pairs_left), -sum(self._used[value] for value in row)
