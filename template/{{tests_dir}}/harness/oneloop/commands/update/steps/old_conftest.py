import ast
import re

from .step import ServiceFiles, Step

PLUGIN = "tests.harness"
OURS = ("Loads the harness", "Load the harness")


def change(files: ServiceFiles) -> None:
    path = files.beside_tests("conftest.py")
    text = files.read(path)
    if text is None or PLUGIN not in text:
        return
    kept = without_plugin(text)
    gone = _names(text, ast.alias) - _names(kept, ast.alias) - _names(kept, ast.arg)  # an argument is a fixture
    if PLUGIN in kept or gone & _names(kept, ast.Name):
        files.leave(path, f"It names {PLUGIN}, which goes in the next release. Import from oneloop.")
    elif kept.strip():
        files.write(path, f'"""Yours. pytest loads the test plugin itself."""\n\n{kept.strip()}\n')
    else:
        files.delete(path)


def without_plugin(text: str) -> str:
    """Take out the statements of the template. What the user has added stays."""
    lines = text.split("\n")
    body = ast.parse(text).body
    for number, node in reversed([*enumerate(body)]):
        if _is_templates(node, ast.unparse(node), is_first=number == 0):
            del lines[node.lineno - 1 : node.end_lineno]
    kept = "\n".join(lines)
    for name in ("sys", "pytest", "pathlib.Path"):
        statement = f"from pathlib import {name[8:]}" if "." in name else f"import {name}"
        if not re.search(rf"\b{name.rpartition('.')[2]}\b", kept.replace(statement, "")):
            kept = kept.replace(f"{statement}\n", "", 1)
    return re.sub(r"\n{4,}", "\n\n\n", kept)


def _names(text: str, kind: type[ast.AST]) -> set[str]:
    """Return the names that a text imports, or those that it uses or takes."""
    nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, kind)]
    fields = ("id", "arg", "asname", "name")
    return {next(filter(None, (getattr(node, field, None) for field in fields)), "") for node in nodes}


def _is_templates(node: ast.stmt, code: str, *, is_first: bool) -> bool:
    match node:
        case ast.Expr(ast.Constant(str() as words)):
            return is_first and words.startswith(OURS)
        case ast.ImportFrom(module=str() as module):
            return module.startswith(PLUGIN) or (module == "tests.seam" and node.names[0].name == "*")
        case ast.Expr():
            return code in {f"pytest.register_assert_rewrite('{PLUGIN}')", "check_requirements()"}
        case ast.If():
            return "sys.exit" in code and "with_name('tests')" in code
        case ast.Assign():
            return code.startswith("__all__ = ['_after_each_test'")
    return False


STEP = Step(
    "0.4.0",
    "Remove the old conftest.py beside pytest.ini",
    "It loaded the plugin, which pytest loads itself now. One of its messages advised a command that deletes work.",
    change,
)
