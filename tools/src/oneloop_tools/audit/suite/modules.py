"""The modules of the tests: what binds each name at their top, followed through imports, and the decorators in them."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from oneloop_tools.audit.sources import Source, Sources

Binding = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom | ast.expr
STAR = "*"


@dataclass(eq=False)
class Module:
    """A file of the tests. `names` has the node that binds each name, `stars` the star-imports."""

    source: Source
    names: dict[str, Binding] = field(default_factory=dict)
    stars: list[ast.ImportFrom] = field(default_factory=list)

    @property
    def path(self) -> Path:
        return self.source.path

    @property
    def shown(self) -> str:
        """The path as messages show it."""
        return self.source.shown


@dataclass
class Modules:
    """Finds and reads them. `import_roots` are the folders in which imports are looked up."""

    sources: Sources
    tests: Sequence[Path]
    import_roots: Sequence[Path]
    _kept: dict[Path, Module | None] = field(default_factory=dict)
    _found: dict[tuple[str, Path], Path | None] = field(default_factory=dict)

    def at(self, path: Path) -> Module | None:
        """Return a file as a module, None if it cannot be read."""
        if path not in self._kept:
            source = self.sources.read(path)
            self._kept[path] = _module(source) if source else None
        return self._kept[path]

    def imported(self, name: str, importer: Path) -> Module | None:
        """Return the module of the tests that an import loads, None for any other module."""
        path = self._find(name, importer)
        return self.at(path) if path is not None else None

    def absolute(self, node: ast.ImportFrom, importer: Path) -> str:
        """Return the absolute name of the module in a `from ... import`."""
        if not node.level:
            return node.module or ""
        folder = importer.parent
        for _ in range(node.level - 1):
            folder = folder.parent
        for root in self.import_roots:
            if folder.is_relative_to(root):
                package = ".".join(folder.relative_to(root).parts)
                return ".".join(filter(None, (package, node.module)))
        return node.module or ""

    def _find(self, name: str, importer: Path) -> Path | None:
        key = (name, importer.parent)
        if key not in self._found:
            self._found[key] = next(self._files(name, importer), None)
        return self._found[key]

    def _files(self, name: str, importer: Path) -> Iterator[Path]:
        parts = name.split(".")
        for root in (*self.import_roots, importer.parent, *importer.parent.parents[:3]):
            stem = root.joinpath(*parts)
            for path in (stem.with_name(stem.name + ".py"), stem / "__init__.py"):
                if path.is_file() and any(path.is_relative_to(each) for each in self.tests):
                    yield path


def _module(source: Source) -> Module:
    module = Module(source)
    _bind(source.tree.body, module)
    return module


def _bind(statements: Sequence[ast.stmt], module: Module) -> None:  # noqa: C901  one case a kind
    for node in statements:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            module.names[node.name] = node
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    module.names[target.id] = node.value
                elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    pairs = zip(target.elts, node.value.elts, strict=False)
                    module.names.update({t.id: v for t, v in pairs if isinstance(t, ast.Name)})
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            if node.value is not None:
                module.names[node.target.id] = node.value
        elif isinstance(node, ast.ImportFrom | ast.Import):
            _bind_import(node, module)
        else:
            for inner in ("body", "orelse", "handlers", "finalbody"):
                _bind(_statements(getattr(node, inner, [])), module)


def _statements(nodes: Sequence[Any]) -> list[ast.stmt]:
    flat: list[ast.stmt] = []
    for node in nodes:
        flat += node.body if isinstance(node, ast.ExceptHandler) else [node]
    return flat


def _bind_import(node: ast.ImportFrom | ast.Import, module: Module) -> None:
    for each in node.names:
        bound = each.asname or each.name
        if isinstance(node, ast.Import):
            module.names[bound.partition(".")[0]] = node
        elif each.name == STAR:
            module.stars.append(node)
        else:
            module.names[bound] = node


Definition = ast.FunctionDef | ast.AsyncFunctionDef


def decorators(node: Definition | ast.ClassDef) -> Iterator[tuple[str, ast.Call | None]]:
    """Yield the dotted name of each decorator, and its call if it is called."""
    for each in node.decorator_list:
        call = each if isinstance(each, ast.Call) else None
        yield ast.unparse(call.func if call else each), call


def fixture_name(node: Definition) -> str | None:
    """Return the name of the fixture that a function defines, or None."""
    for name, call in decorators(node):
        if name.rpartition(".")[2] == "fixture":
            given = keyword(call, "name")
            if isinstance(given, ast.Constant) and isinstance(given.value, str):
                return given.value
            return node.name
    return None


def fixture_params(node: Definition) -> ast.expr | None:
    """Return the `params=` of a fixture."""
    calls = (call for name, call in decorators(node) if name.rpartition(".")[2] == "fixture")
    return next((keyword(call, "params") for call in calls), None)


def is_autouse(node: Definition) -> bool:
    """Tell whether a fixture has `autouse=True`."""
    calls = [call for name, call in decorators(node) if name.rpartition(".")[2] == "fixture"]
    values = [keyword(call, "autouse") for call in calls]
    return any(isinstance(value, ast.Constant) and value.value is True for value in values)


def keyword(call: ast.Call | None, name: str) -> ast.expr | None:
    return next((k.value for k in call.keywords if k.arg == name), None) if call else None


def marks(module: Module, classes: Sequence[ast.ClassDef], node: Definition) -> Iterator[tuple[str, ast.Call]]:
    """Yield the marks with arguments of a test, its classes and its module."""
    for holder in (node, *reversed(classes)):
        for name, call in decorators(holder):
            if call is not None:
                yield name.rpartition(".")[2], call
    listed = module.names.get("pytestmark")
    inside = [m for holder in classes for m in holder.body if isinstance(m, ast.Assign)]
    values = [each.value for each in inside if ast.unparse(each.targets[0]) == "pytestmark"]
    for value in [listed, *values]:
        for each in value.elts if isinstance(value, ast.List | ast.Tuple) else [value]:
            if isinstance(each, ast.Call):
                yield ast.unparse(each.func).rpartition(".")[2], each


def used_fixtures(found: Sequence[tuple[str, ast.Call]]) -> list[str]:
    """Return the names in `usefixtures`."""
    return [
        each.value
        for name, call in found
        if name == "usefixtures"
        for each in call.args
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    ]
