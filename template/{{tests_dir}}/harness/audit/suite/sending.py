"""A request, noted: each way it may go, with the path that the app gets."""

from urllib.parse import urlsplit

from .calls import METHODS, WEBSOCKET, Call
from .frames import Record
from .values import (
    HOLE,
    Answer,
    Client,
    Known,
    Prepared,
    Text,
    Unknown,
    Value,
    Values,
    one_of,
)


def send(  # noqa: PLR0913, PLR0917  all that a call has
    record: Record,
    client: Client | Unknown,
    name: str,
    arguments: list[Values],
    keywords: dict[str, Values],
    where: str,
) -> Values:
    """Note a request by `client.name(...)`, and return its answer."""
    if isinstance(client, Client):
        record.clients.add(client.kind)
    if name == "send":
        return _send_prepared(record, client, arguments, where)
    methods, urls = _method_and_url(name, arguments, keywords)
    if name == "build_request":
        return (Prepared(methods, urls),)
    return _send(record, client, methods, urls, where)


def _method_and_url(
    name: str, arguments: list[Values], keywords: dict[str, Values]
) -> tuple[Values, Values]:
    missing: Values = (Unknown("it is not there"),)
    if name in METHODS:
        methods: Values = (Text(name.upper()),)
    elif name in ("websocket", "websocket_connect"):
        methods = (Text(WEBSOCKET),)
    else:
        methods = keywords.get("method") or (arguments[0] if arguments else missing)
        arguments = arguments[0 if "method" in keywords else 1 :]
    return methods, keywords.get("url") or (arguments[0] if arguments else missing)


def _send_prepared(
    record: Record, client: Client | Unknown, arguments: list[Values], where: str
) -> Values:
    found: list[Values] = []
    for each in arguments[0] if arguments else ():
        if isinstance(each, Prepared):
            found.append(_send(record, client, each.method, each.url, where))
        else:
            record.calls.append(Call(client, None, None, where, "the request is built elsewhere"))
    return one_of(*found) if found else (Unknown("it is the answer to an unknown request"),)


def _send(
    record: Record, client: Client | Unknown, methods: Values, urls: Values, where: str
) -> Values:
    found: list[Value] = []
    for method in methods:
        for url in urls:
            call = _call(client, method, url, where)
            record.calls.append(call)
            found.append(Answer(call))
    return one_of(tuple(found))


def _call(client: Client | Unknown, method: Value, url: Value, where: str) -> Call:
    name = method.text.upper() if isinstance(method, Text) and HOLE not in method.text else None
    if name is None:
        return Call(client, None, None, where, "the method is computed")
    text = url.text if isinstance(url, Text) else None
    if text is None and isinstance(url, Known):
        text = str(url.value)
    if text is None or text.strip(HOLE) == "":
        return Call(client, name, None, where, f"the URL is computed{_because(url)}")
    base = client.base if isinstance(client, Client) else ""
    return Call(client, name, path_below(text, base), where)


def _because(url: Value) -> str:
    return f" ({url.why})" if isinstance(url, Unknown) else ""


def path_below(url: str, base: str = "") -> str:
    """Return the path of a URL, below the client's own; no host, no query.

    What is not known at its beginning stays there: it may be the host, and may be more.
    """
    if "://" in url.partition("?")[0]:
        return urlsplit(url).path or "/"
    path = url.partition("?")[0].partition("#")[0]
    if path.startswith(HOLE) and path[1:2] == "/":
        return path
    if not path.startswith("/") or base:
        return f"{base}/{path.lstrip('/')}" if path else base or "/"
    return path
