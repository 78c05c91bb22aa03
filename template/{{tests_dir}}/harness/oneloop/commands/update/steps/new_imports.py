import ast
import re
import sys

from .step import ServiceFiles, Step
from .text_edits import delete_lines

ERRORS = "ClientPolicyError HarnessError LeakError SeamError WrongDatabaseError WrongLoopError"
MORE_ERRORS = "ClosedLoopError DatabaseUnreachableError ForeignDatabaseError InvalidURLError"
# A module before 0.4.0 below `tests.harness`, the module now, and the names that it has.
MODULES = {
    "": ("oneloop", f"{ERRORS} get_auth_token_async"),
    "access": ("oneloop.access", "ANONYMOUS Access AccessError Call Given"),
    "adopting": ("oneloop.adopted", "alembic as_factory create_all no_users"),
    "clients": ("oneloop.clients", "SyncClient open_async_client open_live_client"),
    "errors": ("oneloop.errors", f"{ERRORS} {MORE_ERRORS} SeededRowsError UnknownRoleError"),
    "fixtures.clients": ("oneloop.clients", "ClientAs"),
    "lifespan": ("oneloop.app", "in_own_task"),
    "live.server": ("oneloop.clients", "LiveServer"),
    "people": ("oneloop.users", "DEFAULT_PASSWORD Person password_of"),
    "running": ("oneloop.app", "RunningApp"),
    "seam": ("oneloop.seam", "CreateUser Login Migrate"),
    "sessions": ("oneloop.database.sessions", "FreshSession"),
}
RENAMED = {"HarnessError": "OneloopError", "Person": "UserWithPassword"}
OTHERS = {"alembic", "anyio", "fastapi", "httpx", "httpx2", "pydantic", "pytest", "pytest_asyncio", "sqlalchemy"}
LONGEST = 88
FAKE = "`external_http` is gone. Give your client an httpx2.MockTransport: see docs/testing/README.md."


def change(files: ServiceFiles) -> None:
    for path in files.sources(".py"):
        text = files.read(path) or ""
        if "external_http" in text and path != files.beside_tests("conftest.py"):
            files.leave(path, FAKE)
        if "tests.harness" not in text:
            continue
        try:
            new = with_new_imports(text)
        except SyntaxError:
            files.leave(path, "It is no Python. Import from oneloop instead of tests.harness.")
            continue
        files.write(path, new)
        gone = sorted({each for node in ast.walk(ast.parse(new)) for each in _old_modules(node)})
        if gone and path != files.beside_tests("conftest.py"):
            names = ", ".join(gone)
            files.leave(path, f"No step knows what to import instead of {names}. The new names are in docs/testing/.")


def _old_modules(node: ast.AST) -> list[str]:
    names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
    names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
    return [name for name in names if f"{name}.".startswith("tests.harness.") and name != "tests.harness.ahead"]


def with_new_imports(text: str) -> str:
    """Replace each import whose names all have a new place. One at the top goes where a sorter of imports puts it."""
    lines, moved = text.split("\n"), dict[str, set[str]]()
    tree = ast.parse(text)
    found = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    for node in sorted(found, key=lambda each: -each.lineno):
        new = _new_names(node)
        own = lines[node.lineno - 1 : node.end_lineno]
        if not new or ";" in own[-1] or not own[0].startswith(f"{' ' * node.col_offset}from "):
            continue
        if node in tree.body and not any("#" in line for line in own):
            for module, name in new:
                moved.setdefault(module, set()).add(name)
            delete_lines(lines, node.lineno - 1, node.end_lineno or node.lineno)
        elif len(new) == 1 or not any("#" in line for line in own[:-1]):
            comment = re.search(r"\s*#.*", own[-1])
            kept = [f"{' ' * node.col_offset}from {module} import {name}" for module, name in new]
            kept[-1] += comment[0] if comment else ""
            lines[node.lineno - 1 : node.end_lineno] = kept
    for module, names in sorted(moved.items()):
        _place(lines, module, names)
    return "\n".join(lines)


def _new_names(node: ast.ImportFrom) -> list[tuple[str, str]]:
    """Return modules with names, as `import` has them; empty if one of the names has no new place."""
    name = node.module or ""
    if node.level or not f"{name}.".startswith("tests.harness."):
        return []
    module, known = MODULES.get(name.removeprefix("tests.harness").removeprefix("."), ("", ""))
    if not {alias.name for alias in node.names} <= {*known.split()}:
        return []
    new = []
    for alias in node.names:
        written = RENAMED.get(alias.name, alias.name)
        local = alias.asname or alias.name
        new.append((module, written if written == local else f"{written} as {local}"))
    return new


def _place(lines: list[str], module: str, names: set[str]) -> None:
    """Write an import among those of other packages, in the order of the alphabet."""
    tree = ast.parse("\n".join(lines))
    body = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    own = next((each for each in body if isinstance(each, ast.ImportFrom) and each.module == module), None)
    if own and own.lineno == own.end_lineno and "#" not in lines[own.lineno - 1] and "(" not in lines[own.lineno - 1]:
        names |= {ast.unparse(alias) for alias in own.names}
        lines[own.lineno - 1 : own.end_lineno] = _statement(module, names)
        return
    others = [each for each in body if _top(each) in OTHERS | {"oneloop"}]
    after = [each for each in others if isinstance(each, ast.Import) or (each.module or "").lower() < module]
    foreign = [each for each in body if _top(each) not in sys.stdlib_module_names]
    if after:
        place = after[-1].end_lineno or after[-1].lineno
        lines[place:place] = _statement(module, names)
    elif others:
        lines[others[0].lineno - 1 : others[0].lineno - 1] = _statement(module, names)
    elif foreign:
        lines[foreign[0].lineno - 1 : foreign[0].lineno - 1] = [*_statement(module, names), ""]
    else:
        place = body[-1].end_lineno or 0 if body else _end_of_docstring(tree)
        lines[place:place] = ["", *_statement(module, names)]


def _end_of_docstring(tree: ast.Module) -> int:
    first = tree.body[0] if tree.body and ast.get_docstring(tree) is not None else None
    return first.end_lineno or 0 if first else 0


def _top(node: ast.Import | ast.ImportFrom) -> str:
    if isinstance(node, ast.ImportFrom):
        return "." if node.level else (node.module or "").split(".")[0]
    return node.names[0].name.split(".")[0]


def _statement(module: str, names: set[str]) -> list[str]:
    ordered = sorted(names, key=lambda name: (not name.split()[0].isupper(), not name[0].isupper(), name))
    line = f"from {module} import {', '.join(ordered)}"
    return [line] if len(line) <= LONGEST else [f"from {module} import (", *(f"    {each}," for each in ordered), ")"]


STEP = Step(
    "0.4.0", "Import from oneloop what came from tests.harness", "The old modules go in the next release.", change
)
