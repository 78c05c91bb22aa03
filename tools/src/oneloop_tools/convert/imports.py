"""Adds the imports that converted code needs, and removes those that it no longer needs."""

import re

from .modules import Module
from .syntax import Node, children, cst, full_name, walk

WORD = re.compile(r"[^\W\d]\w*")
FOR_TOOLS = ("# noqa", "# type:", "# isort", "# pylint", "# pyright")
LONG = 200  # a longer string is prose, not an annotation or a name


def update_imports(module: Module, changed: Node, wanted: dict[str, str]) -> Node:
    """Return `changed` with the imports that it needs. `wanted` has the module of each name."""
    before, after = _used(module.tree.module), _used(changed)
    unused = {name for name in module.imports if name in before and name not in after}
    missing = {name: origin for name, origin in wanted.items() if name in after and not _has(changed, name)}
    body: list[Node] = []
    place = 0
    carried: list[Node] = []  # blank lines and comments of removed imports
    for line in changed.body:
        kept = _update_line(line, unused, missing)
        if kept is None:
            carried.extend(line.leading_lines)
            comment = line.trailing_whitespace.comment
            if comment is not None and not comment.value.startswith(FOR_TOOLS):
                carried.append(cst.EmptyLine(comment=comment))
            continue
        if carried:
            lines = _joined_lines(carried, list(kept.leading_lines), blank=_is_import(kept))
            kept = kept.with_changes(leading_lines=lines)
            carried = []
        body.append(kept)
        if _is_import(kept):
            place = len(body)
    lines = [cst.parse_statement(_import_of(name, origin)) for name, origin in missing.items()]
    if place == 0 and lines:
        place = _after_docstring(body)
    body[place:place] = lines
    return changed.with_changes(body=_spaced(changed, body))


def _joined_lines(gone: list[Node], own: list[Node], *, blank: bool) -> list[Node]:
    comments = [line for line in gone if line.comment is not None]
    if not blank or any(line.comment is None for line in own):
        return [*own[: _blanks(own)], *comments, *own[_blanks(own) :]]
    return [*gone[: min(_blanks(gone), 1)], *comments, *own]


def _blanks(lines: list[Node]) -> int:
    return next((at for at, line in enumerate(lines) if line.comment is not None), len(lines))


def _spaced(changed: Node, body: list[Node]) -> list[Node]:
    # The first line of a file has no blank line above it.
    if body and changed.body and body[0] is not changed.body[0]:
        lines = list(body[0].leading_lines)
        while lines and lines[0].comment is None:
            lines.pop(0)
        body[0] = body[0].with_changes(leading_lines=lines)
    return body


def _after_docstring(body: list[Node]) -> int:
    first = body[0] if body else None
    if isinstance(first, cst.SimpleStatementLine) and isinstance(first.body[0], cst.Expr):
        return 1
    return 0


def _used(module: Node) -> set[str]:
    found: set[str] = set()
    stack: list[tuple[Node, frozenset[str]]] = [(line, frozenset()) for line in module.body if not _is_import(line)]
    while stack:
        node, hidden = stack.pop()
        if isinstance(node, cst.FunctionDef | cst.Lambda):
            # A parameter of the same name hides the import.
            hidden |= {each.name.value for each in walk(node.params) if isinstance(each, cst.Param)}
        if isinstance(node, cst.Name) and node.value not in hidden:
            found.add(node.value)
        elif isinstance(node, cst.SimpleString) and len(node.value) < LONG:
            found.update(WORD.findall(node.value))
        stack.extend((each, hidden) for each in children(node))
    return found


def _is_import(line: Node) -> bool:
    return isinstance(line, cst.SimpleStatementLine) and all(
        isinstance(each, cst.Import | cst.ImportFrom) for each in line.body
    )


def _has(module: Node, name: str) -> bool:
    for line in module.body:
        if not _is_import(line):
            continue
        for statement in line.body:
            if isinstance(statement.names, cst.ImportStar):
                continue
            for alias in statement.names:
                local = alias.asname.name if alias.asname else alias.name
                if (full_name(local) or "").partition(".")[0] == name:
                    return True
    return False


def _import_of(name: str, origin: str) -> str:
    return f"import {name}" if not origin else f"from {origin} import {name}"


def _update_line(line: Node, unused: set[str], missing: dict[str, str]) -> Node | None:
    if not _is_import(line) or len(line.body) != 1:
        return line
    statement = line.body[0]
    if isinstance(statement.names, cst.ImportStar):
        return line
    kept = [each for each in statement.names if _local(each) not in unused]
    if isinstance(statement, cst.ImportFrom):
        kept += _joined(statement, missing)
    if not kept:
        return _in_its_place(line, missing)
    if kept == list(statement.names):
        return line
    return line.with_changes(body=[statement.with_changes(names=_commas(kept, statement))])


def _in_its_place(line: Node, missing: dict[str, str]) -> Node | None:
    # The new library takes the place of the old one, where an import sorter expects it.
    name = next((name for name, origin in missing.items() if origin in ("httpx", "httpx2")), None)
    if name is None or not isinstance(line.body[0], cst.ImportFrom):
        return None
    new = cst.parse_statement(_import_of(name, missing.pop(name)))
    return new.with_changes(leading_lines=line.leading_lines)


def _joined(statement: Node, missing: dict[str, str]) -> list[Node]:
    module = "." * len(statement.relative) + (full_name(statement.module) or "" if statement.module is not None else "")
    names = [name for name, origin in missing.items() if origin == module]
    for name in names:
        del missing[name]
    return [cst.ImportAlias(cst.Name(name)) for name in names]


def _local(alias: Node) -> str:
    name = alias.asname.name if alias.asname else alias.name
    return (full_name(name) or "").partition(".")[0]


def _commas(names: list[Node], statement: Node) -> list[Node]:
    old = list(statement.names)
    between = old[0].comma if len(old) > 1 else cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    done = [each.with_changes(comma=between) for each in names[:-1]]
    return [*done, names[-1].with_changes(comma=old[-1].comma)]
