"""Which functions mention a helper, and which ask for a fixture."""

from collections import Counter
from collections.abc import Iterator

from .findings import Findings
from .functions import fixture_name
from .modules import Function, Module
from .project_index import ProjectIndex, reaches
from .syntax import Node, cst, full_name, names_in, walk


class References:
    """The mentions of functions in all files."""

    def __init__(self, index: ProjectIndex, known: dict[Function, Findings]) -> None:
        self.index = index
        self.known = known
        self._mentioned: dict[Function, set[str]] = {}
        self._at_top: dict[Module, set[str]] = {}
        self._counts: dict[Module, Counter[str]] = {}
        self._imported: set[str] | None = None

    def of(self, function: Function) -> Iterator[Function | None]:
        """Yield each function that uses `function`, None for code outside of functions."""
        if function.kind == "fixture":
            yield from self._askers(function)
        elif function.kind == "set-up":
            yield from (each for each, found in self.known.items() if function in found.by_string)
        else:
            for module in self.index.modules:
                if self._may_mention(module, function):
                    yield from self.mentions(module, function.name)

    def calls(self, test: Function) -> bool:
        """Tell whether anything but pytest uses a test."""
        if test.module not in self._counts:
            counts = Counter(name for each in test.module.functions for name in self._names_of(each))
            counts.update(self._top_of(test.module))
            self._counts[test.module] = counts
        if self._imported is None:
            found = (module.imports.values() for module in self.index.modules)
            self._imported = {name.rpartition(".")[2] for names in found for name in names}
        if test.name in self._imported:
            return True
        return self._counts[test.module][test.name] > (test.name in self._names_of(test))

    def _names_of(self, function: Function) -> set[str]:
        if function not in self._mentioned:
            parts = (function.node.params, function.node.body, *function.node.decorators)
            self._mentioned[function] = names_in(parts)
        return self._mentioned[function]

    def _top_of(self, module: Module) -> set[str]:
        if module not in self._at_top:
            self._at_top[module] = names_in(_outside_of_functions(module.tree.module.body))
        return self._at_top[module]

    def _askers(self, fixture: Function) -> Iterator[Function | None]:
        name = fixture_name(fixture)
        for function, found in self.known.items():
            if function.kind not in ("test", "fixture"):
                continue
            named = name in {each.name.value for each in function.params}
            asks = named and self.index.fixture(name, function) is fixture
            comes = fixture in self.index.autouse and function.kind == "test" and reaches(fixture, function)
            if asks or comes or fixture in found.by_string:
                yield function
        for module in self.index.modules:
            if any(name == text for text in _strings(module)):
                yield None

    def _may_mention(self, module: Module, function: Function) -> bool:
        if module is function.module or function.owner is not None:
            return module is function.module
        for local, dotted in module.imports.items():
            found = self.index.find(dotted, module)
            if found == (function.module, function.name):
                return True
            whole = self.index.find(f"{dotted}.{function.name}", module)
            if whole == (function.module, function.name) and local:
                return True
        return False

    def mentions(self, module: Module, name: str) -> Iterator[Function | None]:
        """Yield each function of a file that contains a name, None for code outside of functions."""
        for function in module.functions:
            if name in self._names_of(function):
                yield function
        if name in self._top_of(module):
            yield None


def _outside_of_functions(body: Node) -> Iterator[Node]:
    for statement in body:
        if isinstance(statement, cst.ClassDef):
            yield from statement.bases
            yield from _outside_of_functions(statement.body.body)
        elif isinstance(statement, cst.FunctionDef):
            continue
        elif isinstance(statement, cst.SimpleStatementLine):
            for each in statement.body:
                if not isinstance(each, cst.Import | cst.ImportFrom):
                    yield each
        else:
            yield statement


def _strings(module: Module) -> Iterator[str]:
    # The names in `pytestmark = pytest.mark.usefixtures("name")`, at the top or in a class.
    for statement in _outside_of_functions(module.tree.module.body):
        if isinstance(statement, cst.Assign) and any(
            full_name(each.target) == "pytestmark" for each in statement.targets
        ):
            for node in walk(statement):
                value = getattr(node, "evaluated_value", None)
                if isinstance(value, str):
                    yield value
