"""What a route can reach that belongs to an event loop, and how that is known."""

from typing import NamedTuple

DATABASE = "database"
AUTHENTICATION = "authentication"
BACKGROUND = "background-tasks"
SERVICE = "async-service"
MIDDLEWARE = "async-middleware"
KINDS = (AUTHENTICATION, DATABASE, BACKGROUND, SERVICE, MIDDLEWARE)


class Reach(NamedTuple):
    """One finding: its kind, the object that shows it, and where that stands.

    `late` says that a request which is refused for its body or its query does not get there: it is
    in the endpoint, or is a session that was handed out and not yet asked.
    """

    kind: str
    what: str
    where: str = ""
    late: bool = False

    def __str__(self) -> str:
        return f"{self.what} ({self.where})" if self.where else self.what
