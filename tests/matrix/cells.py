"""The list of cells, as it is committed. Nothing but the standard library: a cell is run where nothing is installed."""

import json
from dataclasses import dataclass
from pathlib import Path

from tests.support.answers import ODD, OF_A_SERVICE, OF_AN_ADOPTION

LIST = Path(__file__).with_name("cells.json")
SURROUNDINGS = ("os", "python", "dependencies", "copier", "texts")


@dataclass(frozen=True)
class Cell:
    """One combination, and whether `oneloop.py test --all` does it; GitHub does them all."""

    values: dict[str, str]
    here: bool

    @property
    def name(self) -> str:
        """Return what it is called: its values, so that a cell keeps its name when others come and go.

        It is for a shell, a path and a URL: a driver's plus sign would be a space in the last.
        """
        return "-".join(self.values.values()).replace("+", "_")

    @property
    def answers(self) -> dict[str, str]:
        """Return what is answered when it is rendered; a question that is left out has its default."""
        left_out = {*SURROUNDINGS, *(OF_A_SERVICE if self.values["kind"] == "harness" else OF_AN_ADOPTION)}
        chosen = {name: value for name, value in self.values.items() if name not in left_out}
        texts = ODD if self.values["texts"] == "odd" else {}
        return {name: text for name, text in texts.items() if name not in chosen} | chosen


def committed() -> list[Cell]:
    """Return the cells of the committed list."""
    return [Cell(entry["values"], entry["here"]) for entry in json.loads(LIST.read_text("utf-8"))]
