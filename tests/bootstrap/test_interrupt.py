"""Ctrl-C ends the command that runs. `oneloop.py` waits for its end, and prints no traceback."""

import os
import signal
import subprocess
import sys
import time

from tests.bootstrap.machine import Machine


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
    assert "is written, but its tests failed" in printed
    assert (machine.home / "service/pyproject.toml").exists()
