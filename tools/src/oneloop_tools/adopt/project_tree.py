"""The modules of a project, parsed and never imported: what each name in them means."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from oneloop_tools.audit.sources import Source, Sources, walk

Function = ast.FunctionDef | ast.AsyncFunctionDef
TESTS = ("tests", "test", "testing")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Definition(NamedTuple):
    """A name at the top of a module. `node` is a function, a class or an assignment."""

    module: "Module"
    name: str
    node: ast.stmt

    @property
    def where(self) -> str:
        return f"{self.module.source.shown}:{self.node.lineno}"

    @property
    def reference(self) -> str:
        return f"{self.module.name}:{self.name}"


@dataclass(frozen=True)
class Module:
    name: str
    source: Source
    is_package: bool = False

    @cached_property
    def imports(self) -> dict[str, str]:
        """Return what each imported name is: `package.module` or `package.module:name`."""
        found: dict[str, str] = {}
        for node in ast.walk(self.source.tree):
            if isinstance(node, ast.Import):
                for each in node.names:
                    found[each.asname or each.name.partition(".")[0]] = (
                        each.name if each.asname else each.name.partition(".")[0]
                    )
            elif isinstance(node, ast.ImportFrom):
                for each in node.names:
                    found[each.asname or each.name] = f"{self._base(node)}:{each.name}"
        return found

    def _base(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parts = self.name.split(".")
        above = parts[: len(parts) - node.level + (1 if self.is_package else 0)]
        return ".".join([*above, *filter(None, [node.module])])

    @cached_property
    def definitions(self) -> dict[str, Definition]:
        found: dict[str, Definition] = {}
        for node in _statements(self.source.tree.body):
            for name in _names(node):
                found.setdefault(name, Definition(self, name, node))
        return found

    def where(self, node: ast.AST) -> str:
        return f"{self.source.shown}:{getattr(node, 'lineno', 1)}"


def _statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements of a module, also those below `if` and `try`."""
    for node in body:
        yield node
        for name in ("body", "orelse", "finalbody"):
            if isinstance(node, ast.If | ast.Try | ast.With):
                yield from _statements(getattr(node, name, []))


def _names(node: ast.stmt) -> list[str]:
    if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [each.id for each in node.targets if isinstance(each, ast.Name)]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return [node.target.id]
    return []


@dataclass
class ProjectTree:
    """`roots` are the folders in which imports are looked up."""

    sources: Sources
    roots: Sequence[Path]
    skipped: Sequence[Path] = ()
    modules: dict[str, Module] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for root in self.roots:
            others = [each for each in self.roots if each != root]
            for path in walk(root, [*self.skipped, *others]):
                self._add(path, root)

    def _add(self, path: Path, root: Path) -> None:
        parts = path.relative_to(root).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if is_package else parts)
        source = self.sources.read(path)
        if source is not None:
            self.modules.setdefault(name, Module(name, source, is_package))

    def is_test(self, module: Module) -> bool:
        path = module.source.path
        folders = path.relative_to(self.sources.root).parts[:-1] if path.is_relative_to(self.sources.root) else ()
        below = any(each in TESTS for each in folders)
        return below or path.name == "conftest.py" or path.name.startswith("test_") or path.stem.endswith("_test")

    @cached_property
    def app_modules(self) -> list[Module]:
        return [each for each in self.modules.values() if not self.is_test(each)]

    @cached_property
    def test_modules(self) -> list[Module]:
        return [each for each in self.modules.values() if self.is_test(each)]

    def resolve(self, module: Module, name: str) -> Definition | None:
        """Return what a name of a module means, through imports, or None if it is no name of the project."""
        seen: set[tuple[str, str]] = set()
        while (module.name, name) not in seen:
            seen.add((module.name, name))
            if name in module.definitions:
                return module.definitions[name]
            target, _, inner = module.imports.get(name, "").partition(":")
            inside = self.modules.get(target)
            if inside is None or not inner:
                return None
            module, name = inside, inner
        return None

    def resolve_expression(self, module: Module, node: ast.expr) -> Definition | None:
        """Return what `name` or `module.name` means."""
        if isinstance(node, ast.Name):
            return self.resolve(module, node.id)
        if isinstance(node, ast.Attribute):
            inner = self._module_of(module, ast.unparse(node.value))
            return self.resolve(inner, node.attr) if inner else None
        return None

    def _module_of(self, module: Module, dotted: str) -> Module | None:
        first, _, rest = dotted.partition(".")
        target = module.imports.get(first)
        if target is None:
            return None
        name = target.replace(":", ".")
        return self.modules.get(f"{name}.{rest}" if rest else name)

    def outside(self, module: Module, node: ast.expr) -> str:
        """Return the full name of what a library defines, such as `sqlmodel.SQLModel`, or an empty string."""
        first, _, rest = ast.unparse(node).partition(".")
        target = module.imports.get(first, "").replace(":", ".")
        return ".".join(filter(None, [target, rest])) if target else ""
