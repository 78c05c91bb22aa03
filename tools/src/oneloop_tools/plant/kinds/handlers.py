"""Errors: caught, raised again, answered."""

import re
from collections.abc import Iterator

from oneloop_tools.convert.syntax import Node, cst
from oneloop_tools.plant.edits import call_statements, drop_element, drop_method, drop_statement
from oneloop_tools.plant.index import Index
from oneloop_tools.plant.source import Edit, Source

from .kind import Kind

NEVER = "ZeroDivisionError"  # what no database and no client raises
UNIQUE = re.compile(r"IntegrityError|UniqueViolation|DuplicateKey|\buq_|AlreadyExists")


def unique_violation(source: Source, _: Index) -> Iterator[Edit | None]:
    for handler, part in _caught(source):
        if UNIQUE.search(source.code(part)):
            yield Edit(part, NEVER, handler)
    for statement, call in call_statements(source, "add_exception_handler"):
        if UNIQUE.search(source.code(call)):
            yield drop_statement(statement)
    for node, element, key in source.entries():
        if UNIQUE.search(key):
            yield drop_element(source, node, element)
    for call in source.calls("on_conflict_do_nothing", "on_conflict_do_update"):
        yield drop_method(source, call)


def error_unhandled(source: Source, _: Index) -> Iterator[Edit | None]:
    for handler, part in _caught(source):
        if not UNIQUE.search(source.code(part)) and "KeyboardInterrupt" not in source.code(part):
            yield Edit(part, NEVER, handler)


def _caught(source: Source) -> Iterator[tuple[Node, Node]]:
    """Yield each class that an `except` names, with its handler."""
    for handler in source.all(cst.ExceptHandler):
        if source.code(handler.type) in ("ImportError", "ModuleNotFoundError") if handler.type else True:
            continue
        if isinstance(handler.type, cst.Tuple):
            yield from ((handler, element.value) for element in handler.type.elements)
        else:
            yield handler, handler.type


def error_swallowed(source: Source, _: Index) -> Iterator[Edit | None]:
    for raised in source.all(cst.Raise):
        handler = source.first_above(raised, cst.ExceptHandler, cst.FunctionDef)
        block = source.first_above(raised, cst.If, cst.ExceptHandler, cst.FunctionDef)
        if isinstance(handler, cst.ExceptHandler) and (block is handler or raised.exc is None):
            yield drop_statement(raised)


def handler_dropped(source: Source, _: Index) -> Iterator[Edit | None]:
    for statement, call in call_statements(source, "add_exception_handler"):
        if not UNIQUE.search(source.code(call)):
            yield drop_statement(statement)
    for decorator in source.all(cst.Decorator):
        if ".exception_handler(" in source.code(decorator):
            yield Edit(decorator.decorator, "(lambda function: function)", decorator)


def middleware_dropped(source: Source, _: Index) -> Iterator[Edit | None]:
    yield from (drop_statement(statement) for statement, _call in call_statements(source, "add_middleware"))
    for collection in source.all(cst.List):
        for element in collection.elements:
            if isinstance(element.value, cst.Call) and source.code(element.value).startswith("Middleware("):
                yield drop_element(source, collection, element)


READY = "tests/test_health.py::TestGetReady"
KINDS = (
    Kind(
        "unique-violation-unhandled",
        "The error of a unique constraint is not handled.",
        "A taken name is a 500 and an alarm at night.",
        "tests/users/test_users.py::TestPostUser::test_taken_name_returns_409",
        unique_violation,
        "errors.py add_error_handlers",
    ),
    Kind(
        "error-unhandled",
        "An `except` does not catch its error.",
        "An expected failure is a 500.",
        f"{READY}::test_database_that_is_too_slow_returns_503",
        error_unhandled,
        "health.py get_ready",
    ),
    Kind(
        "error-swallowed",
        "The `raise` at the end of an `except` is left out.",
        "A failure looks like a success, and the half of the work is committed.",
        f"{READY}::test_database_that_does_not_answer_returns_503",
        error_swallowed,
        "health.py get_ready",
    ),
    Kind(
        "handler-dropped",
        "An exception handler is not registered.",
        "An expected error is a 500.",
        "tests/test_observability.py::test_exhausted_pool_returns_503_with_retry_after",
        handler_dropped,
        "errors.py add_error_handlers",
    ),
    Kind(
        "middleware-dropped",
        "A middleware is not added.",
        "What it adds or refuses is missing on every answer.",
        "tests/test_middleware.py::test_same_headers_on_every_answer",
        middleware_dropped,
        "middleware.py build_middleware",
    ),
)
