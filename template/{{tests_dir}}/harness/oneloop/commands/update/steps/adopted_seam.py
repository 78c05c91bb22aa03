import ast
import re
from collections.abc import Callable

from .step import ServiceFiles, Step
from .text_edits import delete_lines


def change(files: ServiceFiles) -> None:
    for path in files.sources(".py"):
        text = files.read(path) or ""
        if not re.search(r"^from tests\.harness\.ahead import ", text, re.MULTILINE):
            continue
        new = without_name(text)
        if "name_database" in new:
            files.leave(path, "The plugin names the test database now. Remove what uses `name_database`.")
        else:
            files.write(path, new)


def without_name(text: str) -> str:
    """Take out the import, the call, and the constants that only the call used."""
    for statement in (_is_call, _is_import):
        text = _without(text, statement)
    for name in ("VARIABLE", "DRIVER"):
        if len(re.findall(rf"\b{name}\b", text)) == 1:
            text = re.sub(rf'^{name} = ".*"\n', "", text, count=1, flags=re.MULTILINE)
    return re.sub(r"\n{4,}", "\n\n\n", text)


def _without(text: str, is_statement: Callable[[ast.stmt], bool]) -> str:
    lines = text.split("\n")
    for node in reversed(ast.parse(text).body):
        if is_statement(node):
            delete_lines(lines, node.lineno - 1, node.end_lineno or node.lineno)
    return "\n".join(lines)


def _is_call(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and ast.unparse(node).startswith("name_database(")


def _is_import(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and ast.unparse(node) == "from tests.harness.ahead import name_database"


STEP = Step(
    "0.4.0",
    "Let the plugin name the test database of an adopted suite",
    "It does so before any conftest.py is imported, by the settings in [tool.oneloop].",
    change,
)
