"""The processes and folders of one test run: what it started and made, whatever else this machine does."""

import re
import subprocess
from typing import NamedTuple

RUN_FOLDER = re.compile(r"(/\S*/oneloop-pg-\w+)")


class Process(NamedTuple):
    """A process; by its start it differs from a later one of the same number."""

    pid: int
    started: str
    command: str


def _listed() -> dict[Process, int]:
    """Return each process that is no zombie, with the number of its parent."""
    fields = ["-o", "pid=,ppid=,stat=", "-o", "lstart=", "-o", "args="]
    listed = subprocess.run(["ps", "-A", "-ww", *fields], check=True, capture_output=True, text=True).stdout
    found = {}
    for line in listed.splitlines():
        pid, parent, state, *started = line.split(maxsplit=8)
        if not state.startswith("Z"):
            found[Process(int(pid), " ".join(started[:5]), "".join(started[5:]))] = int(parent)
    return found


def descendants(pid: int) -> set[Process]:
    """Return the processes below the one with this number."""
    listed, found, parents = _listed(), set[Process](), {pid}
    while below := {each for each, parent in listed.items() if parent in parents} - found:
        found |= below
        parents = {each.pid for each in below}
    return found


def alive(processes: set[Process]) -> set[tuple[int, str]]:
    """Return those that still run, by number and start: a command line may change."""
    return {each[:2] for each in processes} & {each[:2] for each in _listed()}


def run_folders(processes: set[Process]) -> set[str]:
    """Return the folders of the servers among these processes."""
    return {folder for each in processes for folder in RUN_FOLDER.findall(each.command)}
