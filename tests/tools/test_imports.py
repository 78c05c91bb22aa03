"""No module of the tools imports itself through others, not even for type checkers."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.support.environment import ROOT

SOURCE = ROOT / "tools/src"


def imports_of(source: Path) -> dict[str, set[str]]:
    """Return the modules that each module below a folder imports outside of its functions."""
    files = {_name(path, source): path for path in source.rglob("*.py")}
    return {name: {each for each in _imported(path, name) if each in files} - {name} for name, path in files.items()}


def _name(path: Path, source: Path) -> str:
    return ".".join(path.relative_to(source).with_suffix("").parts).removesuffix(".__init__")


def _imported(path: Path, name: str) -> Iterator[str]:
    package = name if path.stem == "__init__" else name.rpartition(".")[0]
    waiting: list[ast.AST] = [ast.parse(path.read_text("utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) + 1 - node.level] if node.level else []
            base = ".".join([*above, *filter(None, [node.module])])
            yield from (base, *(f"{base}.{alias.name}" for alias in node.names))
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            waiting.extend(ast.iter_child_nodes(node))


def test_there_is_no_circle() -> None:
    graph = imports_of(SOURCE)

    assert len(graph) > 50
    TopologicalSorter(graph).prepare()


def test_planted_circle_is_found(tmp_path: Path) -> None:
    """One relative, one for type checkers only."""
    (tmp_path / "package").mkdir()
    (tmp_path / "package/__init__.py").touch()
    (tmp_path / "package/one.py").write_text("from .two import A\n")
    (tmp_path / "package/two.py").write_text("if TYPE_CHECKING:\n    from package import one\n")

    with pytest.raises(CycleError):
        TopologicalSorter(imports_of(tmp_path)).prepare()


def test_the_audit_needs_no_libcst() -> None:
    """It runs in the project. One module of the converter imports LibCST, and one of the planting."""
    importing = [
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if any(each.partition(".")[0] == "libcst" for each in _imported(path, _name(path, SOURCE)))
    ]

    assert sorted(importing) == ["oneloop_tools/convert/syntax.py", "oneloop_tools/plant/source.py"]
