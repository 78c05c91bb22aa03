"""The state of reading one test: the names of each function, and what has been found so far."""

from dataclasses import dataclass, field

from .calls import Call
from .modules import Module
from .values import Class, Instance, Values

STEPS = 60_000  # of one test: loops over thousands of literals are not worth more
DEPTH = 30


class TooMuchError(Exception):
    """A test takes more steps to read than any test should."""


@dataclass(eq=False)
class Frame:
    """The names of one function while it is read, and what it hands back."""

    module: Module
    names: dict[str, Values] = field(default_factory=dict)
    instance: Instance | None = None
    of_class: Class | None = None
    returns: list[Values] = field(default_factory=list)
    yields: list[Values] = field(default_factory=list)

    def branch(self) -> "Frame":
        """Return the same frame with names of its own, for one side of an `if`."""
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
    """What reading brought: the requests, the clients, where the trail was lost or cut short."""

    calls: list[Call] = field(default_factory=list)
    clients: set[str] = field(default_factory=set)
    lost: list[str] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)

    def add(self, other: "Record") -> None:
        """Take in what another reading brought, which was kept."""
        self.calls += other.calls
        self.clients |= other.clients
        self.lost += other.lost
        self.cut += other.cut
