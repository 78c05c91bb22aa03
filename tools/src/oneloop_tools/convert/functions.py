"""The kind of each function, and the questions that are asked about fixtures and methods."""

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
