"""All the test files together: what a name means across them, and which fixture a test gets."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from .modules import Module
from .syntax import Node, cst, full_name
from .units import Unit, fixture_name, fixture_option, is_unittest


class World:
    """The files that were read, by their dotted names and their folders."""

    def __init__(
        self,
        root: Path,
        modules: Iterable[Module],
        app: str | None = None,
        answered: str | None = None,
    ) -> None:
        self.root = root
        self.modules = list(modules)
        self.app = app
        self.answered = answered
        self._names = {each.name: each for each in self.modules}
        self._conftests = {
            each.path.parent: each for each in self.modules if each.path.name == "conftest.py"
        }
        self.autouse = [
            unit
            for each in self.modules
            for unit in each.units
            if unit.kind == "fixture" and _is_true(fixture_option(unit, "autouse"))
        ]
        self.apps: set[str] = set()

    def units(self) -> Iterator[Unit]:
        """Yield every function and method of every file."""
        for module in self.modules:
            yield from module.units

    def find(self, dotted: str | None, near: Module, hops: int = 5) -> tuple[Module, str] | None:
        """Return the file and the name in it that a dotted name means, followed through imports."""
        if dotted is None or not hops:
            return None
        base, _, name = dotted.rpartition(".")
        for module in self._candidates(base, near):
            if name in module.functions or name in module.classes or name in module.assigned:
                return module, name
            if name in module.imports:
                return self.find(module.imports[name], module, hops - 1)
        return None

    def _candidates(self, base: str, near: Module) -> Iterator[Module]:
        # As Python finds it: below the root, else below a folder that pytest put on the path.
        folders = near.name.split(".")[:-1] if not near.is_package else near.name.split(".")
        for end in range(len(folders) + 1):
            found = self._names.get(".".join([*folders[:end], base]) if base else "")
            if found is not None:
                yield found

    def function(self, expression: Node, near: Module) -> Unit | None:
        """Return the function of these files that an expression names."""
        found = self.find(near.dotted(expression), near)
        return found[0].functions.get(found[1]) if found else None

    def fixture(self, name: str, unit: Unit) -> Unit | None:
        """Return the fixture that `unit` gets by `name`; None for one of a plugin."""
        for found in self._fixtures(name, unit):
            if found is not unit:
                return found
        return None

    def _fixtures(self, name: str, unit: Unit) -> Iterator[Unit]:
        if unit.owner is not None:
            for each in unit.module.units:
                same = each.owner is unit.owner and each.kind == "fixture"
                if same and fixture_name(each) == name:
                    yield each
        # A fixture that overrides one of its own name gets the one further up.
        above = unit.kind == "fixture" and unit.owner is None and fixture_name(unit) == name
        if not above:
            yield from self._in_module(name, unit.module)
        for folder in unit.module.path.parents:
            conftest = self._conftests.get(folder)
            if conftest is not None and conftest is not unit.module:
                yield from self._in_module(name, conftest)
            if folder == self.root:
                return

    def _in_module(self, name: str, module: Module) -> Iterator[Unit]:
        if name in module.fixtures:
            yield module.fixtures[name]
        elif name in module.imports:
            found = self.find(module.imports[name], module)
            if found and found[1] in found[0].functions:
                unit = found[0].functions[found[1]]
                if unit.kind == "fixture":
                    yield unit

    def autouse_of(self, unit: Unit) -> list[Unit]:
        """Return the fixtures that come to `unit` without being asked for."""
        return [each for each in self.autouse if each is not unit and reaches(each, unit)]

    def is_the_app(self, app: str) -> bool:
        """Say whether an app is the suite's: the one that was named, or the only one there is.

        What was answered when the harness came counts where the tests know it by that name.
        """
        if app in ("app", self.app):
            return True
        if self.app is None and self.answered in self.apps:
            return app == self.answered
        named = {each for each in self.apps if each != "app"}
        return self.app is None and len(named) == 1


def reaches(fixture: Unit, unit: Unit) -> bool:
    """Say whether an autouse fixture comes to `unit`."""
    if fixture.owner is not None:
        return unit.owner is fixture.owner
    if fixture.module is unit.module:
        return True
    conftest = fixture.module.path
    return conftest.name == "conftest.py" and conftest.parent in unit.module.path.parents


def class_bases(unit: Unit) -> bool:
    """Say whether the class of a method inherits from anything but `object`."""
    if unit.owner is None or is_unittest(unit):
        return False
    return any(full_name(each.value) != "object" for each in unit.owner.bases)


def _is_true(node: Node | None) -> bool:
    return isinstance(node, cst.Name) and node.value == "True"
