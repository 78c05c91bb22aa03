"""The requests that a test sends, and what it expects of their answers."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .values import Client, Unknown

if TYPE_CHECKING:
    from ..app.reach import Reach

METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
WEBSOCKET = "WEBSOCKET"


@dataclass(eq=False)
class Call:
    """One request in the text of the tests: each way it may go, and the statuses that are expected.

    `method` and `url` are None where they cannot be read; `why` then says so. `observed` is what a
    real run has shown.
    """

    client: Client | Unknown
    method: str | None
    url: str | None
    where: str
    why: str = ""
    expected: set[int] = field(default_factory=set)
    observed: "set[Reach]" = field(default_factory=set)
