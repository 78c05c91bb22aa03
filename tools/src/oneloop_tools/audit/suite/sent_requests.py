"""The requests that a test sends, the clients that send them, and the statuses that the test expects."""

from dataclasses import dataclass, field

from oneloop_tools.audit.app.reached_resources import Resource

METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
SENDING = {*METHODS, "request", "stream", "build_request", "send", "websocket_connect", "websocket"}

SYNC = "TestClient"
ASYNC = "AsyncClient"
SOCKET = "socket client"


@dataclass(frozen=True)
class Unknown:
    """A value that cannot be read, and why."""

    why: str


@dataclass(frozen=True)
class Client:
    """A client: its kind, the path of its base URL, and its app (None: the app that is audited)."""

    kind: str
    base: str = ""
    app: object = None


@dataclass(eq=False)
class SentRequest:
    """One request in the text of the tests.

    `method` and `url` are None if they cannot be read, and `why` gives the reason. A real run adds `observed`.
    """

    client: Client | Unknown
    method: str | None
    url: str | None
    where: str
    why: str = ""
    expected: set[int] = field(default_factory=set)
    observed: set[Resource] = field(default_factory=set)
