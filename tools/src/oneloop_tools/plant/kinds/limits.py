"""What keeps the service up when something else is slow: time limits, retries, bounds."""

import re
from collections.abc import Iterator

from oneloop_tools.convert.syntax import Node, cst
from oneloop_tools.plant.edits import call_statements, drop_argument, drop_element, drop_statement
from oneloop_tools.plant.index import Index
from oneloop_tools.plant.source import Edit, Source, argument, called, dotted

from .kind import Kind

ENDLESS = {"timeout": "None", "fail_after": 'float("inf")', "move_on_after": 'float("inf")'}
DEFAULTS = {"pool_timeout": ("None", "30", "30.0")}
DESCRIBING = ("Field", "field", "setdefault", "getattr")  # they name a time limit, and set none
TIMEOUT = re.compile(r"timeout|_idle_seconds$|^deadline$")
RETRIED = re.compile(r"^[0-9A-Z]{5}$|^(429|50[234])$")
BOUNDS = ("ge", "gt", "le", "lt", "max_length", "min_length", "pattern", "regex", "strip_whitespace", "multiple_of")
BOUNDED = ("Field", "Query", "Path", "Body", "Form", "Header", "StringConstraints", "constr", "conint", "conlist")


def timeout_dropped(source: Source, _: Index) -> Iterator[Edit | None]:
    for call in source.all(cst.Call):
        name = called(call)
        if name == "wait_for" and "asyncio" in dotted(call.func):
            yield Edit(call, source.code(call.args[0].value), call)
        elif name in ENDLESS and isinstance(source.parent(call), cst.WithItem) and call.args:
            yield Edit(call.args[0].value, ENDLESS[name], call)
        elif name not in DESCRIBING:
            yield from (drop_argument(source, call, each) for each in call.args if _is_timeout(source, each))
    for node, element, key in source.entries():
        if TIMEOUT.search(key):
            yield drop_element(source, node, element)


def _is_timeout(source: Source, argument: Node) -> bool:
    named = argument.keyword is not None and TIMEOUT.search(argument.keyword.value)
    return bool(named) and source.code(argument.value) not in DEFAULTS.get(argument.keyword.value, ("None",))


def retry_dropped(source: Source, _: Index) -> Iterator[Edit | None]:
    for decorator in source.all(cst.Decorator):
        if re.search(r"\b(retry|backoff|on_exception)\b", source.code(decorator)):
            yield Edit(decorator.decorator, "(lambda function: function)", decorator)
    for loop in source.all(cst.For):
        if "range(" in source.code(loop.iter) and any(isinstance(each, cst.Try) for each in loop.body.body):
            yield Edit(loop.iter, "range(1)", loop)
    for collection in source.all(cst.Set, cst.Tuple, cst.List):
        codes = [source.code(each.value).strip("\"'") for each in collection.elements]
        if len(codes) > 1 and all(RETRIED.match(each) for each in codes):
            yield from (drop_element(source, collection, each) for each in collection.elements)


def stale_connection(source: Source, _: Index) -> Iterator[Edit | None]:
    for call, found in source.arguments("pool_pre_ping"):
        if source.code(found.value) == "True":
            yield drop_argument(source, call, found)
    for statement, call in call_statements(source, "listen"):
        if "checkout" in source.code(call):
            yield drop_statement(statement)


def pool_unbounded(source: Source, _: Index) -> Iterator[Edit | None]:
    for call in source.calls("create_async_engine", "create_engine"):
        for name, default in (("pool_size", "5"), ("max_overflow", "10")):
            if (found := argument(call, name)) is not None and source.code(found.value) != default:
                yield drop_argument(source, call, found)
    for call in source.calls("Semaphore", "BoundedSemaphore", "CapacityLimiter"):
        if call.args:
            yield Edit(call.args[0].value, "1_000_000", call)


def bound_dropped(source: Source, _: Index) -> Iterator[Edit | None]:
    for call in source.calls(*BOUNDED):
        for each in call.args:
            if each.keyword is not None and each.keyword.value in BOUNDS:
                yield drop_argument(source, call, each)


KINDS = (
    Kind(
        "timeout-dropped",
        "A time limit is left out.",
        "One slow server holds every connection and every request of this one.",
        "tests/test_database.py::test_slow_statement_returns_503",
        timeout_dropped,
        "database.py create_engine",
    ),
    Kind(
        "retry-dropped",
        "A second try, or one of the errors that are tried again, is left out.",
        "A short failure of another system reaches the user.",
        "tests/test_database.py::test_error_that_may_pass_returns_503",
        retry_dropped,
        "errors.py module",
    ),
    Kind(
        "stale-connection",
        "A connection of the pool is used without asking whether it is still there.",
        "After a restart of the database each connection fails one request.",
        "tests/test_database.py::test_closed_connection_is_replaced",
        stale_connection,
        "database.py _ping_idle_connections",
    ),
    Kind(
        "pool-unbounded",
        "The bound of a pool or of a semaphore is left out.",
        "Under load the database refuses connections, or the memory ends.",
        "tests/test_observability.py::test_exhausted_pool_returns_503_with_retry_after",
        pool_unbounded,
        "database.py create_engine",
    ),
    Kind(
        "bound-dropped",
        "The bound of an input or of a setting is left out.",
        "A caller asks for a million rows, or stores what the column refuses with a 500.",
        "tests/documents/test_documents.py::TestListDocuments::test_wrong_page_returns_422",
        bound_dropped,
        "paging.py get_page_query",
    ),
)
