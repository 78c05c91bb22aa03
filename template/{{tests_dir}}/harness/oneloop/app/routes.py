"""The routes of the app as FastAPI resolves them, and whether they authenticate their caller."""

import inspect
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.security.base import SecurityBase
from starlette.routing import BaseRoute, Match, Mount, WebSocketRoute
from starlette.types import ASGIApp, Scope

try:
    from fastapi.routing import RouteContext, iter_route_contexts
except ImportError:  # an older FastAPI, in an existing project: it lists the routes themselves
    RouteContext, iter_route_contexts = Any, iter  # type: ignore[misc, assignment]

WEBSOCKET = "WEBSOCKET"
MOUNT = "MOUNT"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class Endpoint(NamedTuple):
    method: str  # MOUNT for a mounted app
    path: str
    status: int = 200  # of a success
    scheme: str | None = None
    mount: str = ""  # the path of the mounted app that it is in

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


def find_scheme(dependant: Dependant | None) -> str | None:
    if dependant is None:
        return None
    call = dependant.call
    while isinstance(call, partial):
        call = call.func
    if call is not None and isinstance(inspect.unwrap(call), SecurityBase):
        return type(inspect.unwrap(call)).__name__
    return next(filter(None, map(find_scheme, dependant.dependencies)), None)


def find_route(routes: Sequence[BaseRoute], scope: Scope) -> RouteContext | None:
    for context in iter_route_contexts(routes):
        match, child_scope = context.matches(scope)
        if match is Match.FULL:
            inner = getattr(context, "routes", None)
            return find_route(inner, {**scope, **child_scope}) if inner else context
    return None


def list_endpoints(app: FastAPI) -> list[Endpoint]:
    """Return every method of every path, except FastAPI's own pages, static files and apps of other frameworks."""
    return list(_endpoints(app, app.routes, ""))


def _endpoints(app: ASGIApp | None, routes: Sequence[BaseRoute], prefix: str) -> Iterator[Endpoint]:
    own_pages: list[str | None] = []
    if isinstance(app, FastAPI):
        own_pages = [app.openapi_url, app.docs_url, app.redoc_url, app.swagger_ui_oauth2_redirect_url]
    for context in iter_route_contexts(routes):
        path = getattr(context, "path_format", None) or getattr(context, "path", None) or ""
        inner = getattr(context, "routes", None)
        if inner is not None:
            mount = prefix + (getattr(context, "path", "") or "")
            if isinstance(getattr(context, "original_route", context), Mount):
                yield Endpoint(MOUNT, mount)
            yield from _endpoints(getattr(context, "app", None), inner, mount)
        elif getattr(context, "endpoint", None) is not None and path not in own_pages:
            scheme = find_scheme(getattr(context, "dependant", None))
            for method in _methods(context):
                status = 101 if method == WEBSOCKET else getattr(context, "status_code", None)
                yield Endpoint(method, prefix + path, status or 200, scheme, prefix)


def _methods(context: RouteContext) -> list[str]:
    if isinstance(getattr(context, "original_route", context), WebSocketRoute):
        return [WEBSOCKET]
    # An endpoint that is a class has a method for each HTTP method; its route lists none.
    found = context.methods or {name for name in METHODS if hasattr(context.endpoint, name.lower())}
    return [name for name in METHODS if name in found and not (name == "HEAD" and "GET" in found)]
