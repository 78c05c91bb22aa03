"""`python -m tests.matrix.write` chooses the cells, and writes their list and its table from copier.yml."""

import json
from collections import Counter
from itertools import combinations, product
from pathlib import Path

from tests.matrix.cells import LIST, Cell
from tests.matrix.factors import Factors, can_be_here, factors, possible, questions
from tests.support.environment import ROOT

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


PAGE = ROOT / "docs/matrix.md"
BEGIN, END = "<!-- cells: written by tests.matrix.write -->\n\n", "\n<!-- end of cells -->"


def cells() -> list[Cell]:
    """Return the cells that copier.yml asks for."""
    return [Cell(dict(row), here) for row, here in generate(factors(questions()))]


def as_json(cells: list[Cell]) -> str:
    """Return the list, a cell a line."""
    entries = (json.dumps({"name": cell.name, "here": cell.here, "values": cell.values}) for cell in cells)
    return "[\n" + ",\n".join(f"  {entry}" for entry in entries) + "\n]\n"


def as_table(cells: list[Cell]) -> str:
    """Return the table of the page."""
    names = list(cells[0].values)
    rows = [["", *names, "`test --all`", "GitHub"], ["---"] * (len(names) + 3)]
    rows += [
        [str(number), *cell.values.values(), "yes" if cell.here else "", "yes"] for number, cell in enumerate(cells, 1)
    ]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def with_table(page: str, table: str) -> str:
    """Return the page with another table."""
    above, _, rest = page.partition(BEGIN)
    _, _, below = rest.partition(END)
    return above + BEGIN + table + END + below


def write(path: Path, text: str) -> None:
    path.write_text(text, "utf-8", newline="\n")


if __name__ == "__main__":
    made = cells()
    write(LIST, as_json(made))
    write(PAGE, with_table(PAGE.read_text("utf-8"), as_table(made)))
