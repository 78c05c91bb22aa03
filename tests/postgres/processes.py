"""What the system knows of a process."""

import os
import signal
import subprocess
import time


def _ps(pid: int, field: str) -> str:
    return subprocess.run(["ps", "-o", f"{field}=", "-p", str(pid)], check=False, capture_output=True, text=True).stdout


def children_of(pid: int) -> list[int]:
    """Return the numbers of a process's children."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], check=True, capture_output=True, text=True).stdout
    return [child for child, parent in (map(int, line.split()) for line in listed.splitlines()) if parent == pid]


def user_of(pid: int) -> str:
    """Return the name of the user who runs a process."""
    return _ps(pid, "user").strip()


def alive(pid: int) -> bool:
    """Tell whether a process runs; one that only waits to be counted does not."""
    state = _ps(pid, "stat")
    return bool(state) and "Z" not in state


def shared_memory() -> list[str]:
    """Return the numbers of the pieces of System V shared memory."""
    listed = subprocess.run(["ipcs", "-m"], check=True, capture_output=True, text=True).stdout
    return [words[1] for words in map(str.split, listed.splitlines()) if len(words) > 1]


def wait_for_end(pid: int, seconds: float = 30) -> bool:
    """Wait until a process is gone, and tell whether it is."""
    deadline = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not alive(pid)


def end(pid: int) -> None:
    """End a process that a planted bug left behind, by its number, if it is still there."""
    for number in (signal.SIGTERM, signal.SIGQUIT, signal.SIGKILL):
        deadline = time.monotonic() + 2
        while alive(pid) and time.monotonic() < deadline:
            os.kill(pid, number)
            time.sleep(0.05)
