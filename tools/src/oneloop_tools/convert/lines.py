"""The line on which each statement of a file begins."""

import ast
import warnings
from collections.abc import Iterator


def parse(content: bytes) -> ast.Module:
    """Parse a file without its warnings, such as one about an invalid escape."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(content)


def lines_of(content: bytes) -> list[int]:
    """Return the line of each statement in the order of the source. A function begins at its `def`."""
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
