"""Plain fixtures: they only make a client, so the plugin's client can replace them."""

from .examination import Examination
from .functions import fixture_option, own_body
from .syntax import Node, cst, full_name, text_of

DATABASE = ("db", "session", "database")


def is_plain(seen: Examination) -> bool:
    """Tell whether a fixture only makes a client, and nothing would be lost without it."""
    found, function = seen.found, seen.function
    made = [each for each in found.sources.values() if each.kind == "constructor"]
    if found.gives is None or len(made) != 1 or found.gives is not made[0] or found.doubts:
        return False
    if found.awaits or found.mutates or any(nodes for _, nodes in found.set_up):
        return False
    if fixture_option(function, "params") or fixture_option(function, "autouse"):
        return False
    overriding: set[str] = set()
    if not all(_is_harmless(each, seen, overriding) for each in own_body(function.node)):
        return False
    asked = {each.name.value for each in function.params} - {"self", "app", "event_loop"}
    return all(any(word in name for word in DATABASE) for name in asked)


def _is_harmless(statement: Node, seen: Examination, overriding: set[str]) -> bool:
    if isinstance(statement, cst.With):
        return any(statement is each for each in seen.found.spliced) and all(
            _is_harmless(each, seen, overriding) for each in statement.body.body
        )
    if isinstance(statement, cst.FunctionDef):
        overriding.add(statement.name.value)
        return any(word in statement.name.value for word in DATABASE)
    if isinstance(statement, cst.Try) and not statement.handlers:
        parts = [*statement.body.body, *statement.finalbody.body.body]
        return all(_is_harmless(each, seen, overriding) for each in parts)
    if not isinstance(statement, cst.SimpleStatementLine):
        return False
    return all(_is_harmless_line(each, seen) for each in statement.body)


def _is_harmless_line(line: Node, seen: Examination) -> bool:
    if isinstance(line, cst.Import | cst.ImportFrom):
        return True
    value = getattr(line, "value", None)
    if isinstance(value, cst.Yield):
        value = value.value
    if isinstance(line, cst.Del):
        return "dependency_overrides[" in text_of(line)
    if value is None:
        return isinstance(line, cst.Pass)
    if isinstance(line, cst.Assign) and _sets_override(line.targets[0].target, value):
        return True
    call = isinstance(value, cst.Call) and (full_name(value.func) or "")
    if call and ".dependency_overrides." in call:
        return call.rpartition(".")[2] in ("clear", "pop")
    given = [node for node, _ in seen.found.renames]
    given += [seen.tree.parent(node).value for node in given if _is_returned(node, seen)]
    made = [each.value for each in _made_assignments(seen)]
    return any(value is each for each in [*given, *made])


def _is_returned(node: Node, seen: Examination) -> bool:
    return isinstance(seen.tree.parent(node), cst.Return | cst.Yield)


def _sets_override(target: Node, value: Node) -> bool:
    if isinstance(target, cst.Subscript):
        key = text_of(target.slice[0])
        override_of_app = (full_name(target.value) or "").endswith("dependency_overrides")
        return override_of_app and any(key.endswith(word) or f"{word}_" in key for word in DATABASE)
    whole = (full_name(target) or "").endswith("dependency_overrides")
    return whole and isinstance(value, cst.Dict) and not value.elements


def _made_assignments(seen: Examination) -> list[Node]:
    return [each.body[0] for each in seen.found.dropped if isinstance(each.body[0], cst.Assign)]
