"""What a trial measured."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A line of the table. Without `asked` it is there to compare with."""

    name: str
    measured: str
    asked: str = ""
    ok: bool = True
