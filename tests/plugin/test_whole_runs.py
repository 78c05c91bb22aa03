"""Whole runs on the rendered service: the deep tests, what only a superuser can arrange, a socket, two engines."""

import re
from pathlib import Path

import pytest

from tests.plugin.conftest import RunOnce
from tests.support.outcomes import Run
from tests.support.overlay import Overlay

FILES = sorted(path.stem for path in (Path(__file__).parent / "deep").glob("test_*.py"))
WRITE = {"test_writes_by_the_second[1]", "test_writes_by_the_second[2]", "test_writes_to_its_own"}


@pytest.mark.parametrize("file", FILES)
def test_deep_tests_pass(run_once: RunOnce, file: str) -> None:
    """See the file in tests/plugin/deep: its docstring names the promise."""
    run = run_once("deep", "tests/deep")

    ended = {name: kind for name, kind in run.ended.items() if f".{file}." in name}
    assert ended
    assert {name: kind for name, kind in ended.items() if kind != "passed"} == {}, run.output


def test_right_examples_stay_green(run_once: RunOnce) -> None:
    """An app with a worker, a pool of another library, a mount and more: see tests/plugin/right."""
    run = run_once("right", "tests/right")

    assert len(run.ended) >= 15
    assert set(run.ended.values()) == {"passed"}, run.output


def test_isolation_is_right(run_once: RunOnce) -> None:
    """What takes a superuser to arrange: foreign and extensions' tables, forced row security, owners."""
    run = run_once("isolation-right", "tests/probes/test_isolation_right.py")

    assert len(run.ended) == 5
    assert set(run.ended.values()) == {"passed"}, run.output


@pytest.mark.nightly
@pytest.mark.parametrize(
    "tests",
    [("tests/deep",), ("--ignore=tests/probes", "--ignore=tests/deep", "--ignore=tests/right")],
    ids=["deep", "own"],
)
def test_result_is_the_same_over_a_socket(run_once: RunOnce, tests: tuple[str, ...]) -> None:
    """Test by test. The deep tests have a seam of their own, so they are a run of their own."""
    plain = run_once("-".join(tests).replace("/", ""), *tests)
    live = run_once("-".join(tests).replace("/", "") + "-live", "--live", *tests)

    assert set(plain.ended.values()) == {"passed"}, plain.output
    assert live.ended == plain.ended, live.output


def test_deep_tests_of_the_clients_pass_over_a_socket(run_once: RunOnce) -> None:
    names = ("live", "streams", "websockets", "roles", "background")
    run = run_once("live-deep", "--live", *(f"tests/deep/test_{name}.py" for name in names))

    assert run.exit_status == 0, run.output
    assert set(run.ended.values()) == {"passed"}


def test_ctrl_c_ends_the_run_while_the_server_runs(service: Overlay) -> None:
    """Ctrl-C is pytest's and not uvicorn's: the run ends at once, and the next test does not start."""
    status, output = service.output("tests/probes/test_live_wrong.py", "--live")

    assert status == pytest.ExitCode.INTERRUPTED, output
    assert "KeyboardInterrupt" in output
    assert re.search(r"Ctrl-C ended \S+live_wrong.py::test_interrupted at \S+live_wrong.py:15$", output, re.MULTILINE)
    assert "went on after Ctrl-C" not in output
    assert not re.search(r"\d+ failed", output)


def run_two_engines(service: Overlay, second: str) -> Run:
    """Run the probes, with the second engine on that database."""
    return service.pytest("tests/probes/test_two_engines.py", env={"SECOND": second})


def test_on_the_same_database_both_are_wiped(service: Overlay) -> None:
    """A service may have two engines on its test database."""
    done = run_two_engines(service, "same")

    assert done.having("passed") == {*WRITE, "test_next"}, done.output


@pytest.mark.parametrize(
    ("second", "error", "database"),
    [("foreign", "ForeignDatabaseError", "'legacy_test'"), ("wrong", "WrongDatabaseError", "'legacy'")],
    ids=["another test's database", "no test's database"],
)
def test_on_another_it_is_refused(service: Overlay, second: str, error: str, database: str) -> None:
    """By each test that uses it, and the next test is clean."""
    done = run_two_engines(service, second)

    assert done.having("passed") == {"test_next"}
    assert database in done.output
    assert [name for name in WRITE if error not in done.outcomes[name].said] == []
