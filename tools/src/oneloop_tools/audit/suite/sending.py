"""Notes a request: every method and URL that it may have, with the path that the app receives."""

from urllib.parse import urlsplit

from oneloop_tools.audit.request_text import HOLE, WEBSOCKET

from .frames import Record
from .sent_requests import METHODS, Client, SentRequest, Unknown
from .values import Known, Prepared, Response, Text, Value, Values, one_of


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
