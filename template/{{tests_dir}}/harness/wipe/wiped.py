"""What came of a wipe."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Wiped:
    """What stood in the way, a line for each back end ended, and what no wipe puts right.

    `restarted` says that the server lost every connection meanwhile.
    """

    leaks: list[str] = field(default_factory=list)
    beyond: list[str] = field(default_factory=list)
    restarted: bool = False
