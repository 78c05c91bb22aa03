"""The decorators of tests and fixtures: parameters, names of fixtures, scopes."""

import ast
from collections.abc import Iterator, Sequence

from .modules import Module

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
