"""Processes and shared memory, as the system lists them."""

import os
import signal
import subprocess
import time
from collections.abc import Callable

SECONDS = 60.0  # how long a test waits for what has to happen; it goes on as soon as it has
POLL_SECONDS = 0.02


def wait_until(holds: Callable[[], bool], seconds: float = SECONDS) -> bool:
    """Wait until something holds, and return whether it does."""
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    return holds()


def _ps(pid: int, field: str) -> str:
    return subprocess.run(["ps", "-o", f"{field}=", "-p", str(pid)], check=False, capture_output=True, text=True).stdout


def children_of(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], check=True, capture_output=True, text=True).stdout
    return [child for child, parent in (map(int, line.split()) for line in listed.splitlines()) if parent == pid]


def user_of(pid: int) -> str:
    return _ps(pid, "user").strip()


def alive(pid: int) -> bool:
    """Return whether a process runs; a zombie does not."""
    state = _ps(pid, "stat")
    return bool(state) and "Z" not in state


def shared_memory() -> list[str]:
    """Return the keys of the segments of System V shared memory, as decimal numbers."""
    listed = subprocess.run(["ipcs", "-m"], check=True, capture_output=True, text=True).stdout
    return [str(int(words[0], 16)) for words in map(str.split, listed.splitlines()) if words and words[0][:2] == "0x"]


def wait_for_end(pid: int, seconds: float = SECONDS) -> bool:
    """Wait until a process has ended, and return whether it has."""
    return wait_until(lambda: not alive(pid), seconds)


def end(pid: int) -> None:
    """End a process that a planted bug left behind, if it is still alive."""
    for number in (signal.SIGTERM, signal.SIGQUIT, signal.SIGKILL):
        if not alive(pid):
            return
        os.kill(pid, number)
        wait_for_end(pid, 2)
