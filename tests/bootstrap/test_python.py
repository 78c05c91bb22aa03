"""Any Python can read `oneloop.py`: an older one says that it is too old."""

import ast
import subprocess
import sys

from tests.support.environment import ROOT

OLD_MODULES = {
    "argparse",
    "importlib.util",
    "os",
    "pathlib",
    "re",
    "shutil",
    "signal",
    "subprocess",
    "sys",
    "tempfile",
    "time",
}
# Stands in for an older Python: none is at hand on most machines.
PRETEND = "import sys; sys.version_info = (3, 6, 9); sys.version = '3.6.9 (default)'; import oneloop"


def test_it_has_no_syntax_newer_than_python_3_6() -> None:
    ast.parse((ROOT / "oneloop.py").read_text("utf-8"), feature_version=(3, 6))


def test_it_imports_only_what_python_3_6_has() -> None:
    nodes = list(ast.walk(ast.parse((ROOT / "oneloop.py").read_text("utf-8"))))
    modules = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    modules |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}

    assert modules <= OLD_MODULES


def test_an_older_python_says_that_it_is_too_old() -> None:
    done = subprocess.run([sys.executable, "-c", PRETEND], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stderr == "oneloop: Python 3.6.9 is too old. Use Python 3.11 or newer.\n"


def test_it_stays_small() -> None:
    assert len((ROOT / "oneloop.py").read_text("utf-8").splitlines()) <= 150
