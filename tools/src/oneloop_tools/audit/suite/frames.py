"""The state of reading one test: the names of each function, and what is found so far."""

from dataclasses import dataclass, field

from .modules import Module
from .sent_requests import SentRequest
from .values import Class, Instance, Values

STEPS = 60_000  # of one test; only loops over thousands of literals take more
DEPTH = 30


class TooMuchError(Exception):
    """A test takes too many steps to read."""


@dataclass(eq=False)
class Frame:
    """The names of one function while it is read, and what it returns."""

    module: Module
    names: dict[str, Values] = field(default_factory=dict)
    instance: Instance | None = None
    of_class: Class | None = None
    returns: list[Values] = field(default_factory=list)
    yields: list[Values] = field(default_factory=list)

    def branch(self) -> "Frame":
        """Return a frame with names of its own, for one side of an `if`."""
        return Frame(
            self.module,
            dict(self.names),
            self.instance,
            self.of_class,
            self.returns,
            self.yields,
        )


@dataclass(eq=False)
class Record:
    """What was found: the requests, the clients, where a client was lost and where reading stopped."""

    requests: list[SentRequest] = field(default_factory=list)
    clients: set[str] = field(default_factory=set)
    lost: list[str] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)

    def add(self, other: "Record") -> None:
        """Add what another record found."""
        self.requests += other.requests
        self.clients |= other.clients
        self.lost += other.lost
        self.cut += other.cut
