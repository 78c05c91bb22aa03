"""The modules of the tests: what a name at their top stands for, followed through imports."""

import ast
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..sources import Source, Sources
from .values import Known, Library, Text, Value

Binding = (
    ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom | ast.expr
)
STAR = "*"


@dataclass(eq=False)
class Module:
    """A file of the tests. `names` says what binds each name; `stars` are its star-imports."""

    source: Source
    names: dict[str, Binding] = field(default_factory=dict)
    stars: list[ast.ImportFrom] = field(default_factory=list)

    @property
    def path(self) -> Path:
        """The file."""
        return self.source.path

    @property
    def shown(self) -> str:
        """The file, as people write it."""
        return self.source.shown


@dataclass
class Modules:
    """Finds and reads them. `places` are the folders that imports start from."""

    sources: Sources
    tests: Sequence[Path]
    places: Sequence[Path]
    _kept: dict[Path, Module | None] = field(default_factory=dict)
    _found: dict[tuple[str, Path], Path | None] = field(default_factory=dict)

    def at(self, path: Path) -> Module | None:
        """Return a file as a module; None when it cannot be read."""
        if path not in self._kept:
            source = self.sources.read(path)
            self._kept[path] = _module(source) if source else None
        return self._kept[path]

    def imported(self, name: str, importer: Path) -> Module | None:
        """Return the module of the tests that an import leads to; None when it is not one."""
        path = self._find(name, importer)
        return self.at(path) if path is not None else None

    def absolute(self, node: ast.ImportFrom, importer: Path) -> str:
        """Return the full name in `from ... import`, relative ones made absolute."""
        if not node.level:
            return node.module or ""
        folder = importer.parent
        for _ in range(node.level - 1):
            folder = folder.parent
        for place in self.places:
            if folder.is_relative_to(place):
                package = ".".join(folder.relative_to(place).parts)
                return ".".join(filter(None, (package, node.module)))
        return node.module or ""

    def outside(self, name: str, attribute: str | None) -> Value:
        """Return what is not of the tests: the real object, if the app has imported it."""
        found: Any = sys.modules.get(name)
        if found is not None and attribute is not None:
            found = getattr(found, attribute, sys.modules.get(f"{name}.{attribute}"))
        if found is not None:
            return Text(found) if isinstance(found, str) else Known(found)
        return Library(f"{name}.{attribute}" if attribute else name)

    def _find(self, name: str, importer: Path) -> Path | None:
        key = (name, importer.parent)
        if key not in self._found:
            self._found[key] = next(self._files(name, importer), None)
        return self._found[key]

    def _files(self, name: str, importer: Path) -> Iterator[Path]:
        parts = name.split(".")
        for place in (*self.places, importer.parent, *importer.parent.parents[:3]):
            stem = place.joinpath(*parts)
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
