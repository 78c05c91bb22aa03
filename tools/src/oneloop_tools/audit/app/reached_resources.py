"""What a route can reach that depends on an event loop, and how that is known."""

from typing import NamedTuple

DATABASE = "database"
AUTHENTICATION = "authentication"
BACKGROUND = "background-tasks"
SERVICE = "async-service"
MIDDLEWARE = "async-middleware"
AUTHORIZATION = "authorization"  # the header
KINDS = (AUTHENTICATION, DATABASE, BACKGROUND, SERVICE, MIDDLEWARE)


class Resource(NamedTuple):
    """One finding: its kind, the object that shows it, and its place in the code.

    `late`: a request that is refused for its body or its query does not get there. It is in the endpoint, or it is a
    session that has sent no statement yet.
    """

    kind: str
    what: str
    where: str = ""
    late: bool = False

    def __str__(self) -> str:
        return f"{self.what} ({self.where})" if self.where else self.what
