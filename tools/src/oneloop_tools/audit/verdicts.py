"""The verdict on a test: keep its client, convert it, convert it first, take its own loop away, or unknown.

A sync client is right for a request that reaches no database, no authentication, no background task and no async
service, unless it also runs a lifespan that does. Only what a `TestClient` does is judged: an `AsyncClient` and a
socket are right for all of it. Authentication comes first, because a test that is green for a wrong reason does the
most harm there. A test that could not be read is unknown, never keep. In an app with sync sessions alone, neither its
database nor its authentication depends on an event loop.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from .app.resources import AUTHENTICATION, DATABASE, KINDS, Resource
from .app.routes import HOLE, Route, Routes
from .suite.record import Record
from .suite.values import SYNC, Entered, OwnApp, SentRequest, Unknown

KEEP, CONVERT, FIRST, OWN_LOOP, UNKNOWN = "keep", "convert", "convert-first", "own-loop", "unknown"
VERDICTS = (FIRST, CONVERT, OWN_LOOP, UNKNOWN, KEEP)
REFUSED = {401, 403}
# FastAPI refuses an invalid body or query before the endpoint runs.
INVALID = {422}


class Subject(NamedTuple):
    nodeid: str
    file: str
    line: int


class Finding(NamedTuple):
    """What is known about a test, and the verdict."""

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
    """Judges tests by the routes that they request. `routes_of` returns the routes of another app."""

    routes: Routes
    routes_of: Callable[[object], Routes]
    sync_sessions: bool = False  # the app has no others

    def judge(self, test: Subject, record: Record, *, observed: bool = False) -> Finding:
        """Return the finding for a test that was read or observed."""
        found = Judgement()
        for request in record.requests:
            self._add(request, found)
        clients = sorted(record.clients)
        if SYNC in clients:
            found.unknown += record.lost
        found.unknown += record.cut
        for lifespan in record.entered:
            self._enter(lifespan, found)
        alone = record.own_loop
        bound = found.kinds - ({DATABASE, AUTHENTICATION} if self.sync_sessions else {AUTHENTICATION})
        verdict, why = _verdict(found, clients, alone.why if alone and (alone.shares or bound) else None)
        if verdict == KEEP and self.sync_sessions and found.kinds & {DATABASE, AUTHENTICATION} and SYNC in clients:
            why = "the app's sessions are sync: nothing that it requests depends on an event loop"
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

    def _add(self, request: SentRequest, found: Judgement) -> None:
        client = request.client
        if isinstance(client, Unknown):
            found.unknown.append(f"the client at {request.where} is unknown: {client.why}")
            return
        sync = client.kind == SYNC
        route = None
        if isinstance(client.app, OwnApp):
            why = f"it uses an app that the tests make at {client.app.where}"
        elif request.url is None or request.method is None:
            why = f"{request.why} at {request.where}"
        else:
            routes = self.routes if client.app is None else self.routes_of(client.app)
            route, why = _match(routes, request.method, request.url, request.where)
        if route is not None:
            found.routes[route.method, route.path] = None
            self._judge(request, route, found, sync=sync)
        elif why and sync:
            found.unknown.append(why)
        elif sync:
            found.missing.append(f"{request.method} {request.url}")
        if sync and request.expected & REFUSED and not self.sync_sessions:
            status = min(request.expected & REFUSED)
            found.first.append(f"expects {status} from {_named(request, route)} at {request.where}")

    def _enter(self, lifespan: Entered, found: Judgement) -> None:
        """A client runs the lifespan on a loop of its own. Another one runs where the test does."""
        routes = self.routes if lifespan.app is None else self.routes_of(lifespan.app)
        for reach in sorted(routes.lifespan, key=_weight):
            found.kinds.add(reach.kind)
            if lifespan.kind == SYNC and not (self.sync_sessions and reach.kind == DATABASE):
                why = f"the client runs the lifespan at {lifespan.where}, which reaches {_article(reach)}"
                found.convert.append(why)

    def _judge(self, request: SentRequest, route: Route, found: Judgement, *, sync: bool) -> None:
        refused_early = bool(request.expected) and request.expected <= INVALID
        for reach in sorted({*route.reaches, *request.observed}, key=_weight):
            if refused_early and reach.late:
                continue
            found.kinds.add(reach.kind)
            if sync and not (self.sync_sessions and reach.kind in (DATABASE, AUTHENTICATION)):
                named = f"{route.method} {route.path} reaches {_article(reach)}"
                kind = found.first if reach.kind == AUTHENTICATION else found.convert
                kind.append(named)


def _match(routes: Routes, method: str, path: str, where: str) -> tuple[Route | None, str]:
    """Return the route, or why it is unknown. If no route answers, return neither."""
    known = path.removeprefix(HOLE)
    route = routes.match(method, known)
    if route is None and HOLE in path:
        return None, f"the URL is computed at {where}"
    return route, ""


def _named(request: SentRequest, route: Route | None) -> str:
    path = route.path if route else request.url or "a path"
    return f"{request.method} {path}".replace(HOLE, "...")


def _weight(reach: Resource) -> tuple[int, bool, Resource]:
    return KINDS.index(reach.kind), reach.late, reach


def _article(reach: Resource) -> str:
    return f"{reach.kind}: {reach}"


def _verdict(found: Judgement, clients: list[str], own_loop: str | None) -> tuple[str, str]:
    if found.first:
        return FIRST, found.first[0]
    if found.convert:
        return CONVERT, found.convert[0]
    if own_loop is not None:
        return OWN_LOOP, own_loop
    if found.unknown:
        return UNKNOWN, found.unknown[0]
    return KEEP, _why_kept(found, clients)


def _why_kept(found: Judgement, clients: list[str]) -> str:
    if not clients:
        return "it uses no client"
    if SYNC not in clients:
        return f"it uses {' and '.join(clients)}"
    if found.routes:
        return "nothing that it requests depends on an event loop"
    if found.missing:
        return f"no route answers {found.missing[0]}"
    return "it sends no request"


def counted(findings: list[Finding]) -> dict[str, int]:
    """Return how many tests have each verdict."""
    return {verdict: sum(each.verdict == verdict for each in findings) for verdict in VERDICTS}


def offenders(findings: list[Finding]) -> Iterator[Finding]:
    return (each for each in findings if each.verdict in (FIRST, CONVERT, OWN_LOOP))
