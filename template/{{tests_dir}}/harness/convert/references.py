"""References: who mentions a helper, and who asks for a fixture."""

from collections import Counter
from collections.abc import Iterator

from .findings import Findings
from .modules import Module
from .syntax import Node, cst, full_name, names_in, walk
from .units import Unit, fixture_name
from .world import World, reaches


class References:
    """Every mention of a function in the files that were read."""

    def __init__(self, world: World, known: dict[Unit, Findings]) -> None:
        self.world = world
        self.known = known
        self._mentioned: dict[Unit, set[str]] = {}
        self._at_top: dict[Module, set[str]] = {}
        self._counts: dict[Module, Counter[str]] = {}
        self._imported: set[str] | None = None

    def of(self, unit: Unit) -> Iterator[Unit | None]:
        """Yield each function that mentions `unit`; None for the code outside of functions."""
        if unit.kind == "fixture":
            yield from self._askers(unit)
        elif unit.kind == "set-up":
            yield from (each for each, found in self.known.items() if unit in found.by_string)
        else:
            for module in self.world.modules:
                if self._may_mention(module, unit):
                    yield from self.mentions(module, unit.name)

    def calls(self, test: Unit) -> bool:
        """Say whether anything but pytest mentions a test."""
        if test.module not in self._counts:
            counts = Counter(name for each in test.module.units for name in self._names_of(each))
            counts.update(self._top_of(test.module))
            self._counts[test.module] = counts
        if self._imported is None:
            found = (module.imports.values() for module in self.world.modules)
            self._imported = {name.rpartition(".")[2] for names in found for name in names}
        if test.name in self._imported:
            return True
        return self._counts[test.module][test.name] > (test.name in self._names_of(test))

    def _names_of(self, unit: Unit) -> set[str]:
        if unit not in self._mentioned:
            parts = (unit.node.params, unit.node.body, *unit.node.decorators)
            self._mentioned[unit] = names_in(parts)
        return self._mentioned[unit]

    def _top_of(self, module: Module) -> set[str]:
        if module not in self._at_top:
            self._at_top[module] = names_in(_outside_of_functions(module.tree.module.body))
        return self._at_top[module]

    def _askers(self, fixture: Unit) -> Iterator[Unit | None]:
        name = fixture_name(fixture)
        for unit, found in self.known.items():
            if unit.kind not in ("test", "fixture"):
                continue
            named = name in {each.name.value for each in unit.params}
            asks = named and self.world.fixture(name, unit) is fixture
            comes = fixture in self.world.autouse and unit.kind == "test" and reaches(fixture, unit)
            if asks or comes or fixture in found.by_string:
                yield unit
        for module in self.world.modules:
            if any(name == text for text in _strings(module)):
                yield None

    def _may_mention(self, module: Module, unit: Unit) -> bool:
        if module is unit.module or unit.owner is not None:
            return module is unit.module
        for local, dotted in module.imports.items():
            found = self.world.find(dotted, module)
            if found == (unit.module, unit.name):
                return True
            whole = self.world.find(f"{dotted}.{unit.name}", module)
            if whole == (unit.module, unit.name) and local:
                return True
        return False

    def mentions(self, module: Module, name: str) -> Iterator[Unit | None]:
        """Yield each function of a file that has a name in it; None for code outside of them."""
        for unit in module.units:
            if name in self._names_of(unit):
                yield unit
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
    # What `pytestmark = pytest.mark.usefixtures("name")` asks for, at the top or in a class.
    for statement in _outside_of_functions(module.tree.module.body):
        if isinstance(statement, cst.Assign) and any(
            full_name(each.target) == "pytestmark" for each in statement.targets
        ):
            for node in walk(statement):
                value = getattr(node, "evaluated_value", None)
                if isinstance(value, str):
                    yield value
