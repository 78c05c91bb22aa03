"""The overrides of a dependency that gives a database session, and what they take their sessions from."""

import re

from .modules import Function
from .syntax import Node, cst, full_name, names_in, walk

OVERRIDES = "dependency_overrides"
SESSION = re.compile(r"(^|_)(test_?)?db($|_)|session|engine|conn(ection)?($|_)|database", re.IGNORECASE)
NO_SESSION = re.compile(r"user|auth|current|login|token", re.IGNORECASE)
DEPENDENCY = re.compile(
    r"(db|database|session|engine|conn|connection)(_?(local|maker|factory|dependency|dep|async|override))?$",
    re.IGNORECASE,
)
CLASS = re.compile(r".*\.[A-Z]\w*Session$")
LIBRARIES = {"sqlalchemy", "sqlmodel", "typing", "collections", "contextlib", "fastapi", "pytest", "pytest_asyncio"}
WRITES = {"add", "add_all", "delete", "execute", "exec", "merge", "flush", "bulk_save_objects"}


def is_session(name: str) -> bool:
    """Tell whether a name is one of a session, an engine or a connection."""
    return bool(SESSION.search(name)) and not NO_SESSION.search(name)


def is_session_dependency(target: Node) -> bool:
    """Tell whether `overrides[...]` names a dependency that gives a session."""
    key = full_name(target.slice[0].slice.value) if isinstance(target.slice[0].slice, cst.Index) else None
    last = (key or "").rpartition(".")[2]
    return bool(DEPENDENCY.search(last)) and not NO_SESSION.search(last)


def drawn_from(target: Node, value: Node, function: Function) -> set[str] | None:
    """Return the names from which an override takes its sessions, None if it does more than that."""
    if not is_session_dependency(target):
        return None
    code = value if isinstance(value, cst.Lambda) else _function(value, function)
    if code is None:
        return None
    names = _outer_names(code, function)
    if any(name in function.module.classes or CLASS.match(function.module.imports.get(name, "")) for name in names):
        return None  # a session of its own kind, such as one that fails
    return names if names and all(is_session(name) for name in names) else None


def _function(value: Node, function: Function) -> Node | None:
    if not isinstance(value, cst.Name):
        return None
    for node in walk(function.node.body):
        if isinstance(node, cst.FunctionDef) and node.name.value == value.value:
            return node
    top = function.module.top_functions.get(value.value)
    return top.node if top is not None else None


def _outer_names(code: Node, function: Function) -> set[str]:
    params = {each.name.value for each in function.params}
    module = function.module
    found = set()
    for name in names_in([code.body]):
        imported = module.imports.get(name, "")
        known = name in params or name in module.assigned or name in module.classes
        if known or (imported and imported.split(".")[0] not in LIBRARIES):
            found.add(name)
    return found


def only_makes_tables(function: Function) -> bool:
    names = names_in([function.node])
    return bool({"create_all", "drop_all"} & names) and not names & (WRITES | {"commit"})
