"""An independent judge of converted code: it uses `ast` and `tokenize`, and nothing of the converter."""

import ast
import io
import tokenize

VERBS = {"get", "post", "put", "patch", "delete", "options", "head", "request"}


class _Judge(ast.NodeVisitor):
    def __init__(self, clients: set[str]) -> None:
        self.clients = clients
        self.found: list[str] = []
        self._inside: list[ast.AST] = []
        self._awaited: set[ast.AST] = set()

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._enter(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._enter(node)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._enter(node)

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> None:
        if any(isinstance(each, ast.Await) for part in _later_parts(node) for each in ast.walk(part)):
            self.found.append(f"{node.lineno}: an await makes an async generator of a generator")
        self.generic_visit(node)

    def visit_Await(self, node: ast.Await) -> None:
        self._awaited.add(node.value)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        requests = (
            isinstance(node.func, ast.Attribute)
            and node.func.attr in VERBS
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id in self.clients
        )
        is_async = bool(self._inside) and isinstance(self._inside[-1], ast.AsyncFunctionDef)
        if requests and is_async and node not in self._awaited:
            self.found.append(f"{node.lineno}: {ast.unparse(node)} is not awaited")
        if requests and not is_async and node in self._awaited:
            self.found.append(f"{node.lineno}: {ast.unparse(node)} is awaited in a sync function")
        if isinstance(node.func, ast.Attribute) and ast.unparse(node.func) == "asyncio.run" and is_async:
            self.found.append(f"{node.lineno}: asyncio.run within a loop")
        self.generic_visit(node)

    def _enter(self, node: ast.AST) -> None:
        self._inside.append(node)
        self.generic_visit(node)
        self._inside.pop()


def _later_parts(node: ast.GeneratorExp) -> list[ast.AST]:
    first, *rest = node.generators
    return [node.elt, *first.ifs, *rest]


def offences(text: str, *clients: str) -> list[str]:
    """Return what is wrong in converted code: requests that are not awaited, or awaited in a sync function."""
    judge = _Judge({"async_client", *clients})
    judge.visit(ast.parse(text))
    return judge.found


def async_names(text: str) -> set[str]:
    """Return the names of the functions of a file that are `async def`."""
    return {node.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.AsyncFunctionDef)}


def comments(text: str) -> list[str]:
    """Return the sorted comments of a file, without those that the converter writes."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    found = [token.string for token in tokens if token.type == tokenize.COMMENT]
    return sorted(comment for comment in found if not comment.startswith("# TODO: not converted"))


def requests_of(text: str) -> int:
    """Return how many requests a file makes, whatever the client's name is."""
    calls = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))
    return sum(isinstance(call.func, ast.Attribute) and call.func.attr in VERBS for call in calls)
