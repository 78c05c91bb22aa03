"""The app that an expression means. A client on another app is not replaced."""

from .functions import own_body
from .modules import Function, Module
from .project_index import ProjectIndex
from .syntax import Node, cst, full_name, walk

FACTORIES = ("create_app", "make_app", "build_app", "get_app", "get_application")


def app_of(index: ProjectIndex, expression: Node, function: Function | None, module: Module) -> str | None:
    """Return the app that an expression means as `module.app`, None if that is unknown."""
    name = full_name(expression)
    if isinstance(expression, cst.Call):
        return _app_of_call(index, expression, module)
    if name is None:
        return None
    if function is not None and name in {each.name.value for each in function.params}:
        fixture = index.fixture(name, function)
        if fixture is not None:
            return app_of_fixture(index, fixture)
        return "app" if name == "app" else None
    if function is not None and _is_bound(name, function):
        return None
    return _app_of_name(index, module.dotted(expression), module)


def app_of_fixture(index: ProjectIndex, fixture: Function) -> str | None:
    """Return the app that a fixture returns, if it does nothing else."""
    body = own_body(fixture.node)
    if len(body) != 1 or not isinstance(body[0], cst.SimpleStatementLine):
        return None
    value = getattr(body[0].body[0], "value", None)
    if isinstance(value, cst.Yield):
        value = value.value
    return None if value is None else app_of(index, value, fixture, fixture.module)


def _app_of_call(index: ProjectIndex, call: Node, module: Module) -> str | None:
    dotted = module.dotted(call)
    factory = (full_name(call) or "").rpartition(".")[2]
    if call.args or (factory not in FACTORIES and dotted != index.answered):
        return None
    found = index.find(dotted, module)
    if dotted is None or "." not in dotted or (found and found[0].is_test_code):
        return None
    if found:
        dotted = f"{found[0].name}.{found[1]}"
    return dotted if dotted == index.answered else f"{dotted.rpartition('.')[0]}.app"


def _app_of_name(index: ProjectIndex, dotted: str | None, module: Module) -> str | None:
    found = index.find(dotted, module)
    if found is None:
        imported = dotted is not None and "." in dotted and dotted.split(".")[0] != module.name
        return dotted if imported else None
    where, name = found
    if not where.is_test_code:
        return f"{where.name}.{name}"
    values = where.assigned.get(name, [])
    if len(values) != 1 or not isinstance(values[0], cst.Call):
        return None
    return app_of(index, values[0], None, where)


def _is_bound(name: str, function: Function) -> bool:
    first = name.partition(".")[0]
    return any(
        isinstance(each, cst.AssignTarget) and full_name(each.target) == first for each in walk(function.node.body)
    )
