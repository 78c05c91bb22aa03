"""Which function binds a name: the same as Python says."""

import symtable
from collections.abc import Iterator

import pytest

from oneloop_tools.convert.scopes import Scopes, is_stored
from oneloop_tools.convert.syntax import Node, Tree, cst, walk

# By what they have: the statements of a function with the parameter `x`, and `y` in the file.
BODIES = {
    "a parameter": "def inner(x, y=x): return x, y",
    "more parameters": "def inner(*x, **y): return x, y",
    "a lambda": "inner = lambda x, y=x: (x, y)",
    "an assignment": "def inner():\n  x = y\n  return x",
    "a read": "def inner(): return x, y",
    "nonlocal": "def inner():\n  nonlocal x\n  x = 1\n  return x",
    "global": "def inner():\n  global x\n  x = 1\n  return x",
    "a loop": "def inner():\n  for x, (y, *z) in (): x, y, z",
    "a with": "def inner():\n  with open() as x, open() as (y, z): x, y, z",
    "an except": "def inner():\n  try: x\n  except Exception as y: y",
    "a match": "def inner():\n  match 1:\n   case [x, *y]: x, y",
    "a walrus": "def inner(): return (y := x for x in (x, y))",
    "deeper": "def inner(y):\n  def innermost(): return x, y\n  return innermost",
    "a class": "class Inner:\n  x = 1\n  z = x\n  def method(self, y=x): return x, y",
    "a name of a function": "def x(): return x",
    "an augmented assignment": "def inner():\n  x += y\n  return x",
    "an annotation": "def inner():\n  x: int\n  return x",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_functions_and_classes_bind_as_in_python(body: str) -> None:
    text = "def outer(x):\n" + "".join(f" {line}\n" for line in body.splitlines())
    tree = Tree(text.encode())
    (top,) = tree.module.body
    scopes = Scopes(top, tree)
    found = set()
    for node in walk(top):
        if isinstance(node, cst.Name) and node.value in "xyz" and not is_stored(node, tree):
            binder = scopes.binder(node)
            found.add((node.value, None if binder is None else _name(binder)))

    # From Python 3.14 on, a function has a scope for its annotations beside it.
    (outer,) = (each for each in symtable.symtable(text, "", "exec").get_children() if each.get_name() == "outer")
    assert found == set(_binders(outer, {}))


def _name(binder: Node) -> str:
    return {cst.Lambda: "lambda", cst.ListComp: "listcomp", cst.GeneratorExp: "genexpr"}.get(type(binder)) or str(
        binder.name.value
    )


def _binders(table: symtable.SymbolTable, above: dict[str, str]) -> Iterator[tuple[str, str | None]]:
    here = table.get_name().strip("<>")  # Python 3.15 writes `<lambda>`
    own = {each.get_name(): here for each in table.get_symbols() if each.is_local()}
    for symbol in table.get_symbols():
        name = symbol.get_name()
        if name in "xyz" and symbol.is_referenced():
            yield name, None if symbol.is_global() else {**above, **own}[name]
    visible = above if table.get_type() == "class" else {**above, **own}
    for child in table.get_children():
        yield from _binders(child, visible)


COMPREHENSIONS = {
    "[x for x in x]": ["listcomp", "outer"],
    "[x for y in x for x in y]": ["listcomp", "outer", "listcomp"],
    "[[x for x in y] for y in x]": ["listcomp", "listcomp", "outer"],
    "[y for y in [x for x in x]]": ["listcomp", "listcomp", "outer"],
}


@pytest.mark.parametrize(("text", "expected"), COMPREHENSIONS.items(), ids=COMPREHENSIONS)
def test_first_iterable_is_outside_of_a_comprehension(text: str, expected: list[str]) -> None:
    tree = Tree(f"def outer(x): return {text}\n".encode())
    (top,) = tree.module.body
    scopes = Scopes(top, tree)
    reads = [
        each
        for each in walk(top.body)
        if isinstance(each, cst.Name) and each.value in "xy" and not is_stored(each, tree)
    ]

    assert [_name(scopes.binder(each)) for each in reads] == expected
