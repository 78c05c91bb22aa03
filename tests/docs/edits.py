"""The edits that the code blocks of a page make in a service.

The first line of such a block is `# path: new`, `# path: in`, `# path: in place` or `# path: at the end`.
"""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from tests.docs.markdown import Block

TITLE = re.compile(r"# (?P<path>[\w./-]+\.py): (?P<how>new|in|in place|at the end)\n")

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


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
        """Edit the file in `service`; raise `EditError` if the block does not fit it."""
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
        elif self.how == "in place":
            file.write_text(in_place(file.read_text(), self.text))
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


def in_place(text: str, new: str) -> str:
    """Return `text` with the definitions of `new`, which replace those of the same name; others go to the end."""
    lines, added = text.splitlines(), new.splitlines()
    old = ast.parse(text).body
    places = {node.name: _lines(node) for node in old if isinstance(node, Definition)}
    first_import = next(node.lineno - 1 for node in old if isinstance(node, ast.Import | ast.ImportFrom))
    imports: list[str] = []
    replaced: list[tuple[slice, list[str]]] = []
    for node in ast.parse(new).body:
        part = added[_lines(node)]
        if isinstance(node, ast.Import | ast.ImportFrom):
            imports += part
        elif isinstance(node, Definition) and node.name in places:
            replaced.append((places[node.name], part))
        else:
            lines += ["", "", *part]
    for place, part in sorted(replaced, key=lambda each: each[0].start, reverse=True):
        lines[place] = part
    lines[first_import:first_import] = imports
    return "\n".join([*lines, ""])


def _lines(node: ast.stmt) -> slice:
    decorators = getattr(node, "decorator_list", [])
    return slice(min(each.lineno for each in [node, *decorators]) - 1, node.end_lineno)


def edit(block: Block) -> Edit | None:
    """Return the edit that a block makes, or None if its first line names no file."""
    match = TITLE.match(block.text)
    if match is None:
        return None
    return Edit(block, match["path"], match["how"], block.text[match.end() :])
