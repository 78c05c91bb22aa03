"""`test`, `adopt`, `audit`, `convert` and `plant` pass their arguments on, and return the status of what they run."""

import pytest

from tests.bootstrap.conftest import Machine


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], []),
        (["tests/bootstrap", "-k", "new"], ["tests/bootstrap", "-k", "new"]),
        (["--all"], ["-m", ""]),
        (["tests/docs", "--all", "-x"], ["tests/docs", "-m", "", "-x"]),
    ],
    ids=["nothing", "pytest arguments", "all", "all of a folder"],
)
def test_test_runs_pytest(machine: Machine, arguments: list[str], expected: list[str]) -> None:
    """An empty `-m` replaces the one in pyproject.toml that leaves out the nightly tests."""
    done = machine("test", *arguments, TESTS_STATUS="3")

    assert done.returncode == 3
    (call,) = machine.calls()
    assert call.arguments == ["run", "--quiet", "pytest", *expected]
    assert call.folder == str(machine.clone)


@pytest.mark.parametrize("command", ["adopt", "audit", "convert", "plant"])
def test_the_tools_of_this_clone_are_run(machine: Machine, command: str) -> None:
    done = machine(command, "../repo", "tests/one test.py", "--help")

    assert done.returncode == 7
    (call,) = machine.calls()
    tools = call.arguments.index("oneloop-tools")
    assert call.arguments[tools - 2 : tools] == ["--with-editable", str(machine.clone / "tools")]
    assert call.arguments[tools + 1 :] == [command, "../repo", "tests/one test.py", "--help"]
    assert call.variables["ONELOOP_PROGRAM"] == "python3 oneloop.py"


def test_bytecode_is_written_and_an_active_environment_is_ignored(machine: Machine) -> None:
    """Without bytecode each of many processes compiles its imports again."""
    machine("test", PYTHONDONTWRITEBYTECODE="1", VIRTUAL_ENV="/another")

    (call,) = machine.calls()
    assert not {"PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV"} & call.variables.keys()
