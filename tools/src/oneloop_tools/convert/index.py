"""The index of all test files: the kind of each function, what a name means, and which fixture a test gets."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from .modules import Function, Module
from .syntax import Node, Tree, children, cst, full_name, walk

SET_UP_FIXTURE = "set_up"  # in a converted class
SET_UP = ("setup_method", "setup_class", "setup", "teardown_method", "teardown_class")
FIXTURES = ("pytest.fixture", "pytest_asyncio.fixture")
CLIENTS = (b"TestClient", b"AsyncClient")


def read_module(path: Path, shown: str, content: bytes) -> Module:
    """Parse a file, and determine the kind of each of its functions."""
    module = Module(path, shown, Tree(content))
    for function in module.functions:
        function.kind = _kind(function)
        if function.kind == "fixture" and function.owner is None:
            module.fixtures[fixture_name(function)] = function
    if any(word in content for word in CLIENTS):
        _read_local_imports(module)
    return module


def _kind(function: Function) -> str:
    if function.decorator(*FIXTURES):
        return "fixture"
    if function.owner is not None and function.name in SET_UP:
        return "set-up"
    in_class = function.owner is None or function.owner.name.value.startswith("Test")
    if function.name.startswith("test") and (in_class or is_unittest(function)):
        return "test"
    return "helper"


def _read_local_imports(module: Module) -> None:
    # An import in a function is treated as one at the top: a name that is imported twice means the same.
    for function in module.functions:
        for node in walk(function.node.body):
            if isinstance(node, cst.Import | cst.ImportFrom):
                for name, dotted in module.bindings(node).items():
                    module.imports.setdefault(name, dotted)


def fixture_name(function: Function) -> str:
    """Return the name by which tests ask for a fixture."""
    decorator = function.decorator(*FIXTURES)
    if isinstance(decorator, cst.Call):
        for arg in decorator.args:
            if arg.keyword is not None and arg.keyword.value == "name":
                value = getattr(arg.value, "evaluated_value", None)
                return value if isinstance(value, str) else function.name
    return function.name


def fixture_option(function: Function, name: str) -> Node | None:
    """Return the value of a keyword of the fixture's decorator."""
    decorator = function.decorator(*FIXTURES)
    for arg in decorator.args if isinstance(decorator, cst.Call) else ():
        if arg.keyword is not None and arg.keyword.value == name:
            return arg.value
    return None


def fixture_scope(function: Function) -> str:
    """Return the scope of a fixture, `unknown` when a callable decides."""
    value = fixture_option(function, "scope")
    if value is None:
        return "function"
    found = getattr(value, "evaluated_value", "unknown")
    return found if isinstance(found, str) else "unknown"


def is_unittest(function: Function) -> bool:
    """Tell whether a method's class is a unittest.TestCase, by the names of its bases."""
    if function.owner is None:
        return False
    bases = [full_name(each.value) or "" for each in function.owner.bases]
    return any(base.endswith(("TestCase", "AsyncioTestCase")) for base in bases)


def has_other_bases(function: Function) -> bool:
    """Tell whether a method's class inherits from anything but `object` and unittest."""
    if function.owner is None or is_unittest(function):
        return False
    return any(full_name(each.value) != "object" for each in function.owner.bases)


def yields(node: Node) -> list[Node]:
    """Return the `yield`s of a function, without those of functions inside it."""
    found, stack = [], [node.body]
    while stack:
        inner = stack.pop()
        if isinstance(inner, cst.Yield):
            found.append(inner)
        stack.extend(
            each for each in children(inner) if not isinstance(each, cst.FunctionDef | cst.Lambda | cst.ClassDef)
        )
    return found


def own_body(node: Node) -> list[Node]:
    """Return the statements of a function without its docstring."""
    body = list(node.body.body)
    if body and isinstance(body[0], cst.SimpleStatementLine):
        first = body[0].body[0]
        if isinstance(first, cst.Expr) and isinstance(first.value, cst.SimpleString | cst.ConcatenatedString):
            return body[1:]
    return body


