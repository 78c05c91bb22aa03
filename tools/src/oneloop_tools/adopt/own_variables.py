"""What a conftest.py assigns to a variable of the database, after the plugin did: an edit makes it a default."""

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from oneloop_tools.audit.environment import ENVIRON, statements_before_tests

from .edits import Drafts
from .project_tree import ProjectTree


@dataclass(frozen=True)
class OwnVariable:
    """`os.environ["DATABASE_URL"] = ...` in a file of the tests."""

    file: Path
    node: ast.Assign
    name: str

    def draft(self, drafts: Drafts) -> None:
        """Write `os.environ.setdefault("DATABASE_URL", ...)` in its place."""
        lines = drafts.read(self.file).encode().splitlines(keepends=True)  # ast counts bytes
        target, first, last = self.node.targets[0], self.node.lineno - 1, (self.node.end_lineno or self.node.lineno) - 1
        text = b"".join(lines[first : last + 1])
        end = len(b"".join(lines[first:last])) + (self.node.end_col_offset or 0)
        value = text[target.end_col_offset : end].lstrip().removeprefix(b"=").strip()
        where = ast.unparse(target.value) if isinstance(target, ast.Subscript) else ENVIRON[0]
        call = f'{where}.setdefault("{self.name}", '.encode()
        edited = text[: self.node.col_offset] + call + value + b")" + text[end:]
        drafts.change(self.file, b"".join([*lines[:first], edited, *lines[last + 1 :]]).decode())


def find_own_variables(tree: ProjectTree, names: Collection[str]) -> list[OwnVariable]:
    """Return the assignments, those lowest in a file first: an edit then leaves the lines above where they are."""
    return sorted(_found(tree, names), key=lambda each: (str(each.file), -each.node.lineno))


def _found(tree: ProjectTree, names: Collection[str]) -> Iterator[OwnVariable]:
    for module in tree.test_modules:
        path = module.source.path
        for node in statements_before_tests(module.source.tree) if path.name in ("conftest.py", "__init__.py") else ():
            match node:
                case ast.Assign(targets=[ast.Subscript(value=where, slice=ast.Constant(value=name))], value=value):
                    if ast.unparse(where) in ENVIRON and name in names and not _is_sqlite(value):
                        yield OwnVariable(path, node, str(name))


def _is_sqlite(value: ast.expr) -> bool:
    """Whether the suite takes a SQLite database of its own, which stays as it is."""
    texts = (each.value for each in ast.walk(value) if isinstance(each, ast.Constant))
    return any(isinstance(text, str) and text.startswith("sqlite") for text in texts)
