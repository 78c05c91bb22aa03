"""Which route answers a request, and what the route reaches. A path may have holes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Match, NoMatchFound

from .reach import DependencyTrees, lifespan_reaches, middleware_reaches
from .resources import Resource

try:
    from fastapi.routing import iter_route_contexts
except ImportError:  # an older FastAPI copies the routes of an included router into the app
    iter_route_contexts = iter  # type: ignore[assignment]  # one after the other, as they are

HOLE = "\0"  # a part of a path that cannot be read
WEBSOCKET = "WEBSOCKET"  # the method of a websocket


# Values for a hole in a path: one of them fits each of Starlette's convertors.
SAMPLES = ("1", "11111111-1111-1111-1111-111111111111", "x", "1.5", "")


class Route(NamedTuple):
    """A route that answers. `path` is as it was declared, with its prefixes and mounts."""

    method: str
    path: str
    reaches: tuple[Resource, ...]


@dataclass
class Routes:
    """Matches requests by Starlette's own matching. Results are cached."""

    app: Starlette
    trees: DependencyTrees
    _found: dict[tuple[str, str], Route | None] = field(default_factory=dict)
    _reaches: dict[tuple[int, str], list[Resource]] = field(default_factory=dict)
    _middleware: dict[int, list[Resource]] = field(default_factory=dict)

    @cached_property
    def lifespan(self) -> list[Resource]:
        """What the app's lifespan reaches."""
        return lifespan_reaches(self.app, self.trees.code)

    def match(self, method: str, path: str) -> Route | None:
        """Return the route that answers, None for a 404 or a 405."""
        key = (method, path)
        if key not in self._found:
            self._found[key] = next(self._matches(method, path), None)
        return self._found[key]

    def url_for(self, name: str, parameters: Sequence[str]) -> str | None:
        """Return the path of a named route, None if no route has the name and the parameters."""
        for sample in SAMPLES[:-1]:
            values: dict[str, Any] = dict.fromkeys(parameters, sample)
            try:
                return str(self.app.url_path_for(name, **values))
            except (NoMatchFound, AssertionError, ValueError):
                continue
        return None

    def _matches(self, method: str, path: str) -> Iterator[Route]:
        ends = [path]
        if getattr(getattr(self.app, "router", None), "redirect_slashes", False):
            ends.append(path[:-1] if path.endswith("/") else f"{path}/")
        for end in ends:
            for sample in SAMPLES if HOLE in end else SAMPLES[:1]:
                scope = _scope(method, end.replace(HOLE, sample))
                found = self._find(self.app.routes, scope, "")
                if found is not None:
                    yield found._replace(reaches=(*found.reaches, *self._around(self.app)))

    def _find(self, routes: Sequence[BaseRoute], scope: dict[str, Any], mounted: str) -> Route | None:
        for context in iter_route_contexts(routes):
            match, child = context.matches(scope)
            if match is not Match.FULL:
                continue
            inner = getattr(context, "routes", None)
            if inner:
                prefix = mounted + str(context.path or "")
                found = self._find(inner, {**scope, **child}, prefix)
                around = self._around(getattr(context, "app", None))
                return found and found._replace(reaches=(*found.reaches, *around))
            path = mounted + str(getattr(context, "path_format", None) or context.path or "")
            method = WEBSOCKET if scope["type"] == "websocket" else scope["method"]
            return Route(method, path, tuple(self._of(context, path)))
        return None

    def _of(self, context: Any, path: str) -> list[Resource]:
        key = (id(getattr(context, "original_route", context)), path)
        if key not in self._reaches:
            dependant = getattr(context, "dependant", None)
            endpoint = getattr(context, "endpoint", None)
            self._reaches[key] = self.trees.reaches(dependant, endpoint)
        return self._reaches[key]

    def _around(self, app: Any) -> list[Resource]:
        if not isinstance(app, Starlette):
            return []
        if id(app) not in self._middleware:
            self._middleware[id(app)] = middleware_reaches(app, self.trees.code)
        return self._middleware[id(app)]


def _scope(method: str, path: str) -> dict[str, Any]:
    websocket = method == WEBSOCKET
    return {
        "type": "websocket" if websocket else "http",
        "method": "GET" if websocket else method,
        "path": path,
        "root_path": "",
        "headers": [],
        "query_string": b"",
    }
