"""A service's conftest.py and an adopted suite's one line load the same."""

import ast
from pathlib import Path

from tests.support.environment import ROOT
from tests.support.template import CONFTEST, TESTS

LOADING = ROOT / "template" / TESTS / "harness/loading.py"


def exported(file: Path) -> set[str]:
    """Return the names in `__all__`."""
    (names,) = (
        ast.literal_eval(node.value)
        for node in ast.parse(file.read_text("utf-8")).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    )
    return set(names)


def imported(file: Path) -> set[str]:
    """Return the names that a module imports from the harness."""
    nodes = [node for node in ast.parse(file.read_text("utf-8")).body if isinstance(node, ast.ImportFrom)]
    return {alias.name for node in nodes for alias in node.names if node.level or "harness" in str(node.module)}


def test_both_load_the_same_names() -> None:
    """One list is the template's, name by name; the other is what `import *` takes."""
    service = ROOT / "template" / CONFTEST

    assert len(exported(LOADING)) > 40
    assert exported(LOADING) == exported(service)
    assert exported(LOADING) <= imported(LOADING)
