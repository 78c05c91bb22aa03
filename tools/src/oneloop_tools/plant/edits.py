"""The changes that kinds of bugs are made of: an argument, a method, a statement or an element dropped."""

from collections.abc import Iterator, Sequence

from oneloop_tools.convert.syntax import Node, cst

from .source import Edit, Source, called


def drop_argument(source: Source, call: Node, dropped: Node) -> Edit:
    """`f(a, b=1)` becomes `f(a)`."""
    return _cut(source, call.args, dropped, call)


def drop_method(source: Source, call: Node) -> Edit | None:
    """`x.method(...)` becomes `x`."""
    if not isinstance(call.func, cst.Attribute):
        return None
    _, end = source.span(call.func.value)
    if call.func.value.lpar:
        return Edit(call, f"({source.code(call.func.value)})", call)
    return Edit(call, "", call, span=(end, source.span(call)[1]))


def drop_condition(source: Source, call: Node, dropped: Node) -> Edit | None:
    """`x.where(a, b)` becomes `x.where(a)`, and `x.where(a)` becomes `x`."""
    return drop_argument(source, call, dropped) if len(call.args) > 1 else drop_method(source, call)


def drop_element(source: Source, collection: Node, dropped: Node) -> Edit:
    """`[a, b]` becomes `[a]`. An empty set has no form of its own."""
    count = len(collection.elements)
    if isinstance(collection, cst.Set) and count == 1:
        return Edit(collection, "set()", collection)
    if isinstance(collection, cst.Tuple) and count <= 2:  # its span has no parentheses, and one element needs a comma
        left = [each for each in collection.elements if each is not dropped]
        return Edit(collection, "".join(f"{source.code(each.value)}," for each in left), collection)
    return _cut(source, collection.elements, dropped, collection)


def drop_parameter(source: Source, function: Node, dropped: Node) -> Edit:
    params = function.params
    return _cut(source, [*params.params, *params.kwonly_params], dropped, function)


def drop_subscript(source: Source, subscript: Node, dropped: Node) -> Edit:
    """`Annotated[A, b, c]` becomes `Annotated[A, c]`."""
    return _cut(source, subscript.slice, dropped, subscript)


def drop_await(source: Source, statement: Node) -> Edit:
    """`await f()` becomes `f()`."""
    waiting = statement.value
    return Edit(statement, "", statement, span=(source.span(waiting)[0], source.span(waiting.expression)[0]))


def drop_statement(statement: Node) -> Edit:
    """A small statement becomes `pass`."""
    return Edit(statement, "pass", statement)


def awaited_statements(source: Source) -> Iterator[tuple[Node, Node]]:
    """Yield each statement `await f(...)`, with its call."""
    for statement in source.all(cst.Expr):
        if isinstance(statement.value, cst.Await) and isinstance(statement.value.expression, cst.Call):
            yield statement, statement.value.expression


def call_statements(source: Source, *names: str) -> Iterator[tuple[Node, Node]]:
    """Yield each statement that is a call, awaited or not, of a function with one of these names."""
    for statement in source.all(cst.Expr):
        value = statement.value.expression if isinstance(statement.value, cst.Await) else statement.value
        if isinstance(value, cst.Call) and called(value) in names:
            yield statement, value


def _cut(source: Source, items: Sequence[Node], dropped: Node, where: Node) -> Edit:
    at = list(items).index(dropped)
    start, end = source.span(dropped)
    if at + 1 < len(items):
        end, _ = source.span(items[at + 1])
    elif at:
        _, start = source.span(items[at - 1])
    return Edit(dropped, "", where, span=(start, end))
