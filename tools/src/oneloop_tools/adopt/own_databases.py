"""The suite's fixtures that create a database of their own: the plugin creates it now, and refuses any other."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .edits import Drafts
from .project_tree import FUNCTIONS, Function, Module, ProjectTree

STATEMENT = re.compile(r"\b(?:CREATE|DROP) DATABASE\b", re.IGNORECASE)
CALL = re.compile(r"(?:re)?(?:create|drop)_(?:\w+_)?database")  # also a library's, such as `drop_postgres_database`
REASON = "the test plugin creates the database"


@dataclass(frozen=True)
class DatabaseFixture:
    """A fixture that creates or drops a database. Only one that gives no value can be emptied."""

    module: Module
    node: Function
    gives: bool

    @property
    def where(self) -> str:
        return self.module.where(self.node)

    @property
    def file(self) -> Path:
        return self.module.source.path

    def draft(self, drafts: Drafts) -> None:
        """Replace the body by one line."""
        text = drafts.read(self.file)
        lines = text.splitlines(keepends=True)
        first, last = self.node.body[0], self.node.end_lineno or self.node.lineno
        is_generator = any(isinstance(each, ast.Yield) for each in ast.walk(self.node))
        end = "\r\n" if "\r\n" in text else "\n"
        line = f"{' ' * first.col_offset}{'yield' if is_generator else 'return'}  # {REASON}{end}"
        drafts.change(self.file, "".join([*lines[: first.lineno - 1], line, *lines[last:]]))


def find_database_fixtures(tree: ProjectTree) -> list[DatabaseFixture]:
    """Return the fixtures, those lowest in a file first: an edit then leaves the lines above where they are."""
    found = [each for module in tree.test_modules for each in _of_module(tree, module)]
    return sorted(found, key=lambda each: (str(each.file), -each.node.lineno))


def _of_module(tree: ProjectTree, module: Module) -> Iterator[DatabaseFixture]:
    for node in module.source.tree.body:
        if isinstance(node, FUNCTIONS) and _is_fixture(node) and _creates(tree, module, node):
            given = [each for each in ast.walk(node) if isinstance(each, ast.Yield | ast.Return)]
            yield DatabaseFixture(module, node, any(_is_value(each.value) for each in given))


def _is_fixture(node: Function) -> bool:
    return any("fixture" in ast.unparse(each) for each in node.decorator_list)


def _is_value(node: ast.expr | None) -> bool:
    return node is not None and not (isinstance(node, ast.Constant) and node.value is None)


def _creates(tree: ProjectTree, module: Module, node: Function, deep: int = 0) -> bool:
    """Return whether a function creates a database, or a function of the tests that it names does."""
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str) and STATEMENT.search(each.value):
            return True
        if isinstance(each, ast.Call) and CALL.fullmatch(ast.unparse(each.func).rpartition(".")[2]):
            return True
        if isinstance(each, ast.Name) and deep < 2 and isinstance(each.ctx, ast.Load):
            found = tree.resolve(module, each.id)
            is_helper = found is not None and isinstance(found.node, FUNCTIONS) and tree.is_test(found.module)
            if found is not None and is_helper and found.node is not node:
                assert isinstance(found.node, FUNCTIONS)
                if not _is_fixture(found.node) and _creates(tree, found.module, found.node, deep + 1):
                    return True
    return False