class ProjectIndex:
    """The modules by their dotted names and their folders."""

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
        self._conftests = {each.path.parent: each for each in self.modules if each.path.name == "conftest.py"}
        self.autouse = [
            function
            for each in self.modules
            for function in each.functions
            if function.kind == "fixture" and _is_true(fixture_option(function, "autouse"))
        ]
        self.apps: set[str] = set()

    def functions(self) -> Iterator[Function]:
        for module in self.modules:
            yield from module.functions

    def find(self, dotted: str | None, near: Module, hops: int = 5) -> tuple[Module, str] | None:
        """Return the module and the name in it that a dotted name means, followed through imports."""
        if dotted is None or not hops:
            return None
        base, _, name = dotted.rpartition(".")
        for module in self._candidates(base, near):
            if name in module.top_functions or name in module.classes or name in module.assigned:
                return module, name
            if name in module.imports:
                return self.find(module.imports[name], module, hops - 1)
        return None

    def _candidates(self, base: str, near: Module) -> Iterator[Module]:
        # Below the root, or below a folder that pytest adds to the import path.
        folders = near.name.split(".")[:-1] if not near.is_package else near.name.split(".")
        for end in range(len(folders) + 1):
            found = self._names.get(".".join([*folders[:end], base]) if base else "")
            if found is not None:
                yield found

    def function(self, expression: Node, near: Module) -> Function | None:
        """Return the function of the tests that an expression names."""
        found = self.find(near.dotted(expression), near)
        return found[0].top_functions.get(found[1]) if found else None

    def fixture(self, name: str, function: Function) -> Function | None:
        """Return the fixture that `function` gets by `name`, None for one of a plugin."""
        for found in self._fixtures(name, function):
            if found is not function:
                return found
        return None

    def _fixtures(self, name: str, function: Function) -> Iterator[Function]:
        if function.owner is not None:
            for each in function.module.functions:
                same = each.owner is function.owner and each.kind == "fixture"
                if same and fixture_name(each) == name:
                    yield each
        # A fixture that overrides one of its own name gets the one further up.
        above = function.kind == "fixture" and function.owner is None and fixture_name(function) == name
        if not above:
            yield from self._in_module(name, function.module)
        for folder in function.module.path.parents:
            conftest = self._conftests.get(folder)
            if conftest is not None and conftest is not function.module:
                yield from self._in_module(name, conftest)
            if folder == self.root:
                return

    def _in_module(self, name: str, module: Module) -> Iterator[Function]:
        if name in module.fixtures:
            yield module.fixtures[name]
        elif name in module.imports:
            found = self.find(module.imports[name], module)
            if found and found[1] in found[0].top_functions:
                function = found[0].top_functions[found[1]]
                if function.kind == "fixture":
                    yield function

    def autouse_of(self, function: Function) -> list[Function]:
        """Return the autouse fixtures of `function`."""
        return [each for each in self.autouse if each is not function and reaches(each, function)]

    def is_the_app(self, app: str) -> bool:
        """Tell whether an app is the suite's: the one that was named, or the only one that there is.

        The app in Copier's answers counts if the tests use it by that name.
        """
        if app in ("app", self.app):
            return True
        if self.app is None and self.answered in self.apps:
            return app == self.answered
        named = {each for each in self.apps if each != "app"}
        return self.app is None and len(named) == 1


def reaches(fixture: Function, function: Function) -> bool:
    """Tell whether an autouse fixture applies to `function`."""
    if fixture.owner is not None:
        return function.owner is fixture.owner
    if fixture.module is function.module:
        return True
    conftest = fixture.module.path
    return conftest.name == "conftest.py" and conftest.parent in function.module.path.parents


def _is_true(node: Node | None) -> bool:
    return isinstance(node, cst.Name) and node.value == "True"
