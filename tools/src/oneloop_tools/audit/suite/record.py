"""The record of reading one test: the names of each function, and the requests that are found so far."""

from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlsplit

from oneloop_tools.audit.app.routes import HOLE, WEBSOCKET

from .modules import Module
from .values import (
    METHODS,
    Class,
    Client,
    Entered,
    Instance,
    Known,
    Prepared,
    Response,
    SentRequest,
    Text,
    Unknown,
    Value,
    Values,
    one_of,
)

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


class OwnLoop(NamedTuple):
    """Why a test is on a loop of its own. Without an async fixture that it shares, its requests decide."""

    why: str
    shares: bool = True


@dataclass(eq=False)
class Record:
    """What was found: the requests, the clients, where a client was lost and where reading stopped."""

    requests: list[SentRequest] = field(default_factory=list)
    clients: set[str] = field(default_factory=set)
    lost: list[str] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)
    entered: list[Entered] = field(default_factory=list)  # lifespans
    own_loop: OwnLoop | None = None

    def add(self, other: "Record") -> None:
        """Add what another record found."""
        self.requests += other.requests
        self.clients |= other.clients
        self.entered += other.entered
        self.lost += other.lost
        self.cut += other.cut


def send(  # noqa: PLR0917  the parts of a call
    record: Record,
    client: Client | Unknown,
    name: str,
    arguments: list[Values],
    keywords: dict[str, Values],
    where: str,
) -> Values:
    """Note a request by `client.name(...)`, and return its response."""
    if isinstance(client, Client):
        record.clients.add(client.kind)
    if name == "send":
        return _send_prepared(record, client, arguments, where)
    methods, urls = _method_and_url(name, arguments, keywords)
    if name == "build_request":
        return (Prepared(methods, urls),)
    return _send(record, client, methods, urls, where)


def _method_and_url(name: str, arguments: list[Values], keywords: dict[str, Values]) -> tuple[Values, Values]:
    missing: Values = (Unknown("it is missing"),)
    if name in METHODS:
        methods: Values = (Text(name.upper()),)
    elif name in ("websocket", "websocket_connect"):
        methods = (Text(WEBSOCKET),)
    else:
        methods = keywords.get("method") or (arguments[0] if arguments else missing)
        arguments = arguments[0 if "method" in keywords else 1 :]
    return methods, keywords.get("url") or (arguments[0] if arguments else missing)


def _send_prepared(record: Record, client: Client | Unknown, arguments: list[Values], where: str) -> Values:
    found: list[Values] = []
    for each in arguments[0] if arguments else ():
        if isinstance(each, Prepared):
            found.append(_send(record, client, each.method, each.url, where))
        else:
            record.requests.append(SentRequest(client, None, None, where, "the request is built elsewhere"))
    return one_of(*found) if found else (Unknown("it is the response to an unknown request"),)


def _send(record: Record, client: Client | Unknown, methods: Values, urls: Values, where: str) -> Values:
    found: list[Value] = []
    for method in methods:
        for url in urls:
            request = _request(client, method, url, where)
            record.requests.append(request)
            found.append(Response(request))
    return one_of(tuple(found))


def _request(client: Client | Unknown, method: Value, url: Value, where: str) -> SentRequest:
    name = method.text.upper() if isinstance(method, Text) and HOLE not in method.text else None
    if name is None:
        return SentRequest(client, None, None, where, "the method is computed")
    text = url.text if isinstance(url, Text) else None
    if text is None and isinstance(url, Known):
        text = str(url.value)
    if text is None or text.strip(HOLE) == "":
        return SentRequest(client, name, None, where, f"the URL is computed{_because(url)}")
    base = client.base if isinstance(client, Client) else ""
    return SentRequest(client, name, path_below(text, base), where)


def _because(url: Value) -> str:
    return f" ({url.why})" if isinstance(url, Unknown) else ""


def path_below(url: str, base: str = "") -> str:
    """Return the path of a URL below the client's base, without host and query.

    A hole at the beginning stays: it may be the host, and may be more.
    """
    if "://" in url.partition("?")[0]:
        return urlsplit(url).path or "/"
    path = url.partition("?")[0].partition("#")[0]
    if path.startswith(HOLE) and path[1:2] == "/":
        return path
    if not path.startswith("/") or base:
        return f"{base}/{path.lstrip('/')}" if path else base or "/"
    return path
