"""The process that stops the server when the test run has ended; it imports nothing outside itself.

It reads one request from its standard input. When that pipe closes, even by `kill -9`, it stops the server and removes
the run's folder. It has a session of its own: Ctrl-C must not reach the server. Start reading at `watchdog_main.py`.
"""

from typing import TypedDict

LOCK = "lock"  # every process that uses the server holds it as long as it lives
START_LOCK = "start.lock"  # of a persistent server: held exclusively while it starts or stops
START_SECONDS = 60.0
STOP_SECONDS = 20.0


class UserIds(TypedDict, total=False):
    """The user to run a process as, as `subprocess` takes it; empty for the current user."""

    user: int
    group: int
    extra_groups: list[int]


class WatchdogRequest(TypedDict):
    """One server: how to start it, how to stop it, and what to remove afterwards."""

    parent: int
    folder: str  # with its `data` and `log`
    persistent: bool
    initdb: list[str] | None
    postgres: list[str] | None  # None joins a running server
    stop: list[str] | None  # the command that stops it on a system without signals
    user: UserIds
    remove: list[str]  # folders to remove after the server has stopped
