"""docs/testing/refusals.md names every error that the harness has, and none that it has not."""

import ast
import re

from tests.support.environment import ROOT

HARNESS = ROOT / "template/tests/harness"
PAGE = ROOT / "template/docs/testing/refusals.md"
ROOTS = {"HarnessError"}


def errors() -> set[str]:
    """Return the names of all classes below `HarnessError`, wherever they are."""
    classes = [
        (node.name, {ast.unparse(base) for base in node.bases})
        for path in HARNESS.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
    ]
    found = set(ROOTS)
    while more := {name for name, bases in classes if bases & found} - found:
        found |= more
    return found - ROOTS


def test_each_error_of_the_harness_is_on_the_page() -> None:
    """A reader who searches for the name of an error finds what to do."""
    rows = re.findall(r"^\| (`\w+Error`(?:, `\w+Error`)*) \|", PAGE.read_text(), re.MULTILINE)

    assert len(errors()) > 20
    assert {name for row in rows for name in re.findall(r"\w+", row)} == errors()
