"""Mutants of a sample's app: each drops one thing that its tests should notice."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.adopt.sample import Adopted

FILTERS = ("where", "filter", "filter_by")


@dataclass(frozen=True)
class Mutant:
    path: str
    line: int
    what: str
    text: str

    @property
    def name(self) -> str:
        return f"{self.path}:{self.line} {self.what}"


def mutants_of(root: Path, folders: tuple[str, ...] = ("app", "src")) -> list[Mutant]:
    """Return each mutant of the app: without a check, a commit or a filter, or with another status."""
    files = sorted(file for folder in folders for file in (root / folder).rglob("*.py"))
    return [mutant for file in files for mutant in _read(file.relative_to(root).as_posix(), file.read_text())]


def _read(path: str, text: str) -> Iterator[Mutant]:
    for node in ast.walk(ast.parse(text)):
        for what, gone, new in _changes(node):
            source = ast.get_source_segment(text, gone)
            assert source is not None
            yield Mutant(path, gone.lineno, f"{what}: {' '.join(source.split())}", _replaced(text, gone, new))


def _changes(node: ast.AST) -> Iterator[tuple[str, ast.expr, str]]:
    match node:
        case ast.If(test=test, body=[ast.Raise()], orelse=[]):
            yield "no check", test, "False"
            if isinstance(test, ast.BoolOp):
                whole = "False" if isinstance(test.op, ast.Or) else "True"
                yield from (("half a check", part, whole) for part in test.values)
        case ast.If(test=test, orelse=[]):
            yield "no condition", test, "True"
        case ast.Expr(value=ast.Await(value=ast.Call(func=ast.Attribute(attr="commit"))) as call):
            yield "no commit", call, "None"
        case ast.Call(func=ast.Attribute(value=receiver, attr=name)) if name in FILTERS:
            yield "no filter", node, ast.unparse(receiver)
        case ast.keyword(arg="status_code", value=ast.Constant(value=int()) as status):
            yield "another status", status, "299"
        case ast.Call(func=ast.Name(id="HTTPException"), args=[ast.Constant() as status, *_]):
            yield "another status", status, "418"
        case _:
            return


def _replaced(text: str, gone: ast.expr, new: str) -> str:
    lines = text.encode().splitlines(keepends=True)
    assert gone.end_lineno is not None
    before = b"".join(lines[: gone.lineno - 1]) + lines[gone.lineno - 1][: gone.col_offset]
    after = lines[gone.end_lineno - 1][gone.end_col_offset :] + b"".join(lines[gone.end_lineno :])
    return (before + new.encode() + after).decode()


def caught(project: Adopted, folder: Path) -> tuple[set[str], set[str]]:
    """Return the tests that pass on the app as it is, and the mutants that make one of them fail."""
    passed = _passed(project.copy(folder / "whole"))
    found = set()
    for number, mutant in enumerate(mutants_of(project.root)):
        copy = project.copy(folder / str(number))
        (copy.root / mutant.path).write_text(mutant.text)
        if passed - _passed(copy):
            found.add(mutant.name)
    return passed, found


def _passed(project: Adopted) -> set[str]:
    ended = project.pytest().ended
    return {name for name, how in ended.items() if how == "passed" and ".harness." not in name}
