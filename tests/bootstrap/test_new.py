"""`new` runs Copier, installs the dependencies meanwhile, and runs the new service's tests; Ctrl-C ends them."""

import os
import signal
import subprocess
import sys
import time

import pytest

from tests.bootstrap.conftest import Machine

REFUSED_ANSWER = """Traceback (most recent call last):
  File "copier", line 10, in <module>
    sys.exit(run())
             ^^^^^
ValueError: Validation error for question 'package_name': email is taken.
Choose another name."""
GIT_FAILED = """plumbum.commands.processes.ProcessExecutionError: Unexpected exit code: 128
Stderr:       | fatal: could not read from remote repository.
              | Please make sure you have the correct access rights
              | and the repository exists."""


def test_it_ends_with_the_tests_of_the_new_service(machine: Machine) -> None:
    done = machine("new", "../service", "--data", "package_name=orders", "--data", "ci=none")

    assert done.returncode == 0
    assert machine.calls()[-1].arguments[:2] == ["run", "pytest"]
    assert machine.calls()[-1].folder == str(machine.home / "service")
    assert done.stderr == (
        f"oneloop: {machine.home / 'service'} is written, and its tests passed. Its README.md says what is next.\n"
    )


def test_copier_gets_the_answers_and_asks_nothing_without_a_terminal(machine: Machine) -> None:
    machine("new", "../service", "--data", "package_name=orders", "--data", "project_name=Order Desk")

    (copier,) = machine.calls("copier")
    assert {"--data=kind=service", "--data=package_name=orders", "--data=project_name=Order Desk"} < set(
        copier.arguments
    )
    assert copier.arguments[-2:] == [str(machine.clone), str(machine.home / "service")]
    assert "--defaults" in copier.arguments


@pytest.mark.parametrize(("empty", "offline"), [({}, True), ({"CACHE_IS_EMPTY": "1"}, False)], ids=["cached", "not"])
def test_the_package_index_is_asked_only_if_no_copier_is_cached(
    machine: Machine, empty: dict[str, str], *, offline: bool
) -> None:
    machine("new", "../service", **empty)

    (copier,) = machine.calls("copier")
    assert ("--offline" in copier.arguments) == offline


def test_an_empty_folder_is_as_good_as_none(machine: Machine) -> None:
    (machine.home / "service").mkdir()

    assert machine("new", "../service").returncode == 0


def test_dependencies_are_installed_while_copier_runs(machine: Machine) -> None:
    """The first attempts fail, since the service is not complete yet. The stand-in ends when one succeeds."""
    done = machine("new", "../service", COPIER_WAITS_FOR="uv.lock", SYNC_NEEDS="3")

    assert done.returncode == 0, done.stderr
    syncs = machine.calls("sync")
    assert len(syncs) == 3
    assert {call.folder for call in syncs} == {str(machine.home / "service")}


def test_nothing_remains_of_a_service_that_copier_could_not_finish(machine: Machine) -> None:
    message = machine.refusal("new", "../service", COPIER_WAITS_FOR="uv.lock", COPIER_FAILS="The disk is full")

    assert machine.calls("sync") != []
    assert f"Copier could not write {machine.home / 'service'}:\nThe disk is full\n" in message
    assert not (machine.home / "service").exists()
    assert machine.calls("pytest") == []


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        (REFUSED_ANSWER, REFUSED_ANSWER.split("ValueError: ")[1]),
        (GIT_FAILED, GIT_FAILED),
    ],
    ids=["a refused answer", "git failed"],
)
def test_the_whole_reason_of_copier_is_shown(machine: Machine, printed: str, shown: str) -> None:
    message = machine.refusal("new", "../service", COPIER_REFUSES=printed)

    assert message == f"oneloop: Copier could not write {machine.home / 'service'}:\n{shown}\n"


def test_the_first_test_run_uses_the_cores_that_it_may_use(machine: Machine) -> None:
    """At most four, and only if the user has no pytest options of their own."""
    cores = os.sched_getaffinity(0)
    assert len(cores) > 1, "the difference shows on two cores"
    machine("new", "../on-all")
    machine("new", "../with-my-options", PYTEST_ADDOPTS="-p no:xdist")
    os.sched_setaffinity(0, {min(cores)})
    try:
        machine("new", "../on-one")
    finally:
        os.sched_setaffinity(0, cores)

    runs = [call.arguments for call in machine.calls("pytest")]
    assert runs == [["run", "pytest", "-n", str(min(len(cores), 4))], ["run", "pytest"], ["run", "pytest"]]


def test_failed_tests_are_reported_and_their_status_is_returned(machine: Machine) -> None:
    done = machine("new", "../service", TESTS_STATUS="3")

    assert done.returncode == 3
    assert "is written, but it is not green: see above." in done.stderr
    assert (machine.home / "service/pyproject.toml").exists()


def test_ctrl_c_ends_the_tests_and_the_service_stays(machine: Machine) -> None:
    """A terminal sends the signal to each process of the group."""
    process = subprocess.Popen(
        [sys.executable, "oneloop.py", "new", "../service"],
        cwd=machine.clone,
        env=machine.environment(TESTS_WAIT="1"),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while not (machine.home / "service/tests-run").exists():
        assert process.poll() is None
        time.sleep(0.01)

    os.killpg(process.pid, signal.SIGINT)

    _, printed = process.communicate(timeout=30)
    assert process.returncode != 0
    assert "oneloop.py" not in printed
    assert "is written, but it is not green" in printed
    assert (machine.home / "service/pyproject.toml").exists()
