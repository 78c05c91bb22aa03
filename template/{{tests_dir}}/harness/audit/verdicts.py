"""The verdict on a test: keep its client, convert it, convert it first, or say why nobody can tell.

The criteria are those of docs/testing/clients.md: a sync client for what reaches no database, no
authentication, no background task and no async service. Only requests through a `TestClient` are
judged; an `AsyncClient` is right for all of them, and so is a socket.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from .app.reach import AUTHENTICATION, KINDS, Reach
from .app.routes import Route, Routes
from .suite.calls import Call
from .suite.frames import Record
from .suite.values import HOLE, SYNC, OwnApp, Unknown

KEEP, CONVERT, FIRST, UNKNOWN = "keep", "convert", "convert-first", "unknown"
VERDICTS = (FIRST, CONVERT, UNKNOWN, KEEP)
REFUSED = {401, 403}
# A body or a query that is refused is refused before the endpoint runs.
INVALID = {422}


class Subject(NamedTuple):
    """A test, and where it stands."""

    nodeid: str
    file: str
    line: int


class Finding(NamedTuple):
    """What is known of a test, and the verdict."""

    nodeid: str
    file: str
    line: int
    client: str
    routes: tuple[tuple[str, str], ...]
    reaches: tuple[str, ...]
    verdict: str
    why: str
    observed: bool


@dataclass
class Judgement:
    """What the requests of one test add up to."""

    routes: dict[tuple[str, str], None] = field(default_factory=dict)
    kinds: set[str] = field(default_factory=set)
    first: list[str] = field(default_factory=list)
    convert: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


@dataclass
class Judge:
    """Judges tests by the routes that they ask; `routes_of` gives those of another app."""

    routes: Routes
    routes_of: Callable[[object], Routes]

    def judge(self, test: Subject, record: Record, *, observed: bool = False) -> Finding:
        """Return the finding for a test that was read, or observed."""
        found = Judgement()
        for call in record.calls:
            self._add(call, found)
        clients = sorted(record.clients)
        if SYNC in clients:
            found.unknown += record.lost
        found.unknown += record.cut
        verdict, why = _verdict(found, clients)
        return Finding(
            nodeid=test.nodeid,
            file=test.file,
            line=test.line,
            client=" + ".join(clients) or "none",
            routes=tuple(found.routes),
            reaches=tuple(kind for kind in KINDS if kind in found.kinds),
            verdict=verdict,
            why=why,
            observed=observed,
        )

    def _add(self, call: Call, found: Judgement) -> None:
        client = call.client
        if isinstance(client, Unknown):
            found.unknown.append(f"the client at {call.where} cannot be told: {client.why}")
            return
        sync = client.kind == SYNC
        route = None
        if isinstance(client.app, OwnApp):
            why = f"it asks an app that the tests make at {client.app.where}"
        elif call.url is None or call.method is None:
            why = f"{call.why} at {call.where}"
        else:
            routes = self.routes if client.app is None else self.routes_of(client.app)
            route, why = _match(routes, call.method, call.url, call.where)
        if route is not None:
            found.routes[route.method, route.path] = None
            self._judge(call, route, found, sync=sync)
        elif why and sync:
            found.unknown.append(why)
        elif sync:
            found.missing.append(f"{call.method} {call.url}")
        if sync and call.expected & REFUSED:
            status = min(call.expected & REFUSED)
            found.first.append(f"expects {status} of {_named(call, route)} at {call.where}")

    def _judge(self, call: Call, route: Route, found: Judgement, *, sync: bool) -> None:
        refused_early = bool(call.expected) and call.expected <= INVALID
        for reach in sorted({*route.reaches, *call.observed}, key=_weight):
            if refused_early and reach.late:
                continue
            found.kinds.add(reach.kind)
            if sync:
                named = f"{route.method} {route.path} reaches {_article(reach)}"
                kind = found.first if reach.kind == AUTHENTICATION else found.convert
                kind.append(named)


def _match(routes: Routes, method: str, path: str, where: str) -> tuple[Route | None, str]:
    """Return the route, or why it cannot be told; neither when nothing answers."""
    known = path.removeprefix(HOLE)
    route = routes.match(method, known)
    if route is None and HOLE in path:
        return None, f"the URL is computed at {where}"
    return route, ""


def _named(call: Call, route: Route | None) -> str:
    path = route.path if route else call.url or "a path"
    return f"{call.method} {path}".replace(HOLE, "...")


def _weight(reach: Reach) -> tuple[int, bool, Reach]:
    return KINDS.index(reach.kind), reach.late, reach


def _article(reach: Reach) -> str:
    return f"{reach.kind}: {reach}"


def _verdict(found: Judgement, clients: list[str]) -> tuple[str, str]:
    if found.first:
        return FIRST, found.first[0]
    if found.convert:
        return CONVERT, found.convert[0]
    if found.unknown:
        return UNKNOWN, found.unknown[0]
    return KEEP, _why_kept(found, clients)


def _why_kept(found: Judgement, clients: list[str]) -> str:
    if not clients:
        return "it takes no client"
    if SYNC not in clients:
        return f"it asks through {' and '.join(clients)}"
    if found.routes:
        return "nothing that it asks needs the suite's loop"
    if found.missing:
        return f"no route answers {found.missing[0]}"
    return "it sends no request"


def counted(findings: list[Finding]) -> dict[str, int]:
    """Return how many tests have each verdict."""
    return {verdict: sum(each.verdict == verdict for each in findings) for verdict in VERDICTS}


def offenders(findings: list[Finding]) -> Iterator[Finding]:
    """Yield the tests on the wrong client."""
    return (each for each in findings if each.verdict in (FIRST, CONVERT))
