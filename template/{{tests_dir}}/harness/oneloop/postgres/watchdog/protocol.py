"""What a client and its watchdog send each other: one line of JSON each way."""

from typing import TypedDict


class UserIds(TypedDict, total=False):
    """The user to run a process as, as `subprocess` takes it; empty for the current user."""

    user: int
    group: int
    extra_groups: list[int]


class WatchdogRequest(TypedDict):
    """One server: how to start it, how to stop it, and what to remove afterwards."""

    parent: int
    data: str
    log: str
    lock: str  # every process that uses the server holds it as long as it lives
    start_lock: str | None  # of a persistent server: held exclusively while it starts or stops
    initdb: list[str] | None
    postgres: list[str] | None  # None joins a running server
    stop: list[str] | None  # the command that stops it on a system without signals
    user: UserIds
    environment: dict[str, str]
    remove: list[str]  # folders to remove after the server has stopped
    start_seconds: float
    stop_seconds: float


class WatchdogReport(TypedDict):
    """The result of the start."""

    error: str | None
    log: str
