"""Lines: where each statement of a file begins, in the order of the source."""

import ast
import warnings
from collections.abc import Iterator


def parse(content: bytes) -> ast.Module:
    """Parse a file; an invalid escape in it is the file's own affair."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(content)


def lines_of(content: bytes) -> list[int]:
    """Return the line of each statement; a function's is that of its `def`."""
    return [statement.lineno for statement in _statements(parse(content).body)]


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        yield statement
        for part in ("body", "handlers", "cases", "orelse", "finalbody"):
            for each in getattr(statement, part, ()):
                if isinstance(each, ast.stmt):
                    yield from _statements([each])
                else:  # an exception handler or a case
                    yield from _statements(each.body)
