"""Without uv on PATH, `oneloop.py` installs one into `.uv/` of the clone, and leaves the system's packages alone."""

import sys

import pytest

from tests.bootstrap.machine import STAND_INS, Machine
from tests.support.environment import git


@pytest.fixture
def machine(machine: Machine) -> Machine:
    """A machine without uv, whose Python has a pip that installs one."""
    uv = (machine.programs / "uv").rename(machine.home / "uv")
    machine.add("python", f'#!/bin/sh\nUV_PROGRAM={uv} PYTHONPATH={STAND_INS} exec {sys.executable} "$@"\n')
    machine.python = str(machine.programs / "python")
    return machine


def test_it_is_installed_once(machine: Machine) -> None:
    first = machine("test", "-k", "nothing")
    second = machine("test", NO_NETWORK="1")

    assert f"uv is not on PATH. Installing it into {machine.clone / '.uv'}, once." in first.stderr
    assert second.stderr == ""
    assert [call.arguments[3:] for call in machine.calls("pytest")] == [["-k", "nothing"], []]
    assert [path.name for path in (machine.clone / ".uv").iterdir()] == ["uv"]
    assert git(machine.clone, "status", "--porcelain") == ""


def test_new_says_where_it_is(machine: Machine) -> None:
    """The commands of the service begin with `uv`, which is not on PATH."""
    done = machine("new", "../service")

    assert done.stderr.endswith(f"Install it, or add this folder:\n    {machine.clone / '.uv'}\n")


def test_new_takes_one_that_is_beside_its_python(machine: Machine) -> None:
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
