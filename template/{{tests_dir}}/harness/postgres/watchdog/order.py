"""What a run asks of its watchdog; it travels as one line of JSON."""

from typing import TypedDict


class Ids(TypedDict, total=False):
    """The user to run as, in the words of `subprocess`; empty for the user of this process."""

    user: int
    group: int
    extra_groups: list[int]


class Order(TypedDict):
    """One server: how to start it, how to stop it, and what goes with it."""

    parent: int
    data: str
    log: str
    lock: str  # held, together with the run's other processes, for as long as they live
    start_lock: str | None  # of a kept server: held alone while it starts and while it stops
    initdb: list[str] | None
    postgres: list[str] | None  # None joins a server that runs already
    stop: list[str] | None  # the command that stops it, where a signal cannot
    account: Ids
    environment: dict[str, str]
    remove: list[str]  # folders that go with the server
    start_seconds: float
    stop_seconds: float
