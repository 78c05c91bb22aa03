"""What a document's code blocks do to a service: `# path: new`, `# path: in`, `# path: at the end`."""

import re
from dataclasses import dataclass
from pathlib import Path

from tests.docs.markdown import Block

TITLE = re.compile(r"# (?P<path>[\w./-]+\.py): (?P<how>new|in|at the end)\n")


class EditError(Exception):
    """A block does not fit the file it names."""


@dataclass(frozen=True)
class Edit:
    """One block, applied to one file."""

    block: Block
    path: str
    how: str
    text: str

    def apply(self, service: Path) -> None:
        """Make the file so; raise `EditError` when the block does not fit it."""
        file = service / self.path
        if self.how == "new":
            if file.exists():
                raise EditError(f"{self.block}: {self.path} exists. Say `in` or `at the end`.")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(self.text)
        elif not file.exists():
            raise EditError(f"{self.block}: there is no {self.path}. Say `new`, or correct the path.")
        elif self.how == "in":
            file.write_text(self._replaced(file.read_text()))
        else:
            file.write_text(f"{file.read_text()}\n\n{self.text}")

    def _replaced(self, text: str) -> str:
        lines, new = text.splitlines(), self.text.splitlines()
        if lines.count(new[0]) != 1:
            raise EditError(f"{self.block}: {self.path} has {lines.count(new[0])} lines {new[0]!r}, not one.")
        first = lines.index(new[0])
        if new[-1] not in lines[first + 1 :]:
            raise EditError(f"{self.block}: {self.path} has no line {new[-1]!r} after {new[0]!r}.")
        last = lines.index(new[-1], first + 1)
        return "\n".join([*lines[:first], *new, *lines[last + 1 :], ""])


def edit(block: Block) -> Edit | None:
    """Return the edit that a block is, or None for one that only shows something."""
    match = TITLE.match(block.text)
    if match is None:
        return None
    return Edit(block, match["path"], match["how"], block.text[match.end() :])
