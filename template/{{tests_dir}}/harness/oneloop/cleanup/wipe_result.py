"""What a wipe found, and what a wiper can be asked."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol


class Sequence(NamedTuple):
    """A sequence: its quoted name, its last value, and whether that was handed out."""

    name: str
    value: int
    called: bool


@dataclass(frozen=True)
class WipeResult:
    """A line for each connection that was terminated, and for each change that no wipe undoes."""

    leaks: list[str] = field(default_factory=list)
    schema_changes: list[str] = field(default_factory=list)


class Wiper(Protocol):
    """Deletes the rows of one database, but for those of the kept tables, which it restores."""

    @property
    def sequences(self) -> list[Sequence]:
        """Where each sequence started."""
        ...

    async def prepare(self) -> None:
        """Read the state that a wipe has to restore."""
        ...

    async def wipe(self, *, compare_schema: bool = False) -> WipeResult:
        """Delete every row; with `compare_schema`, look for changes of the schema as well."""
        ...

    async def restart_sequences(self) -> None:
        """Let each sequence start where it was when the wiper was prepared."""
        ...

    async def close(self) -> None:
        """Close the wiper's connection."""
        ...


Kept = Collection[str]
