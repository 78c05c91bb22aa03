"""On a machine without Python 3.11, `oneloop.py` says so; without uv it installs one into `.uv/` of the clone."""

import ast
import subprocess
import sys

import pytest

from tests.bootstrap.conftest import STAND_INS, Machine
from tests.support.environment import ROOT, git

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


@pytest.fixture
def machine(machine: Machine) -> Machine:
    """A machine without uv, whose Python has a pip that installs one."""
    uv = (machine.programs / "uv").rename(machine.home / "uv")
    machine.add("python", f'#!/bin/sh\nUV_PROGRAM={uv} PYTHONPATH={STAND_INS} exec {sys.executable} "$@"\n')
    machine.python = str(machine.programs / "python")
    return machine


def test_uv_is_installed_once(machine: Machine) -> None:
    first = machine("test", "-k", "nothing")
    second = machine("test", NO_NETWORK="1")

    assert f"uv is not on PATH. Installing it into {machine.clone / '.uv'}, once." in first.stderr
    assert second.stderr == ""
    assert [call.arguments[3:] for call in machine.calls("pytest")] == [["-k", "nothing"], []]
    assert [path.name for path in (machine.clone / ".uv").iterdir()] == ["uv"]
    assert git(machine.clone, "status", "--porcelain") == ""


def test_new_says_where_uv_is(machine: Machine) -> None:
    """The commands of the service begin with `uv`, which is not on PATH."""
    done = machine("new", "../service")

    assert done.stderr.endswith(f"Install it, or add this folder:\n    {machine.clone / '.uv'}\n")


def test_new_takes_a_uv_that_is_beside_its_python(machine: Machine) -> None:
    """A uv that pip installed there does, and `new` says where it is."""
    beside = machine.home / "python/bin"
    beside.mkdir(parents=True)
    (beside / "python").symlink_to(sys.executable)
    (machine.home / "uv").rename(beside / "uv")
    machine.python = str(beside / "python")

    done = machine("new", "../service")

    assert done.returncode == 0
    assert "Installing" not in done.stderr
    assert done.stderr.endswith(f"Install it, or add this folder:\n    {beside}\n")


def test_the_whole_reason_is_shown_when_pip_fails(machine: Machine) -> None:
    message = machine.refusal("test", NO_NETWORK="1")

    assert "If that fails, install uv yourself." in message
    assert "WARNING: Retrying\nERROR: No matching distribution found for uv\n" in message
    assert list((machine.clone / ".uv").iterdir()) == []
