"""`python -m tests.matrix.write` writes the list of cells and its table anew, from copier.yml."""

import json
from pathlib import Path

from tests.matrix.cells import LIST, Cell
from tests.matrix.factors import factors, questions
from tests.matrix.generate import generate
from tests.support.environment import ROOT

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
